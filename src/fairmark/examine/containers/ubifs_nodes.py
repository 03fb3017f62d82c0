"""The lower half of UBIFS: nodes, the index that leads to them, and what to do when it is damaged.

A committed UBIFS has a tree of index nodes over everything else; what was written since the
last commit stands in the journal and is applied on top. When the tree cannot be read, all
nodes are gathered and the newest of each counts.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import DamagedError
from fairmark.examine.limits import Budget, LimitReached

HEADER = 24
INODE, DATA, DENT, TRUNCATION, SUPERBLOCK, MASTER, REFERENCE, INDEX, COMMIT = 0, 1, 2, 4, 6, 7, 8, 9, 10
BLOCK = 4096
_MAGIC = b"\x31\x18\x10\x06"
_COMMON = struct.Struct("<4sIQIBBxx")
_SMALLEST = {INODE: 160, DATA: 48, DENT: 57, TRUNCATION: 56, SUPERBLOCK: 4096, MASTER: 512, REFERENCE: 64, INDEX: 28}
_DEEPEST = 32
_MOST_NODES = 1_000_000
_MOST_CANDIDATES = 2_000_000  # places that look like a node, whether or not they are one
_DATA_KEY, _BLOCK_BITS = 1, 0x1FFFFFFF


@dataclass(frozen=True, slots=True)
class Node:
    """One node with the right checksum: what it is, where it stands, and its number in the order of writing."""

    kind: int
    at: int
    length: int
    sequence: int


@dataclass(frozen=True, slots=True)
class Superblock:
    """The geometry of a file system."""

    block_size: int  # of a logical erase block
    blocks: int
    log_blocks: int
    version: int

    @property
    def size(self) -> int:
        """Bytes that the file system can take."""
        return self.block_size * self.blocks


@dataclass(slots=True)
class Contents:
    """Where the newest nodes stand: of each inode, of each name in a directory, of each block of a file.

    ``gathered``: without the index, so a block that is not there may be a hole or may be lost.
    """

    inodes: dict[int, int] = field(default_factory=dict)
    names: dict[int, dict[bytes, int]] = field(default_factory=dict)  # directory -> name -> inode
    blocks: dict[int, dict[int, int]] = field(default_factory=dict)  # file -> number of its block -> node
    count: int = 0
    gathered: bool = False

    def spend(self) -> None:
        """Count one more node."""
        self.count += 1
        if self.count > _MOST_NODES:
            raise LimitReached(f"more than {_MOST_NODES:,} nodes in one file system")


class Flash:
    """The logical erase blocks of one file system, and how to read a node of them."""

    def __init__(self, data: Blob, superblock: Superblock, budget: Budget) -> None:
        self.data = data
        self.superblock = superblock
        self._budget = budget

    def node(self, at: int, kind: int, length: int = 0) -> Node:
        """Read the node at ``at``. Raises ``DamagedError`` unless it is of this kind, and of ``length`` if given."""
        found = read_node(self.data, at)
        if found is None or found.kind != kind or (length and found.length != length):
            raise DamagedError("a node is damaged")
        return found

    def address(self, block: int, offset: int) -> int:
        """Return where a place inside a logical erase block lies. Raises ``DamagedError``."""
        if block >= self.superblock.blocks or offset >= self.superblock.block_size:
            raise DamagedError("a place outside the file system")
        return block * self.superblock.block_size + offset

    def nodes_of(self, block: int, offset: int = 0) -> Iterator[Node]:
        """Give the nodes of one erase block in their order, up to where they end."""
        size = self.superblock.block_size
        at, end = block * size + offset, min((block + 1) * size, self.data.size)
        while at + HEADER <= end:
            node = read_node(self.data, at)
            if node is None:
                following = at + _padding(self.data, at, end)
                if following == at:
                    return
                at = following
                continue
            yield node
            at += node.length + -node.length % 8

    def all_nodes(self) -> Iterator[Node]:
        """Give every node that has the right checksum, wherever it stands."""
        at, tried = self.data.find(_MAGIC), 0
        while at >= 0:
            tried += 1
            if not tried & 0xFF:
                self._budget.tick()
            if tried > _MOST_CANDIDATES:
                raise LimitReached(f"more than {_MOST_CANDIDATES:,} places look like a node")
            node = read_node(self.data, at) if not at & 7 else None
            if node:
                yield node
            at = self.data.find(_MAGIC, at + (node.length if node else 4))

    def master(self) -> bytes:
        """Return the newest master node: erase blocks 1 and 2 hold copies. Raises ``DamagedError``."""
        found = [node for block in (1, 2) for node in self.nodes_of(block) if node.kind == MASTER]
        if not found:
            raise DamagedError("no master node is whole")
        newest = max(found, key=lambda node: node.sequence)
        return self.data.read(newest.at, newest.length)

    def spend(self, count: int) -> None:
        """Spend work of the budget, and look at the clock."""
        self._budget.spend_work(count)
        self._budget.tick()


def _padding(data: Blob, at: int, end: int) -> int:
    """Return how many bytes of padding stand at ``at``: a node of padding with its body, or padding bytes."""
    head = data.read(at, HEADER + 4)
    if head[:4] == _MAGIC and len(head) == HEADER + 4 and head[20] == 5:
        length = HEADER + 4 + int.from_bytes(head[HEADER:], "little")
        return min(length + -length % 8, end - at)
    if head[:1] == b"\xce":  # what fills less than a node of padding
        rest = data.read(at, 32)
        filled = len(rest) - len(rest.lstrip(b"\xce"))
        return filled + -filled % 8
    return 0


def read_node(data: Blob, at: int) -> Node | None:
    """Read the node at ``at``; None if none with the right checksum stands there."""
    head = data.read(at, HEADER)
    if len(head) < HEADER:
        return None
    magic, check, sequence, length, kind, _ = _COMMON.unpack(head)
    if magic != _MAGIC or not max(HEADER, _SMALLEST.get(kind, 0)) <= length <= 1 << 20 or at + length > data.size:
        return None
    if kind == 5 or zlib.crc32(data.memory[at + 8 : at + length]) ^ 0xFFFFFFFF != check:
        return None
    return Node(kind, at, length, sequence)


def read_superblock(data: Blob, offset: int) -> Superblock | None:
    """Read the superblock; None if it is none or contradicts itself."""
    node = read_node(data, offset)
    if node is None or node.kind != SUPERBLOCK:
        return None
    block_size, blocks = struct.unpack_from("<II", data.memory, offset + 36)
    (log_blocks,) = struct.unpack_from("<I", data.memory, offset + 56)
    (version,) = struct.unpack_from("<I", data.memory, offset + 80)
    if not 4096 <= block_size <= 16 << 20 or block_size % 8 or not 8 <= blocks <= 1 << 24 or log_blocks > blocks:
        return None
    return Superblock(block_size, blocks, log_blocks, version)


class Reader:
    """Fills ``Contents`` from the index and the journal, or from whatever nodes there are.

    ``lost_names`` counts names that the index leads to and that cannot be read.
    """

    def __init__(self, flash: Flash) -> None:
        self.contents = Contents()
        self.lost_names = 0
        self._flash = flash
        self._data = flash.data

    def from_index(self) -> None:
        """Walk the index of the last commit, then apply the journal. Raises ``DamagedError``, ``LimitReached``."""
        master = self._flash.master()
        log, block, offset, length = struct.unpack_from("<4I", master, 44)
        self._walk(self._flash.address(block, offset), length)
        self._replay(self._journal(log, int.from_bytes(master[32:40], "little")))

    def _walk(self, root: int, length: int) -> None:
        pending = [(root, length, -1)]
        seen: set[int] = set()
        while pending:
            at, length, level = pending.pop()
            if at in seen:
                raise DamagedError("an index that leads to itself")
            seen.add(at)
            self._flash.spend(length)
            node = self._flash.node(at, INDEX, length)
            children, found = struct.unpack_from("<HH", self._data.memory, node.at + HEADER)
            if (found != level if level >= 0 else found > _DEEPEST) or not children:
                raise DamagedError("the index is damaged")
            branches = list(self._branches(node, children))
            if found:
                pending += [(place, size, found - 1) for place, size, _, _ in reversed(branches)]
            else:
                for place, _, inode, rest in branches:
                    self._take(place, inode, rest)

    def _branches(self, node: Node, count: int) -> Iterator[tuple[int, int, int, int]]:
        """Give place, length and key of the children of an index node; the size of a branch follows from the node's."""
        stride = (node.length - HEADER - 4) // count
        if stride < 20:
            raise DamagedError("the index is damaged")
        for index in range(count):
            block, offset, length, inode, rest = struct.unpack_from(
                "<5I", self._data.memory, node.at + HEADER + 4 + index * stride
            )
            yield self._flash.address(block, offset), length, inode, rest

    def _take(self, at: int, inode: int, rest: int) -> None:
        """Take one leaf of the index. Only names are read at once; the others when they are needed."""
        kind = rest >> 29
        if kind > DENT:
            return  # an extended attribute
        self.contents.spend()
        if kind == INODE:
            self.contents.inodes[inode] = at
        elif kind == DATA:
            self.contents.blocks.setdefault(inode, {})[rest & _BLOCK_BITS] = at
        else:
            self._take_name(at, inode)

    def _take_name(self, at: int, directory: int) -> None:
        try:
            inode, name = self._name(self._flash.node(at, DENT))
        except DamagedError:
            self.lost_names += 1
        else:
            self.contents.names.setdefault(directory, {})[name] = inode

    def _name(self, node: Node) -> tuple[int, bytes]:
        inode, length = struct.unpack_from("<QxxH", self._data.memory, node.at + 40)
        if 56 + length > node.length:
            raise DamagedError("a name is longer than its node")
        return inode, self._data.read(node.at + 56, length)

    def _journal(self, log: int, commit: int) -> list[Node]:
        """Return what was written since the last commit, in the order of writing.

        The log names the erase blocks that were being filled. It is a ring that starts at ``log``.
        """
        first, size = 3, self._flash.superblock.log_blocks
        if not first <= log < first + size:
            raise DamagedError("the log starts outside its erase blocks")
        found: list[Node] = []
        seen: set[int] = set()
        started = -1  # number in the order of writing of the node that starts the commit
        for step in range(size):
            self._flash.spend(HEADER)
            nodes = list(self._flash.nodes_of(first + (log - first + step) % size))
            if started < 0 and nodes:
                number = int.from_bytes(self._data.read(nodes[0].at + HEADER, 8), "little")
                if nodes[0].kind != COMMIT or number != commit:
                    raise DamagedError("the log does not belong to the last commit")
                started = nodes[0].sequence
            if not nodes or nodes[0].sequence < started:
                break
            for node in nodes:
                if node.kind == REFERENCE:
                    block, offset = struct.unpack_from("<II", self._data.memory, node.at + HEADER)
                    found += [] if block in seen else self._written(block, offset)
                    seen.add(block)
        return sorted(found, key=lambda node: (node.sequence, node.at))

    def _written(self, block: int, offset: int) -> list[Node]:
        self._flash.address(block, offset)
        wanted = {INODE, DATA, DENT, TRUNCATION}
        return [node for node in self._flash.nodes_of(block, offset) if node.kind in wanted]

    def from_nodes(self) -> None:
        """Gather all nodes there are; of each inode, name and block the newest counts. Raises ``LimitReached``."""
        self.contents = Contents(gathered=True)
        found: list[Node] = []
        for node in self._flash.all_nodes():
            if node.kind in {INODE, DATA, DENT, TRUNCATION}:
                self.contents.spend()
                found.append(node)
        self.contents.count = 0
        self._replay(sorted(found, key=lambda node: (node.sequence, node.at)))

    def _replay(self, nodes: list[Node]) -> None:
        """Apply nodes in the order in which they were written."""
        for node in nodes:
            inode, rest = struct.unpack_from("<II", self._data.memory, node.at + HEADER)
            if node.kind == TRUNCATION:
                (size,) = struct.unpack_from("<Q", self._data.memory, node.at + 48)
                self._truncate(inode, size)
            elif node.kind == DENT and rest >> 29 == DENT:
                self._rename(node, inode)
            elif node.kind == DATA and rest >> 29 == _DATA_KEY:
                self.contents.spend()
                self.contents.blocks.setdefault(inode, {})[rest & _BLOCK_BITS] = node.at
            elif node.kind == INODE:
                self._set_inode(node, inode)

    def _rename(self, node: Node, directory: int) -> None:
        try:
            inode, name = self._name(node)
        except DamagedError:
            return
        names = self.contents.names.setdefault(directory, {})
        if inode:
            self.contents.spend()
            names[name] = inode
        else:
            names.pop(name, None)

    def _set_inode(self, node: Node, inode: int) -> None:
        (links,) = struct.unpack_from("<I", self._data.memory, node.at + 92)
        if links:
            self.contents.spend()
            self.contents.inodes[inode] = node.at
        else:
            self.contents.inodes.pop(inode, None)
            self.contents.blocks.pop(inode, None)

    def _truncate(self, inode: int, size: int) -> None:
        blocks = self.contents.blocks.get(inode)
        if blocks:
            self._flash.spend(256 * len(blocks))
            first = -(-size // BLOCK)
            self.contents.blocks[inode] = {number: at for number, at in blocks.items() if number < first}
