"""Taking values out of foreign JSON: the wrong type is as if it were not there."""

from datetime import date

from fairmark.vulnerabilities.feeds.plain import cve_id, day, mapping, number, rows, text, texts


def test_wrong_types_are_nothing() -> None:
    assert mapping([1]) == {}
    assert list(rows({"a": 1})) == []
    assert text(7) == ""
    assert texts("abc") == ()
    assert day(20200101) is None
    assert number(value=True, low=0, high=1) is None
    assert cve_id("cve-2020-1") == ""


def test_texts_lose_control_characters_and_are_cut() -> None:
    assert text("a\x1b[2Jb") == "a [2Jb"
    assert len(text("x" * 1_000)) == 300


def test_numbers_keep_to_their_bounds() -> None:
    assert number("0.5", 0, 1) == 0.5
    assert number("nan", 0, 1) is None
    assert number("1e999", 0, 1) is None
    assert day("2020-02-30") is None
    assert day("2020-02-29T00:00:00Z") == date(2020, 2, 29)
