"""The environment of the U-Boot boot loader: names and values, each ending in a zero byte (U-Boot documentation).

It lies in a partition of its own, behind a checksum, and as a default inside the boot loader. Both are found
by the command that it must hold.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_ANCHOR = b"bootcmd="
_PAIR = re.compile(rb"([A-Za-z_][\w.#-]{0,63})=([\x09\x20-\x7e]{0,4096})")
_LAST_PAIR = re.compile(_PAIR.pattern + rb"\Z")
_LONGEST_PAIR = 4200
_GLUED = re.compile(r"\w{1,4}(arch|baudrate|bootargs|bootcmd|bootdelay|verify)")
_LONGEST = 64 << 10  # bytes of one environment on each side of the command
_MOST = 4
_MOST_PLACES = 64


@dataclass(frozen=True, slots=True)
class BootEnvironment:
    """One environment; ``offset`` is where its first name stands."""

    offset: int
    values: Mapping[str, str]


def boot_environments(data: bytes) -> tuple[BootEnvironment, ...]:
    """Return the environments that the bytes hold, at most four."""
    found: list[BootEnvironment] = []
    at = data.find(_ANCHOR)
    for _ in range(_MOST_PLACES):
        if at < 0 or len(found) >= _MOST:
            break
        start, end = _extent(data, at)
        values = _values(data[start:end])
        if "bootcmd" in values and len(values) > 1:
            found.append(BootEnvironment(start, values))
        at = data.find(_ANCHOR, max(end, at + 1))
    return tuple(found)


def _extent(data: bytes, at: int) -> tuple[int, int]:
    """Return where the run of pairs around a place begins and ends."""
    start = at
    while start > max(0, at - _LONGEST) and data[start - 1] == 0:
        before = data.rfind(b"\0", max(0, start - 1 - _LONGEST), start - 1) + 1
        pair = _PAIR.fullmatch(data, before, start - 1) or _pair_behind_checksum(data, before, start - 1)
        if pair is None:
            break
        start = pair.start()
        if start != before:
            break
    end = data.find(b"\0\0", at, at + _LONGEST)
    return start, end if end >= 0 else min(len(data), at + _LONGEST)


def _pair_behind_checksum(data: bytes, start: int, end: int) -> re.Match[bytes] | None:
    """The first pair follows the checksum, and where there are two copies a flag, without a zero byte between."""
    return _LAST_PAIR.search(data, max(start, end - _LONGEST_PAIR), end)


def _values(data: bytes) -> dict[str, str]:
    """Read the pairs. Bytes of the checksum that happen to be letters are taken off the first name."""
    pairs = [pair for piece in data.split(b"\0") if (pair := _PAIR.fullmatch(piece))]
    values = {pair[1].decode(): pair[2].decode() for pair in pairs}
    glued = _GLUED.fullmatch(next(iter(values), ""))
    if glued:
        values.setdefault(glued[1], values.pop(glued[0]))
    return values
