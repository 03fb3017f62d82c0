"""ext2, ext3 and ext4: the file systems of memory cards, eMMC and most larger devices.

Source: the kernel's documentation of ext4's data structures. Blocks are read one by one as
they are asked for; a disk of gigabytes is never gone through. The journal is not replayed.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from fairmark.examine.blob import Blob
from fairmark.examine.containers.ext_data import Blocks, Run, inline_data, inline_rest
from fairmark.examine.containers.handler import Context, DamagedError, Handler, Opened
from fairmark.examine.containers.walk import LONGEST_LISTING, Inode, Walk, make_device, unpack_device
from fairmark.examine.limits import Budget
from fairmark.examine.notes import Notes
from fairmark.examine.tree import Tree
from fairmark.model.gap import Gap, GapReason

_SUPERBLOCK = struct.Struct("<7I4xI4xI12x2xHH14xI4xIHHIII")
_ROOT = 2
_FIXED_INODE = 128
_DIRECTORY, _REGULAR, _LINK, _CHAR, _BLOCK = 0x4000, 0x8000, 0xA000, 0x2000, 0x6000
_FAST_LINK = 60

_HAS_JOURNAL = 0x4  # compatible features
_SPARSE_SUPER = 0x1  # features that are compatible for reading
_FILE_TYPE, _RECOVER, _JOURNAL_DEVICE, _META_GROUPS, _EXTENTS, _64BIT = 0x2, 0x4, 0x8, 0x10, 0x40, 0x80
_INLINE, _ENCRYPT = 0x8000, 0x10000
# mmp, flex_bg, large attributes, checksum seed, large directories, case folding: nothing changes for a reader
_HARMLESS = 0x100 | 0x200 | 0x400 | 0x2000 | 0x4000 | 0x20000
_KNOWN = _FILE_TYPE | _RECOVER | _META_GROUPS | _EXTENTS | _64BIT | _INLINE | _ENCRYPT | _HARMLESS
_EXT4 = _EXTENTS | _64BIT | _INLINE | 0x200  # what only ext4 has
_EXT4_READ_ONLY = 0x8 | 0x10 | 0x20 | 0x40 | 0x200 | 0x400
_ENCRYPTED_FILE, _EXTENTS_FILE, _INLINE_FILE = 0x800, 0x80000, 0x10000000


@dataclass(frozen=True, slots=True)
class _Superblock:
    inodes: int
    blocks: int
    first_block: int
    block_size: int
    blocks_per_group: int
    inodes_per_group: int
    inode_size: int
    compatible: int
    incompatible: int
    read_only: int
    descriptor_size: int
    first_meta_group: int

    @property
    def size(self) -> int:
        return self.blocks * self.block_size

    @property
    def kind(self) -> str:
        if self.incompatible & _EXT4 or self.read_only & _EXT4_READ_ONLY:
            return "ext4"
        return "ext3" if self.compatible & _HAS_JOURNAL else "ext2"


def _superblock(blob: Blob, offset: int) -> _Superblock | None:
    """Read the superblock; None if it is none or contradicts itself."""
    head = blob.read(offset + 1024, 1024)
    if len(head) < 1024 or head[56:58] != b"\x53\xef":
        return None
    inodes, blocks, _, _, _, first, log, per_group, inodes_per_group, _, errors, revision, *fields = (
        _SUPERBLOCK.unpack_from(head)
    )
    first_inode, inode_size, group, compatible, incompatible, read_only = fields
    if log > 6 or first > (log == 0) or (revision and group) or revision > 1 or errors > 3:
        return None
    block_size = 1024 << log
    wide = bool(incompatible & _64BIT)
    blocks |= int.from_bytes(head[0x150:0x154], "little") << 32 if wide else 0
    inode_size = inode_size if revision else _FIXED_INODE
    if not _is_sane(inodes, blocks, per_group, inodes_per_group, block_size):
        return None
    if not _FIXED_INODE <= inode_size <= block_size or inode_size & (inode_size - 1) or (revision and first_inode < 11):
        return None
    descriptor = int.from_bytes(head[0xFE:0x100], "little") if wide else 32
    return _Superblock(
        inodes,
        blocks,
        first,
        block_size,
        per_group,
        inodes_per_group,
        inode_size,
        compatible if revision else 0,
        incompatible if revision else 0,
        read_only if revision else 0,
        descriptor if 32 <= descriptor <= block_size else 32,
        int.from_bytes(head[0x104:0x108], "little"),
    )


def _is_sane(inodes: int, blocks: int, per_group: int, inodes_per_group: int, block_size: int) -> bool:
    """Say whether the counts of a superblock fit each other."""
    if not 8 <= per_group <= 8 * block_size * 16 or not 8 <= inodes_per_group <= 8 * block_size or blocks < 8:
        return False
    groups = -(-blocks // per_group)
    return 11 <= inodes <= groups * inodes_per_group


def _recognise(blob: Blob, offset: int) -> bool:
    return _superblock(blob, offset) is not None


def _open(blob: Blob, offset: int, context: Context) -> Opened:
    superblock = _superblock(blob, offset)
    if superblock is None:
        raise DamagedError("the superblock contradicts itself")
    data = blob.view(offset, superblock.size)
    unknown = superblock.incompatible & ~_KNOWN
    if unknown:
        words = f"features {unknown:#x} that this release does not know"
        gap = Gap(where=context.where, reason=GapReason.UNSUPPORTED, detail=words, bytes=data.size)
        return Opened(data.size, words, gaps=(gap,), readable=False)
    notes = Notes(context.where)
    if data.size < superblock.size:
        cut = f"cut off: {data.size:,} of {superblock.size:,} bytes are there"
        notes.add(GapReason.DAMAGED, cut, size=superblock.size - data.size)
    walk = Walk(_Ext(data, superblock, context.budget), context, notes)
    try:
        walk.run(_ROOT)
    except DamagedError as error:
        raise DamagedError(str(error), size=data.size) from error
    tree = Tree(context.container, walk.entries, walk.source, note=superblock.kind)
    note = f"{superblock.kind}, {len(tree)} entries"
    if superblock.incompatible & _RECOVER:
        note += "; its journal was not replayed: the last writes may be missing or half done"
    return Opened(data.size, note, tree=tree, gaps=notes.gaps())


class _Ext:
    """The inodes and directories of one file system, read on demand."""

    def __init__(self, data: Blob, superblock: _Superblock, budget: Budget) -> None:
        self._data = data
        self._superblock = superblock
        self._budget = budget
        self._blocks = Blocks(data, superblock.block_size, budget)
        self._tables: dict[int, int] = {}  # group number -> first byte of its inodes

    def inode(self, number: int) -> Inode:
        """Return what is said of one inode; the target of a link is read at once."""
        raw = self._raw(number)
        mode, uid, size_low, _, _, mtime = struct.unpack_from("<HHIIII", raw)
        gid = int.from_bytes(raw[24:26], "little")
        flags, pointer, packed = struct.unpack_from("<I4xII", raw, 32)
        size = size_low | int.from_bytes(raw[108:112], "little") << 32
        high_uid, high_gid = struct.unpack_from("<HH", raw, 120)
        kind = mode & 0xF000
        rdev = target = None
        if kind in {_CHAR, _BLOCK}:
            rdev = make_device(pointer >> 8 & 0xFF, pointer & 0xFF) if pointer else unpack_device(packed)
        if kind == _LINK:
            target = self._target(raw, size)
        closed = None
        if flags & _ENCRYPTED_FILE and kind == _REGULAR:
            closed = (GapReason.ENCRYPTED_OR_RANDOM, "file that the file system encrypts")
        return Inode(
            mode,
            uid | high_uid << 16,
            gid | high_gid << 16,
            size,
            _time(raw, mtime),
            rdev or 0,
            target or b"",
            self._place(raw, flags) if kind == _REGULAR else 0,
            closed,
        )

    def listing(self, number: int) -> Iterator[tuple[bytes, int]]:
        """Give what lies in a directory, block by block: an index of hashes looks like empty entries."""
        raw = self._raw(number)
        size = int.from_bytes(raw[4:8], "little")
        flags = int.from_bytes(raw[32:36], "little")
        if flags & _INLINE_FILE:
            yield from self._names(raw[44:100])
            yield from self._names(inline_rest(raw))
            return
        if size > LONGEST_LISTING:
            raise DamagedError("directory too long")
        damaged = None
        blocks = -(-size // self._superblock.block_size)
        for run in self._runs(raw, size):
            for index in range(max(0, min(run.count, blocks - run.logical)) if run.physical else 0):
                self._budget.tick()
                try:
                    yield from self._names(self._blocks.block(run.physical + index))
                except DamagedError as error:
                    damaged = error  # the other blocks of the directory are read all the same
        if damaged:
            raise damaged

    def pieces(self, number: int, size: int) -> Iterator[bytes]:
        """Give the first bytes of a file."""
        raw = self._raw(number)
        if int.from_bytes(raw[32:36], "little") & _INLINE_FILE:
            return inline_data(raw, size)
        return self._blocks.pieces(self._runs(raw, size), size)

    def view(self, number: int, size: int) -> Blob | None:
        """Return a file that lies in one run of blocks."""
        raw = self._raw(number)
        if int.from_bytes(raw[32:36], "little") & _INLINE_FILE:
            return None
        return self._blocks.view(self._runs(raw, size), size)

    def _runs(self, raw: bytes, size: int) -> Iterator[Run]:
        root = raw[40:100]
        if int.from_bytes(raw[32:36], "little") & _EXTENTS_FILE:
            return self._blocks.by_extents(root)
        return self._blocks.by_pointers(root, -(-size // self._superblock.block_size))

    def _target(self, raw: bytes, size: int) -> bytes:
        flags = int.from_bytes(raw[32:36], "little")
        if not 0 < size <= self._budget.limits.path_length:
            raise DamagedError("link with a target that is empty or too long")
        if flags & _ENCRYPTED_FILE:
            raise DamagedError("link whose target the file system encrypts")
        if flags & _INLINE_FILE:
            return b"".join(inline_data(raw, size))
        if size < _FAST_LINK and not flags & _EXTENTS_FILE:
            return raw[40 : 40 + size]
        return b"".join(self._blocks.pieces(self._runs(raw, size), size))

    def _place(self, raw: bytes, flags: int) -> int:
        """Return the first block of a file as far as its inode says it: the order on the disk."""
        if flags & _INLINE_FILE:
            return 0
        if not flags & _EXTENTS_FILE:
            return int.from_bytes(raw[40:44], "little")
        is_leaf = raw[46:48] == b"\0\0"
        return int.from_bytes(raw[60:64], "little") if is_leaf else int.from_bytes(raw[56:60], "little")

    def _raw(self, number: int) -> bytes:
        superblock = self._superblock
        if not 1 <= number <= superblock.inodes:
            raise DamagedError("inode that does not exist")
        group, index = divmod(number - 1, superblock.inodes_per_group)
        table = self._tables.get(group)
        if table is None:
            table = self._tables[group] = self._table(group)
        raw = self._data.read(table + index * superblock.inode_size, superblock.inode_size)
        if len(raw) < superblock.inode_size:
            raise DamagedError("inode outside the file system")
        return raw

    def _table(self, group: int) -> int:
        """Return where the inodes of a group start, from the group's descriptor. Raises ``DamagedError``."""
        superblock = self._superblock
        size = superblock.descriptor_size
        per_block = superblock.block_size // size
        meta, index = divmod(group, per_block)
        block = (superblock.block_size == 1024) + 1 + meta  # behind the superblock, which stands at byte 1024
        if superblock.incompatible & _META_GROUPS and meta >= superblock.first_meta_group:
            first = meta * per_block  # the descriptors of this meta group stand in its first group
            block = superblock.first_block + first * superblock.blocks_per_group + self._has_superblock(first)
            block += not first and superblock.block_size == 1024 and not superblock.first_block
        descriptor = self._data.read(block * superblock.block_size + index * size, size)
        if len(descriptor) < size:
            raise DamagedError("the descriptor of a group lies outside the file system")
        table = int.from_bytes(descriptor[8:12], "little")
        if size >= 64:
            table |= int.from_bytes(descriptor[40:44], "little") << 32
        if not table:
            raise DamagedError("a group without inodes")
        return table * superblock.block_size

    def _has_superblock(self, group: int) -> bool:
        if group <= 1 or not self._superblock.read_only & _SPARSE_SUPER:
            return True
        return any(base**power == group for base in (3, 5, 7) for power in range(1, 21))

    def _names(self, block: bytes) -> Iterator[tuple[bytes, int]]:
        """Give the entries of one block of a directory. Raises ``DamagedError``."""
        typed = bool(self._superblock.incompatible & _FILE_TYPE)
        at = 0
        while at + 8 <= len(block):
            inode, length, name_length = struct.unpack_from("<IHH", block, at)
            length = 65536 if length in {0, 65535} and len(block) == 65536 else length
            name_length = name_length & 0xFF if typed else name_length
            if length < 8 or length & 3 or at + length > len(block) or name_length > length - 8:
                raise DamagedError("a block of a directory is damaged")
            if inode and name_length:
                yield block[at + 8 : at + 8 + name_length], inode
            at += length


def _time(raw: bytes, low: int) -> int:
    """Return the time of the last change: 32 bits with sign, and two more where the inode has room for them."""
    seconds = low - (1 << 32) if low & 1 << 31 else low
    if len(raw) > 140 and int.from_bytes(raw[128:130], "little") >= 12:
        seconds += (raw[136] & 3) << 32
    return seconds


EXT = Handler(
    name="ext",
    documentation=(
        "ext2, ext3 and ext4: extents and indirect blocks, 64-bit block numbers, data inside inodes, "
        "large directories, holes, links and devices. Limitation: the journal is not replayed, which "
        "the note says where it would have to be; extended attributes are not read; files that the "
        "file system itself encrypts end in a gap."
    ),
    magics=((b"\x53\xef", 1080),),
    recognise=_recognise,
    open=_open,
)
