"""How wide a text is at most when it is drawn, so that a label stays inside its box in every usual font.

A picture names a list of fonts, and which of them is there is not known when it is drawn. The advances below are the
larger ones of DejaVu Sans, the widest of the usual fonts without serifs, and Liberation Sans, which is as wide as Arial
and Helvetica; in hundredths of the size, for the characters of ASCII in their order.
"""

import unicodedata

_PLAIN = (
    *(32, 41, 46, 84, 64, 96, 78, 28, 40, 40, 50, 84, 32, 37, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34),
    *(84, 84, 84, 56, 102, 69, 69, 73, 78, 67, 62, 78, 76, 30, 50, 67, 56, 87, 75, 79, 67, 79, 73, 67, 62, 74, 69, 99),
    *(69, 67, 69, 40, 34, 40, 84, 56, 50, 62, 64, 55, 64, 62, 36, 64, 64, 28, 28, 58, 28, 98, 64, 62, 64, 64, 42, 53),
    *(40, 64, 60, 82, 60, 60, 53, 64, 34, 64, 84),
)
_BOLD = (
    *(35, 46, 53, 84, 70, 101, 88, 31, 46, 46, 53, 84, 38, 42, 38, 37, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 40, 40),
    *(84, 84, 84, 62, 100, 78, 77, 74, 84, 69, 69, 83, 84, 38, 56, 78, 64, 100, 84, 86, 74, 86, 78, 73, 69, 82, 78),
    *(111, 78, 73, 73, 46, 37, 46, 84, 56, 50, 68, 72, 60, 72, 68, 44, 72, 72, 35, 35, 67, 35, 105, 72, 69, 72, 72),
    *(50, 60, 48, 72, 66, 93, 65, 66, 59, 72, 37, 72, 84),
)
_ELLIPSIS, _ALPHABETS, _IDEOGRAPH, _OTHER = 100, 160, 130, 210
_ROUNDING = 1e-6
_LAST_ALPHABET = 0x530
"""Latin, Greek and Cyrillic letters stand before it."""


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the most that one line of text takes, in the unit of ``size``."""
    return sum(_advance(one, _BOLD if bold else _PLAIN) for one in text) * size / 100


def fitted(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """Return the text, or as much of it as fits into ``room`` with an ellipsis behind it.

    >>> fitted("camhttpd at tcp/80", 400, 13), fitted("camhttpd at tcp/80", 80, 13)
    ('camhttpd at tcp/80', 'camhttpd…')
    """
    table = _BOLD if bold else _PLAIN
    left, kept = room * 100 / size + _ROUNDING, 0
    for index, one in enumerate(text):
        left -= _advance(one, table)
        if left >= _ELLIPSIS:
            kept = index + 1
        if left < 0:
            return f"{text[:kept].rstrip(' ,;:(')}…"
    return text


def _advance(one: str, table: tuple[int, ...]) -> int:
    code = ord(one)
    if 0x20 <= code < 0x7F:
        return table[code - 0x20]
    if one == "…":
        return _ELLIPSIS
    parts = unicodedata.normalize("NFKD", one)
    if 0x20 <= ord(parts[0]) < 0x7F and all(map(unicodedata.combining, parts[1:])):
        return table[ord(parts[0]) - 0x20]
    if code < _LAST_ALPHABET:
        return _ALPHABETS
    each = _IDEOGRAPH if unicodedata.east_asian_width(one) in "WF" else _OTHER
    return each * len(parts)
