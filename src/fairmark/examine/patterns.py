r"""Find upstream components by the version texts that they carry, in one pass over the bytes.

Nearly every version holds a digit, a dot and a digit. So the bytes are first thinned out to the
surroundings of such places (NumPy, over one gigabyte a second), and the rules of
``rules/components/`` search only what is left. A rule names a literal that stands near its
version: a version alone never names a component. Rules whose version stands by itself between
two zero bytes (``bare``) are bound to file names and count only if the file holds exactly one.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from fairmark.examine.subject import PatternHit
from fairmark.model.data import data_files, load_yaml

RULES, PACKS = "fairmark.examine.rules", "fairmark.examine.rules.components"

_BEFORE, _AFTER = 160, 96  # bytes kept around a digit-dot-digit
_STRIDE = 4 << 20
_SEPARATOR = b"\xff\xfe\xff"
_MAX_PLACES = 256  # occurrences of one literal that are looked at in one file
_MAX_VERSIONS = 2  # a file that names more versions of one component is a table, not the component
_DOT, _ZERO = 46, 48


@dataclass(frozen=True, slots=True)
class Sample:
    """Bytes that a rule must read: ``version`` is what it finds in a file called ``name``, '' for nothing."""

    data: bytes
    version: str = ""
    name: bytes = b"program"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One rule: how the version of one upstream component is written in its files."""

    id: str
    name: str
    version: re.Pattern[bytes] | None
    anchors: tuple[bytes, ...] = ()
    all_of: tuple[bytes, ...] = ()
    files: re.Pattern[bytes] | None = None
    bare: bool = False
    whole: bool = False
    file_version: re.Pattern[bytes] | None = None
    cpe: str = ""
    purl: str = ""
    licence: str = ""
    samples: tuple[Sample, ...] = field(default=())


@cache
def patterns() -> tuple[Pattern, ...]:
    """Return the rules, read and compiled once."""
    return tuple(_pattern(row) for pack in data_files(PACKS, ".yaml") for row in load_yaml(PACKS, pack)["rules"])


@cache
def patterns_by_id() -> Mapping[str, Pattern]:
    """Return the rules by id."""
    return {one.id: one for one in patterns()}


@cache
def component_name(package: str) -> str:
    """Return the name that the rules give to what a distribution calls ``package``.

    >>> component_name("libcurl4"), component_name("wpa"), component_name("libpcre2-8-0"), component_name("nano")
    ('curl', 'wpa_supplicant', 'pcre2', 'nano')
    """
    aliases: Mapping[str, str] = load_yaml(RULES, "component_aliases.yaml")["aliases"]
    known = {one.name for one in patterns()}
    name = package
    while name:
        for candidate in (name, name.removeprefix("lib")):
            if candidate in aliases:
                return aliases[candidate]
            if candidate in known:
                return candidate
        shorter = re.sub(r"[-.]?\d+$", "", name)
        name = shorter if shorter != name else ""
    return package


@cache
def cpe_products() -> Mapping[str, str]:
    """Return "part:vendor:product" by component name, for the components that have one."""
    return {one.name: one.cpe for one in reversed(patterns()) if one.cpe}


def _pattern(row: Mapping[str, Any]) -> Pattern:
    def compiled(key: str) -> re.Pattern[bytes] | None:
        return re.compile(_raw(row[key]), re.DOTALL) if key in row else None

    def literals(key: str) -> tuple[bytes, ...]:
        return tuple(_raw(text) for text in row.get(key, ()))

    samples = [Sample(_raw(one["data"]), one["version"], _raw(one.get("file", "program"))) for one in row["positive"]]
    samples += [Sample(_raw(one["data"]), "", _raw(one.get("file", "program"))) for one in row["negative"]]
    return Pattern(
        id=row["id"],
        name=row.get("name", row["id"]),
        version=compiled("version"),
        anchors=literals("anchors"),
        all_of=literals("all"),
        files=compiled("files"),
        bare=row.get("bare", False),
        whole=row.get("whole", False),
        file_version=compiled("file_version"),
        cpe=row.get("cpe", ""),
        purl=row.get("purl", f"pkg:generic/{row.get('name', row['id'])}"),
        licence=row.get("licence", ""),
        samples=tuple(samples),
    )


