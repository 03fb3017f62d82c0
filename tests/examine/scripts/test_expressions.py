"""Chains of names, indices and calls."""

import pytest

from fairmark.examine.scripts.expressions import Operand, bracketed, items, literal
from fairmark.examine.scripts.language import Language
from fairmark.examine.scripts.tokens import tokens


def keys(code: str, language: Language) -> list[str]:
    return [one.key for one in items(tokens(code, language), language) if isinstance(one, Operand)]


@pytest.mark.parametrize(
    ("code", "language", "expected"),
    [
        ("$_GET['ip']", Language.PHP, "$_GET[ip]"),
        ("$this->run", Language.PHP, "$this.run"),
        ("req.query.ip", Language.JAVASCRIPT, "req.query.ip"),
        ("req?.query", Language.JAVASCRIPT, "req.query"),
        ('luci.http.formvalue("ip")', Language.LUA, "luci.http.formvalue(ip)"),
        ('s:match("a")', Language.LUA, "s.match(a)"),
        ('require "luci.sys"', Language.LUA, "require(luci.sys)"),
        ("$ENV{'QUERY_STRING'}", Language.PERL, "ENV[QUERY_STRING]"),
        ("$q->param('a')", Language.PERL, "q.param(a)"),
        ("request.args.get('a')", Language.PYTHON, "request.args.get(a)"),
    ],
)
def test_a_chain_has_one_key_however_it_is_written(code: str, language: Language, expected: str) -> None:
    assert keys(code, language) == [expected]


def test_brackets_that_group_are_passed_over() -> None:
    assert keys("(a + (b))", Language.LUA) == ["a", "b"]


def test_a_comparison_is_noted_on_both_sides() -> None:
    found = [
        one for one in items(tokens("a == 'x' and 'y' ~= b", Language.LUA), Language.LUA) if isinstance(one, Operand)
    ]

    assert [(one.compare, one.literal.text if one.literal else "") for one in found] == [("==", "x"), ("~=", "y")]


def test_calls_without_brackets_get_them() -> None:
    found = bracketed(tuple(tokens('system "ping $x" or die;', Language.PERL)), frozenset({"system"}))

    assert [one.text for one in found] == ["system", "(", "ping $x", ")", "or", "die", ";"]


def test_a_literal_is_a_text_alone() -> None:
    assert literal(tokens('"a"', Language.LUA)) == "a"
    assert literal(tokens('"a" .. b', Language.LUA)) is None
    assert literal(tokens('"a $b"', Language.PHP)) is None


def test_a_chain_without_end_is_cut() -> None:
    assert len(keys("a" + ".b" * 1000, Language.LUA)) > 1
