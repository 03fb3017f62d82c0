import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.render import oscal

IDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.tuples(IDS, IDS), st.tuples(IDS, IDS))
def test_two_provisions_never_share_an_id(first: tuple[str, str], second: tuple[str, str]) -> None:
    same = oscal.control_id(*first) == oscal.control_id(*second)

    assert same == (first == second)


@pytest.mark.parametrize("catalogue", ["en303645", "8425", "-x", "ä", "_"])
def test_an_id_begins_with_a_letter_and_holds_what_a_token_may(catalogue: str) -> None:
    made = oscal.control_id(catalogue, "5.1-1 (a)")

    assert made[0].isascii()
    assert made[0].isalpha()
    assert all(one.isascii() and (one.isalnum() or one in "._-") for one in made)


def test_a_group_never_has_the_id_of_a_provision() -> None:
    assert oscal.group_id("cra", "I.1") != oscal.control_id("cra", "group_I.1")


@settings(max_examples=80, deadline=None)
@given(st.text())
def test_markup_hides_nothing_and_is_undone_exactly(text: str) -> None:
    made = oscal.markup(text)

    assert oscal.plain_text(made) == text
    assert "<" not in made.replace("\\<", "")


@settings(max_examples=80, deadline=None)
@given(st.text())
def test_a_property_holds_every_text(text: str) -> None:
    made = oscal.prop("field", text)

    assert made["value"] == made["value"].strip()
    assert made["value"].isprintable() or "\n" not in made["value"]
    assert (json.loads(made["value"]) if made.get("class") == "json" else made["value"]) == text


def test_a_title_is_one_line_and_never_empty() -> None:
    assert oscal.title_of("a\n  b") == "a b"
    assert oscal.title_of("") == "(no title)"
    assert oscal.title_props("title", "a b") == []
    assert [one["name"] for text in ("", "a\nb", "(no title) ") for one in oscal.title_props("title", text)] == [
        "title"
    ] * 3


def test_the_same_content_has_the_same_uuid() -> None:
    assert oscal.uuid("a", 1) == oscal.uuid("a", 1)
    assert oscal.uuid("a", 1) != oscal.uuid("a", 2)
    assert oscal.uuid("a")[14] == "5"


def test_empty_lists_and_texts_are_left_out() -> None:
    made = json.loads(oscal.render("catalog", {"uuid": "u", "props": [], "remarks": "", "number": 0, "all": {}}))

    assert made == {"catalog": {"uuid": "u", "number": 0, "all": {}}}
