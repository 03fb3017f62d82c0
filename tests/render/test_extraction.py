"""The tree of containers as text."""

from fairmark.model.gap import Gap, GapReason
from fairmark.model.image import Container
from fairmark.render.extraction import render


def test_depth_is_shown_and_what_stayed_closed_says_why() -> None:
    containers = (
        Container(id="0", kind="trx", offset=0, size=4096, opened=True, note="version 1"),
        Container(id="0.0", kind="squashfs", offset=28, size=2048, opened=True, note="xz"),
        Container(id="0.1", kind="data", offset=2076, size=2020, opened=False, note="encrypted (7.99 bits per byte)"),
    )
    gaps = (Gap(where="0.1 (data at 0x81c)", reason=GapReason.ENCRYPTED_OR_RANDOM, detail="7.99 bits per byte"),)

    lines = render(containers, gaps).splitlines()

    assert lines[0].startswith("trx")
    assert lines[1].startswith("  squashfs")
    assert "CLOSED" in lines[2]
    assert "7.99 bits per byte" in lines[2]
    assert "3 containers, 1 of them stayed closed; all others were opened by our readers" in lines


def test_another_program_that_opened_something_is_named() -> None:
    container = Container(id="0", kind="cab", offset=0, size=9, opened=True, note="opened by other 1.0 as cab")

    lines = render((container,), (), ("other 1.0, without a network",)).splitlines()

    assert lines[0].endswith("opened  opened by other 1.0 as cab")
    assert lines[2:] == [
        "1 containers, 0 of them stayed closed; our own readers opened what names no other program",
        "asked about what they do not open: other 1.0, without a network",
    ]


def test_a_hostile_note_cannot_steer_the_terminal() -> None:
    container = Container(id="0", kind="tar", offset=0, size=1, opened=True, note="a\x1b[2Jb\nc")

    text = render((container,), ())

    assert "\x1b" not in text
    assert len(text.splitlines()) == 3
