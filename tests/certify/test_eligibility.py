from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from fairmark.certify.eligibility import Answer, Case, eligible
from fairmark.model.assessment import Assessment
from fairmark.model.finding import Confidence, Severity
from fairmark.model.image import ImageRecord
from fairmark.model.reported import Scanner
from fairmark.model.standard import Level, Outcome, Status, Verdict
from fairmark.model.value import sha256_hex
from tests.doubles.assessments import SHADOW, TOOL, device, finding
from tests.doubles.offices import (
    BY_HAND,
    DEMO_SCHEME,
    LABORATORY,
    MAKER,
    PROBED,
    SCHEME,
    assessed,
    decided,
    verdict,
    written,
)

CAMERA = assessed()
TODAY = date(2026, 11, 24)
BOTH = [{"name": "engineer", "organisation": MAKER}]


def case(assessment: Assessment = CAMERA, *, said: dict[str, Any] | None = None, **changed: Any) -> Case:
    made = Case(
        assessment=assessment,
        digest=sha256_hex(written(assessment)),
        decision=decided(assessment, **(said or {})),
        rules=SCHEME,
        issuer=LABORATORY,
        asked=frozenset({"en303645", "psti", "cra"}),
        law=frozenset({"psti", "cra"}),
        old_data=(),
        doubts=(),
        today=TODAY,
    )
    return replace(made, **changed)


def answer(assessment: Assessment = CAMERA, *, said: dict[str, Any] | None = None, **changed: Any) -> Answer:
    return eligible(case(assessment, said=said, **changed))


def test_nothing_speaks_against_a_camera_that_nothing_speaks_against() -> None:
    assert answer() == Answer((), (), 1, self_run=False)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"assessment": "00" * 32}, "about another assessment"),
        ({"outcome": "refuse", "why": "the tests were too short"}, "decided to refuse: the tests were too short"),
        ({"decided": "2026-11-25"}, "The decision is of 2026-11-25, and today is 2026-11-24"),
        ({"decided": "2026-11-23"}, "before the assessment of 2026-11-24"),
        ({"decided_by": {"name": "evaluator", "organisation": LABORATORY}}, "Evaluator both evaluated and decided"),
        ({"level": 5}, "has no level 5"),
        ({"level": 3}, "Level 3 was decided, level 1 is reached"),
    ],
)
def test_a_decision_that_does_not_carry_a_certificate_is_refused(said: dict[str, Any], reason: str) -> None:
    found = answer(said=said).reasons

    assert reason in " ".join(found)


def test_the_demonstration_scheme_needs_no_second_pair_of_eyes() -> None:
    alone = {"decided_by": {"name": "evaluator", "organisation": LABORATORY}}

    assert answer(said=alone, rules=DEMO_SCHEME).reasons == ()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"device": device(maker=None)}, "states no maker"),
        ({"device": device(model=None)}, "states no model"),
        ({"device": device(support_until=None)}, "states no support_until"),
        ({"device": device(support_until=TODAY - timedelta(days=1))}, "support of the device ended on 2026-11-23"),
        ({"image": ImageRecord()}, "No image was examined"),
    ],
)
def test_what_a_certificate_must_say_must_be_known(changed: dict[str, Any], reason: str) -> None:
    assert reason in " ".join(answer(assessed(**changed)).reasons)


def test_a_catalogue_that_nobody_judged_is_a_reason() -> None:
    assert "sb327 was not judged, and the scheme or a law asks for it." in answer(asked=frozenset({"sb327"})).reasons


def test_law_that_is_broken_comes_before_what_a_standard_demands_and_both_are_refused() -> None:
    camera = assessed(verdict("psti", "1-2", Outcome.FAIL), verdict("en303645", "5.1-1", Outcome.FAIL))

    first, second = answer(camera).reasons

    assert first == "Law is broken, psti 1-2: What is asked"
    assert second == "Mandatory provisions of en303645 fail: 5.1-1."


@pytest.mark.parametrize(("day", "counts"), [("2027-12-11", True), ("2028-11-24", True), ("2028-11-25", False)])
def test_law_that_will_apply_before_the_certificate_ends_counts(day: str, counts: bool) -> None:  # noqa: FBT001
    camera = assessed(verdict("cra", "I.2.a", Outcome.FAIL, applies_from=day))

    assert bool(answer(camera).reasons) is counts


def test_recommendations_and_catalogues_that_are_not_asked_do_not_stand_in_the_way() -> None:
    camera = assessed(
        verdict("en303645", "5.7-1", Outcome.FAIL, status=Status.RECOMMENDED), verdict("isvs", "1.1.1", Outcome.FAIL)
    )

    assert answer(camera).reasons == ()