def _raw(text: str) -> bytes:
    return text.encode("latin-1")


def find_versions(data: bytes, name: bytes, *, base: int = 0) -> tuple[PatternHit, ...]:
    """Return what the bytes of a file (or of a window that starts at ``base``) say about components.

    ``name`` is the last part of its path. Hits are in the order of the rules, then of the bytes.
    """
    near = _Thinned.of(data)
    hits: list[PatternHit] = []
    for one in patterns():
        if one.files and not one.files.match(name):
            continue
        if one.file_version and (match := one.file_version.match(name)):
            hits.append(PatternHit(one.id, match.group(1).decode("latin-1"), base))
        if one.version is None:
            continue
        found = _found(one, near, data)
        if found and all(literal in data for literal in one.all_of):
            hits += [PatternHit(one.id, version, base + at) for version, at in found.items()]
    return tuple(hits)


def _found(one: Pattern, near: "_Thinned", data: bytes) -> dict[str, int]:
    """Return the versions that one rule reads, with the offset of the first place of each."""
    text = data if one.whole else near.text
    versions: dict[str, int] = {}
    for match in _matches(one, text):
        at = match.start(1)
        versions.setdefault(match.group(1).decode("latin-1"), at if one.whole else near.offset(at))
    return {} if len(versions) > (1 if one.bare else _MAX_VERSIONS) else versions


def _matches(one: Pattern, text: bytes) -> Iterator[re.Match[bytes]]:
    """Run the version expression where it can match: over everything for a bare one, else around the literals."""
    if one.version is None:
        return
    if one.bare:
        yield from one.version.finditer(text)
        return
    for literal in one.anchors:
        at = text.find(literal)
        for _ in range(_MAX_PLACES):
            if at < 0:
                break
            end = at + len(literal)
            yield from one.version.finditer(text, max(0, at - _BEFORE), min(len(text), end + _BEFORE))
            at = text.find(literal, end)


@dataclass(frozen=True, slots=True)
class _Thinned:
    """The surroundings of every digit-dot-digit, joined, and where each piece came from."""

    text: bytes
    starts: list[int]
    sources: list[int]

    @classmethod
    def of(cls, data: bytes) -> "_Thinned":
        """Cut the pieces out; those that touch become one."""
        pieces: list[bytes] = []
        starts: list[int] = []
        sources: list[int] = []
        length = 0
        for start, end in _surroundings(data):
            pieces.append(data[start:end])
            starts.append(length)
            sources.append(start)
            length += end - start + len(_SEPARATOR)
        return cls(_SEPARATOR.join(pieces), starts, sources)

    def offset(self, at: int) -> int:
        """Turn a place in the joined text into an offset of the file."""
        index = bisect_right(self.starts, at) - 1
        return self.sources[index] + at - self.starts[index]


def _surroundings(data: bytes) -> Iterator[tuple[int, int]]:
    """Return the ranges of the file that lie around a digit-dot-digit, in order and apart from each other."""
    dots = _dots(data)
    if not dots.size:
        return
    breaks = np.flatnonzero(np.diff(dots) > _BEFORE + _AFTER)
    firsts = dots[np.concatenate(([0], breaks + 1))]
    lasts = dots[np.concatenate((breaks, [dots.size - 1]))]
    for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
        yield max(0, first - _BEFORE), min(len(data), last + _AFTER)


def _dots(data: bytes) -> npt.NDArray[np.int64]:
    """Return the offsets of every dot between two digits."""
    octets = np.frombuffer(data, np.uint8)
    found = []
    for start in range(1, max(1, octets.size - 1), _STRIDE):
        dots = np.flatnonzero(octets[start : min(start + _STRIDE, octets.size - 1)] == _DOT) + start
        # Unsigned arithmetic wraps, so one comparison says "is a digit".
        between = (octets[dots - 1] - np.uint8(_ZERO) < 10) & (octets[dots + 1] - np.uint8(_ZERO) < 10)
        found.append(dots[between])
    return np.concatenate(found) if found else np.empty(0, np.int64)
