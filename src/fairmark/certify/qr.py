"""QR codes of labels, as SVG with the words a buyer reads and as PNG.

The address is written in byte mode up to the ``#`` and in numeric mode behind it. Error correction is M, and four
modules around it stay white. A test says so in the picture, not only in the code.
"""

import struct
import textwrap
import zlib
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

import segno
from segno import QRCode

from fairmark.certify.order import Order

QUIET = 4
"""Modules that stay white around the code (ISO/IEC 18004)."""
MODULE_MM = 0.4
_LINE_MM = 4.2
_CHARACTERS = 40
_TEXT_MM = 66
# Five columns by seven rows of pixels for each letter of the notice on a test, a row as five bits.
_LETTERS = {
    "T": (31, 4, 4, 4, 4, 4, 4), "E": (31, 16, 16, 30, 16, 16, 31), "S": (15, 16, 16, 14, 1, 1, 30),
    "N": (17, 25, 21, 21, 19, 17, 17), "O": (14, 17, 17, 17, 17, 17, 14), "A": (14, 17, 17, 31, 17, 17, 17),
    "C": (15, 16, 16, 16, 16, 16, 15), "R": (30, 17, 17, 30, 20, 18, 17), "I": (14, 4, 4, 4, 4, 4, 14),
    "F": (31, 16, 16, 30, 16, 16, 16), ",": (0, 0, 0, 0, 4, 4, 8), " ": (0, 0, 0, 0, 0, 0, 0),
}  # fmt: skip
_NOTICE = "TEST, NOT A CERTIFICATE"


def code(address: str) -> QRCode:
    """Return the code of a label's address."""
    start, _, digits = address.partition("#")
    # Each part gets the mode that suits it: bytes for the one, digits for the other.
    parts: Any = [f"{start}#", digits]  # its annotation knows only one part
    return segno.make(parts, error="m", micro=False, boost_error=False)


def svg(address: str, order: Order) -> str:
    """Return the label as one SVG picture: the code, and beside it the words."""
    made = code(address)
    side = (made.symbol_size(border=QUIET)[0]) * MODULE_MM
    rows = [part for line in order.lines for part in textwrap.wrap(line, _CHARACTERS)]
    heavy = len(textwrap.wrap(order.lines[0], _CHARACTERS)) + order.is_test
    height = max(side, (len(rows) + 1) * _LINE_MM)
    words = "".join(
        f'<text x="{side + 1:.1f}" y="{(row + 1) * _LINE_MM:.1f}"{_weight(row < heavy)}>{escape(text)}</text>'
        for row, text in enumerate(rows)
    )
    width = side + _TEXT_MM
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.1f}mm" height="{height:.1f}mm" '
        f'viewBox="0 0 {width:.1f} {height:.1f}" role="img" aria-label="{escape("; ".join(order.lines))}">'
        f'<rect width="100%" height="100%" fill="#fff"/>'
        f'<path transform="scale({MODULE_MM})" d="{_path(made)}" fill="#000"/>'
        f'<g font-family="sans-serif" font-size="3.2" fill="#000">{words}</g></svg>'
    )


def png(address: str, order: Order, *, scale: int = 8) -> bytes:
    """Return the code as a PNG of grey pixels, ``scale`` of them a module; a test has its notice above and below."""
    rows = [bytes(255 * (not dark) for dark in row) for row in code(address).matrix_iter(scale=scale, border=QUIET)]
    notice = list(_notice(len(rows[0]))) if order.is_test else []
    return written([*notice, *rows, *notice])


def written(rows: Sequence[bytes]) -> bytes:
    """Return rows of grey pixels, a byte each, as a PNG file (ISO/IEC 15948)."""
    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    packed = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    chunks = ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b""))
    body = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def _notice(width: int) -> Iterator[bytes]:
    scale = max(1, width // (6 * len(_NOTICE) + 2))
    for row in (None, *range(7), None):
        bits = "".join(f"{_LETTERS[letter][row] if row is not None else 0:05b}0" for letter in _NOTICE)
        pixels = b"".join((b"\0" if bit == "1" else b"\xff") * scale for bit in bits)
        line = pixels.center(width, b"\xff")[:width]
        yield from [line] * scale


def _path(made: QRCode) -> str:
    """Return the dark modules as runs of each row."""
    parts = []
    for y, row in enumerate(made.matrix_iter(border=QUIET)):
        start = None
        for x, dark in enumerate((*row, 0)):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                parts.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
                start = None
    return "".join(parts)


def _weight(heavy: bool) -> str:  # noqa: FBT001 - it is the only thing asked
    return ' font-weight="bold"' if heavy else ""
