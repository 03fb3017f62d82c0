"""The width of text: never less than what is drawn, and what does not fit is cut."""

import pytest

from fairmark.render.text_width import fitted, width


@pytest.mark.parametrize(
    "text", ["", "camhttpd at tcp/80", "M" * 99, "größer", "摄像头 摄像头", "\ufdfa\ufdfa", "a" * 9_999]
)
@pytest.mark.parametrize("room", [40.0, 150.0, 300.0])
@pytest.mark.parametrize("bold", [False, True])
def test_what_is_returned_fits(text: str, room: float, *, bold: bool) -> None:
    made = fitted(text, room, 13, bold=bold)

    assert width(made, 13, bold=bold) <= room + 1e-6
    assert made == text or made.endswith("…")


def test_what_fits_is_left_as_it_is() -> None:
    assert fitted("telnet", width("telnet", 13), 13) == "telnet"
    assert fitted("telnet", width("telnet", 13) - 0.01, 13) != "telnet"


def test_bold_is_wider_and_letters_differ() -> None:
    assert width("camera", 13, bold=True) > width("camera", 13)
    assert width("mmm", 13) > 3 * width("iii", 13)
    assert width("é", 13) == width("e", 13)
