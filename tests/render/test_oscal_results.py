import json
from pathlib import Path
from typing import Any

import pytest

from fairmark.errors import WrongUsageError
from fairmark.model.standard import Outcome, Status, Verdict
from fairmark.render import oscal_results
from tests.doubles import assessments as given
from tests.doubles import oscal_validator


def verdict(outcome: Outcome, provision: str = "5.1-1", **changes: object) -> Verdict:
    made = {
        "catalogue": "en303645",
        "edition": "V3.1.3 (2024-09)",
        "provision": provision,
        "title": "A title",
        "status": Status.MANDATORY,
        "outcome": outcome,
        "reason": "Why.",
    }
    return Verdict.model_validate(made | changes)


def result(*verdicts: Verdict) -> dict[str, Any]:
    made = json.loads(oscal_results.render(given.assessment(verdicts=verdicts)))
    return dict(made["assessment-results"]["results"][0])


def outcome_of(thing: dict[str, Any]) -> str:
    return next(one["value"] for one in thing["props"] if one["name"] == "outcome")


def test_an_independent_implementation_accepts_the_results(tmp_path: Path) -> None:
    strange = verdict(
        Outcome.FAIL, "ä b", title="", reason="", catalogue="8425", edition="\n", because=("no-such",) * 2
    )
    documents = {
        "flawed.json": oscal_results.render(given.assessment()),
        "repaired.json": oscal_results.render(given.repaired()),
        "hostile.json": oscal_results.render(given.hostile("<b>\u202e`x`\n")),
        "strange.json": oscal_results.render(given.assessment(verdicts=(strange, verdict(Outcome.PASS), strange))),
        "apart.json": oscal_results.render(given.assessment(verdicts=(verdict(Outcome.NOT_APPLICABLE),))),
    }

    assert oscal_validator.faults(tmp_path, documents) == ""


@pytest.mark.parametrize(
    ("outcome", "state", "reason"),
    [
        (Outcome.PASS, "satisfied", "pass"),
        (Outcome.FAIL, "not-satisfied", "fail"),
        (Outcome.INCONCLUSIVE, "not-satisfied", "other"),
    ],
)
def test_only_a_pass_is_satisfied(outcome: Outcome, state: str, reason: str) -> None:
    (found,) = result(verdict(outcome))["findings"]

    assert found["target"]["status"] == {"state": state, "reason": reason}
    assert found["target"]["target-id"] == "en303645_5.1-1_smt"
    assert outcome_of(found) == outcome.value


def test_what_does_not_apply_is_no_finding_but_an_exclusion_with_a_remark() -> None:
    found = result(verdict(Outcome.NOT_APPLICABLE, reason="It has no radio."), verdict(Outcome.PASS, "5.1-2"))

    assert [outcome_of(one) for one in found["findings"]] == ["PASS"]
    (selection,) = found["reviewed-controls"]["control-selections"]
    assert selection["exclude-controls"] == [{"control-id": "en303645_5.1-1"}]
    assert "It has no radio." in found["reviewed-controls"]["remarks"]
    assert [outcome_of(one) for one in found["observations"]] == ["NOT_APPLICABLE"]


def test_a_finding_points_to_the_proofs_that_it_rests_on() -> None:
    found = result(verdict(Outcome.FAIL, because=(given.PASSWORD.id, "gone")))

    (proof,) = found["observations"]
    assert found["findings"][0]["related-observations"] == [{"observation-uuid": proof["uuid"]}]
    assert proof["relevant-evidence"][0]["props"][1]["value"] == "/etc/shadow"
    assert proof["collected"] == "2026-11-20T08:30:00Z"


def test_an_assessment_without_a_verdict_has_no_results() -> None:
    with pytest.raises(WrongUsageError, match="no verdict"):
        oscal_results.render(given.assessment(verdicts=()))


def test_same_assessment_same_bytes_and_another_one_other_uuids() -> None:
    first, second = (oscal_results.render(one) for one in (given.assessment(), given.repaired()))

    assert first == oscal_results.render(given.assessment())
    assert json.loads(first)["assessment-results"]["uuid"] != json.loads(second)["assessment-results"]["uuid"]
