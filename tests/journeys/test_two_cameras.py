"""A product security engineer assesses the flawed camera and its mended twin."""

import hashlib
from collections.abc import Callable

import pytest

from tests.journeys.conftest import Camera, Run

KEYS = {
    "schema", "created", "tool", "inputs", "device", "image", "components", "evidence", "findings",
    "verdicts", "risk", "plan", "level", "coverage",
}  # fmt: skip


def rules(findings: list[dict]) -> set[str]:
    return {finding["rule"] for finding in findings}


def test_all_documents_are_written_and_nothing_else(flawed: Camera) -> None:
    assert sorted(path.name for path in flawed.out.iterdir()) == [
        "assessment.json",
        "findings.sarif",
        "report.html",
        "sbom.cdx.json",
        "sbom.spdx.json",
        "vex.json",
    ]


def test_the_assessment_has_the_keys_that_others_read(flawed: Camera) -> None:
    assert set(flawed.assessment) >= KEYS
    assert flawed.assessment["schema"] == "fairmark.assessment/1"
    assert flawed.assessment["image"]["sha256"] == hashlib.sha256(flawed.image.read_bytes()).hexdigest()


def test_the_proven_flaws_include_the_password_telnet_and_the_key(flawed: Camera) -> None:
    assert {"account-default-password", "service-telnet-started", "private-key-in-image"} <= rules(flawed.grade("A"))


def test_every_finding_points_to_evidence_that_is_there(flawed: Camera) -> None:
    known = {evidence["id"] for evidence in flawed.assessment["evidence"]}

    for finding in flawed.assessment["findings"]:
        assert finding["evidence"]
        assert set(finding["evidence"]) <= known


@pytest.mark.parametrize(("catalogue", "provision"), [("en303645", "5.1-1"), ("psti", "1-2")])
def test_the_password_provisions_fail_on_the_flawed_camera_only(
    flawed: Camera, fixed: Camera, catalogue: str, provision: str
) -> None:
    assert flawed.verdict(catalogue, provision)["outcome"] == "FAIL"
    assert flawed.verdict(catalogue, provision)["because"]
    assert fixed.verdict(catalogue, provision)["outcome"] != "FAIL"


def test_what_the_law_requires_names_the_provision_and_comes_first(flawed: Camera) -> None:
    law = [provision for item in flawed.assessment["plan"]["required_by_law"] for provision in item["law"]]

    assert "psti 1-2" in law


def test_no_output_recommends_leaving_a_legal_failure(flawed: Camera) -> None:
    plan = flawed.assessment["plan"]
    required = {item["control"] for item in plan["required_by_law"]}

    assert not required & {item["control"] for item in plan["not_worth_it"]}


def test_every_recommended_set_holds_what_the_law_requires(flawed: Camera) -> None:
    plan = flawed.assessment["plan"]
    required = {item["control"] for item in plan["required_by_law"]}
    enough = plan["enough"]

    assert required
    for one in (enough["law"], enough["private"], enough["social"], *(point["best"] for point in enough["frontier"])):
        assert required <= set(one["controls"])


def test_both_optima_are_proven_and_liability_has_something_to_close(flawed: Camera) -> None:
    enough = flawed.assessment["plan"]["enough"]

    assert enough["private"]["proven"]
    assert enough["social"]["proven"]
    assert len(enough["private"]["controls"]) < len(enough["social"]["controls"])
    assert enough["others_save"]["mean"] > enough["maker_pays"]["mean"] > 0


def test_shipping_without_the_password_is_forbidden_before_it_is_priced(flawed: Camera) -> None:
    first = flawed.assessment["plan"]["shipping"][0]

    assert first["forbidden_by"] == ["cra I.2.b (from 2027-12-11)", "cra I.2.d (from 2027-12-11)", "psti 1-2"]
    assert first["wait"]["mean"] > 0


def test_what_would_change_the_answer_most_is_in_the_assessment(flawed: Camera) -> None:
    first = flawed.assessment["risk"]["swings"][0]

    assert first["id"] == "loss-ddos-per-bot-year"
    assert [end["at"] for end in first["ends"]] == ["2 USD", "800 USD"]


def test_the_twin_has_no_proven_flaw(fixed: Camera) -> None:
    assert fixed.grade("A") == []


def test_the_twin_costs_less_to_its_maker_and_to_everybody_else(flawed: Camera, fixed: Camera) -> None:
    for side in ("private", "external", "social"):
        assert fixed.assessment["risk"][side]["mean"] < flawed.assessment["risk"][side]["mean"]


def test_the_prices_are_those_of_the_sanity_table_within_a_factor_of_two(flawed: Camera, fixed: Camera) -> None:
    # means of an independent simulation of the same equations: camera, 25 USD, 100,000 units, exposed
    for camera, private, external in ((flawed, 80e3, 4.2e6), (fixed, 35e3, 0.22e6)):
        assert private / 2 <= camera.assessment["risk"]["private"]["mean"] <= private * 2
        assert external / 2 <= camera.assessment["risk"]["external"]["mean"] <= external * 2


def test_nothing_that_was_not_examined_passes(fixed: Camera) -> None:
    passed = [v for v in fixed.assessment["verdicts"] if v["outcome"] == "PASS"]

    assert all(verdict["because"] for verdict in passed)
    assert fixed.assessment["coverage"]["not_examined"]


def test_two_runs_give_the_same_bytes(flawed: Camera, fairmark: Callable[..., Run]) -> None:
    again = flawed.out.parent / "again"

    fairmark("assess", flawed.image, "--device", flawed.profile, "--out", again)

    for path in flawed.out.iterdir():
        assert (again / path.name).read_bytes() == path.read_bytes(), path.name


def test_no_secret_of_the_image_is_in_any_document(flawed: Camera) -> None:
    password_hash = "$1$"
    for path in flawed.out.iterdir():
        text = path.read_text()
        assert "PRIVATE KEY" not in text
        assert password_hash not in text
        assert "xc3511" not in text


def test_the_gate_stops_the_flawed_camera_and_lets_it_go_on_against_its_own_baseline(
    flawed: Camera, fairmark: Callable[..., Run]
) -> None:
    assessment = flawed.out / "assessment.json"

    assert fairmark("gate", assessment).code == 1
    assert fairmark("gate", assessment, "--baseline", assessment).code == 0


def test_the_summary_fits_a_screen_and_follows_the_order_of_the_report(
    flawed: Camera, fairmark: Callable[..., Run]
) -> None:
    run = fairmark("assess", flawed.image, "--device", flawed.profile, "--out", flawed.out)

    lines = [line for line in run.out.splitlines() if not line.startswith("Written to")]
    assert len(lines) <= 48
    assert max(map(len, lines)) <= 100
    assert "Do not ship" in lines[0] + lines[1] + lines[2]
    assert run.out.index("law") < run.out.lower().index("not examined")


def test_a_profile_beside_the_image_is_found(flawed: Camera, fairmark: Callable[..., Run]) -> None:
    run = fairmark("assess", flawed.image, "--out", flawed.out.parent / "found", "--json")

    assert run.json["device"]["maker"] == flawed.assessment["device"]["maker"]


def test_json_on_standard_output_is_the_assessment_itself(flawed: Camera, fairmark: Callable[..., Run]) -> None:
    run = fairmark("assess", flawed.image, "--device", flawed.profile, "--out", flawed.out, "--json")

    assert run.json == flawed.assessment
    assert run.err == ""
