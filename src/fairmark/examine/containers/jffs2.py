"""JFFS2: the journalling file system of raw flash, in both byte orders.

Source: the kernel's documentation and the paper "JFFS: The Journalling Flash File System"
(2001). The log of nodes is read once; which versions count is decided in memory; data is
decompressed when a file is read.
"""

import struct
from collections.abc import Iterator

from fairmark.examine.blob import Blob
from fairmark.examine.containers import block_codecs
from fairmark.examine.containers.block_codecs import Codec, decode
from fairmark.examine.containers.handler import Context, DamagedError, Handler, Opened
from fairmark.examine.containers.jffs2_log import CLEAN, DIRENT, INODE, DataNode, Header, Log, Nodes, segments
from fairmark.examine.containers.walk import Inode, Walk, make_device, unpack_device, zeros
from fairmark.examine.limits import Budget, LimitReached
from fairmark.examine.notes import Notes
from fairmark.examine.tree import Tree
from fairmark.model.gap import GapReason

_ROOT = 1
_LINK, _REGULAR, _CHAR, _BLOCK = 0xA000, 0x8000, 0x2000, 0x6000
_ZERO = 1
_MOST_OF_A_FILE = 300_000  # nodes: 1.2 GB in pieces of a page
_MOST_KEPT = 1 << 16  # segments of one file
_ERASED = b"\xff" * 8


def _lzma(packed: memoryview, size: int) -> bytes:
    # OpenWrt's: no header; lc, lp and pb are 0 and the dictionary has 8 KiB.
    return block_codecs.raw_lzma(packed.tobytes(), size, properties=0, dictionary=0x2000)


_CODECS: dict[int, tuple[str, Codec]] = {
    0: ("none", block_codecs.stored),
    2: ("rtime", block_codecs.with_rtime),
    4: ("none", block_codecs.stored),
    6: ("zlib", block_codecs.with_zlib),
    7: ("lzo", block_codecs.with_lzo),
    8: ("lzma", _lzma),
}


def _nodes(blob: Blob, offset: int) -> Nodes | None:
    magic = blob.read(offset, 2)
    return Nodes(blob, "<" if magic == b"\x85\x19" else ">") if magic in {b"\x85\x19", b"\x19\x85"} else None


def _recognise(blob: Blob, offset: int) -> bool:
    nodes = _nodes(blob, offset)
    header = nodes.header(offset) if nodes else None
    if nodes is None or header is None:
        return False
    if header.kind == CLEAN:
        return header.length <= 64 and _goes_on(nodes, offset + header.length + -header.length % 4)
    return header.kind in {DIRENT, INODE} and nodes.is_whole(offset, header)


def _goes_on(nodes: Nodes, at: int) -> bool:
    """Say whether another node or erased flash follows: the mark of a clean block alone is not enough."""
    following: Header | None = nodes.header(at)
    return following is not None or nodes.blob.read(at, 8) in {_ERASED, b""}


def _open(blob: Blob, offset: int, context: Context) -> Opened:
    nodes = _nodes(blob, offset)
    if nodes is None:
        raise DamagedError("no node at its start")
    notes = Notes(context.where)
    log = Log(nodes, offset, context.budget)
    try:
        log.read()
    except LimitReached as limit:
        notes.add(GapReason.LIMIT, str(limit))
    if log.cut:
        notes.add(GapReason.DAMAGED, "cut off inside a node")
    if log.damaged:
        notes.add(GapReason.DAMAGED, "nodes whose checksum does not match, left out", size=log.damaged)
    system = _Jffs2(log, context.budget)
    walk = Walk(system, context, notes)
    walk.run(_ROOT)
    if log.cut or log.damaged:
        system.note_orphans(notes)
    order = "little" if nodes.order == "<" else "big"
    tree = Tree(context.container, walk.entries, walk.source, note="jffs2")
    return Opened(log.extent(), f"{order}-endian, {len(tree)} entries", tree=tree, gaps=notes.gaps())


