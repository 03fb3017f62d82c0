"""Negotiation and prompts."""

import pytest

from fairmark.examine.probe import telnet
from fairmark.examine.probe.telnet import Prompt


def test_every_option_is_refused_and_the_text_is_left() -> None:
    answer, text = telnet.read(b"\xff\xfd\x18\xff\xfb\x01\xff\xfa\x18\x01\xff\xf0hello\xff\xf1 there")

    assert answer == b"\xff\xfc\x18\xff\xfe\x01"
    assert text == b"hello there"


def test_a_flood_of_options_is_answered_in_part_and_half_a_command_ends() -> None:
    answer, text = telnet.read(b"\xff\xfd\x18" * 10_000 + b"\xff")

    assert len(answer) <= 64 * 3
    assert text == b""


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        (b"\r\ncamera login: ", Prompt.LOGIN),
        (b"Username:", Prompt.LOGIN),
        (b"Password: ", Prompt.PASSWORD),
        (b"BusyBox\r\n# ", Prompt.SHELL),
        (b"root@cam:/$ ", Prompt.SHELL),
        (b"Welcome\r\n", Prompt.NOTHING),
        (b"", Prompt.NOTHING),
    ],
)
def test_a_login_is_told_from_a_shell(text: bytes, wants: Prompt) -> None:
    assert telnet.prompt(text) is wants


def test_a_refusal_and_a_lock_are_told() -> None:
    assert telnet.refuses(b"Login incorrect")
    assert not telnet.refuses(b"Welcome")
    assert telnet.locks(b"Too many tries, wait 60 seconds")
    assert not telnet.locks(b"Login incorrect")
