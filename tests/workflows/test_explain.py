import pytest

from fairmark.errors import WrongUsageError
from fairmark.risk.calibration import load
from fairmark.workflows.explain import Explanation, explain, names
from tests.doubles.assessments import TELNET, assessment

CALIBRATION = load()


def ask(name: str, **more) -> tuple[Explanation, ...]:  # type: ignore[no-untyped-def]
    return explain(name, CALIBRATION, year=2026, **more)


@pytest.mark.parametrize(
    "kind", ["rules", "weaknesses", "controls", "capabilities", "facts", "provisions", "scenarios", "numbers"]
)
def test_everything_that_has_a_name_can_be_explained(kind: str) -> None:
    for name in names(CALIBRATION)[kind]:
        (first, *_) = ask(name)

        assert first.title
        assert first.rows or first.see


def test_a_provision_is_found_by_its_number_alone() -> None:
    one, older = ask("5.1-1")

    assert one.id == "en303645 5.1-1"
    assert older.id == "en303645-v2.1.1 5.1-1"
    assert ("status", "mandatory") in one.rows


def test_a_provision_of_each_new_catalogue_is_explained() -> None:
    for name in ("cra I.2.a", "en18031-2 LGM-1", "nist8425 4.1.b", "nist8259ab B-IQR", "sb327 b-1", "isvs 3.2.3"):
        (one,) = ask(name)

        assert one.id == name
        assert one.title


def test_a_law_to_come_names_its_day_and_levels_are_named() -> None:
    assert ("law from", "2026-09-11") in ask("cra 14.1")[0].rows
    assert ("levels", "2, 3") in ask("isvs 1.2.4")[0].rows


def test_the_name_of_a_kind_lists_it() -> None:
    (one,) = ask("controls")

    assert "unique-passwords" in dict(one.rows)


def test_a_number_shows_range_source_year_and_whether_it_is_assumed() -> None:
    (one,) = ask("loss-support-contact")

    rows = dict(one.rows)
    assert {"range", "unit", "source", "year", "assumed"} <= set(rows)


def test_an_old_number_is_marked() -> None:
    (one,) = ask("tef-default-login-exposed")

    assert any("older than five years" in text for _, text in one.rows)


def test_a_figure_of_an_assessment_shows_its_bracket_and_the_inputs_behind_it() -> None:
    (one,) = ask("private.p95", assessment=assessment())

    rows = dict(one.rows)
    assert "bracket of the computation" in rows
    assert "scenarios" in rows
    assert "inputs" in rows


def test_a_finding_leads_to_its_rule() -> None:
    (one,) = ask(TELNET.id, assessment=assessment())

    assert one.see[0] == TELNET.rule


def test_a_figure_without_an_assessment_says_what_to_add() -> None:
    with pytest.raises(WrongUsageError) as caught:
        ask("private.p95")

    assert "--assessment" in caught.value.hint


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(WrongUsageError) as caught:
        ask("unique-password")

    assert "unique-passwords" in caught.value.hint
