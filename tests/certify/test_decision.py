from typing import Any

import pytest

from fairmark.certify.decision import Accepted, read_decision
from fairmark.errors import WrongUsageError
from tests.doubles.offices import LABORATORY, MAKER, assessed, decided, decision_row

CAMERA = assessed()


def test_what_was_accepted_is_found_with_its_reason() -> None:
    found = decided(CAMERA, accepts=[{"accepts": "old-data", "why": "no network at the time"}])

    assert found.accepted(Accepted.OLD_DATA) == "no network at the time"
    assert found.accepted(Accepted.BELOW_REQUIRED) == ""


def test_somebody_else_must_decide_and_review_than_who_evaluated() -> None:
    same = {"name": " Evaluator", "organisation": LABORATORY.upper()}

    assert decided(CAMERA).four_eyes == ""
    assert decided(CAMERA, decided_by=same).four_eyes == "Evaluator both evaluated and decided"
    assert decided(CAMERA, reviewed_by=[same]).four_eyes == "Evaluator both evaluated and reviewed"
    assert decided(CAMERA, reviewed_by=[{"name": "decider", "organisation": LABORATORY}]).four_eyes == ""


def test_who_evaluated_is_compared_without_case_and_spaces() -> None:
    found = decided(CAMERA, evaluated_by=[{"name": "engineer", "organisation": "example  MAKER"}])

    assert found.is_by(MAKER)
    assert not found.is_by(LABORATORY)


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"schema": "fairmark.decision/2"}, "schema"),
        ({"assessment": "abc"}, "assessment"),
        ({"outcome": "maybe"}, "outcome"),
        ({"level": 0}, "level"),
        ({"evaluated_by": []}, "evaluated_by"),
        ({"decided_by": {"name": "", "organisation": "x"}}, "decided_by.name"),
        ({"why": ""}, "why"),
        ({"accepts": [{"accepts": "law", "why": "no"}]}, "accepts.0.accepts"),
        ({"more": 1}, "more"),
    ],
)
def test_a_decision_that_is_none_is_refused_with_the_place(changed: dict[str, Any], place: str) -> None:
    with pytest.raises(WrongUsageError, match=place):
        read_decision(decision_row(CAMERA) | changed, "decision.yaml")
