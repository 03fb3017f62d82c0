"""The header of one rpm package, as every rpm database keeps it.

Format (rpm's documentation, "Package format: header"): two big-endian counts, of index entries and of
data bytes; the index, 16 bytes an entry (tag, type, offset, count); the data. Only the few tags that an
inventory needs are read, each once, and only when its place and type are what they must be.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from fairmark.examine.package_databases.reading import MAX_PATHS, MalformedError

MAX_HEADER = 16 << 20
_MAX_ENTRIES = 4096
_COUNTS = struct.Struct(">II")
_ENTRY = struct.Struct(">IIII")
_INT32, _STRING, _STRINGS, _TRANSLATED = 4, 6, 8, 9
_GHOST = 1 << 6  # a file that the package owns and does not bring along


class _Tag(IntEnum):
    NAME = 1000
    VERSION = 1001
    RELEASE = 1002
    EPOCH = 1003
    VENDOR = 1011
    LICENCE = 1014
    ARCH = 1022
    OLD_NAMES = 1027
    FLAGS = 1037
    SOURCE = 1044
    DIRECTORY_INDEXES = 1116
    BASE_NAMES = 1117
    DIRECTORIES = 1118


_KNOWN = frozenset(_Tag)
_Value = tuple[str, ...] | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RpmHeader:
    """What one header says. ``version`` is written as rpm orders it: epoch:version-release, without a zero epoch."""

    name: str
    version: str
    architecture: str
    licence: str
    source: str
    vendor: str
    paths: tuple[str, ...]


def read_header(data: bytes) -> RpmHeader:
    """Read a header without its magic number, as databases store it. Raises ``MalformedError``."""
    values = _values(data)
    name, version = _text(values, _Tag.NAME), _text(values, _Tag.VERSION)
    if not name or not version:
        raise MalformedError("a header names no package or no version")
    release = _text(values, _Tag.RELEASE)
    epoch = next(iter(_numbers(values, _Tag.EPOCH)), 0)
    full = f"{version}-{release}" if release else version
    return RpmHeader(
        name=name,
        version=f"{epoch}:{full}" if epoch else full,
        architecture=_text(values, _Tag.ARCH),
        licence=_text(values, _Tag.LICENCE),
        source=_source(_text(values, _Tag.SOURCE)),
        vendor=_text(values, _Tag.VENDOR),
        paths=_paths(values),
    )


def _values(data: bytes) -> Mapping[_Tag, _Value]:
    if len(data) < _COUNTS.size:
        raise MalformedError("a header is shorter than its two counts")
    entries, size = _COUNTS.unpack_from(data)
    start = _COUNTS.size + entries * _ENTRY.size
    if not 0 < entries <= _MAX_ENTRIES or start + size > len(data):
        raise MalformedError("a header claims more than it holds")
    store = data[start : start + size]
    values: dict[_Tag, _Value] = {}
    for number in range(entries):
        tag, kind, offset, count = _ENTRY.unpack_from(data, _COUNTS.size + number * _ENTRY.size)
        if tag in _KNOWN and _Tag(tag) not in values:
            values[_Tag(tag)] = _value(store, kind, offset, count)
    return values


def _value(store: bytes, kind: int, offset: int, count: int) -> _Value:
    """Return one value; a string is a tuple of one."""
    if kind == _INT32:
        if offset + 4 * count > len(store):
            raise MalformedError("numbers lie outside the header")
        return struct.unpack_from(f">{count}I", store, offset)
    if kind not in {_STRING, _STRINGS, _TRANSLATED}:
        raise MalformedError(f"a tag has the type {kind}, which it cannot have")
    wanted = 1 if kind == _STRING else count
    if offset >= len(store) or wanted > min(MAX_PATHS, len(store) - offset):
        raise MalformedError("strings lie outside the header")
    texts = store[offset:].split(b"\0", wanted)[:wanted]
    if len(texts) < wanted:
        raise MalformedError("strings lie outside the header")
    return tuple(text.decode("utf-8", "replace") for text in texts)


def _text(values: Mapping[_Tag, _Value], tag: _Tag) -> str:
    """Return the first string of a tag, cut to a bounded length."""
    first = next(iter(values.get(tag, ())), "")
    return first[:300] if isinstance(first, str) else ""


def _numbers(values: Mapping[_Tag, _Value], tag: _Tag) -> tuple[int, ...]:
    return tuple(one for one in values.get(tag, ()) if isinstance(one, int))


def _texts(values: Mapping[_Tag, _Value], tag: _Tag) -> tuple[str, ...]:
    return tuple(one for one in values.get(tag, ()) if isinstance(one, str))


def _source(name: str) -> str:
    """Return the source package of 'busybox-1.36.1-3.src.rpm': what stands before version and release."""
    return name.rsplit("-", 2)[0] if name.endswith(".rpm") and name.count("-") >= 2 else ""


def _paths(values: Mapping[_Tag, _Value]) -> tuple[str, ...]:
    """Join directories and names; old packages list whole paths."""
    names, folders = _texts(values, _Tag.BASE_NAMES), _texts(values, _Tag.DIRECTORIES)
    indexes, flags = _numbers(values, _Tag.DIRECTORY_INDEXES), _numbers(values, _Tag.FLAGS)
    if not names:
        return _texts(values, _Tag.OLD_NAMES)
    if len(indexes) != len(names) or any(index >= len(folders) for index in indexes):
        raise MalformedError("files lie in directories that the header does not list")
    ghosts = flags if len(flags) == len(names) else (0,) * len(names)
    return tuple(
        folders[index] + name for name, index, flag in zip(names, indexes, ghosts, strict=True) if not flag & _GHOST
    )
