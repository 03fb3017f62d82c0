"""squashfs 4.0, little-endian: the compressed file system of most devices that run Linux.

Source: the kernel's documentation of squashfs 4.0. The inode and directory tables are walked
from the root, block by block as they are needed; no count that the image states is believed
before the bytes behind it were seen.
"""

import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import Context, DamagedError, Handler, Opened
from fairmark.examine.containers.squashfs_data import (
    DECODERS,
    NO_FRAGMENT,
    Disk,
    FileData,
    Fragments,
    SquashfsSource,
)
from fairmark.examine.limits import LimitReached
from fairmark.examine.notes import Notes
from fairmark.examine.tree import Entry, Kind, Tree
from fairmark.model.evidence import printable_path
from fairmark.model.gap import Gap, GapReason

_SUPERBLOCK = struct.Struct("<4s4I6H8Q")
_COMMON = struct.Struct("<HHHHII")
_DIRECTORY = struct.Struct("<IIHHI")
_LONG_DIRECTORY = struct.Struct("<IIIIHHI")
_FILE = struct.Struct("<IIII")
_LONG_FILE = struct.Struct("<QQQIIII")
_ENTRY = struct.Struct("<HhHH")
_HEADER = struct.Struct("<III")
_LONGEST_LISTING = 64 << 20
_LONGEST_NAME = 256
_BODY = 56  # the longest inode without its variable part
_KINDS = {
    1: (Kind.DIRECTORY, stat.S_IFDIR),
    2: (Kind.FILE, stat.S_IFREG),
    3: (Kind.SYMLINK, stat.S_IFLNK),
    4: (Kind.BLOCK, stat.S_IFBLK),
    5: (Kind.CHAR, stat.S_IFCHR),
    6: (Kind.FIFO, stat.S_IFIFO),
    7: (Kind.SOCKET, stat.S_IFSOCK),
}


@dataclass(frozen=True, slots=True)
class _Superblock:
    block_size: int
    fragments: int
    compressor: int
    ids: int
    root: int
    bytes_used: int
    id_table: int
    inode_table: int
    directory_table: int
    fragment_table: int


@dataclass(frozen=True, slots=True)
class _Inode:
    """One inode: its common part, the bytes after it, and where its variable part starts."""

    kind: int  # 1 to 14
    mode: int
    uid: int
    gid: int
    mtime: int
    body: bytes
    block: int
    offset: int


def _recognise(blob: Blob, offset: int) -> bool:
    head = blob.read(offset, 96)
    if len(head) < 96 or head[:4] != b"hsqs":
        return False
    fields = _SUPERBLOCK.unpack(head)
    compressor, major, minor = int(fields[5]), int(fields[9]), int(fields[10])
    return (minor <= 1) if major in {1, 2, 3} else (major == 4 and minor == 0 and compressor in DECODERS)


def _open(blob: Blob, offset: int, context: Context) -> Opened:
    head = blob.read(offset, 96)
    major = int.from_bytes(head[28:30], "little")
    if major != 4:
        size = blob.size - offset
        words = f"squashfs version {major}: not read by this release"
        gap = Gap(where=context.where, reason=GapReason.UNSUPPORTED, detail=words, bytes=size)
        return Opened(size, f"version {major}", gaps=(gap,), readable=False, ends=False)
    superblock = _superblock(head)
    name, decode = DECODERS[superblock.compressor]
    data = blob.view(offset, superblock.bytes_used)
    notes = Notes(context.where)
    if data.size < superblock.bytes_used:
        missing = superblock.bytes_used - data.size
        notes.add(
            GapReason.DAMAGED, f"cut off: {data.size:,} of {superblock.bytes_used:,} bytes are there", size=missing
        )
    disk = Disk(data, decode, superblock.block_size, context.budget)
    walk = _Walk(disk, superblock, context, notes)
    try:
        walk.run()
    except DamagedError as error:
        cut = f"; it is cut off at {data.size:,} of {superblock.bytes_used:,} bytes"
        raise DamagedError(f"{error}{cut if data.size < superblock.bytes_used else ''}", size=data.size) from error
    tree = Tree(context.container, walk.entries, walk.source, note=f"squashfs {name}")
    return Opened(data.size, f"version 4.0, {name}, {len(tree)} entries", tree=tree, gaps=notes.gaps())


