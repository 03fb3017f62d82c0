"""EROFS: the compressed read-only file system of newer Linux devices and of Android.

Source: the kernel's documentation of EROFS. Inodes, directories and indexes of blocks are read
where they lie; a file is decoded extent by extent when somebody asks for it.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from fairmark.examine.blob import Blob
from fairmark.examine.containers.erofs_data import CODECS, Decoder, Map, UnsupportedError, read_map
from fairmark.examine.containers.handler import Context, DamagedError, Handler, Opened
from fairmark.examine.containers.walk import LONGEST_LISTING, Inode, Walk, unpack_device, zeros
from fairmark.examine.limits import Budget
from fairmark.examine.notes import Notes
from fairmark.examine.tree import Tree
from fairmark.model.gap import Gap, GapReason

_MAGIC = b"\xe2\xe1\xf5\xe0"
_LINK, _REGULAR, _DIRECTORY, _CHAR, _BLOCK = 0xA000, 0x8000, 0x4000, 0x2000, 0x6000
_PLAIN, _FULL, _INLINE, _COMPACT, _CHUNKS = 0, 1, 2, 3, 4
_FRONT_PADDED = 0x1
_KNOWN = 0x7F
_INDEXES = 0x20  # a file in chunks: eight bytes for each, with the number of a device
_NOWHERE = 0xFFFFFFFF
_STRIDE = 1 << 20


@dataclass(frozen=True, slots=True)
class _Superblock:
    block_bits: int
    root: int
    time: int
    blocks: int
    inodes: int  # block at which the inodes start
    features: int


@dataclass(frozen=True, slots=True)
class _Raw:
    """One inode as it stands there; ``behind`` is where its attributes end."""

    layout: int
    mode: int
    uid: int
    gid: int
    size: int
    mtime: int
    word: int
    behind: int


def _superblock(blob: Blob, offset: int) -> _Superblock | None:
    """Read the superblock; None if it is none or its root is no directory."""
    head = blob.read(offset + 1024, 128)
    if len(head) < 128 or head[:4] != _MAGIC:
        return None
    bits, _, root = struct.unpack_from("<BBH", head, 12)
    time, _, blocks, inodes = struct.unpack_from("<QIII", head, 24)
    (features,) = struct.unpack_from("<I", head, 80)
    if not 9 <= bits <= 16 or not blocks or head[90]:
        return None
    superblock = _Superblock(bits, root, time, blocks, inodes, features)
    root_mode = blob.read(offset + (inodes << bits) + 32 * root + 4, 2)
    return superblock if int.from_bytes(root_mode, "little") & 0xF000 == _DIRECTORY else None


def _recognise(blob: Blob, offset: int) -> bool:
    return _superblock(blob, offset) is not None


def _open(blob: Blob, offset: int, context: Context) -> Opened:
    superblock = _superblock(blob, offset)
    if superblock is None:
        raise DamagedError("the superblock contradicts itself")
    size = superblock.blocks << superblock.block_bits
    data = blob.view(offset, size)
    unknown = superblock.features & ~_KNOWN
    if unknown:
        words = f"features {unknown:#x} that this release does not know"
        gap = Gap(where=context.where, reason=GapReason.UNSUPPORTED, detail=words, bytes=data.size)
        return Opened(data.size, words, gaps=(gap,), readable=False)
    notes = Notes(context.where)
    if data.size < size:
        cut = f"cut off: {data.size:,} of {size:,} bytes are there"
        notes.add(GapReason.DAMAGED, cut, size=size - data.size)
    walk = Walk(_Erofs(data, superblock, context.budget), context, notes)
    try:
        walk.run(superblock.root)
    except DamagedError as error:
        raise DamagedError(str(error), size=data.size) from error
    tree = Tree(context.container, walk.entries, walk.source, note="erofs")
    return Opened(data.size, f"{len(tree)} entries", tree=tree, gaps=notes.gaps())


class _Erofs:
    """The inodes, directories and data of one file system. An inode's number is its place in the table."""

    def __init__(self, data: Blob, superblock: _Superblock, budget: Budget) -> None:
        self._data = data
        self._superblock = superblock
        self._budget = budget
        self._bits = superblock.block_bits
        self._size = 1 << superblock.block_bits
        self._decoder = Decoder(data, self._size, budget)

    def inode(self, number: int) -> Inode:
        """Return what is said of one inode."""
        raw = self._raw(number)
        kind = raw.mode & 0xF000
        target, closed = b"", None
        if kind == _LINK:
            if not 0 < raw.size <= self._budget.limits.path_length:
                raise DamagedError("link with a target that is empty or too long")
            target = b"".join(self.pieces(number, raw.size))
        elif kind == _REGULAR:
            closed = self._closed(raw)
        rdev = unpack_device(raw.word) if kind in {_CHAR, _BLOCK} else 0
        place = raw.word if raw.layout == _PLAIN and raw.word != _NOWHERE else raw.behind >> self._bits
        return Inode(raw.mode, raw.uid, raw.gid, raw.size, raw.mtime, rdev, target, place, closed)

    def _closed(self, raw: _Raw) -> tuple[GapReason, str] | None:
        """Say why the data of a file cannot be read, if it cannot."""
        if not raw.size or raw.layout in {_PLAIN, _INLINE}:
            return None
        try:
            if raw.layout in {_FULL, _COMPACT}:
                index = self._map(raw)
                if not set(index.algorithms) <= set(CODECS) or not self._superblock.features & _FRONT_PADDED:
                    return GapReason.UNSUPPORTED, "compressed in a way that is not read"
            elif raw.layout != _CHUNKS:
                return GapReason.UNSUPPORTED, "laid out in a way that is not known"
        except UnsupportedError as error:
            return GapReason.UNSUPPORTED, str(error)
        except DamagedError as error:
            return GapReason.DAMAGED, str(error)
        return None

    def _raw(self, number: int) -> _Raw:
        at = (self._superblock.inodes << self._bits) + 32 * number
        head = self._data.read(at, 64)
        if len(head) < 32:
            raise DamagedError("inode outside the file system")
        form, attributes, mode = struct.unpack_from("<HHH", head)
        behind = at + (64 if form & 1 else 32) + (12 + 4 * (attributes - 1) if attributes else 0)
        if form & 1:
            size, word, _, uid, gid, mtime = struct.unpack_from("<QIIIIQ", head, 8)
        else:
            size, _, word, _, uid, gid = struct.unpack_from("<IIIIHH", head, 8)
            mtime = self._superblock.time
        return _Raw(form >> 1 & 7, mode, uid, gid, size, mtime, word, behind)

    def listing(self, number: int) -> Iterator[tuple[bytes, int]]:
        """Give what lies in a directory; each block of it starts with its entries, the names behind them."""
        raw = self._raw(number)
        if raw.size > LONGEST_LISTING:
            raise DamagedError("directory too long")
        damaged = None
        for block in self._directory_blocks(raw):
            self._budget.tick()
            self._budget.spend_work(len(block))
            try:
                yield from _names(block)
            except DamagedError as error:
                damaged = error  # the other blocks of the directory are read all the same
        if damaged:
            raise damaged

    def _directory_blocks(self, raw: _Raw) -> Iterator[bytes]:
        if raw.layout not in {_PLAIN, _INLINE}:
            raise DamagedError("directory that is compressed")
        for at in range(0, raw.size, self._size):
            yield self._flat(raw, at, min(self._size, raw.size - at))

    def pieces(self, number: int, size: int) -> Iterator[bytes]:
        """Give the first bytes of a file."""
        raw = self._raw(number)
        if raw.layout in {_FULL, _COMPACT}:
            try:
                yield from self._decoder.pieces(raw.size, size, self._map(raw))
            except UnsupportedError as error:
                raise DamagedError(str(error)) from error
        elif raw.layout == _CHUNKS:
            yield from self._chunks(raw, size)
        else:
            for at in range(0, size, _STRIDE):
                yield self._flat(raw, at, min(_STRIDE, size - at))

    def view(self, number: int, size: int) -> Blob | None:
        """Return a file that is not compressed and has no tail behind its inode."""
        raw = self._raw(number)
        if raw.layout != _PLAIN or raw.word == _NOWHERE:
            return None
        found = self._data.view(raw.word << self._bits, size)
        return found if found.size == size else None

    def _flat(self, raw: _Raw, at: int, length: int) -> bytes:
        """Return bytes of a file that lies in one piece, its tail perhaps behind the inode. Raises ``DamagedError``."""
        whole = raw.size if raw.layout == _PLAIN else raw.size - raw.size % self._size
        found = b""
        if at < whole:
            if raw.word == _NOWHERE:
                found = bytes(min(length, whole - at))
            else:
                found = self._data.read((raw.word << self._bits) + at, min(length, whole - at))
        if at + length > whole:
            found += self._data.read(raw.behind + max(0, at - whole), length - max(0, whole - at))
        if len(found) != length:
            raise DamagedError("data outside the file system")
        return found

    def _chunks(self, raw: _Raw, size: int) -> Iterator[bytes]:
        step = 8 if raw.word & _INDEXES else 4
        chunk = 1 << (self._bits + (raw.word & 31))
        start = raw.behind + -raw.behind % step
        for at in range(0, size, chunk):
            entry = self._data.read(start + at // chunk * step, step)
            block = int.from_bytes(entry[-4:], "little")
            length = min(chunk, size - at)
            if len(entry) < step:
                raise DamagedError("the index of a file is cut off")
            if step == 8 and int.from_bytes(entry[2:4], "little"):
                raise DamagedError("a part of it lies on another device")
            if block == _NOWHERE:
                yield from zeros(length)
                continue
            for done in range(0, length, _STRIDE):
                piece = self._data.read((block << self._bits) + done, min(_STRIDE, length - done))
                if len(piece) != min(_STRIDE, length - done):
                    raise DamagedError("data outside the file system")
                yield piece

    def _map(self, raw: _Raw) -> Map:
        return read_map(self._data, raw.behind, self._bits, compact=raw.layout == _COMPACT)


def _names(block: bytes) -> Iterator[tuple[bytes, int]]:
    """Give the entries of one block of a directory. Raises ``DamagedError``."""
    first = int.from_bytes(block[8:10], "little")
    count = first // 12
    if first % 12 or not count or first > len(block):
        raise DamagedError("a block of a directory is damaged")
    entries = [struct.unpack_from("<QH", block, 12 * index) for index in range(count)]
    ends = [offset for _, offset in entries[1:]] + [len(block)]
    for (number, start), end in zip(entries, ends, strict=True):
        if not first <= start < end <= len(block):
            raise DamagedError("a block of a directory is damaged")
        yield block[start:end].partition(b"\0")[0], number


EROFS = Handler(
    name="erofs",
    documentation=(
        "Files that are plain, with their tail behind the inode, in chunks, or compressed with lz4, "
        "lzma, deflate or zstd in either form of index, with large clusters and packed tails. "
        "Limitation: common fragments, several devices, encoded extents and the older lz4 without "
        "padding in front end in a gap; extended attributes are not read."
    ),
    magics=((_MAGIC, 1024),),
    recognise=_recognise,
    open=_open,
)
