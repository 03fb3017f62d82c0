"""The code in a picture, by the optional libraries zxing-cpp and Pillow; without them the text can be pasted."""

import io
import warnings
from importlib import import_module
from importlib.util import find_spec

from fairmark.errors import MissingPartError, UnreadableInputError

LARGEST_PICTURE = 32 << 20
_MOST_PIXELS = 60_000_000
_KINDS = ("PNG", "JPEG")
_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


def is_picture(content: bytes) -> bool:
    """Whether a file begins as PNG or JPEG files do."""
    return content.startswith(_STARTS)


def read_code(content: bytes, name: str) -> str:
    """Return the text of the one QR code in a picture.

    Raises:
        MissingPartError: the libraries are not installed.
        UnreadableInputError: no picture, too large, no code in it or several.
    """
    if find_spec("zxingcpp") is None or find_spec("PIL") is None:
        hint = "Paste the text of the code instead, or: pip install 'fairmark[pictures]'"
        raise MissingPartError("reading codes from pictures needs zxing-cpp and Pillow", hint=hint)
    images, codes = import_module("PIL.Image"), import_module("zxingcpp")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of very large pictures, which are refused below
            with images.open(io.BytesIO(content), formats=_KINDS) as picture:
                if picture.width * picture.height > _MOST_PIXELS:
                    raise UnreadableInputError(f"{name} has too many pixels", hint="Cut the code out of it.")
                grey = picture.convert("L")
    except (OSError, SyntaxError, ValueError, images.DecompressionBombError):  # what Pillow raises for broken files
        raise UnreadableInputError(f"{name} is no whole PNG or JPEG", hint="Take the picture again.") from None
    found = {one.text for one in codes.read_barcodes(grey, codes.BarcodeFormat.QRCode)}
    if len(found) != 1:
        what = "no QR code" if not found else f"{len(found)} QR codes"
        raise UnreadableInputError(f"{name} shows {what}", hint="Photograph one label, straight and in good light.")
    return str(found.pop())
