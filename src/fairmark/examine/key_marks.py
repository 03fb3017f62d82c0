r"""Where a private key may stand in a binary file: a mark of PEM, or the first fields of a key in DER.

The forms in DER (RFC 8017 A.1.2, RFC 5208, RFC 5915): SEQUENCE { INTEGER 0, INTEGER of 129 bytes or more }
is RSA; SEQUENCE { INTEGER 0, SEQUENCE { OID ... } } is PKCS #8; SEQUENCE { INTEGER 1, OCTET STRING of 32,
48 or 66 bytes } is a key of an elliptic curve. A mark is a place to look at, not a key.
"""

import re
from collections.abc import Set as AbstractSet
from functools import cache

from fairmark.examine.literals import Search, searcher

MOST_MARKS = 64
_MOST_PLACES = 4096  # of one literal, looked at

_PEM = b"PRIVATE KEY-----"
_RSA = (b"\x02\x01\x00\x02\x81", b"\x02\x01\x00\x02\x82")
_PKCS8 = (
    b"\x02\x01\x00\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01",
    b"\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01",
    b"\x02\x01\x00\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01",
    b"\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70",
)
_EC = (b"\x02\x01\x01\x04\x20", b"\x02\x01\x01\x04\x30", b"\x02\x01\x01\x04\x42")
LITERALS = (_PEM, *_RSA, *_PKCS8, *_EC)
_MARK = re.compile(
    rb"-----BEGIN (?:[A-Z0-9]{1,12} ){0,2}PRIVATE KEY-----"
    rb"|\x30(?:[\x20-\x7f]|\x81.|\x82..)(?=" + b"|".join(map(re.escape, LITERALS[1:])) + rb")",
    re.DOTALL,
)


@cache
def _search() -> Search:
    return searcher(LITERALS)


def key_marks(data: bytes, standing: AbstractSet[bytes] | None = None) -> tuple[int, ...]:
    """Return the offsets at which something begins that looks like a private key; at most 64.

    ``standing`` are those of ``LITERALS`` that stand in the data, and perhaps others, if they have been searched for.
    """
    standing = _search()(data) if standing is None else standing
    found: list[int] = []
    for literal in LITERALS:
        if literal not in standing:
            continue
        before = 40 if literal is _PEM else 4
        at = data.find(literal)
        for _ in range(_MOST_PLACES):
            if at < 0 or len(found) >= MOST_MARKS:
                break
            match = _MARK.search(data, max(0, at - before), at + len(literal))
            if match:
                found.append(match.start())
            at = data.find(literal, at + 1)
    return tuple(sorted(set(found)))
