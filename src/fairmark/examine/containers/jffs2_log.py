"""The lower half of JFFS2: the log of nodes, and which nodes of it make up a file.

Everything in JFFS2 is a node with a checksum and a version: a name in a directory, or a piece
of a file together with what is said of the file. The newest version of each counts.
"""

import heapq
import itertools
import struct
import zlib
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from fairmark.examine.blob import Blob
from fairmark.examine.limits import Budget, LimitReached
from fairmark.examine.remainders import padding_length, trimmed

DIRENT, INODE, CLEAN = 0xE001, 0xE002, 0x2003
_ACCURATE = 0x2000  # cleared when a node is obsolete; its checksum is that of the node before
_MAGIC = 0x1985
_HEADER = 12
_DIRENT_SIZE, _INODE_SIZE = 40, 68
_LONGEST_RUBBISH = 256 << 10  # between two nodes: an erase block that was being written
_ERASE_BLOCK = 64 << 10
_MOST_NODES = 1_000_000  # that hold data
_MOST_HEADERS = 2_000_000  # of all kinds: half a gigabyte of the smallest that are usual, and seconds of work
_MOST_CANDIDATES = 1_000_000  # places that look like a node and are none


def checksum(data: memoryview) -> int:
    """Return CRC-32 as JFFS2 has it: it starts with 0 and is not inverted."""
    return zlib.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Header:
    """The first twelve bytes of a node. ``kind`` has its accurate bit set; ``obsolete`` says that it was not."""

    kind: int
    length: int
    obsolete: bool


@dataclass(frozen=True, slots=True)
class DataNode:
    """One inode node: what it says of the file, and which bytes of the file it holds."""

    version: int
    mode: int
    uid: int
    gid: int
    size: int
    mtime: int
    offset: int
    packed: int
    plain: int
    compression: int
    at: int  # where the node stands in the blob

    @property
    def data(self) -> int:
        """Where its data lies."""
        return self.at + _INODE_SIZE


class Nodes:
    """How nodes are written, in one byte order."""

    def __init__(self, blob: Blob, order: str) -> None:
        self.blob = blob
        self.order = order
        self.magic = struct.pack(order + "H", _MAGIC)
        self._head = struct.Struct(order + "HHII")
        self._dirent = struct.Struct(order + "12xIII4xBB2xII")
        self._inode = struct.Struct(order + "16xIIHHI4xI4xIIIBBHII")

    def header(self, at: int) -> Header | None:
        """Read the header at ``at``; None if there is none with the right checksum."""
        memory = self.blob.memory
        if at + _HEADER > self.blob.size:
            return None
        magic, kind, length, check = self._head.unpack_from(memory, at)
        if magic != _MAGIC or length < _HEADER:
            return None
        covered = self._head.pack(magic, kind | _ACCURATE, length, 0)[:8]
        if checksum(memoryview(covered)) != check:
            return None
        return Header(kind | _ACCURATE, length, not kind & _ACCURATE)

    def is_whole(self, at: int, header: Header) -> bool:
        """Say whether a name or inode node has the right checksum over its fixed part."""
        fixed = _DIRENT_SIZE if header.kind == DIRENT else _INODE_SIZE
        if header.length < fixed or at + header.length > self.blob.size:
            return False
        if self.blob.read(at + _HEADER, 4) == bytes(4):
            return False  # inode 0; this checksum of zeros is 0, so it would match
        check = self.blob.read(at + fixed - 8, 4) if header.kind == DIRENT else self.blob.read(at + fixed - 4, 4)
        stated = struct.unpack(self.order + "I", check)[0]
        return bool(checksum(self.blob.memory[at : at + fixed - 8]) == stated)

    def dirent(self, at: int, header: Header) -> tuple[int, int, int, bytes] | None:
        """Return parent, version, inode and name of a name node; None if its name does not match its checksum."""
        parent, version, inode, length, _, _, check = self._dirent.unpack_from(self.blob.memory, at)
        name = self.blob.memory[at + _DIRENT_SIZE : at + _DIRENT_SIZE + length]
        if _DIRENT_SIZE + length > header.length or checksum(name) != check:
            return None
        return parent, version, inode, name.tobytes()

    def inode_number(self, at: int) -> tuple[int, int]:
        """Return inode and version of an inode node."""
        inode, version = struct.unpack_from(self.order + "II", self.blob.memory, at + _HEADER)
        return inode, version

    def inode(self, at: int) -> DataNode:
        """Read an inode node."""
        fields = self._inode.unpack_from(self.blob.memory, at)
        version, mode, uid, gid, size, mtime, offset, packed, plain, compression = fields[:10]
        return DataNode(version, mode, uid, gid, size, mtime, offset, packed, plain, compression, at)

    def data_is_whole(self, at: int, header: Header) -> bool:
        """Say whether the data of an inode node has the right checksum."""
        fields = self._inode.unpack_from(self.blob.memory, at)
        packed, check = fields[7], fields[12]
        data = self.blob.memory[at + _INODE_SIZE : at + _INODE_SIZE + packed]
        return bool(_INODE_SIZE + packed <= header.length and checksum(data) == check)


