from fairmark.model.evidence import Evidence, EvidenceKind, Tool, Where
from fairmark.model.standard import Outcome, Status, Verdict
from fairmark.render import oscal_parts as parts
from tests.doubles import assessments as given


def verdict(catalogue: str, provision: str) -> Verdict:
    return Verdict(
        catalogue=catalogue,
        edition="1",
        provision=provision,
        title="T",
        status=Status.MANDATORY,
        outcome=Outcome.PASS,
        reason="R",
    )


def test_verdicts_of_one_catalogue_stay_together_and_in_their_order() -> None:
    rows = [verdict("a", "1"), verdict("a", "2"), verdict("b", "1"), verdict("a", "3")]

    made = parts.by_catalogue(rows)

    assert [(catalogue, len(found)) for catalogue, _, found in made] == [("a", 2), ("b", 1), ("a", 1)]
    assert [one for _, _, found in made for one in found] == rows


def test_what_a_running_device_answered_is_a_test_and_a_file_is_examined() -> None:
    of = parts.subject(given.assessment())
    answer = Evidence(
        kind=EvidenceKind.NETWORK, where=Where(path="tcp/192.0.2.1:23"), tool=Tool(name="t", version="1"), statement="s"
    )

    assert parts.observation(of, answer)["methods"] == ["TEST"]
    assert parts.observation(of, given.SHADOW)["methods"] == ["EXAMINE"]


def test_a_component_has_another_uuid_in_another_place_of_a_document() -> None:
    of = parts.subject(given.assessment())

    assert parts.device_component(of, 0)["uuid"] != parts.device_component(of, 1)["uuid"]
    assert parts.device_component(of)["uuid"] == parts.device_uuid(of)


def test_a_device_without_a_name_is_named_so() -> None:
    nameless = given.device(maker=None, model=None, firmware_version=None)

    assert parts.device_name(given.assessment(device=nameless)) == "a device without a name"
