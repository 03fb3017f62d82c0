import json

from fairmark.model.finding import Confidence
from fairmark.model.vulnerability import Justification, Statement, Status, Vulnerabilities
from fairmark.render import openvex
from tests.doubles import assessments as given


def test_without_a_cve_there_is_nothing_to_state() -> None:
    assert openvex.render(given.assessment()) is None


def test_a_proven_flaw_affects_the_product_and_says_what_to_do() -> None:
    document = json.loads(openvex.render(given.assessment(findings=(given.KNOWN_FLAW,))) or b"")

    (statement,) = document["statements"]
    assert document["@context"] == "https://openvex.dev/ns/v0.2.0"
    assert {"@id", "author", "timestamp", "version"} <= set(document)
    assert statement["vulnerability"] == {"name": "CVE-2021-3449"}
    assert statement["status"] == "affected"
    assert statement["action_statement"] == "Update openssl to 1.1.1k or newer."
    assert statement["products"][0]["@id"] == "pkg:generic/Example%20Maker/Pico%20Cam%202@1.4.2"


def test_what_is_not_proven_is_under_investigation_and_never_dropped() -> None:
    hint = given.KNOWN_FLAW.model_copy(update={"confidence": Confidence.C})

    document = json.loads(openvex.render(given.assessment(findings=(hint,))) or b"")

    assert document["statements"][0]["status"] == "under_investigation"


def test_one_statement_per_cve_led_by_its_best_proof() -> None:
    weaker = given.finding("openssl again", given.HTTPD, cve=given.KNOWN_FLAW.cve, confidence=Confidence.B)

    document = json.loads(openvex.render(given.assessment(findings=(weaker, given.KNOWN_FLAW))) or b"")

    (statement,) = document["statements"]
    assert statement["status"] == "affected"
    assert weaker.id in statement["status_notes"]


DROPPED = Statement(
    cve="CVE-2018-20679",
    component="busybox",
    version="1.29.0",
    status=Status.NOT_AFFECTED,
    justification=Justification.CODE_NOT_PRESENT,
    reason="the flaw lies in the DHCP applets, and the image has no applet udhcpc",
    source="nvd 2026-11-20",
)


def stated(*statements: Statement) -> list[dict[str, object]]:
    content = openvex.render(given.assessment(findings=(), vulnerabilities=Vulnerabilities(statements=statements)))
    found: list[dict[str, object]] = json.loads(content or b"")["statements"]
    return found


def test_a_dropped_alarm_stands_there_with_its_justification_and_the_reason_in_words() -> None:
    (statement,) = stated(DROPPED)

    assert statement["status"] == "not_affected"
    assert statement["justification"] == "vulnerable_code_not_present"
    assert statement["impact_statement"] == DROPPED.reason
    assert "nvd 2026-11-20" in str(statement["status_notes"])


def test_the_component_is_named_inside_the_product() -> None:
    (statement,) = stated(DROPPED)

    (product,) = statement["products"]  # type: ignore[misc]
    assert product["@id"].startswith("pkg:generic/Example%20Maker")
    assert product["subcomponents"] == [
        {"@id": "pkg:generic/busybox@1.29.0", "identifiers": {"purl": "pkg:generic/busybox@1.29.0"}}
    ]


def test_every_status_has_what_the_specification_asks_for() -> None:
    each = [DROPPED.model_copy(update={"cve": f"CVE-2020-000{n}", "status": status}) for n, status in enumerate(Status)]

    for statement in stated(*each):
        assert ("action_statement" in statement) == (statement["status"] == "affected")
        assert ("impact_statement" in statement) == (statement["status"] == "not_affected")


def test_a_withdrawn_record_without_justification_has_an_impact_statement() -> None:
    (statement,) = stated(DROPPED.model_copy(update={"justification": None}))

    assert "justification" not in statement
    assert statement["impact_statement"]


def test_a_finding_that_a_statement_explains_is_not_stated_twice() -> None:
    one = DROPPED.model_copy(
        update={"cve": given.KNOWN_FLAW.cve, "status": Status.AFFECTED, "finding": given.KNOWN_FLAW.id}
    )
    content = openvex.render(
        given.assessment(findings=(given.KNOWN_FLAW,), vulnerabilities=Vulnerabilities(statements=(one,)))
    )

    (statement,) = json.loads(content or b"")["statements"]
    assert statement["action_statement"] == given.KNOWN_FLAW.fix
    assert given.KNOWN_FLAW.id in statement["status_notes"]
