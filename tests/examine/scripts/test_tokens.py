"""Five languages in tokens: texts know what is put into them, and nothing is ever an error."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.scripts.language import Language
from fairmark.examine.scripts.tokens import MAX_TOKENS, tokens


def inserted(code: str, language: Language) -> list[list[str]]:
    """Return the expressions in the texts of a script."""
    return [[token.text for token in part] for one in tokens(code, language) for part in one.parts]


@pytest.mark.parametrize(
    ("code", "language", "expected"),
    [
        ('"ping $host"', Language.PHP, [["$host"]]),
        ("\"a {$_GET['b']}\"", Language.PHP, [["$_GET", "[", "b", "]"]]),
        ('"\\$host"', Language.PHP, []),
        ("'ping $host'", Language.PHP, []),
        ("`ls $h{dir}`", Language.PERL, [["$h", "{", "dir", "}"]]),
        ("qx{ls $d}", Language.PERL, [["$d"]]),
        ("print <<EOF;\nhi $name\nEOF\n", Language.PERL, [["$name"]]),
        ('f"ping {host} {{no}}"', Language.PYTHON, [["host"]]),
        ('"ping {host}"', Language.PYTHON, []),
        ("`ping ${req.query.ip}`", Language.JAVASCRIPT, [["req", ".", "query", ".", "ip"]]),
        ("x = <<<EOT\n$y\nEOT;\n", Language.PHP, [["$y"]]),
    ],
)
def test_texts_know_what_is_put_into_them(code: str, language: Language, expected: list[list[str]]) -> None:
    assert inserted(code, language) == expected


def test_a_backtick_is_a_command_only_where_a_shell_runs_it() -> None:
    kinds = {
        language: tokens("`ls`", language)[0].kind for language in (Language.PHP, Language.PERL, Language.JAVASCRIPT)
    }

    assert kinds == {Language.PHP: "exec", Language.PERL: "exec", Language.JAVASCRIPT: "text"}


def test_comments_and_documentation_are_no_tokens() -> None:
    assert [one.kind for one in tokens("# exec\n", Language.PYTHON)] == ["newline"]
    assert [one.text for one in tokens("--[[ exec ]] a", Language.LUA)] == ["a"]
    assert [one.text for one in tokens("a();\n=pod\nsystem($x)\n=cut\n", Language.PERL) if one.kind == "name"] == ["a"]


def test_a_slash_is_a_pattern_only_where_a_value_may_begin() -> None:
    kinds = [one.kind for one in tokens('/a"b/.test(x); y = a / b / c', Language.JAVASCRIPT)]

    assert kinds.count("regex") == 1


def test_tokens_keep_their_lines() -> None:
    found = tokens("a = '''x\ny'''\nb = 1\n", Language.PYTHON)

    assert [(one.text, one.line) for one in found if one.kind == "name"] == [("a", 1), ("b", 3)]


def test_the_number_of_tokens_is_bounded() -> None:
    assert len(tokens("a " * (MAX_TOKENS + 100), Language.LUA)) == MAX_TOKENS


@given(st.text(max_size=300), st.sampled_from([one for one in Language if one is not Language.SHELL]))
@settings(max_examples=150, deadline=None)
def test_any_text_ends_in_tokens(code: str, language: Language) -> None:
    assert all(one.line >= 1 for one in tokens(code, language))
