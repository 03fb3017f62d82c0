"""Makers' own ways to write LZMA into a squashfs: where the stream starts, and with which properties.

The superblock does not say. Some write the 13 bytes that the program lzma writes, some only
properties and dictionary, some the properties alone, some nothing because their kernel knows.
So each way is tried on the first block of metadata, and the one counts with which the root
directory can be read. What the range coder of LZMA starts with is always a zero: that is where
a stream may begin.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fairmark.examine.containers.block_codecs import raw_lzma

_STARTS = (13, 5, 0, 1, 4, 8, 9, 12)
_USUAL = 0x5D  # lc 3, lp 0, pb 2
_MOST_BITS = 4  # lc and lp together, as far as the library goes
_SMALLEST_WINDOW = 1 << 16


@dataclass(frozen=True, slots=True)
class RawLzma:
    """One way: the stream starts at ``start``; ``properties`` are fixed, or None to take each block's first byte."""

    start: int
    properties: int | None
    window: int

    def __call__(self, packed: memoryview, wanted: int, _most: int) -> bytes:
        """Decode one block. Raises ``lzma.LZMAError`` or ``ValueError``."""
        if len(packed) <= self.start:
            raise ValueError("a block is shorter than its header")
        properties = packed[0] if self.properties is None else self.properties
        data = packed[self.start :].tobytes()
        return raw_lzma(data, wanted, properties=properties, dictionary=self.window)


def ways(block_size: int) -> Iterator[RawLzma]:
    """Give all ways, the most usual ones first."""
    window = max(block_size, _SMALLEST_WINDOW)
    for start in _STARTS[:2]:
        yield RawLzma(start, None, window)
    for start in _STARTS[2:]:
        if start:
            yield RawLzma(start, None, window)
        yield RawLzma(start, _USUAL, window)
    others = [
        (pb * 5 + lp) * 9 + lc
        for pb in range(5)
        for lp in range(_MOST_BITS + 1)
        for lc in range(_MOST_BITS + 1 - lp)
        if (pb * 5 + lp) * 9 + lc != _USUAL
    ]
    for start in _STARTS:
        for properties in others:
            yield RawLzma(start, properties, window)


def may_be(way: RawLzma, packed: memoryview) -> bool:
    """Say quickly whether a block may be written in this way."""
    if len(packed) <= way.start or packed[way.start]:
        return False
    properties = packed[0]
    return way.properties is not None or (properties < 225 and properties % 9 + properties // 9 % 5 <= _MOST_BITS)
