"""Conditions: three values against a truth table, and errors that say where and what."""

from contextlib import suppress
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.errors import WrongUsageError
from fairmark.standards.condition import MAX_DEPTH, MAX_LENGTH, evaluate, facts_of, unknown_facts

NAMES = ("a", "b.c", "d_2")
FEW = settings(max_examples=60, deadline=None, derandomize=True)

# A tree is a name, ("not", tree), or ("and" | "or", tree, tree); the oracle knows nothing of the parser.
TREES = st.recursive(
    st.sampled_from(NAMES),
    lambda inner: st.one_of(st.tuples(st.just("not"), inner), st.tuples(st.sampled_from(["and", "or"]), inner, inner)),
    max_leaves=8,
)
PARTIAL = st.dictionaries(st.sampled_from(NAMES), st.booleans())
KLEENE = {False: 0.0, None: 0.5, True: 1.0}


def written(tree: object) -> str:
    if isinstance(tree, str):
        return tree
    assert isinstance(tree, tuple)
    if tree[0] == "not":
        return f"not ({written(tree[1])})"
    return f"({written(tree[1])}) {tree[0]} ({written(tree[2])})"


def weight(tree: object, facts: dict[str, bool]) -> float:
    """0 for false, 1 for true, a half for unknown: and is the minimum, or the maximum, not the mirror."""
    if isinstance(tree, str):
        return KLEENE[facts.get(tree)]
    assert isinstance(tree, tuple)
    if tree[0] == "not":
        return 1 - weight(tree[1], facts)
    return (min if tree[0] == "and" else max)(weight(tree[1], facts), weight(tree[2], facts))


@FEW
@given(TREES, PARTIAL)
def test_evaluation_agrees_with_the_three_valued_truth_table(tree: object, facts: dict[str, bool]) -> None:
    assert KLEENE[evaluate(written(tree), facts)] == weight(tree, facts)


@FEW
@given(TREES, PARTIAL)
def test_stating_the_facts_that_matter_always_decides_the_condition(tree: object, facts: dict[str, bool]) -> None:
    expression = written(tree)

    missing = unknown_facts(expression, facts)

    assert bool(missing) is (evaluate(expression, facts) is None)
    assert set(missing) <= set(NAMES) - set(facts)
    for values in product((True, False), repeat=len(missing)):
        assert evaluate(expression, facts | dict(zip(missing, values, strict=True))) is not None


@FEW
@given(TREES, PARTIAL)
def test_what_is_decided_stays_decided_when_more_becomes_known(tree: object, facts: dict[str, bool]) -> None:
    expression = written(tree)
    early = evaluate(expression, facts)

    for values in product((True, False), repeat=len(NAMES)):
        whole = dict(zip(NAMES, values, strict=True)) | facts
        assert early is None or evaluate(expression, whole) is early


def test_not_binds_closer_than_and_and_and_closer_than_or() -> None:
    facts = {"a": True, "b": False, "c": False}

    assert evaluate("a or b and c", facts) is True
    assert evaluate("(a or b) and c", facts) is False
    assert evaluate("not b and a", facts) is True


def test_an_unknown_fact_that_no_longer_matters_is_not_asked_for() -> None:
    assert unknown_facts("a or (b and c)", {"b": False}) == ("a",)
    assert unknown_facts("a and b", {"a": False}) == ()


def test_an_empty_condition_always_holds() -> None:
    assert evaluate("", {}) is True
    assert evaluate("  \n", {}) is True
    assert facts_of("") == ()


@pytest.mark.parametrize(
    ("expression", "position", "expected", "found"),
    [
        ("a and", 6, 'a fact, "not" or "("', "the end"),
        ("a b", 3, '"and", "or" or the end', '"b"'),
        ("(a or b", 8, '"and", "or" or ")"', "the end"),
        ("or a", 1, 'a fact, "not" or "("', '"or"'),
        ("a and )", 7, 'a fact, "not" or "("', '")"'),
        ("a  & b", 4, 'a fact, "and", "or", "not" or a parenthesis', '"&"'),
        ("a..b", 2, 'a fact, "and", "or", "not" or a parenthesis', '"."'),
        ("()", 2, 'a fact, "not" or "("', '")"'),
    ],
)
def test_an_error_says_where_it_is_and_what_was_expected(
    expression: str, position: int, expected: str, found: str
) -> None:
    with pytest.raises(WrongUsageError) as error:
        evaluate(expression, {})

    assert error.value.message == f"condition: expected {expected} at position {position}, found {found}"
    assert expression in error.value.hint


@pytest.mark.parametrize("deep", ["not " * 5000 + "a", "(" * 900 + "a", "not " * (MAX_DEPTH + 1) + "a"])
def test_depth_and_length_are_bounded(deep: str) -> None:
    with pytest.raises(WrongUsageError):
        evaluate(deep, {})


def test_a_long_flat_condition_within_the_bound_is_read() -> None:
    flat = " or ".join(["ab"] * (MAX_LENGTH // 6 - 1))

    assert evaluate(flat, {"ab": False}) is False


@FEW
@given(st.text(alphabet="ab.()_ \n&", max_size=20))
def test_any_text_is_a_condition_or_a_clear_error(text: str) -> None:
    if "&" in text:
        with pytest.raises(WrongUsageError, match=r"condition: expected "):
            evaluate(text, {})
        return
    with suppress(WrongUsageError):
        assert evaluate(text, {}) in (None, True)
