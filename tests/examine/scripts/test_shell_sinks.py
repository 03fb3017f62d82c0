"""Commands that do harm with input."""

import pytest

from fairmark.examine.scripts.flow import CLEAN, Harm, Origin, Taint, Via
from fairmark.examine.scripts.shell_reader import read_commands
from fairmark.examine.scripts.shell_sinks import harms_of

INPUT: Taint = frozenset({Origin(Via.REQUEST, "a", 1)})


def harms(code: str, *, piped: bool = False) -> set[Harm]:
    """Return the harms when every word with a variable in it is hostile."""
    (command,) = read_commands(code)
    values = [INPUT if any(piece.kind == "variable" for piece in word) else CLEAN for word in command.words]
    found = harms_of(command, values, INPUT if piped else CLEAN, {"/tmp/filled": INPUT})
    return {harm for harm, _, taint in found if taint}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('eval "$a"', {Harm.COMMAND}),
        ("$a", {Harm.COMMAND}),
        ('sh -c "$a"', {Harm.COMMAND}),
        ('exec nohup sh -c "x $a"', {Harm.COMMAND}),
        ('su user -c "$a"', {Harm.COMMAND}),
        ('. "$a"', {Harm.CODE}),
        (". /tmp/filled", {Harm.CODE}),
        ("sh /tmp/filled", {Harm.COMMAND}),
        ("/tmp/filled", {Harm.COMMAND}),
        ("crontab /tmp/filled", {Harm.COMMAND}),
        ('lua -e "$a"', {Harm.CODE}),
        ('cat "$a"', {Harm.READ}),
        ('head -n "$a" x', set()),
        ('tail -f "$a"', {Harm.READ}),
        ('rm -f "$a"', {Harm.WRITE}),
        ('curl -o "$a" u', {Harm.WRITE}),
        ('sed -i s/a/b/ "$a"', {Harm.WRITE}),
        ('ping "$a"', set()),
        ("echo $a", set()),
    ],
)
def test_who_does_what_with_its_words(code: str, expected: set[Harm]) -> None:
    assert harms(code) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("sh", {Harm.COMMAND}),
        ("xargs sh -c 'x {}'", {Harm.COMMAND}),
        ("xargs ping", set()),
        ("awk '{ system($1) }'", {Harm.COMMAND}),
        ("awk '{ print $1 }'", set()),
        ("crontab -", {Harm.COMMAND}),
        ("cat", set()),
    ],
)
def test_who_does_what_with_standard_input(code: str, expected: set[Harm]) -> None:
    assert harms(code, piped=True) == expected


def test_a_name_within_a_folder_is_only_a_hint() -> None:
    (command,) = read_commands('"/opt/$a.sh"')

    ((_, _, taint),) = harms_of(command, [INPUT], CLEAN, {})

    assert all(one.weak for one in taint)
