"""Expressions that may take endless time are told by their form; quick ones are let through."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.expressions import WINDOW, Expression, UnboundedError, effort


@pytest.mark.parametrize(
    "text",
    [
        rb"(a+)+",
        rb"(a*)*",
        rb"(?:a+)*?b",
        rb"(a|a)*b",
        rb"(a|ab|b)*c",
        rb"(?:a|aa){2,}",
        rb"(?:a{1,8})+b",
        rb"(?:a?a)*b",
        rb"(a+){1,3}b",
        rb"(?:a?){30}a{30}",
        rb"(?:x*y*)*z",
        rb"(?:[a-z]+[0-9]*)+x",
        rb"((?:a{0,3}){0,3}){0,9}b",
        rb".*.*x",
        rb"\d*\d*\d*x",
        rb"[^\0]*\.\d+",
        rb"(?i:a|A)(?i:(?:b|B)+)+c",
        rb"(?i)(?:ab|AB)*c",
        rb"(?=.*.*.*x)y",
        rb"(?!.*.*.*x)y",
    ],
)
def test_expressions_that_may_take_endless_time_are_known(text: bytes) -> None:
    re.compile(text)

    assert effort(text).is_too_much


@pytest.mark.parametrize(
    "text",
    [
        rb"",
        rb"abc",
        rb"[(a+)]+",
        rb"[]()+*]+",
        rb"\(a+\)+",
        rb"(?:ab)+c",
        rb"(a{2})+b",
        rb"a+?b+",
        rb"(?:a+)?b",
        rb"({},a)+",
        rb"(?:a|b)*c",
        rb"(?i:a|B)*c",
        rb"v\d+(?:\.\d+)+(?![\d.])",
        rb"(?:\.\d{1,3}){1,3}",
        rb"(?<![ -~])(a|b)c*",
        rb"[^\0]{0,60}.{0,60}x",
        rb"version [^\0\n]{0,80}(\d\.\d+)\s\w\S\D\W",
        rb"^(?>a|b)c*+$\b",
    ],
)
def test_expressions_that_end_soon_are_let_through(text: bytes) -> None:
    assert not effort(text).is_too_much
    assert not effort(text).is_too_much_for_a_name


def test_a_text_that_leads_one_way_costs_its_length() -> None:
    assert effort(rb"\d+\.\d+(?:\.\d+)*").steps == WINDOW + 1
    assert effort(rb"abc").steps == 4


def test_the_same_bytes_at_the_start_bound_the_number_of_starts() -> None:
    assert effort(rb"U-Boot (\d)").starts == WINDOW // 7
    assert effort(rb"(a|b)").starts == WINDOW
    assert effort(rb"a+").starts == WINDOW


@pytest.mark.parametrize("text", [rb"(\d+\.\d+)\0", rb"a.*(b)", rb"\w+-(\d)", rb"\0(?=.*x)", rb"(?:ab)+ab(c)"])
def test_a_start_inside_an_endless_repeat_grows_with_the_text(text: bytes) -> None:
    assert effort(text).grows


@pytest.mark.parametrize("text", [rb"\0(\d+\.\d+)\0", rb"(2\.\d(?:-\w+)?)\0", rb"v(\d{1,9})", rb"\d{1,3}"])
def test_a_start_that_cannot_be_inside_the_repeat_does_not(text: bytes) -> None:
    assert not effort(text).grows


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (rb"(?:[ab]?c?){64}x", "too large"),
        (rb"(a)\1", "refers back"),
        (rb"(a)?(?(1)b|c)", "refers back"),
        (rb"(?:(?:a{64}){64}){64}", "too large"),
    ],
)
def test_an_expression_that_cannot_be_judged_is_said_to_be_so(text: bytes, why: str) -> None:
    with pytest.raises(UnboundedError, match=why):
        effort(text)


def test_an_expression_nested_too_deeply_for_us_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_deep(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr("fairmark.examine.expressions._Layout.sequence", too_deep)

    with pytest.raises(UnboundedError, match="nested"):
        effort(rb"a")


# An expression as a tree, written out and read by a plain model of a matcher that tries every way.
_TREES = st.recursive(
    st.sampled_from([("reads", "a"), ("reads", "b"), ("reads", "[ab]"), ("reads", "[^a]")]),
    lambda inner: st.one_of(
        st.tuples(st.just("then"), inner, inner),
        st.tuples(st.just("or"), inner, inner),
        st.tuples(st.just("repeat"), inner, st.sampled_from([(0, 1), (0, 99), (1, 99), (0, 2), (2, 2), (1, 3)])),
    ),
    max_leaves=5,
)


def _written(tree: Any) -> str:
    match tree:
        case ("reads", what):
            return f"({what})"  # a numbered group, or the parser would join equal beginnings of alternatives
        case ("then", one, other):
            return _written(one) + _written(other)
        case ("or", one, other):
            return f"(?:{_written(one)}|{_written(other)})"
        case (_, inner, (least, most)):
            return f"(?:{_written(inner)}){{{least},{most if most < 99 else ''}}}"


def _ends(tree: Any, data: str, start: int) -> list[int]:
    """Return where the tree may stop reading, each place as often as there are ways to it."""
    match tree:
        case ("reads", what):
            return [start + 1] if re.match(what, data[start : start + 1]) else []
        case ("then", one, other):
            return [end for middle in _ends(one, data, start) for end in _ends(other, data, middle)]
        case ("or", one, other):
            return _ends(one, data, start) + _ends(other, data, start)
        case (_, inner, (least, most)):
            ends = [start] if least == 0 else []
            further = [end for end in _ends(inner, data, start) if end > start] if most else []
            rest = ("repeat", inner, (max(0, least - 1), most - (most < 99)))
            return ends + [end for middle in further for end in _ends(rest, data, middle)]


@given(_TREES, st.text("ab", max_size=6))
@settings(max_examples=200, deadline=None)
def test_no_text_can_be_read_in_more_ways_than_we_say(tree: Any, data: str) -> None:
    whole = ("then", tree, ("reads", "c"))  # steps are counted by the bytes that are read

    known = effort(_written(whole).encode())

    assert len(_ends(whole, f"{data}c", 0)) <= known.steps


def test_an_expression_is_compiled_when_it_is_needed() -> None:
    wrong = Expression(b"(")

    with pytest.raises(re.error):
        _ = wrong.compiled
    assert Expression(b"a.b").compiled.match(b"a\nb")
