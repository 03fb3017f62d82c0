"""Verdicts of many catalogues in little room."""

from datetime import date

from fairmark.model.standard import Outcome, Status, Verdict
from fairmark.render.matrix import blocks, first_day, grid, in_force, told


def verdict(provision: str, outcome: Outcome = Outcome.INCONCLUSIVE, catalogue: str = "cra", **more: object) -> Verdict:
    values = {"edition": "1", "title": provision, "status": Status.MANDATORY, "reason": "Open.", **more}
    return Verdict.model_validate({"catalogue": catalogue, "provision": provision, "outcome": outcome, **values})


def test_like_verdicts_share_a_row_and_failures_come_first() -> None:
    found = blocks([verdict("a"), verdict("b"), verdict("c", reason="Other."), verdict("d", Outcome.FAIL)])

    assert [(one.outcome, one.count) for one in found] == [(Outcome.FAIL, 1), (Outcome.INCONCLUSIVE, 3)]
    assert [[v.provision for v in row.verdicts] for row in found[1].rows] == [["a", "b"], ["c"]]


def test_a_warning_keeps_rows_apart() -> None:
    (block,) = blocks([verdict("a"), verdict("b", warnings=("Mind this.",))])

    assert len(block.rows) == 2


def test_the_sentence_says_what_fails_and_what_is_open_and_never_that_it_is_met() -> None:
    open_ones = [verdict(f"I.2.{letter}") for letter in "abcdefg"]
    advice = verdict("x", Outcome.FAIL, status=Status.RECOMMENDED)

    assert told("the CRA", open_ones) == (
        "No failure found in the CRA; of what it demands these 7 are open: "
        "I.2.a, I.2.b, I.2.c, I.2.d, I.2.e, I.2.f, I.2.g."
    )
    assert told("X", [advice, verdict("a", Outcome.PASS)]) == "No failure found in X; nothing that it demands is open."
    assert (
        told("X", [verdict("a", Outcome.FAIL), verdict("b")])
        == "One of X fails; of what it demands this one is open: b."
    )
    assert told("X", [verdict(str(n)) for n in range(20)]).endswith("10, 11 and 8 more.")


def test_a_law_that_begins_later_names_its_first_day() -> None:
    days = [date(2026, 9, 11), date(2027, 12, 11)]
    dated = [verdict(str(day), applies_from=day) for day in days]

    assert first_day(dated, date(2026, 1, 1)) == days[0]
    assert first_day(dated, date(2026, 12, 1)) is None
    assert first_day(dated[1:], date(2026, 12, 1)) == days[1]
    assert first_day([verdict("a")], date(2026, 1, 1)) is None


def test_a_law_says_since_when_it_applies() -> None:
    dated = [verdict(str(day), applies_from=day) for day in (date(2026, 9, 11), date(2027, 12, 11))]

    assert in_force(dated, date(2026, 1, 1)) == "law from 2026-09-11"
    assert in_force(dated, date(2026, 12, 1)) == "law, in part from 2027-12-11"
    assert in_force(dated, date(2028, 1, 1)) == "law"


def test_the_grid_shows_the_worst_outcome_and_leaves_out_what_is_all_open() -> None:
    given = [
        verdict("a", Outcome.FAIL, because=("f-1", "ev-1")),
        verdict("b"),
        verdict("a", Outcome.PASS, "psti"),
        verdict("c", catalogue="psti"),
    ]
    links = [("Passwords", "cra", "a"), ("Passwords", "cra", "b"), ("Passwords", "psti", "a")]
    links += [("Logs", "psti", "c"), ("Logs", "x", "z"), ("Logs", "cra", "a")]

    found = grid(given, links, {"f-1": "Passwords"})

    assert found.catalogues == ("cra", "psti")
    assert found.rows == (("Passwords", ("1 fail", "1 pass")),)
    assert found.undecided == 1


def test_what_fails_by_the_makers_word_fails_for_every_capability() -> None:
    found = grid([verdict("a", Outcome.FAIL)], [("Passwords", "cra", "a"), ("Logs", "cra", "a")], {})

    assert [cells for _, cells in found.rows] == [("1 fail",), ("1 fail",)]
