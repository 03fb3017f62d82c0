"""A shell script as a flat list of commands."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.scripts.shell_lexer import plain, shown
from fairmark.examine.scripts.shell_reader import Command, read_commands


def names(code: str) -> list[str]:
    return [one.name or one.kind for one in read_commands(code)]


def test_pipes_lists_and_assignments() -> None:
    first, second, third = read_commands("A=$x B='c d' run -a | next && last > /tmp/out\n")

    assert [(name, shown(word)) for name, word, _ in first.assignments] == [("A", " "), ("B", "c d")]
    assert (first.feeds, second.piped, third.joint) == (True, True, "&&")
    assert (third.redirects[0].sign, plain(third.redirects[0].word)) == (">", "/tmp/out")


def test_quoting_is_kept_on_every_piece() -> None:
    (command,) = read_commands("echo \"$a\"$b'$c'\n")

    assert [(one.kind, one.text, one.quoted) for one in command.words[1]] == [
        ("variable", "a", True),
        ("variable", "b", False),
        ("text", "$c", True),
    ]


def test_changes_of_a_variable_are_kept_and_its_length_is_a_number() -> None:
    (command,) = read_commands("echo ${a##*/} ${#a} $((a+1))\n")

    assert [(word[0].kind, word[0].change) for word in command.words[1:]] == [
        ("variable", "##*/"),
        ("number", ""),
        ("number", ""),
    ]


def test_conditions_know_the_block_that_they_open() -> None:
    test, inside, outside = read_commands('if [ "$a" = b ]; then\n c\nelse\n d\nfi\n')

    assert (test.condition, test.opens in inside.block, test.opens in outside.block) == (True, True, False)


def test_branches_of_a_case_are_blocks() -> None:
    found = read_commands('case "$a" in\n x|y) b ;;\n *) exit ;;\nesac\nc\n')

    assert [one.kind for one in found] == ["case", "branch", "simple", "branch", "simple", "simple"]
    assert [len(one.block) for one in found] == [0, 2, 2, 2, 2, 0]


def test_here_documents_feed_the_reads_of_their_loop() -> None:
    found = read_commands("while read a b; do\n c\ndone <<EOF\n$x\nEOF\nd\n")
    read = next(one for one in found if one.name == "read")

    assert [piece.text for piece in read.redirects[0].word if piece.kind == "variable"] == ["x"]
    assert found[-1].name == "d"


def test_a_quoted_mark_keeps_a_here_document_as_it_is() -> None:
    (command,) = read_commands("cat <<'EOF'\n$x\nEOF\n")

    assert command.redirects[0].word[0].kind == "text"


@pytest.mark.parametrize("code", ["f() { a; }\nb\n", "function f { a; }\nb\n", "f()\n{\n a\n}\nb\n"])
def test_functions(code: str) -> None:
    function, inside, outside = read_commands(code)

    assert (function.kind, len(inside.block), outside.block) == ("function", 1, ())


def test_lines_are_counted_through_quotes_and_continued_lines() -> None:
    assert [one.line for one in read_commands("a 'x\ny'\nb \\\n c\nd\n")] == [1, 3, 5]


@given(st.text(alphabet="ab $\"'`(){}[];|&<>\n#\\=!case inesacfidoneelwhr", max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_ends_in_commands(code: str) -> None:
    assert all(isinstance(one, Command) for one in read_commands(code))
