"""What every shared value can do: be frozen, refuse the unknown, be written canonically."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

_PLAIN = frozenset({str, int, bool, type(None)})


class Value(BaseModel):
    """A frozen value. Unknown fields, NaN and infinity are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True, defer_build=True)


def plain(thing: Any) -> Any:
    """Turn a value into plain JSON data with floats of nine significant digits."""
    kind = type(thing)
    if kind in _PLAIN:  # nearly everything: the questions below take ten times as long
        return thing
    if kind is dict or isinstance(thing, Mapping):
        return {str(key): plain(value) for key, value in thing.items()}
    if kind is list or (isinstance(thing, Sequence) and not isinstance(thing, str)):
        return [plain(item) for item in thing]
    if isinstance(thing, float):
        rounded = float(f"{thing:.9g}")
        return int(rounded) if rounded.is_integer() and abs(rounded) < 2**53 else rounded
    return plain(thing.model_dump(mode="json", by_alias=True)) if isinstance(thing, BaseModel) else thing


def canonical_json(thing: Any) -> bytes:
    """Write a value as canonical JSON: sorted keys, no spaces, UTF-8, the same bytes for the same value."""
    text = json.dumps(plain(thing), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def sha256_hex(content: bytes) -> str:
    """Return the SHA-256 of ``content`` in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def content_id(prefix: str, *parts: Any) -> str:
    """Return a deterministic id: ``prefix`` and 16 hexadecimal digits of the parts' digest."""
    return f"{prefix}-{sha256_hex(canonical_json(parts))[:16]}"
