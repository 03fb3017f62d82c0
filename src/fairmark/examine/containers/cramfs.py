"""cramfs: the compressed read-only file system of older devices, in either byte order.

Source: the kernel's description of the format. A file is a row of pointers, each to where a block
of 4096 plain bytes ends; a block of no length is a hole.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from fairmark.examine.blob import Blob
from fairmark.examine.containers.block_codecs import decode, with_zlib
from fairmark.examine.containers.handler import Context, DamagedError, Handler, Opened
from fairmark.examine.containers.walk import Inode, Walk, unpack_device
from fairmark.examine.limits import Budget
from fairmark.examine.notes import Notes
from fairmark.examine.tree import Tree
from fairmark.model.gap import Gap, GapReason

_LITTLE, _BIG = b"\x45\x3d\xcd\x28", b"\x28\xcd\x3d\x45"
_SIGNATURE = b"Compressed ROMFS"
_BLOCK = 4096
_PAD = 512  # bytes for boot code that may stand in front; offsets count from their start
_ROOT_AT, _SUPERBLOCK = 64, 76
_CHECKED, _SHIFTED, _EXTENDED = 0x1, 0x400, 0x800
_KNOWN = 0xF03
_STORED, _DIRECT = 1 << 31, 1 << 30
_LINK, _REGULAR, _DIRECTORY, _CHAR, _SPECIAL = 0xA000, 0x8000, 0x4000, 0x2000, 0x6000


@dataclass(frozen=True, slots=True)
class _Superblock:
    """``base`` is where it stands in the container; ``size`` counts from the container's start."""

    base: int
    order: str
    size: int
    flags: int
    crc: int


@dataclass(frozen=True, slots=True)
class _Raw:
    """One inode as it stands there, in front of its name."""

    mode: int
    uid: int
    size: int
    gid: int
    name: int
    at: int


def _raw(head: bytes, order: str) -> _Raw:
    """Read the twelve bytes of an inode: its fields are bits that start at the low end, or at the high one."""
    first, second, third = struct.unpack(f"{order}III", head)
    if order == "<":
        return _Raw(first & 0xFFFF, first >> 16, second & 0xFFFFFF, second >> 24, (third & 63) * 4, (third >> 6) * 4)
    return _Raw(first >> 16, first & 0xFFFF, second >> 8, second & 0xFF, (third >> 26) * 4, (third & 0x3FFFFFF) * 4)


def _superblock(blob: Blob, offset: int) -> _Superblock | None:
    """Read the superblock, with or without boot code in front of it; None if there is none."""
    for base in (0, _PAD):
        head = blob.read(offset + base, _SUPERBLOCK)
        if len(head) < _SUPERBLOCK or head[:4] not in {_LITTLE, _BIG} or head[16:32] != _SIGNATURE:
            continue
        order = "<" if head[:4] == _LITTLE else ">"
        size, flags, _ = struct.unpack_from(f"{order}III", head, 4)
        root = _raw(head[_ROOT_AT:], order)
        padded = root.at == _PAD + _SUPERBLOCK and not flags & _SHIFTED
        if root.mode & 0xF000 == _DIRECTORY and padded == bool(base):
            (crc,) = struct.unpack_from(f"{order}I", head, 32)
            return _Superblock(base, order, size, flags, crc)
    return None


def _recognise(blob: Blob, offset: int) -> bool:
    return _superblock(blob, offset) is not None


def _open(blob: Blob, offset: int, context: Context) -> Opened:
    superblock = _superblock(blob, offset)
    if superblock is None:
        raise DamagedError("the superblock contradicts itself")
    stated = superblock.flags & _CHECKED  # an older image does not say how long it is
    size = max(superblock.size, superblock.base + _SUPERBLOCK) if stated else blob.size - offset
    data = blob.view(offset, size)
    unknown = superblock.flags & ~_KNOWN
    if unknown:
        words = f"features {unknown:#x} that this release does not know"
        gap = Gap(where=context.where, reason=GapReason.UNSUPPORTED, detail=words, bytes=data.size)
        return Opened(data.size, words, gaps=(gap,), readable=False, ends=bool(stated))
    notes = Notes(context.where)
    if data.size < size:
        cut = f"cut off: {data.size:,} of {size:,} bytes are there"
        notes.add(GapReason.DAMAGED, cut, size=size - data.size)
    elif stated and _checksum(data.view(superblock.base)) != superblock.crc:
        notes.add(GapReason.DAMAGED, "the checksum does not match; the content was examined all the same")
    walk = Walk(_Cramfs(data, superblock, context.budget), context, notes)
    try:
        walk.run(superblock.base + _ROOT_AT)
    except DamagedError as error:
        raise DamagedError(str(error), size=data.size) from error
    tree = Tree(context.container, walk.entries, walk.source, note="cramfs")
    return Opened(data.size, f"{len(tree)} entries", tree=tree, gaps=notes.gaps(), ends=bool(stated))