class Log:
    """All nodes of one file system: ``size`` is where the last one ends, ``damaged`` how many bytes were not nodes."""

    def __init__(self, nodes: Nodes, start: int, budget: Budget) -> None:
        self.nodes = nodes
        self.names: dict[tuple[int, bytes], tuple[int, int]] = {}  # parent and name -> version and inode
        self.bad: set[int] = set()  # inode nodes whose data does not match its checksum
        self.damaged = 0
        self.cut = False
        self.end = start
        self._start = start
        self._budget = budget
        self._inodes, self._versions, self._places = array("I"), array("I"), array("Q")
        self._clean: list[int] = []
        self._candidates = 0
        self._order: Any = ()
        self._sorted: Any = None

    def read(self) -> None:
        """Go through all nodes. Raises ``LimitReached`` when there are too many; those read so far stay."""
        blob, count = self.nodes.blob, 0
        at: int | None = self._start
        while at is not None:
            header = self.nodes.header(at)
            if header is None:
                at = self._next(at)
            elif at + header.length > blob.size:
                self.cut = True
                self.end = blob.size
                at = self._next(at + 4)
            else:
                self._take(at, header)
                at += header.length + -header.length % 4
                self.end = min(at, blob.size)
                count += 1
                if not count & 0x3FF:
                    self._budget.tick()
                if count > _MOST_HEADERS:
                    raise LimitReached(f"more than {_MOST_HEADERS:,} nodes of all kinds in one file system")

    def _take(self, at: int, header: Header) -> None:
        if header.kind == CLEAN and len(self._clean) < 64:
            self._clean.append(at)
        if header.obsolete or header.kind not in {DIRENT, INODE}:
            return
        if not self.nodes.is_whole(at, header):
            self.damaged += header.length
        elif header.kind == DIRENT:
            self._take_name(at, header)
        else:
            inode, version = self.nodes.inode_number(at)
            if len(self._inodes) >= _MOST_NODES:
                raise LimitReached(f"more than {_MOST_NODES:,} nodes in one file system")
            self._inodes.append(inode)
            self._versions.append(version)
            self._places.append(at)
            if not self.nodes.data_is_whole(at, header):
                self.bad.add(at)
                self.damaged += header.length

    def _take_name(self, at: int, header: Header) -> None:
        found = self.nodes.dirent(at, header)
        if found is None:
            self.damaged += header.length
            return
        parent, version, inode, name = found
        standing = self.names.get((parent, name))
        if standing is None and len(self.names) >= self._budget.limits.files:
            raise LimitReached(f"more than {self._budget.limits.files:,} names in one file system")
        if standing is None or version >= standing[0]:
            self.names[parent, name] = version, inode

    def _next(self, at: int) -> int | None:
        """Return where the next node stands behind what is none, or None if the file system ends here."""
        blob = self.nodes.blob
        candidate = at
        while True:
            candidate = blob.find(self.nodes.magic, candidate + 1)
            if candidate < 0:
                return None
            self._candidates += 1
            if not self._candidates & 0xFFF:
                self._budget.tick()
            if self._candidates > _MOST_CANDIDATES:
                raise LimitReached(f"more than {_MOST_CANDIDATES:,} places look like a node and are none")
            if not (candidate - self._start) & 3 and self.nodes.header(candidate):
                break
        rubbish = trimmed(blob.view(at, candidate - at)).size
        if rubbish > _LONGEST_RUBBISH:
            return None
        self.damaged += rubbish
        return candidate

    def extent(self) -> int:
        """Return how many bytes the file system takes: to the end of its last erase block if that is padding."""
        steps = [after - before for before, after in itertools.pairwise(self._clean)]
        erase_block = min(steps, default=_ERASE_BLOCK)
        size = self.end - self._start
        return size + padding_length(self.nodes.blob.view(self.end, -size % erase_block))

    def _span(self, inode: int) -> tuple[int, int]:
        """Return which of the sorted nodes are an inode's."""
        np: Any = import_module("numpy")  # slow to load, and there may be no such file system
        if self._sorted is None:
            self._order = np.lexsort((np.asarray(self._places), np.asarray(self._versions), np.asarray(self._inodes)))
            self._sorted = np.asarray(self._inodes)[self._order]
        first, last = np.searchsorted(self._sorted, [inode, inode + 1]).tolist()
        return first, last

    def count_of(self, inode: int) -> int:
        """Return how many nodes an inode has."""
        first, last = self._span(inode)
        return last - first

    def versions_of(self, inode: int) -> list[int]:
        """Return where the nodes of an inode stand, the newest last."""
        first, last = self._span(inode)
        return [self._places[index] for index in self._order[first:last].tolist()]

    def compressions(self) -> Mapping[int, int]:
        """Return, for each inode, the largest number of a compression that one of its nodes states."""
        found: dict[int, int] = {}
        for inode, place in zip(self._inodes, self._places, strict=True):
            number = self.nodes.blob.memory[place + 56]
            if number > found.get(inode, 0):
                found[inode] = number
        return found


def segments(nodes: list[DataNode], bad: set[int]) -> Iterator[tuple[int, int, DataNode]]:
    """Give (start, end, node) over all bytes of a file that any node holds; the newest node wins, a bad one loses.

    ``nodes`` come with the newest last. A hole is simply not given.
    """
    ranked = [
        (node.offset, node.offset + node.plain, -rank if node.at not in bad else rank + 1, rank)
        for rank, node in enumerate(nodes)
        if node.plain
    ]
    ranked.sort()
    edges = sorted({edge for start, end, _, _ in ranked for edge in (start, end)})
    waiting = iter(ranked)
    following = next(waiting, None)
    live: list[tuple[int, int, int]] = []
    for edge, after in itertools.pairwise(edges):
        while following is not None and following[0] <= edge:
            heapq.heappush(live, (following[2], following[3], following[1]))
            following = next(waiting, None)
        while live and live[0][2] <= edge:
            heapq.heappop(live)
        if live:
            yield edge, after, nodes[live[0][1]]
