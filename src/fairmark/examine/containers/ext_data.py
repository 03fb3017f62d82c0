"""The lower half of ext2, ext3 and ext4: where the blocks of a file lie, and the small data in its inode."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import DamagedError
from fairmark.examine.containers.walk import zeros
from fairmark.examine.limits import Budget

_EXTENT_HEADER = struct.Struct("<HHHH4x")
_EXTENT = struct.Struct("<IHHI")
_INDEX = struct.Struct("<IIH2x")
_EXTENT_MAGIC = 0xF30A
_DEEPEST = 5
_LONGEST_WRITTEN = 32768  # an extent that states more is allocated and not yet written: zeros
_DIRECT = 12
_ATTRIBUTES_MAGIC = 0xEA020000
_ATTRIBUTE = struct.Struct("<BBHIII")
_SYSTEM, _DATA = 7, b"data"  # the attribute that holds what does not fit into the inode of a small file
_STRIDE = 1 << 20


@dataclass(frozen=True, slots=True)
class Run:
    """Blocks of a file that follow each other on the disk; ``physical`` is 0 for zeros."""

    logical: int
    physical: int
    count: int


class Blocks:
    """The blocks of one file system, and how to find those of a file."""

    def __init__(self, data: Blob, block_size: int, budget: Budget) -> None:
        self.data = data
        self.block_size = block_size
        self._budget = budget

    def block(self, number: int) -> bytes:
        """Return one block of metadata. Raises ``DamagedError`` outside the file system, ``LimitReached``."""
        self._budget.spend_work(self.block_size)
        found = self.data.read(number * self.block_size, self.block_size)
        if number <= 0 or len(found) < self.block_size:
            raise DamagedError("a block lies outside the file system")
        return found

    def by_extents(self, root: bytes) -> Iterator[Run]:
        """Give the runs of a file from the extent tree whose root is in its inode, in order."""
        seen: set[int] = set()
        pending: list[tuple[bytes | int, int]] = [(root, -1)]
        reached = 0
        while pending:
            node, level = pending.pop()
            if isinstance(node, int):
                if node in seen:
                    raise DamagedError("a tree of extents that leads to itself")
                seen.add(node)
                node = self.block(node)
            magic, count, _, depth = _EXTENT_HEADER.unpack_from(node)
            if magic != _EXTENT_MAGIC or (depth != level if level >= 0 else depth > _DEEPEST):
                raise DamagedError("a tree of extents is damaged")
            if depth:
                children = [_INDEX.unpack_from(node, 12 + 12 * index) for index in range(count)]
                pending += [(low | high << 32, depth - 1) for _, low, high in reversed(children)]
                continue
            for index in range(count):
                run = _run(*_EXTENT.unpack_from(node, 12 + 12 * index))
                if run.logical < reached:
                    raise DamagedError("extents that overlap")
                reached = run.logical + run.count
                yield run

    def by_pointers(self, root: bytes, blocks: int) -> Iterator[Run]:
        """Give the runs of the first ``blocks`` blocks from the 12 direct and 3 indirect pointers of an inode."""
        pointers = struct.unpack("<15I", root)
        yield from _joined(0, pointers[: min(_DIRECT, blocks)])
        at, span = _DIRECT, self.block_size // 4
        for level, pointer in enumerate(pointers[_DIRECT:], start=1):
            if at >= blocks:
                return
            if pointer:
                yield from self._indirect(pointer, level, at, blocks)
            at += span**level

    def _indirect(self, pointer: int, level: int, at: int, end: int) -> Iterator[Run]:
        span = self.block_size // 4
        pointers = struct.unpack(f"<{span}I", self.block(pointer))
        if level == 1:
            yield from _joined(at, pointers[: end - at])
            return
        step = span ** (level - 1)
        for index, below in enumerate(pointers):
            start = at + index * step
            if start >= end:
                return
            if below:
                yield from self._indirect(below, level - 1, start, end)

    def pieces(self, runs: Iterator[Run], size: int) -> Iterator[bytes]:
        """Give the first ``size`` bytes of a file; what no run covers is zeros."""
        at = 0
        for run in runs:
            start, stop = run.logical * self.block_size, min(size, (run.logical + run.count) * self.block_size)
            if start >= size:
                break
            yield from zeros(start - at)
            if run.physical:
                yield from self._stored(run.physical * self.block_size, stop - start)
            else:
                yield from zeros(stop - start)
            at = stop
        yield from zeros(size - at)

    def _stored(self, start: int, size: int) -> Iterator[bytes]:
        if start + size > self.data.size:
            raise DamagedError("data outside the file system")
        for at in range(start, start + size, _STRIDE):
            yield self.data.read(at, min(_STRIDE, start + size - at))

    def view(self, runs: Iterator[Run], size: int) -> Blob | None:
        """Return the data of a file that has one run only."""
        run = next(runs, None)
        if run is None or run.logical or not run.physical or run.count * self.block_size < size:
            return None
        found = self.data.view(run.physical * self.block_size, size)
        return found if found.size == size else None


def _run(logical: int, length: int, high: int, low: int) -> Run:
    if not length:
        raise DamagedError("an extent of no length")
    if length > _LONGEST_WRITTEN:
        return Run(logical, 0, length - _LONGEST_WRITTEN)
    physical = low | high << 32
    if not physical:
        raise DamagedError("an extent that lies nowhere")
    return Run(logical, physical, length)


def _joined(at: int, pointers: tuple[int, ...]) -> Iterator[Run]:
    """Join pointers to blocks that follow each other; a pointer of 0 is a hole and left out."""
    start = 0
    while start < len(pointers):
        first, count = pointers[start], 1
        while start + count < len(pointers) and first and pointers[start + count] == first + count:
            count += 1
        if first:
            yield Run(at + start, first, count)
        start += count


def inline_data(inode: bytes, size: int) -> Iterator[bytes]:
    """Give the data that lies in the inode itself: 60 bytes, the rest in an attribute; what is not there is zeros."""
    found = (inode[40:100] + inline_rest(inode))[:size]
    yield found
    yield from zeros(size - len(found))


def inline_rest(inode: bytes) -> bytes:
    """Return what the attribute ``system.data`` of an inode holds; nothing if there is none."""
    if len(inode) < 132:
        return b""
    start = 128 + int.from_bytes(inode[128:130], "little")
    if int.from_bytes(inode[start : start + 4], "little") != _ATTRIBUTES_MAGIC:
        return b""
    first = at = start + 4
    while at + _ATTRIBUTE.size <= len(inode) and inode[at : at + 4] != bytes(4):
        length, index, offset, _, size, _ = _ATTRIBUTE.unpack_from(inode, at)
        if index == _SYSTEM and inode[at + 16 : at + 16 + length] == _DATA:
            return inode[first + offset : first + offset + size]
        at += 16 + length + -length % 4
    return b""