class _Jffs2:
    """The inodes, names and data that the newest nodes of the log make up."""

    def __init__(self, log: Log, budget: Budget) -> None:
        self._log = log
        self._nodes = log.nodes
        self._budget = budget
        self._children: dict[int, list[tuple[bytes, int]]] = {}
        for (parent, name), (_, inode) in log.names.items():
            if inode:  # 0: the name was removed
                self._children.setdefault(parent, []).append((name, inode))
        self._compressions = log.compressions()
        self._kept: tuple[int, list[tuple[int, int, DataNode]]] = (0, [])
        self._last: tuple[int, bytes] = (-1, b"")  # the block decoded last, by where its data lies

    def note_orphans(self, notes: Notes) -> None:
        """Note names in directories that have no name themselves: on a damaged flash theirs may be what was lost."""
        linked = {child for children in self._children.values() for _, child in children} | {_ROOT}
        lost = [name for parent, children in self._children.items() if parent not in linked for name, _ in children]
        for name in sorted(lost):
            notes.add(GapReason.DAMAGED, "names in a directory that is lost", name.decode("ascii", "backslashreplace"))

    def inode(self, number: int) -> Inode:
        """Return what the newest node says of a file."""
        places = self._log.versions_of(number)
        if not places:
            if number == _ROOT:
                return Inode(0o040755)
            raise DamagedError("name of a file whose nodes are lost")
        newest = self._nodes.inode(places[-1])
        kind = newest.mode & 0xF000
        target, rdev, closed = b"", 0, None
        if kind == _LINK:
            if not 0 < newest.plain <= self._budget.limits.path_length:
                raise DamagedError("link with a target that is empty or too long")
            target = self._block(newest)
        elif kind in {_CHAR, _BLOCK}:
            rdev = self._device(newest)
        elif kind == _REGULAR and self._compressions.get(number, 0) not in {*_CODECS, _ZERO, 0}:
            closed = (GapReason.UNSUPPORTED, f"compressed in a way that is not read ({self._compressions[number]})")
        if len(places) > _MOST_OF_A_FILE:
            closed = (GapReason.LIMIT, f"file in more than {_MOST_OF_A_FILE:,} pieces")
        place = places[0]
        return Inode(newest.mode, newest.uid, newest.gid, newest.size, newest.mtime, rdev, target, place, closed)

    def _device(self, node: DataNode) -> int:
        if node.plain == 2:
            (old,) = struct.unpack_from(self._nodes.order + "H", self._nodes.blob.memory, node.data)
            return make_device(old >> 8, old & 0xFF)
        if node.plain >= 4:
            return unpack_device(struct.unpack_from(self._nodes.order + "I", self._nodes.blob.memory, node.data)[0])
        raise DamagedError("device without a number")

    def listing(self, number: int) -> Iterator[tuple[bytes, int]]:
        """Give the names in a directory."""
        return iter(sorted(self._children.get(number, ())))

    def pieces(self, number: int, size: int) -> Iterator[bytes]:
        """Give the first bytes of a file, block by block."""
        at = 0
        for start, end, node in self._segments(number):
            if start >= size or start > at:
                break
            yield from self._part(node, start, min(end, size))
            at = min(end, size)
        if at < size:
            raise DamagedError("a part of it is lost")

    def _segments(self, number: int) -> Iterator[tuple[int, int, DataNode]]:
        """Give the segments of a file; those of the last one are kept, as its head and its whole are read in turn."""
        if self._kept[0] == number:
            return iter(self._kept[1])
        self._budget.spend_work(1024 * self._log.count_of(number))
        nodes = [self._nodes.inode(place) for place in self._log.versions_of(number)]
        if len(nodes) > _MOST_KEPT:
            return segments(nodes, self._log.bad)
        self._kept = number, list(segments(nodes, self._log.bad))
        return iter(self._kept[1])

    def _part(self, node: DataNode, start: int, end: int) -> Iterator[bytes]:
        if node.compression == _ZERO:
            yield from zeros(end - start)
            return
        yield self._block(node)[start - node.offset : end - node.offset]

    def _block(self, node: DataNode) -> bytes:
        """Return the plain bytes of a node. Raises ``DamagedError``, ``LimitReached``."""
        if self._last[0] == node.data:
            return self._last[1]
        if node.at in self._log.bad:
            raise DamagedError("a node of it does not match its checksum")
        if node.compression not in _CODECS:
            raise DamagedError("a block is compressed in a way that is not read")
        self._budget.spend_work(node.plain)
        packed = self._nodes.blob.memory[node.data : node.data + node.packed]
        plain = decode(_CODECS[node.compression][1], packed, node.plain)
        self._last = node.data, plain
        return plain

    def view(self, _number: int, _size: int) -> Blob | None:
        """Nothing lies in one piece."""
        return None


JFFS2 = Handler(
    name="jffs2",
    documentation=(
        "Little- and big-endian, with or without clean markers and summaries; names, hard links, "
        "removed names, holes and truncation by version; compressed with zlib, rtime, lzo or OpenWrt's "
        "lzma. Checksums are checked; what fails them is left out with a gap. Limitation: rubin "
        "compression and extended attributes are not read; checksums of NAND spare areas are not used."
    ),
    magics=((b"\x85\x19", 0), (b"\x19\x85", 0)),
    recognise=_recognise,
    open=_open,
)
