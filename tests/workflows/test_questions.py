"""The questions of a profile, with what an assessment has seen."""

import pytest

from fairmark.errors import WrongUsageError
from fairmark.model.device import Device
from fairmark.workflows.questions import as_rows, chosen, open_questions
from tests.doubles.assessments import assessment
from tests.doubles.provisions import seen


def test_what_was_seen_is_not_asked() -> None:
    given = assessment().model_copy(update={"facts": (seen("debug.present"),)})

    before, _ = open_questions(Device(), ["en303645"])
    after, refuted = open_questions(Device(), ["en303645"], given)

    assert "debug.present" in {one.fact for one in before}
    assert "debug.present" not in {one.fact for one in after}
    assert refuted == ()


def test_a_declared_fact_that_was_refuted_is_named() -> None:
    given = assessment().model_copy(update={"facts": (seen("debug.present"),)})

    asked, refuted = open_questions(Device(facts={"debug.present": False}), [], given)

    assert [one.fact for one in refuted] == ["debug.present"]
    assert as_rows(asked, refuted)["refuted"] == [
        {"fact": "debug.present", "declared": False, "seen": "debug.present was seen."}
    ]


def test_an_unknown_catalogue_is_refused() -> None:
    with pytest.raises(WrongUsageError, match="no catalogue"):
        open_questions(Device(), ["en999999"])


def test_a_catalogue_named_twice_counts_once() -> None:
    assert [one.id for one in chosen(["psti", "psti"])] == ["psti"]