def test_a_proven_flaw_and_an_exploited_one_stand_in_the_way_and_a_hint_does_not() -> None:
    flaws = (
        finding("open telnet", SHADOW),
        finding("exploited", SHADOW, kev=True, confidence=Confidence.B, severity=Severity.LOW),
        finding("maybe exploited", SHADOW, kev=True, confidence=Confidence.C),
        finding("strong evidence only", SHADOW, confidence=Confidence.B),
    )

    found = answer(assessed(findings=flaws, evidence=(PROBED, SHADOW))).reasons

    assert found == ("A flaw is proven: open telnet.", "A flaw that is exploited is open: exploited.")


@pytest.mark.parametrize(
    "changed",
    [
        {"said": {"evaluated_by": BOTH, "level": 2}},
        {"issuer": MAKER, "said": {"level": 2}},
        {"rules": DEMO_SCHEME, "said": {"level": 2}},
    ],
    ids=["the maker evaluated", "the maker issues", "nobody's scheme"],
)
def test_a_run_by_the_maker_gives_no_more_than_declared(changed: dict[str, Any]) -> None:
    found = answer(assessed(outcome=Outcome.PASS, evidence=(PROBED, BY_HAND)), **changed)

    assert found.self_run
    assert found.reached == 1
    assert len(found.reasons) == 1
    assert found.reasons[0].startswith("Level 2 was decided, but ")
    assert found.reasons[0].endswith(": that gives at most 1.")


SCANNED = (Scanner(tool=TOOL, document="ab" * 32, results=0, complete=True),)


@pytest.mark.parametrize(
    ("camera", "reached", "why"),
    [
        (assessed(level=Level(required=1, reached=0, why=("Reached: 0, because claims are missing.",))), 0, "claims"),
        (assessed(outcome=Outcome.PASS, evidence=()), 1, "running device"),
        (assessed(), 1, "some are inconclusive"),
        (assessed(outcome=Outcome.PASS), 2, "tests by hand"),
        (assessed(outcome=Outcome.PASS, evidence=(PROBED, BY_HAND)), 2, "review of the sources"),
        (assessed(outcome=Outcome.PASS, evidence=(PROBED, BY_HAND), scanners=SCANNED), 3, "laboratory for hardware"),
    ],
)
def test_a_level_is_reached_when_all_its_kinds_of_evidence_are_there(
    camera: Assessment, reached: int, why: str
) -> None:
    found = answer(camera, said={"level": 4})

    assert found.reached == reached
    assert why in found.reasons[-1]


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("below-required", lambda: case(assessed(level=Level(required=2, reached=1, why=("x",))))),
        ("required-unknown", lambda: case(assessed(level=Level(required=None, reached=1, why=("x",))))),
        ("old-data", lambda: case(old_data=("The cve data is 40 days old.",))),
    ],
)
def test_some_things_the_decision_may_accept_and_they_become_conditions(name: str, make: Callable[[], Case]) -> None:
    asked = make()
    accepting = decided(asked.assessment, accepts=[{"accepts": name, "why": "we know"}])

    refused, granted = eligible(asked), eligible(replace(asked, decision=accepting))

    assert refused.reasons[0].endswith(f"The decision does not accept that ({name}).")
    assert granted.reasons == ()
    assert [(one.id, one.why) for one in granted.conditions] == [(name, "we know")]


def test_what_does_not_speak_against_it_becomes_no_condition() -> None:
    assert answer(said={"accepts": [{"accepts": "old-data", "why": "in case"}]}).conditions == ()


def test_doubts_about_the_assessment_stand_in_the_way() -> None:
    assert answer(doubts=("somebody changed it.",)).reasons == ("somebody changed it.",)


@pytest.mark.parametrize(
    ("open_one", "reached"),
    [
        (verdict("en303645", "5.2-1"), 1),
        (verdict("psti", "1-2"), 1),
        (verdict("cra", "I.2.a"), 1),
        (verdict("cra", "I.2.a", applies_from="2027-12-11"), 2),
        (verdict("isvs", "1.1.1"), 2),
        (verdict("en303645", "5.7-1", status=Status.RECOMMENDED), 2),
    ],
    ids=["scheme", "law", "law without a day", "law to come", "not asked", "recommendation"],
)
def test_what_the_scheme_and_law_in_force_leave_open_keeps_a_level_back(open_one: Verdict, reached: int) -> None:
    assert answer(assessed(open_one, outcome=Outcome.PASS), said={"level": 2}).reached == reached
