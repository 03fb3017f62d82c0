"""Statements and the blocks they stand in."""

import pytest

from fairmark.examine.scripts.functions import header_of
from fairmark.examine.scripts.language import Language
from fairmark.examine.scripts.statements import Statement, statements
from fairmark.examine.scripts.tokens import tokens


def read(code: str, language: Language) -> list[Statement]:
    return list(statements(tokens(code, language), language))


def shapes(code: str, language: Language) -> list[tuple[str, int]]:
    """Return the first word and the depth of every statement."""
    return [(one.tokens[0].text, one.depth) for one in read(code, language)]


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("if a:\n    b()\nc()\n", Language.PYTHON),
        ("if a then\n  b()\nend\nc()\n", Language.LUA),
        ("if ($a) { b(); } c();", Language.PHP),
        ("if ($a) {\n b();\n}\nc();", Language.PERL),
        ("if (a) {\n  b()\n}\nc()\n", Language.JAVASCRIPT),
    ],
)
def test_a_branch_is_a_block(code: str, language: Language) -> None:
    assert shapes(code, language) == [("if", 0), ("b", 1), ("c", 0)]


def test_branches_of_one_condition_are_different_blocks() -> None:
    first, second = (one for one in read("if (a) { b(); } else { c(); }", Language.PHP) if one.depth == 1)

    assert first.block != second.block


def test_a_hash_is_a_value_and_no_block() -> None:
    assert len(read("exec('a', {shell: true}); b()", Language.JAVASCRIPT)) == 2
    assert shapes("my %h = (a => 1); $h{a} = 2;", Language.PERL) == [("my", 0), ("$h", 0)]


def test_lines_go_on_after_an_operator_and_inside_brackets() -> None:
    assert len(read("x = a ..\n  b\ny = 1\n", Language.LUA)) == 2
    assert len(read("f(\n a,\n b)\ng()\n", Language.PYTHON)) == 2
    assert len(read("a\n  .b()\nc()\n", Language.JAVASCRIPT)) == 2


@pytest.mark.parametrize(
    ("code", "language", "name", "parameters"),
    [
        ("def f(self, a: str, b=1):\n  pass\n", Language.PYTHON, "f", ("a", "b")),
        ("function M.f(a, b)\nend\n", Language.LUA, "f", ("a", "b")),
        ("local f = function(a)\nend\n", Language.LUA, "f", ("a",)),
        ("function f(string $a, $b = 1) { }", Language.PHP, "f", ("$a", "$b")),
        ("sub f { }", Language.PERL, "f", ()),
        ("const f = (a, b) => { }", Language.JAVASCRIPT, "f", ("a", "b")),
        ("class A { f(a) { } }", Language.JAVASCRIPT, "f", ("a",)),
    ],
)
def test_heads_of_functions_are_found(code: str, language: Language, name: str, parameters: tuple[str, ...]) -> None:
    heads = [head for one in read(code, language) if (head := header_of(one, language))]

    assert [(head.name, head.parameters) for head in heads] == [(name, parameters)]


def test_a_callback_keeps_the_statement_around_it() -> None:
    (head,) = [
        head
        for one in read("app.get('/x', (req, res) => { });", Language.JAVASCRIPT)
        if (head := header_of(one, Language.JAVASCRIPT))
    ]

    assert (head.parameters, head.keeps_values) == (("req", "res"), True)
