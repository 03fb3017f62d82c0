"""Take texts, dates and lists out of foreign JSON: what has the wrong type is as if it were not there."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from fairmark.errors import UnreadableInputError

LONGEST_TEXT = 2_000
_CVE = re.compile(r"CVE-\d{4}-\d{4,12}")


def parsed(content: bytes, name: str) -> Any:
    """Return the JSON value of a document.

    Raises:
        UnreadableInputError: when it is none, or nested too deeply.
    """
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise UnreadableInputError(f"{name} is not JSON", hint="It may be cut off: fetch it again.") from None


def mapping(value: object) -> Mapping[str, Any]:
    """Return a mapping as it is, everything else as an empty one."""
    return value if isinstance(value, dict) else {}


def rows(value: object, most: int = 10_000) -> Iterator[Mapping[str, Any]]:
    """Give the mappings in a list, no more than ``most``."""
    if isinstance(value, list):
        yield from (one for one in value[:most] if isinstance(one, dict))


def text(value: object, longest: int = 300) -> str:
    """Return a text without control characters, cut to ``longest``; '' for anything else."""
    if not isinstance(value, str):
        return ""
    return "".join(c if c.isprintable() else " " for c in value[:longest]).strip()


def texts(value: object, most: int = 1_000) -> tuple[str, ...]:
    """Return the texts in a list."""
    return tuple(found for one in value[:most] if (found := text(one))) if isinstance(value, list) else ()


def day(value: object) -> date | None:
    """Return the day that an ISO 8601 text starts with."""
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def number(value: object, low: float, high: float) -> float | None:
    """Return a number within its bounds, given as a number or as text."""
    try:
        found = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        return None
    return found if found is not None and low <= found <= high else None


def cve_id(value: object) -> str:
    """Return the id of a CVE, '' for anything else."""
    return value if isinstance(value, str) and _CVE.fullmatch(value) else ""
