"""Read the maker's own VEX document: OpenVEX, CSAF or CycloneDX, as JSON."""

import json

from fairmark.errors import UnreadableInputError
from fairmark.vulnerabilities.vex import MakerStatement
from fairmark.vulnerabilities.vex_formats import MOST_STATEMENTS, reader_of

MAX_VEX_BYTES = 32 << 20
_HINT = "Give OpenVEX, CSAF 2.0 or CycloneDX JSON with its statements."


def read_vex(content: bytes, name: str) -> tuple[MakerStatement, ...]:
    """Return the maker's statements in the order of the document: its word, not a proof.

    Raises:
        UnreadableInputError: when it is none of the three formats, holds no statement, or too many.
    """
    if len(content) > MAX_VEX_BYTES:
        raise UnreadableInputError(f"{name} is larger than {MAX_VEX_BYTES} bytes", hint=_HINT)
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise UnreadableInputError(f"{name} is not JSON", hint=_HINT) from None
    reader = reader_of(document) if isinstance(document, dict) else None
    if reader is None:
        raise UnreadableInputError(f"{name} is no VEX document", hint=_HINT)
    found = []
    for statement in reader(document):
        found.append(statement)
        if len(found) > MOST_STATEMENTS:
            raise UnreadableInputError(f"{name} holds more than {MOST_STATEMENTS:,} statements", hint=_HINT)
    if not found:
        raise UnreadableInputError(f"{name} holds no statement about a CVE", hint=_HINT)
    return tuple(found)
