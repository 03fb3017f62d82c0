"""UBIFS: the file system that lies on UBI volumes of raw NAND.

Source: the white paper and the on-flash format that its authors published. The index of the
last commit and the journal are read once; data is decompressed when a file is read.
"""

import struct
from collections.abc import Iterator

from fairmark.examine.blob import Blob
from fairmark.examine.containers import block_codecs
from fairmark.examine.containers.block_codecs import decode
from fairmark.examine.containers.handler import Context, DamagedError, Handler, Opened
from fairmark.examine.containers.ubifs_nodes import (
    BLOCK,
    DATA,
    INODE,
    Contents,
    Flash,
    Reader,
    read_superblock,
)
from fairmark.examine.containers.walk import Inode, Walk, make_device, unpack_device, zeros
from fairmark.examine.limits import Budget, LimitReached
from fairmark.examine.notes import Notes
from fairmark.examine.tree import Tree
from fairmark.model.gap import Gap, GapReason

_ROOT = 1
_LINK, _REGULAR, _CHAR, _BLOCK = 0xA000, 0x8000, 0x2000, 0x6000
_ENCRYPTED = 0x40
_NEWEST = 5
_CODECS = {
    0: block_codecs.stored,
    1: block_codecs.with_lzo,
    2: block_codecs.with_deflate,
    3: block_codecs.with_zstd,
}


def _recognise(blob: Blob, offset: int) -> bool:
    return read_superblock(blob, offset) is not None


def _open(blob: Blob, offset: int, context: Context) -> Opened:
    superblock = read_superblock(blob, offset)
    if superblock is None:
        raise DamagedError("the superblock is damaged")
    data = blob.view(offset, superblock.size)
    if superblock.version > _NEWEST:
        words = f"version {superblock.version} of the format: not read by this release"
        gap = Gap(where=context.where, reason=GapReason.UNSUPPORTED, detail=words, bytes=data.size)
        return Opened(data.size, words, gaps=(gap,), readable=False)
    notes = Notes(context.where)
    flash = Flash(data, superblock, context.budget)
    contents = _contents(flash, notes)
    walk = Walk(_Ubifs(flash, contents, context.budget), context, notes)
    try:
        walk.run(_ROOT)
    except DamagedError as error:
        raise DamagedError(str(error), size=data.size) from error
    tree = Tree(context.container, walk.entries, walk.source, note="ubifs")
    note = f"erase blocks of {superblock.block_size:,} bytes, {len(tree)} entries"
    return Opened(data.size, note, tree=tree, gaps=notes.gaps())


def _contents(flash: Flash, notes: Notes) -> Contents:
    """Read the index and the journal; if the index is damaged, gather what nodes there are."""
    reader = Reader(flash)
    try:
        try:
            reader.from_index()
        except (DamagedError, struct.error) as error:
            sentence = f"{error}; the files were gathered from the nodes that are left and may be old or incomplete"
            notes.add(GapReason.DAMAGED, sentence)
            reader.from_nodes()
    except LimitReached as limit:
        notes.add(GapReason.LIMIT, str(limit))
    if reader.lost_names:
        notes.add(GapReason.DAMAGED, f"names that cannot be read: {reader.lost_names:,}")
    return reader.contents


class _Ubifs:
    """The inodes, names and data that the newest nodes make up."""

    def __init__(self, flash: Flash, contents: Contents, budget: Budget) -> None:
        self._flash = flash
        self._memory = flash.data.memory
        self._contents = contents
        self._budget = budget

    def inode(self, number: int) -> Inode:
        """Return what the inode's node says."""
        at = self._contents.inodes.get(number)
        if at is None:
            raise DamagedError("name of a file whose inode is lost")
        node = self._flash.node(at, INODE)
        (size,) = struct.unpack_from("<Q", self._memory, at + 48)
        (mtime,) = struct.unpack_from("<q", self._memory, at + 72)
        uid, gid, mode, flags, length = struct.unpack_from("<5I", self._memory, at + 96)
        data = self._memory[at + 160 : at + min(160 + length, node.length)].tobytes()
        kind = mode & 0xF000
        target, rdev, closed = b"", 0, None
        if kind == _LINK:
            if not 0 < len(data) == length <= self._budget.limits.path_length or flags & _ENCRYPTED:
                raise DamagedError("link with a target that is empty, too long or encrypted")
            target = data
        elif kind in {_CHAR, _BLOCK}:
            rdev = _device(data)
        elif kind == _REGULAR:
            closed = self._closed(number, size, flags)
        blocks = self._contents.blocks.get(number)
        place = next(iter(blocks.values())) if blocks else 0
        return Inode(mode, uid, gid, size, mtime, rdev, target, place, closed)

    def _closed(self, number: int, size: int, flags: int) -> tuple[GapReason, str] | None:
        """Say why a file cannot be read: encrypted, or a block of it lies outside."""
        if flags & _ENCRYPTED:
            return GapReason.ENCRYPTED_OR_RANDOM, "file that the file system encrypts"
        last = -(-size // BLOCK)
        if any(
            at >= self._flash.data.size for block, at in self._contents.blocks.get(number, {}).items() if block < last
        ):
            return GapReason.DAMAGED, "a part of it is cut off"
        return None

    def listing(self, number: int) -> Iterator[tuple[bytes, int]]:
        """Give the names in a directory."""
        return iter(sorted(self._contents.names.get(number, {}).items()))

    def pieces(self, number: int, size: int) -> Iterator[bytes]:
        """Give the first bytes of a file; a block that the index does not know is zeros."""
        blocks = self._contents.blocks.get(number, {})
        for start in range(0, size, BLOCK):
            wanted = min(BLOCK, size - start)
            at = blocks.get(start // BLOCK)
            if at is None:
                yield from self._hole(wanted)
            else:
                yield self._block(at)[:wanted].ljust(wanted, b"\0")

    def _hole(self, size: int) -> Iterator[bytes]:
        if self._contents.gathered:
            raise DamagedError("a part of it is a hole or lost: without the index nobody can say")
        yield from zeros(size)

    def _block(self, at: int) -> bytes:
        """Return the plain bytes of a data node. Raises ``DamagedError``, ``LimitReached``."""
        node = self._flash.node(at, DATA)
        size, compression = struct.unpack_from("<IH", self._memory, at + 40)
        if compression not in _CODECS or size > BLOCK:
            raise DamagedError("a block is compressed in a way that is not known")
        self._budget.spend_work(size)
        return decode(_CODECS[compression], self._memory[at + 48 : at + node.length], size)

    def view(self, _number: int, _size: int) -> Blob | None:
        """Nothing lies in one piece."""
        return None


def _device(data: bytes) -> int:
    """Return the number of a device: 32 bits as Linux packs them, or 64."""
    if len(data) == 4:
        return unpack_device(int.from_bytes(data, "little"))
    if len(data) == 8:
        packed = int.from_bytes(data, "little")
        return make_device(packed >> 8 & 0xFFF | packed >> 32 & 0xFFFFF000, packed & 0xFF | packed >> 12 & 0xFFFFFF00)
    raise DamagedError("device without a number")


UBIFS = Handler(
    name="ubifs",
    documentation=(
        "The index of the last commit and the journal after it; compressed with lzo, zlib or zstd; holes, hard "
        "links, devices. A damaged index is replaced by a look at all nodes, with a gap. Limitation: "
        "extended attributes are not read; files that the file system itself encrypts end in a gap; "
        "signatures of authenticated images are not checked."
    ),
    magics=((b"\x31\x18\x10\x06", 0),),
    recognise=_recognise,
    open=_open,
)
