"""Read JSON that somebody else wrote, within bounds of size and depth that are looked at before anything is built."""

import json
from collections import Counter
from typing import Any

from fairmark.errors import UnreadableInputError

MOST_VALUES = 3_000_000  # a value costs up to 200 bytes of memory, whatever it costs in the file
_MARKS = (b",", b"[", b"{")


def read_json(content: bytes, name: str, *, limit: int, hint: str, unique: bool = False) -> Any:
    """Return the value of a JSON document (UTF-8, UTF-16 or UTF-32, with or without a byte order mark).

    ``unique`` refuses a name that stands twice in one object: of two values no reader can say which one counts.

    Raises:
        UnreadableInputError: when it is too large, holds too many values, is nested too deeply, or is no JSON.
    """
    if len(content) > limit:
        raise UnreadableInputError(f"{name} is larger than {limit:,} bytes", hint=hint)
    if sum(content.count(mark) for mark in _MARKS) > MOST_VALUES:
        raise UnreadableInputError(f"{name} holds more than {MOST_VALUES:,} values", hint=hint)
    try:
        return json.loads(content, object_pairs_hook=_once_each if unique else None)
    except _TwiceError as error:
        raise UnreadableInputError(f"{name}: {error} stands twice in one object", hint=hint) from None
    except (ValueError, RecursionError):
        raise UnreadableInputError(f"{name} is not JSON", hint=hint) from None


class _TwiceError(Exception):
    """A name stands twice in one object."""


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        twice = next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
        raise _TwiceError(repr(text(twice, 60)))
    return made


def text(value: object, longest: int = 500) -> str:
    """Return a text without control characters and halves of characters, cut; '' for anything else."""
    if not isinstance(value, str):
        return ""
    return "".join(c if c.isprintable() else " " for c in value[:longest]).strip()


def mapping(value: object) -> dict[str, Any]:
    """Return a mapping as it is, everything else as an empty one."""
    return value if isinstance(value, dict) else {}


def rows(value: object, most: int = 100_000) -> list[dict[str, Any]]:
    """Return the mappings in a list, of its first ``most`` items."""
    return [one for one in value[:most] if isinstance(one, dict)] if isinstance(value, list) else []
