import json
from pathlib import Path

import pytest

from fairmark.errors import WrongUsageError
from fairmark.model.risk import Plan
from fairmark.model.standard import Outcome
from fairmark.render import oscal_poam
from tests.doubles import assessments as given
from tests.doubles import oscal_validator

KIND = "plan-of-action-and-milestones"


def test_an_independent_implementation_accepts_the_plan_of_action(tmp_path: Path) -> None:
    documents = {
        "flawed.json": oscal_poam.render(given.assessment()),
        "repaired.json": oscal_poam.render(given.repaired()),
        "hostile.json": oscal_poam.render(given.hostile("<b>\u202e\n")),
    }

    assert oscal_validator.faults(tmp_path, documents) == ""


def test_what_law_requires_comes_first_and_names_what_it_mends() -> None:
    made = json.loads(oscal_poam.render(given.assessment()))[KIND]

    first = made["poam-items"][0]
    risks = {one["uuid"]: one["title"] for one in made["risks"]}
    assert first["title"] == "Password of its own for every unit"
    assert [risks[one["risk-uuid"]] for one in first["related-risks"]] == [given.PASSWORD.title]
    assert len(first["related-findings"]) == 2


def test_no_flaw_and_no_failure_is_missing() -> None:
    assessment = given.assessment(plan=Plan())

    made = json.loads(oscal_poam.render(assessment))[KIND]

    failed = [one for one in assessment.verdicts if one.outcome is Outcome.FAIL]
    waiting = [one for one in assessment.verdicts if one.outcome is Outcome.INCONCLUSIVE]
    assert len(made["risks"]) == len(assessment.findings)
    assert len(made["findings"]) == len(failed)
    assert len(made["poam-items"]) == len(assessment.findings) + len(failed) + len(waiting)


def test_every_reference_leads_to_something() -> None:
    made = json.loads(oscal_poam.render(given.assessment()))[KIND]

    text = json.dumps(made)
    known = {one["uuid"] for key in ("observations", "risks", "findings") for one in made[key]}
    named = [
        part.split('"')[0] for key in ("observation", "risk", "finding") for part in text.split(f'{key}-uuid": "')[1:]
    ]
    assert set(named) <= known


def test_where_nothing_is_wrong_or_open_there_is_no_plan() -> None:
    with pytest.raises(WrongUsageError, match="nothing is wrong"):
        oscal_poam.render(given.assessment(verdicts=(), findings=(), plan=Plan()))