def _checksum(data: Blob) -> int:
    """Return the CRC-32 of everything, the field for the CRC itself taken as zero."""
    crc = zlib.crc32(bytes(4), zlib.crc32(data.read(0, 32)))
    for piece in data.view(36).chunks():
        crc = zlib.crc32(piece, crc)
    return crc


class _Cramfs:
    """The inodes, directories and data of one file system. An inode's number is where it stands."""

    def __init__(self, data: Blob, superblock: _Superblock, budget: Budget) -> None:
        self._data = data
        self._order = superblock.order
        self._extended = bool(superblock.flags & _EXTENDED)
        self._budget = budget

    def inode(self, number: int) -> Inode:
        """Return what is said of one inode. The format stores no time."""
        raw = self._raw(number)
        kind = raw.mode & 0xF000
        target = b""
        if kind == _LINK:
            if not 0 < raw.size <= self._budget.limits.path_length:
                raise DamagedError("link with a target that is empty or too long")
            target = b"".join(self.pieces(number, raw.size))
        rdev = unpack_device(raw.size) if kind in {_CHAR, _SPECIAL} else 0
        return Inode(raw.mode, raw.uid, raw.gid, raw.size, 0, rdev, target, raw.at)

    def _raw(self, number: int) -> _Raw:
        return _raw(self._data.read(number, 12), self._order)

    def listing(self, number: int) -> Iterator[tuple[bytes, int]]:
        """Give what lies in a directory: inodes in a row, each with its name behind it."""
        raw = self._raw(number)
        at, end = raw.at, raw.at + raw.size
        self._budget.spend_work(raw.size)
        while at < end:
            child = self._raw(at)
            name = self._data.read(at + 12, child.name)
            if not child.name or len(name) < child.name or at + 12 + child.name > end:
                raise DamagedError("a directory breaks off")
            yield name.rstrip(b"\0"), at
            at += 12 + child.name

    def pieces(self, number: int, size: int) -> Iterator[bytes]:
        """Give the first bytes of a file, block by block."""
        raw = self._raw(number)
        count = -(-raw.size // _BLOCK)
        previous = raw.at + 4 * count
        for index in range(-(-min(size, raw.size) // _BLOCK)):
            (pointer,) = struct.unpack(f"{self._order}I", self._data.read(raw.at + 4 * index, 4))
            plain = min(_BLOCK, raw.size - index * _BLOCK)
            start, length, stored = self._block(pointer, previous, plain)
            previous = start + length
            self._budget.spend_work(plain)
            yield self._decoded(start, length, plain, stored=stored)[: size - index * _BLOCK]

    def _block(self, pointer: int, previous: int, plain: int) -> tuple[int, int, bool]:
        """Return where a block starts, how long it is, and whether it is stored; ``previous`` is the last one's end."""
        if not self._extended:
            return previous, pointer - previous, False
        stored = bool(pointer & _STORED)
        value = pointer & ~(_STORED | _DIRECT)
        if not pointer & _DIRECT:
            return previous, value - previous, stored
        start = value << 2
        if stored:
            return start, plain, True
        (length,) = struct.unpack(f"{self._order}H", self._data.read(start, 2))
        return start + 2, length, False

    def _decoded(self, start: int, length: int, plain: int, *, stored: bool) -> bytes:
        if length == 0:
            return bytes(plain)
        if not 0 < length <= 2 * _BLOCK or start + length > self._data.size:
            raise DamagedError("a block that lies outside or is too long")
        packed = self._data.read(start, length)
        if stored:
            return packed
        return decode(with_zlib, memoryview(packed), plain)

    def view(self, number: int, size: int) -> Blob | None:  # noqa: ARG002 - nothing lies in one piece
        """Return None: files are compressed block by block."""
        return None


CRAMFS = Handler(
    name="cramfs",
    documentation=(
        "Little and big endian, with or without room for boot code in front, blocks of 4096 bytes packed "
        "with zlib, holes, and the extended pointers of newer kernels. Limitation: other block sizes are "
        "reported as damaged; the format stores no times and no hard links."
    ),
    magics=((_LITTLE, 0), (_BIG, 0), (_LITTLE, _PAD), (_BIG, _PAD)),
    recognise=_recognise,
    open=_open,
)
