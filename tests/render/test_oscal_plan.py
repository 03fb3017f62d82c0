import json
from pathlib import Path

import pytest

from fairmark.errors import WrongUsageError
from fairmark.model.standard import Outcome
from fairmark.render import oscal_plan, oscal_results
from tests.doubles import assessments as given
from tests.doubles import oscal_validator


def test_an_independent_implementation_accepts_the_plan(tmp_path: Path) -> None:
    documents = {
        "flawed.json": oscal_plan.render(given.assessment()),
        "hostile.json": oscal_plan.render(given.hostile("<b>\u202e\n")),
    }

    assert oscal_validator.faults(tmp_path, documents) == ""


def test_every_provision_without_a_verdict_is_a_step() -> None:
    assessment = given.assessment()

    made = json.loads(oscal_plan.render(assessment))["assessment-plan"]

    waiting = [one for one in assessment.verdicts if one.outcome is Outcome.INCONCLUSIVE]
    steps = [step for one in made["local-definitions"]["activities"][1:] for step in one["steps"]]
    assert len(steps) == len(waiting)
    assert len(made["tasks"]) == len(made["local-definitions"]["activities"])


def test_the_results_name_the_plan() -> None:
    plan = json.loads(oscal_plan.render(given.assessment()))["assessment-plan"]
    results = json.loads(oscal_results.render(given.assessment()))["assessment-results"]

    (resource,) = results["back-matter"]["resources"]
    assert results["import-ap"]["href"] == f"#{resource['uuid']}"
    assert resource["document-ids"] == [{"identifier": f"urn:uuid:{plan['uuid']}"}]


def test_an_assessment_that_judges_nothing_has_no_plan() -> None:
    with pytest.raises(WrongUsageError, match="nothing to plan"):
        oscal_plan.render(given.assessment(verdicts=()))
