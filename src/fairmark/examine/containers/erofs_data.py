"""The lower half of EROFS: how the clusters of a compressed file are found and decoded.

A compressed file is a row of logical clusters. Each either starts an extent (compressed or
stored) or belongs to the one before; an index says which, one entry per cluster, in one of two
encodings. All entries are decoded from the first to the last, which no count can make longer
than the index that really stands in the image.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from fairmark.examine.blob import Blob
from fairmark.examine.containers import block_codecs
from fairmark.examine.containers.block_codecs import decode
from fairmark.examine.containers.handler import DamagedError
from fairmark.examine.limits import Budget

PLAIN, HEAD, CONTINUED, SECOND_HEAD = 0, 1, 2, 3
_TWO_BYTES, _BIG, _BIG_SECOND, _INLINE, _INTERLACED, _FRAGMENT = 0x1, 0x2, 0x4, 0x8, 0x10, 0x20
_COUNT_MARK = 1 << 11  # in the entry behind a head: the rest is the number of blocks of the extent
_LONGEST_EXTENT = 16 << 20


class UnsupportedError(Exception):
    """The file is compressed in a way that is not read."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Bytes of a file from ``start`` on, in ``blocks`` blocks from ``block``; ``inline``: behind the index instead."""

    start: int
    algorithm: int  # -1: stored
    block: int
    blocks: int
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the index."""

    kind: int
    offset: int  # of the extent's start inside the cluster
    block: int
    count: int  # blocks of the extent to which a continuing cluster belongs; 0 if it does not say


@dataclass(frozen=True, slots=True)
class Map:
    """The header of a file's index."""

    advice: int
    algorithms: tuple[int, int]
    cluster_bits: int
    tail: int  # bytes of the extent that stands behind the index
    index: int  # where the header stands
    compact: bool


def read_map(data: Blob, at: int, block_bits: int, *, compact: bool) -> Map:
    """Read the header of an index. Raises ``UnsupportedError``, ``DamagedError``."""
    at += -at % 8
    raw = data.read(at, 8)
    if len(raw) < 8:
        raise DamagedError("the index of a file lies outside the file system")
    _, tail, advice, algorithms, bits = struct.unpack("<HHHBB", raw)
    if bits >> 7 or advice & _FRAGMENT:
        raise UnsupportedError("a file in a common fragment")
    return Map(advice, (algorithms & 15, algorithms >> 4), block_bits + (bits & 7), tail, at, compact)


