"""Following start scripts: what runs for certain, what may run, and that nothing hostile runs away."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.shell import Command, Run
from fairmark.examine.startup import TreeWorld
from fairmark.examine.uci import sections
from tests.doubles.subjects import subject

DAEMON = b"\x7fELF\0\0"


def run(script: str, files: Mapping[str, bytes] | None = None, *arguments: str) -> list[Command]:
    """Follow a script in a small tree."""
    made = subject({"/usr/sbin/camd": DAEMON, **(files or {})})
    commands: list[Command] = []
    Run(TreeWorld(made, made.trees[0]), "/etc/init.d/S50x", script, commands, arguments=arguments).follow()
    return commands


def certain(script: str, files: Mapping[str, bytes] | None = None, *arguments: str) -> list[tuple[str, ...]]:
    """Return the words of what runs for certain."""
    return [command.words for command in run(script, files, *arguments) if command.certain]


@pytest.mark.parametrize(
    "script",
    [
        "camd -p 23",
        "camd -p 23 &",
        "camd -p 23 >/dev/null 2>&1 &",
        "DAEMON=camd\n$DAEMON -p 23",
        'DAEMON="camd"; ARGS="-p 23"\n"$DAEMON" $ARGS',
        "camd \\\n  -p 23",
        "[ -x /usr/sbin/camd ] && camd -p 23",
        "[ -x /usr/sbin/camd ] || exit 0\ncamd -p 23",
        "if [ -x /usr/sbin/camd ]; then\n  camd -p 23\nfi",
        "if [ -f /usr/sbin/none ]; then exit 0; else camd -p 23; fi",
        "start() {\n  camd -p 23\n}\nstart",
        "start-stop-daemon -S -b -x camd -- -p 23",
        "start-stop-daemon --start --quiet --background --exec camd -- -p 23",
        "start-stop-daemon -S -b -m -p /run/x.pid -n x -x camd -- -p 23",
        "nohup camd -p 23 &",
        "nice -n 5 camd -p 23",
        "su -c 'camd -p 23' nobody",
        "sh -c 'camd -p 23'",
        "cat <<EOF\nnot-this\nEOF\ncamd -p 23",
        "while true; do camd -p 23; sleep 5; done",
        "PORT=${PORT:-23}\ncamd -p $PORT",
        "[ -f /var/run/x.pid ] && exit 1\ncamd -p 23",
    ],
)
def test_what_a_script_starts_is_found(script: str) -> None:
    commands = certain(script)

    assert ("camd", "-p", "23") in commands


@pytest.mark.parametrize(
    "script",
    [
        "# camd",
        "echo 'camd'",
        "cat <<EOF\ncamd\nEOF",
        "[ -x /usr/sbin/none ] && camd",
        "[ -x /usr/sbin/none ] || exit 0\ncamd",
        "start() { camd; }",
        "exit 0\ncamd",
        "start-stop-daemon -K -x camd",
        "start-stop-daemon --start --test --exec camd",
        "if false; then camd; fi",
        'ENABLED=no\n[ "$ENABLED" = yes ] && camd',
        "for x in $(unknown; do camd; done",
        "x=(1 2)\ncamd",
    ],
)
def test_what_a_script_does_not_start_is_not_found(script: str) -> None:
    commands = run(script)

    assert not [command for command in commands if command.words[0].endswith("camd")]


@pytest.mark.parametrize(
    "script",
    [
        '[ "$(nvram get telnet)" = 1 ] && camd',
        "grep -q debug /proc/cmdline && camd",
        "[ -f /mnt/sdcard/debug ] || exit 0\ncamd",
        "if [ -e /dev/ttyUSB0 ]; then camd; fi",
        "case $(cat /proc/cmdline) in *debug*) camd;; esac",
    ],
)
def test_a_start_behind_an_unknown_condition_is_not_certain(script: str) -> None:
    commands = run(script)

    assert [command.certain for command in commands if command.words == ("camd",)] == [False]


def test_only_the_branch_for_start_is_followed() -> None:
    script = 'case "$1" in\n start|boot) camd up;;\n stop) camd down;;\n *) camd usage;;\nesac'

    commands = certain(script, None, "start")

    assert commands == [("camd", "up")]


def test_settings_are_read_from_the_file_that_the_script_sources() -> None:
    script = 'ENABLED=yes\n[ -r /etc/default/x ] && . /etc/default/x\n[ "$ENABLED" = yes ] && camd'

    off = certain(script, {"/etc/default/x": b"ENABLED=no\n"})
    on = certain(script, {"/etc/default/x": b"# ENABLED=no\n"})

    assert (off, on) == ([], [("camd",)])


def test_each_command_names_the_lines_that_lead_to_it() -> None:
    (command,) = run("\n/etc/inner.sh", {"/etc/inner.sh": b"#!/bin/sh\n\ncamd\n"})

    assert [(place.path, place.line) for place in command.trail] == [("/etc/init.d/S50x", 2), ("/etc/inner.sh", 3)]


def test_a_script_that_calls_itself_ends() -> None:
    commands = run("/etc/loop.sh", {"/etc/loop.sh": b"#!/bin/sh\n/etc/loop.sh\n/etc/loop.sh\nf() { f; f; }\nf\n"})

    assert commands == []


def test_deep_nesting_ends() -> None:
    commands = run("if true; then " * 500 + "camd" + "; fi" * 500)

    assert commands == []


@given(
    st.text(
        alphabet=st.sampled_from("if then else fi do done case esac in for $(){}[]\"'`\\;&|<>\n\t abc=-*?!#1"),
        max_size=200,
    )
)
@settings(max_examples=200, deadline=None)
def test_any_text_can_be_followed(script: str) -> None:
    commands = run(script)

    assert isinstance(commands, list)


def test_openwrt_settings_keep_their_sections() -> None:
    (first, second) = sections("config dropbear main\n\toption Port '22'\n\nconfig x\n\tlist a 1\n\tlist a 2\n")

    assert (first.type, first.name, first.value("Port"), first.line) == ("dropbear", "main", "22", 1)
    assert second.options == {"a": ("1", "2")}
