"""Read back the canonical JSON that certificates, manifests and log entries are written in: one spelling, or refused.

What ``model.value.canonical_json`` writes for these values is what RFC 8785 (JCS) asks for: they hold text, whole
numbers below 2^53, truth values, null, lists, and objects whose names are ASCII. The two would differ in the order of
names outside the Basic Multilingual Plane and in the form of some fractions; neither occurs here, and reading refuses
both.
"""

import json
from typing import Any

from fairmark.errors import UnreadableInputError
from fairmark.model.value import canonical_json

_LARGEST_NUMBER = 2**53


def read_canonical(content: bytes, what: str, *, limit: int) -> Any:
    """Return the value that ``content`` is the canonical JSON of; ``what`` names it in messages.

    Raises UnreadableInputError for anything that ``canonical_json`` would not have written byte for byte: other spaces,
    another order, a name twice, a fraction, bytes behind it, more than ``limit`` bytes.
    """
    hint = "Take the file as its issuer published it; editors change what cannot be seen."
    if len(content) > limit:
        raise UnreadableInputError(f"{what} is larger than {limit} bytes", hint=hint)
    try:
        found = json.loads(content, parse_float=_no_number, parse_constant=_no_number, parse_int=_whole)
        spelled = canonical_json(found)
    except (ValueError, RecursionError) as error:  # UnicodeError is one of them
        raise UnreadableInputError(f"{what} is no canonical JSON: {str(error)[:120]}", hint=hint) from None
    if spelled != content:
        raise UnreadableInputError(f"{what} is not written canonically", hint=hint)
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text[:20]} is no whole number")


def _whole(text: str) -> int:
    if len(text) > 17 or abs(int(text)) >= _LARGEST_NUMBER:
        raise ValueError(f"{text[:20]} is too large a number")
    return int(text)