def read_entries(data: Blob, size: int, index: Map) -> Iterator[Entry]:
    """Give all entries of an index. Raises ``DamagedError``."""
    count = -(-size // (1 << index.cluster_bits))
    return _compact(data, count, index) if index.compact else _full(data, count, index)


def _full(data: Blob, count: int, index: Map) -> Iterator[Entry]:
    for number in range(count):
        advice, offset, block = struct.unpack_from("<HHI", data.memory, index.index + 16 + 8 * number)
        kind = advice & 3
        if kind == CONTINUED:
            back = block & 0xFFFF
            yield Entry(kind, 0, 0, back & ~_COUNT_MARK if back & _COUNT_MARK and _is_big(index) else 0)
        else:
            yield Entry(kind, offset, block, 0)


def _is_big(index: Map) -> bool:
    return bool(index.advice & (_BIG | _BIG_SECOND))


def _compact(data: Blob, count: int, index: Map) -> Iterator[Entry]:
    """Decode packs: 2 entries in 8 bytes or 16 in 32, each pack ending with the number of a block."""
    at = index.index + 8
    lead, short = _shares(at, count, index)
    for wanted, per_pack, width in ((lead, 2, 16), (short, 16, 14), (count - lead - short, 2, 16)):
        for done in range(0, wanted, per_pack):
            entries = _pack(data, at, per_pack, width, index)
            yield from entries[: wanted - done]
            at += 8 if per_pack == 2 else 32


def _shares(at: int, count: int, index: Map) -> tuple[int, int]:
    """Return how many entries stand before the first place that 32 divides, and how many in packs of 16 from there."""
    lead = min(count, (-at % 32) // 4)
    return lead, (count - lead) // 16 * 16 if index.advice & _TWO_BYTES else 0


def _pack(data: Blob, at: int, count: int, width: int, index: Map) -> list[Entry]:
    length = 8 if count == 2 else 32
    raw = data.read(at, length)
    if len(raw) < length:
        raise DamagedError("the index of a file is cut off")
    bits, base = int.from_bytes(raw[:-4], "little"), int.from_bytes(raw[-4:], "little")
    low = max(index.cluster_bits, 12)
    big = _is_big(index)
    block = base if big else base + 1
    entries: list[Entry] = []
    for number in range(count):
        word = bits >> (number * width)
        value, kind = word & ((1 << low) - 1), word >> low & 3
        if kind == CONTINUED:
            stated = value & ~_COUNT_MARK if big and value & _COUNT_MARK else 0
            if stated:  # the head before it was taken for one block; one in the pack before was not counted here
                block += stated - (1 if number else 0)
            entries.append(Entry(kind, 0, 0, stated))
        else:
            entries.append(Entry(kind, value, block & 0xFFFFFFFF, 0))
            block += 1
    return entries


def extents(data: Blob, size: int, index: Map) -> Iterator[tuple[Extent, int]]:
    """Give the extents of a file, each with where it ends. Raises ``DamagedError``."""
    current: Extent | None = None
    for number, entry in enumerate(read_entries(data, size, index)):
        start = (number << index.cluster_bits) + entry.offset
        if entry.kind == CONTINUED:
            if current is None:
                raise DamagedError("a file that starts in the middle of an extent")
            if entry.count:
                current = Extent(current.start, current.algorithm, current.block, entry.count)
            continue
        if start >= size and current is not None:
            break  # an extent that starts behind the end of the file: nothing lies in it
        if current is not None:
            if start <= current.start:
                raise DamagedError("extents that overlap")
            yield current, start
        elif start:
            raise DamagedError("a file whose first bytes lie nowhere")
        algorithm = -1 if entry.kind == PLAIN else index.algorithms[entry.kind == SECOND_HEAD]
        current = Extent(start, algorithm, entry.block, 1)
    if current is not None:
        inline = bool(index.advice & _INLINE)
        yield Extent(current.start, current.algorithm, current.block, current.blocks, inline), size


def end_of_index(size: int, index: Map) -> int:
    """Return where the bytes behind an index start."""
    count = -(-size // (1 << index.cluster_bits))
    if not index.compact:
        return index.index + 16 + 8 * count
    at = index.index + 8
    lead, short = _shares(at, count, index)
    at += 4 * (lead + lead % 2) + 2 * short
    rest = count - lead - short
    return at + 4 * (rest + rest % 2)


def _micro_lzma(packed: memoryview, size: int) -> bytes:
    # The first byte of LZMA is always 0; in its place stand the properties, inverted.
    properties = ~packed[0] & 0xFF
    body = b"\0" + packed[1:].tobytes()
    return block_codecs.raw_lzma(body, size, properties=properties, dictionary=max(4096, size))


CODECS = {
    0: block_codecs.with_lz4,
    1: _micro_lzma,
    2: block_codecs.with_deflate,
    3: block_codecs.with_zstd,
}


class Decoder:
    """Decodes the extents of one file system."""

    def __init__(self, data: Blob, block_size: int, budget: Budget) -> None:
        self._data = data
        self._block_size = block_size
        self._budget = budget

    def pieces(self, size: int, wanted: int, index: Map) -> Iterator[bytes]:
        """Give the first ``wanted`` bytes of a file of ``size`` bytes. Raises ``DamagedError``, ``LimitReached``."""
        for extent, end in extents(self._data, size, index):
            if extent.start >= wanted:
                return
            plain = self._plain(extent, end, size, index)
            yield plain if end <= wanted else plain[: wanted - extent.start]

    def _plain(self, extent: Extent, end: int, size: int, index: Map) -> bytes:
        length = end - extent.start
        if extent.inline:
            packed = self._data.view(end_of_index(size, index), index.tail).memory
        else:
            packed = self._data.view(extent.block * self._block_size, extent.blocks * self._block_size).memory
        if not 0 < length <= _LONGEST_EXTENT or not packed.nbytes:
            raise DamagedError("an extent lies outside the file system or is too long")
        if extent.algorithm < 0:
            return self._stored(packed, extent, length, index)
        self._budget.spend_work(length)
        first = packed[: self._block_size].tobytes()
        filled = len(first) - len(first.lstrip(b"\0"))  # the packed bytes stand at the end of their blocks
        return decode(CODECS[extent.algorithm], packed[filled:], length, largest=_LONGEST_EXTENT)

    def _stored(self, packed: memoryview, extent: Extent, length: int, index: Map) -> bytes:
        plain = packed[: max(length, self._block_size)].tobytes()
        if index.advice & _INTERLACED and not extent.inline:
            turn = extent.start % self._block_size
            plain = plain[turn:] + plain[:turn]
        if len(plain) < length:
            raise DamagedError("a stored extent is shorter than it should be")
        return plain[:length]
