"""What programs between two pipes let through."""

import pytest

from fairmark.examine.scripts.flow import CLEAN, Harm, Origin, Taint, Via
from fairmark.examine.scripts.shell_filters import grep_proves, passed
from fairmark.examine.scripts.shell_reader import read_commands

INPUT: Taint = frozenset({Origin(Via.REQUEST, "a", 1)})


def through(command: str) -> str:
    """Say what is left of hostile standard input."""
    (one,) = read_commands(command)
    left = passed(one.name, one.words, CLEAN, INPUT)
    return "weak" if any(origin.weak for origin in left) else "all" if left else "nothing"


@pytest.mark.parametrize(
    ("command", "left"),
    [
        ("cat", "all"),
        ("cut -d= -f2", "all"),
        ("awk -F= '{print $2}'", "all"),
        ("httpd -d", "all"),
        ("busybox tr '&' ' '", "all"),
        ("base64 -d", "all"),
        ("base64", "nothing"),
        ("tr -cd '0-9'", "nothing"),
        ("tr -d ';|'", "weak"),
        ("tr '+' ' '", "all"),
        ("sed 's/[^0-9]//g'", "nothing"),
        ("sed 's/;//g'", "weak"),
        ("sed 's/%20/ /g'", "all"),
        ("sed -n 's/.*a=\\([0-9]*\\).*/\\1/p'", "nothing"),
        ("sed -n 's/.*a=\\([^&]*\\).*/\\1/p'", "all"),
        ("grep -o '[0-9]*'", "nothing"),
        ("grep a=", "all"),
        ("wc -c", "nothing"),
        ("md5sum", "nothing"),
    ],
)
def test_what_is_left_of_standard_input(command: str, left: str) -> None:
    assert through(command) == left


def test_what_is_printed_is_what_is_given() -> None:
    (echo,) = read_commands("echo x")
    (number,) = read_commands("printf '%d' x")
    (quoted,) = read_commands("printf '%q' x")

    assert passed("echo", echo.words, INPUT, CLEAN) == INPUT
    assert passed("printf", number.words, INPUT, CLEAN) == CLEAN
    assert [one.cleared for one in passed("printf", quoted.words, INPUT, CLEAN)] == [(Harm.CODE, Harm.COMMAND)]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("grep -qE '^[0-9]+$'", "strict"),
        ("grep -q '[^0-9]'", "strict"),
        ("grep -qx '[0-9]*'", "strict"),
        ("grep -q ';'", "weak"),
        ("grep -q a", ""),
    ],
)
def test_what_a_found_pattern_proves(command: str, expected: str) -> None:
    (one,) = read_commands(command)

    assert grep_proves(one.words) == expected
