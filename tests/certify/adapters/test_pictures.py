"""Codes in pictures: read where the libraries are, explained where they are not, and no picture trusted to be one."""

import io
import sys

import pytest
from PIL import Image

from fairmark.certify import qr
from fairmark.certify.adapters.pictures import is_picture, read_code
from fairmark.errors import MissingPartError, UnreadableInputError
from tests.certify.test_qr import address
from tests.doubles import orders as given

ORDER = given.order()
PNG = qr.png(address(ORDER), ORDER)


def test_the_code_is_read_from_png_and_jpeg() -> None:
    photo = io.BytesIO()
    Image.open(io.BytesIO(PNG)).rotate(9, expand=True, fillcolor=255).save(photo, "JPEG", quality=70)

    assert read_code(PNG, "label.png") == address(ORDER)
    assert read_code(photo.getvalue(), "label.jpg") == address(ORDER)
    assert is_picture(PNG)
    assert not is_picture(b"https://")


def test_without_the_library_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    monkeypatch.setattr("fairmark.certify.adapters.pictures.find_spec", lambda _name: None)

    with pytest.raises(MissingPartError) as error:
        read_code(PNG, "label.png")

    assert "Paste the text" in error.value.hint


@pytest.mark.parametrize("size", [0, 8, 20, 40, 200, len(PNG) - 30])
def test_a_broken_picture_is_refused(size: int) -> None:
    with pytest.raises(UnreadableInputError):
        read_code(PNG[:size], "label.png")


def test_no_code_and_two_codes_are_refused() -> None:
    other = given.order(number=5)
    width = 800
    two = Image.new("L", (width, 1600), 255)
    for place, order in enumerate((ORDER, other)):
        two.paste(Image.open(io.BytesIO(qr.png(address(order), order))), (20, 20 + 800 * place))
    for picture, what in ((Image.new("L", (50, 50), 255), "no QR code"), (two, "2 QR codes")):
        content = io.BytesIO()
        picture.save(content, "PNG")
        with pytest.raises(UnreadableInputError, match=what):
            read_code(content.getvalue(), "label.png")


def test_a_picture_that_would_fill_the_memory_is_refused() -> None:
    rows = qr.written([b"\xff" * 10])
    huge = rows[:16] + (100_000).to_bytes(4) + (100_000).to_bytes(4) + rows[24:]

    with pytest.raises(UnreadableInputError):
        read_code(huge, "label.png")