def _superblock(head: bytes) -> _Superblock:
    fields = _SUPERBLOCK.unpack(head)
    block_size, log = fields[3], fields[6]
    if not 12 <= log <= 20 or block_size != 1 << log:
        raise DamagedError("the block size and its logarithm disagree")
    return _Superblock(
        block_size=block_size,
        fragments=fields[4],
        compressor=fields[5],
        ids=fields[8],
        root=fields[11],
        bytes_used=fields[12],
        id_table=fields[13],
        inode_table=fields[15],
        directory_table=fields[16],
        fragment_table=fields[17],
    )


class _Walk:
    """One walk over all directories, from the root."""

    def __init__(self, disk: Disk, superblock: _Superblock, context: Context, notes: Notes) -> None:
        self.disk = disk
        self.superblock = superblock
        self.budget = context.budget
        self.where = context.where
        self.notes = notes
        self.fragments = Fragments(disk, superblock.fragment_table, superblock.fragments, context.spool)
        self.source = SquashfsSource(disk, self.fragments, context.where, context.spool)
        self.entries: list[Entry] = []
        self.ids = self._read_ids()

    def run(self) -> None:
        """Walk. Raises ``DamagedError`` only if the root cannot be read; what is lost below it is noted."""
        root = self._inode(self.superblock.root)
        if root.kind not in {1, 8}:
            raise DamagedError("the root is no directory")
        self.entries.append(self._entry(b"", self.superblock.root, root))
        pending = [(b"", root)]
        seen = {self.superblock.root}
        try:
            while pending:
                path, inode = pending.pop()
                for child_path, reference, child in self._children(path, inode):
                    if child.kind not in {1, 8}:
                        continue
                    if reference in seen:
                        self._damaged("directory that lies in itself or in two places", child_path)
                    else:
                        seen.add(reference)
                        pending.append((child_path, child))
        except LimitReached as limit:
            self.notes.add(GapReason.LIMIT, str(limit))

    def _damaged(self, sentence: str, path: bytes, size: int = 0) -> None:
        self.notes.add(GapReason.DAMAGED, sentence, "/" + printable_path(path), size)

    def _read_ids(self) -> tuple[int, ...]:
        """Return the owners' table, or nothing if it is damaged (owners are then 0, with a gap)."""
        found = b""
        try:
            for index in range(-(-4 * self.superblock.ids // 8192)):
                pointer = self.disk.data.read(self.superblock.id_table + 8 * index, 8)
                found += self.disk.metadata(int.from_bytes(pointer, "little"))[0]
        except DamagedError:
            found = b""
        if len(found) < 4 * self.superblock.ids or not self.superblock.ids:
            self.notes.add(GapReason.DAMAGED, "the table of owners cannot be read; owners are shown as 0")
            return ()
        return struct.unpack(f"<{self.superblock.ids}I", found[: 4 * self.superblock.ids])

    def _inode(self, reference: int) -> _Inode:
        """Read an inode. Raises ``DamagedError``."""
        block = self.superblock.inode_table + (reference >> 16)
        offset = reference & 0xFFFF
        plain, following = self.disk.metadata(block)
        if offset + 16 + _BODY > len(plain) and len(plain) == 8192 and following < self.disk.data.size:
            plain = plain + self._next_block(following)
        if offset + 16 > len(plain):
            raise DamagedError("inode outside its table")
        kind, mode, uid, gid, mtime, _ = _COMMON.unpack_from(plain, offset)
        if not 1 <= kind <= 14:
            raise DamagedError("inode of no known kind")
        body = plain[offset + 16 : offset + 16 + _BODY]
        return _Inode(kind, mode, self._id(uid), self._id(gid), mtime, body, block, offset + 16)

    def _next_block(self, at: int) -> bytes:
        """Return the next block of the inode table; behind the last one lie directories, which do no harm."""
        try:
            return self.disk.metadata(at)[0]
        except DamagedError:
            return b""

    def _id(self, index: int) -> int:
        return self.ids[index] if index < len(self.ids) else 0

    def _children(self, path: bytes, inode: _Inode) -> list[tuple[bytes, int, _Inode]]:
        """Read one directory; add what lies in it to the entries and return it."""
        found: list[tuple[bytes, int, _Inode]] = []
        names: set[bytes] = set()
        try:
            for name, reference in self._listing(inode):
                self.budget.spend_file(len(path) + len(name))
                below = path + b"/" + name if path else name
                if not _is_safe(name):
                    shown = f"{printable_path(name[:80])!r} in /{printable_path(path)}"
                    self.notes.add(GapReason.UNSAFE, "name that is no name of a file", shown)
                elif name in names:
                    self._damaged("name that stands twice in its directory", below)
                elif len(below) > self.budget.limits.path_length:
                    self.notes.add(GapReason.LIMIT, "path too long", "/" + printable_path(path[:80]))
                else:
                    names.add(name)
                    self._add(found, below, reference)
        except (DamagedError, struct.error):
            self._damaged("directory that cannot be read to its end", path)
        return found

    def _add(self, found: list[tuple[bytes, int, _Inode]], path: bytes, reference: int) -> None:
        try:
            inode = self._inode(reference)
            self.entries.append(self._entry(path, reference, inode))
            found.append((path, reference, inode))
        except (DamagedError, struct.error) as error:
            sentence = str(error) if isinstance(error, DamagedError) else "inode that is cut off"
            self._damaged(sentence, path)

    def _listing(self, inode: _Inode) -> Iterator[tuple[bytes, int]]:
        """Give (name, inode reference) of everything in a directory. Raises ``DamagedError``, ``struct.error``."""
        if inode.kind == 1:
            start, _, size, offset, _ = _DIRECTORY.unpack_from(inode.body)
        else:
            _, size, start, _, _, offset, _ = _LONG_DIRECTORY.unpack_from(inode.body)
        if size <= 3:
            return
        if size > _LONGEST_LISTING:
            raise DamagedError("directory too long")
        data = self.disk.read_metadata(self.superblock.directory_table + start, offset, size - 3)
        at = 0
        while at < len(data):
            count, block, _ = _HEADER.unpack_from(data, at)
            at += 12
            if count >= 256:
                raise DamagedError("directory header with too many entries")
            base = block << 16
            for _ in range(count + 1):
                place, _, _, length = _ENTRY.unpack_from(data, at)
                at += 9 + length
                yield data[at - length - 1 : at], base | place

    def _entry(self, path: bytes, reference: int, inode: _Inode) -> Entry:
        """Make the entry of an inode. Raises ``DamagedError`` or ``struct.error``."""
        kind, type_bits = _KINDS[(inode.kind - 1) % 7 + 1]
        size = place = rdev = 0
        target = b""
        if kind is Kind.FILE:
            size, place = self._file(path, reference, inode)
        elif kind is Kind.SYMLINK:
            target = self._target(inode)
            size = len(target)
        elif kind in {Kind.CHAR, Kind.BLOCK}:
            rdev = _device(*struct.unpack_from("<4xI", inode.body))
        mode = type_bits | inode.mode & 0o7777
        return Entry(path, kind, mode, inode.uid, inode.gid, size, target, rdev, inode.mtime, reference, place)

    def _target(self, inode: _Inode) -> bytes:
        (length,) = struct.unpack_from("<4xI", inode.body)
        if not 0 < length <= self.budget.limits.path_length:
            raise DamagedError("link with a target that is empty or too long")
        target = self.disk.read_metadata(inode.block, inode.offset, 8 + length)[8:]
        self.budget.spend_path(length)
        return target

    def _file(self, path: bytes, reference: int, inode: _Inode) -> tuple[int, int]:
        """Note where a file's data lies; return its size and its place on disk."""
        if inode.kind == 2:
            start, fragment, offset, size = _FILE.unpack_from(inode.body)
            fixed = 16
        else:
            start, size, _, _, fragment, offset, _ = _LONG_FILE.unpack_from(inode.body)
            fixed = 40
        if reference in self.source.files or reference in self.source.refused:  # a hard link
            return size, self._place(start, size, fragment, offset)
        refusal = self._refusal(size)
        if refusal:
            self._refuse(path, reference, size, GapReason.LIMIT, refusal)
            return size, 0
        try:
            blocks = size // self.superblock.block_size
            if fragment == NO_FRAGMENT and size % self.superblock.block_size:
                blocks += 1
            words = self.disk.read_metadata(inode.block, inode.offset + fixed, 4 * blocks) if blocks else b""
            data = FileData(size, start, words, fragment, offset)
            place = self._place(start, size, fragment, offset)
            self._check(data)
        except DamagedError as error:
            self._refuse(path, reference, size, GapReason.DAMAGED, str(error))
            return size, 0
        self.source.files[reference] = data
        return size, place

    def _refuse(self, path: bytes, reference: int, size: int, reason: GapReason, detail: str) -> None:
        where = f"{self.where}: /{printable_path(path)}"
        self.source.refused[reference] = Gap(where=where, reason=reason, detail=detail, bytes=size)

    def _refusal(self, size: int) -> str:
        """Say why a file of this size is not read, or nothing if it is."""
        limits = self.budget.limits
        if size > limits.single_file:
            return f"file of more than {limits.single_file:,} bytes"
        try:
            self.budget.spend_bytes(size)
        except LimitReached as limit:
            return str(limit)
        return ""

    def _place(self, start: int, size: int, fragment: int, offset: int) -> int:
        """Return a number that grows with the position of the data, fragments in the order of their content."""
        if size >= self.superblock.block_size or fragment == NO_FRAGMENT:
            return start << 21
        return (self.fragments.find(fragment)[0] << 21) + min(offset, (1 << 21) - 1)

    def _check(self, data: FileData) -> None:
        """Raise ``DamagedError`` if blocks or fragment cannot be where the inode says."""
        lengths = [word & 0xFFFFFF for word in data.sizes()]
        if lengths and (max(lengths) > self.superblock.block_size or data.start + sum(lengths) > self.disk.data.size):
            raise DamagedError("data outside the file system")
        if data.fragment != NO_FRAGMENT and data.size % self.superblock.block_size:
            self.fragments.find(data.fragment)
            if data.offset >= self.superblock.block_size:
                raise DamagedError("tail outside its fragment")


def _is_safe(name: bytes) -> bool:
    return name not in {b"", b".", b".."} and b"/" not in name and b"\0" not in name and len(name) <= _LONGEST_NAME


def _device(packed: int) -> int:
    """Unpack a device number as Linux writes it, and give it as ``os.makedev`` does."""
    major, minor = packed >> 8 & 0xFFF, packed & 0xFF | packed >> 12 & 0xFFF00
    return minor & 0xFF | (major & 0xFFF) << 8 | (minor & ~0xFF) << 12


SQUASHFS = Handler(
    name="squashfs",
    documentation=(
        "Version 4.0, little-endian, compressed with gzip, lzma, lzo, xz, lz4 or zstd; blocks, "
        "fragments, sparse blocks, all inode types. Extended attributes are not read. Limitation: "
        "versions 1 to 3, big-endian images and vendors' own compression end in a gap."
    ),
    magics=((b"hsqs", 0),),
    recognise=_recognise,
    open=_open,
)
