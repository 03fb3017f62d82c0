"""Patterns in lines that act."""

import re

from fairmark.examine.scripts.language import Language
from fairmark.examine.scripts.lines import hits, is_talk

WORD = re.compile("danger")


def test_comments_and_talk_are_passed_over() -> None:
    text = "# danger\necho danger\necho danger | sh\n  danger\n"

    assert [one.number for one in hits(text, Language.SHELL, WORD)] == [3, 4]


def test_continued_lines_are_one_line_with_the_number_of_the_match() -> None:
    (one,) = hits("a \\\n  danger b\nc\n", Language.SHELL, WORD)

    assert (one.number, one.line, one.line[one.start :]) == (2, "a     danger b", "danger b")


def test_a_line_end_before_the_word_is_not_the_line_of_the_match() -> None:
    (one,) = hits("a\ndanger b\n", Language.SHELL, re.compile(r"(?m:^|[\s;])danger"))

    assert (one.number, one.line, one.start) == (2, "danger b", 0)


def test_overlong_lines_are_passed_over() -> None:
    assert list(hits("x" * 5000 + "danger\n", Language.SHELL, WORD)) == []


def test_talk_with_a_pipe_acts() -> None:
    assert is_talk("echo hello")
    assert not is_talk("echo hello > /etc/motd")
