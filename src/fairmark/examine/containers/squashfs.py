"""squashfs, the compressed file system of most devices that run Linux: all versions, either byte order.

Sources: see ``squashfs_layout``. The inode and directory tables are walked from the root, block
by block as they are needed; no count that the image states is believed before the bytes behind
it were seen.
"""

import stat
import struct
from collections.abc import Iterator

from fairmark.examine.blob import Blob
from fairmark.examine.containers import squashfs_lzma
from fairmark.examine.containers.handler import Context, DamagedError, Handler, Opened
from fairmark.examine.containers.squashfs_data import (
    DECODERS,
    Coding,
    Disk,
    FileData,
    Fragments,
    SquashfsSource,
)
from fairmark.examine.containers.squashfs_layout import (
    DIRECTORY,
    MAGICS,
    NO_FRAGMENT,
    SUPERBLOCK_SIZE,
    Inode,
    Layout,
    Superblock,
    block_words,
    layout_of,
    length_of_word,
    read_superblock,
)
from fairmark.examine.limits import LimitReached
from fairmark.examine.notes import Notes
from fairmark.examine.tree import Entry, Kind, Tree
from fairmark.model.evidence import printable_path
from fairmark.model.gap import Gap, GapReason

_LONGEST_LISTING = 64 << 20
_LONGEST_NAME = 256
_LONGEST_TRIAL = 4096  # bytes of the root directory that have to make sense
_KINDS = {
    1: (Kind.DIRECTORY, stat.S_IFDIR),
    2: (Kind.FILE, stat.S_IFREG),
    3: (Kind.SYMLINK, stat.S_IFLNK),
    4: (Kind.BLOCK, stat.S_IFBLK),
    5: (Kind.CHAR, stat.S_IFCHR),
    6: (Kind.FIFO, stat.S_IFIFO),
    7: (Kind.SOCKET, stat.S_IFSOCK),
}


def _recognise(blob: Blob, offset: int) -> bool:
    head = blob.read(offset, SUPERBLOCK_SIZE)
    try:
        superblock = read_superblock(head)
    except DamagedError:
        return head[:4] in {b"hsqs", b"sqsh"}  # it says so clearly enough: worth a gap
    return superblock is not None and superblock.compressor in DECODERS


def _open(blob: Blob, offset: int, context: Context) -> Opened:
    superblock = read_superblock(blob.read(offset, SUPERBLOCK_SIZE))
    if superblock is None:
        raise DamagedError("the superblock is of no known version")
    data = blob.view(offset, superblock.bytes_used)
    notes = Notes(context.where)
    if data.size < superblock.bytes_used:
        missing = superblock.bytes_used - data.size
        notes.add(
            GapReason.DAMAGED, f"cut off: {data.size:,} of {superblock.bytes_used:,} bytes are there", size=missing
        )
    layout = layout_of(superblock)
    disk = _disk(data, superblock, layout, context)
    walk = _Walk(disk, superblock, layout, context, notes)
    try:
        walk.run()
    except DamagedError as error:
        cut = f"; it is cut off at {data.size:,} of {superblock.bytes_used:,} bytes"
        raise DamagedError(f"{error}{cut if data.size < superblock.bytes_used else ''}", size=data.size) from error
    if context.pool:
        walk.source.read_ahead(context.pool)
    tree = Tree(context.container, walk.entries, walk.source, note=f"squashfs {disk.coding.name}")
    version = f"version {superblock.version}{'.0' if superblock.version == 4 else ''}"
    order = ", big-endian" if superblock.order == ">" else ""
    note = f"{version}{order}, {disk.coding.name}, {len(tree)} entries"
    return Opened(data.size, note, tree=tree, gaps=notes.gaps())


def _disk(data: Blob, superblock: Superblock, layout: Layout, context: Context) -> Disk:
    """Return the file system with the coding that it states, or with the one its root can be read with."""
    name, decode = DECODERS[superblock.compressor]
    orders = ("<",) if superblock.order == "<" else (">", "<")
    for order in orders:
        stated = Coding(name, decode, superblock.order, order, superblock.checked)
        disk = Disk(data, stated, superblock.block_size, context.budget)
        if _root_makes_sense(disk, superblock, layout):
            return disk
        if superblock.compressor > 2:
            continue
        for way in squashfs_lzma.ways(superblock.block_size):
            context.budget.tick()
            other = _with_lzma(disk, stated, way, superblock)
            if other and _root_makes_sense(other, superblock, layout):
                return other
    stated = Coding(name, decode, superblock.order, superblock.order, superblock.checked)
    return Disk(data, stated, superblock.block_size, context.budget)


def _with_lzma(disk: Disk, stated: Coding, way: squashfs_lzma.RawLzma, superblock: Superblock) -> Disk | None:
    """Return the file system with its blocks written in this way, or None if the root's cannot be."""
    try:
        start, size, stored = disk.metadata_header(superblock.inode_table + (superblock.root >> 16))
    except DamagedError:
        return None
    if stored or not squashfs_lzma.may_be(way, disk.data.memory[start : start + size]):
        return None
    coding = Coding("lzma as its maker writes it", way, stated.order, stated.metadata_order, stated.checked)
    return Disk(disk.data, coding, disk.block_size, disk.budget)


def _root_makes_sense(disk: Disk, superblock: Superblock, layout: Layout) -> bool:
    """Say whether the root is a directory and what it lists are names."""
    try:
        block, _ = disk.metadata(superblock.inode_table + (superblock.root >> 16))
        root = layout.inode(block, superblock.root & 0xFFFF)
        if root.kind != DIRECTORY:
            return False
        size = min(root.size, _LONGEST_TRIAL)
        listed = disk.read_metadata(superblock.directory_table + root.start, root.offset, size)
        names = [name for name, _ in _as_far_as_possible(layout.listing(listed))] if size else []
    except (DamagedError, struct.error, LimitReached):
        return False
    return all(_is_safe(name) for name in names) and bool(names) == bool(size)


def _as_far_as_possible(listing: Iterator[tuple[bytes, int]]) -> Iterator[tuple[bytes, int]]:
    try:
        yield from listing
    except (DamagedError, struct.error):  # it was cut
        return


class _Walk:
    """One walk over all directories, from the root."""

    def __init__(self, disk: Disk, superblock: Superblock, layout: Layout, context: Context, notes: Notes) -> None:
        self.disk = disk
        self.superblock = superblock
        self.layout = layout
        self.budget = context.budget
        self.where = context.where
        self.notes = notes
        count, version = superblock.fragments, superblock.version
        self.fragments = Fragments(disk, superblock.fragment_table, count, context.spool, version=version)
        self.source = SquashfsSource(disk, self.fragments, context.where, context.spool)
        self.entries: list[Entry] = []
        self.owners, self.groups = self._read_owners()

    def run(self) -> None:
        """Walk. Raises ``DamagedError`` only if the root cannot be read; what is lost below it is noted."""
        root = self._inode(self.superblock.root)
        if root.kind != DIRECTORY:
            raise DamagedError("the root is no directory")
        self.entries.append(self._entry(b"", self.superblock.root, root))
        pending = [(b"", root)]
        seen = {self.superblock.root}
        try:
            while pending:
                path, inode = pending.pop()
                for child_path, reference, child in self._children(path, inode):
                    if child.kind != DIRECTORY:
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

    def _read_owners(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the tables of owners and groups; nothing if one is damaged (all are then 0, with a gap)."""
        superblock = self.superblock
        try:
            if superblock.version == 4:
                owners = groups = self._numbers(self._packed_numbers(superblock.owners), superblock.owners)
            else:
                read = self.disk.data.read
                owners = self._numbers(read(superblock.owner_table, 4 * superblock.owners), superblock.owners)
                groups = self._numbers(read(superblock.group_table, 4 * superblock.groups), superblock.groups)
        except DamagedError:
            owners = groups = ()
        if not owners:
            self.notes.add(GapReason.DAMAGED, "the table of owners cannot be read; owners are shown as 0")
        return owners, groups

    def _packed_numbers(self, count: int) -> bytes:
        found = b""
        for index in range(-(-4 * count // 8192)):
            pointer = self.disk.data.read(self.superblock.owner_table + 8 * index, 8)
            found += self.disk.metadata(int.from_bytes(pointer, self.disk.byte_order))[0]
        return found

    def _numbers(self, raw: bytes, count: int) -> tuple[int, ...]:
        if len(raw) < 4 * count:
            raise DamagedError("a table of owners is cut off")
        return struct.unpack(f"{self.superblock.order}{count}I", raw[: 4 * count])

    def _inode(self, reference: int) -> Inode:
        """Read an inode. Raises ``DamagedError``."""
        block = self.superblock.inode_table + (reference >> 16)
        offset = reference & 0xFFFF
        plain, following = self.disk.metadata(block)
        if offset + self.layout.longest > len(plain) and len(plain) == 8192 and following < self.disk.data.size:
            plain = plain + self._next_block(following)
        try:
            found = self.layout.inode(plain, offset)
        except struct.error:
            raise DamagedError("inode outside its table") from None
        found.block = block
        return found

    def _next_block(self, at: int) -> bytes:
        """Return the next block of the inode table; behind the last one lie directories, which do no harm."""
        try:
            return self.disk.metadata(at)[0]
        except DamagedError:
            return b""

    def _owner(self, inode: Inode) -> tuple[int, int]:
        """Return the numbers of owner and group."""
        owner = self.owners[inode.owner] if inode.owner < len(self.owners) else 0
        if inode.group < 0:
            return owner, owner
        return owner, self.groups[inode.group] if inode.group < len(self.groups) else 0

    def _children(self, path: bytes, inode: Inode) -> list[tuple[bytes, int, Inode]]:
        """Read one directory; add what lies in it to the entries and return it."""
        found: list[tuple[bytes, int, Inode]] = []
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

    def _add(self, found: list[tuple[bytes, int, Inode]], path: bytes, reference: int) -> None:
        try:
            inode = self._inode(reference)
            self.entries.append(self._entry(path, reference, inode))
            found.append((path, reference, inode))
        except (DamagedError, struct.error) as error:
            sentence = str(error) if isinstance(error, DamagedError) else "inode that is cut off"
            self._damaged(sentence, path)

    def _listing(self, inode: Inode) -> Iterator[tuple[bytes, int]]:
        """Give (name, inode reference) of everything in a directory. Raises ``DamagedError``, ``struct.error``."""
        if not inode.size:
            return iter(())
        if inode.size > _LONGEST_LISTING:
            raise DamagedError("directory too long")
        start = self.superblock.directory_table + inode.start
        return self.layout.listing(self.disk.read_metadata(start, inode.offset, inode.size))

    def _entry(self, path: bytes, reference: int, inode: Inode) -> Entry:
        """Make the entry of an inode. Raises ``DamagedError`` or ``struct.error``."""
        kind, type_bits = _KINDS[inode.kind]
        size = place = rdev = 0
        target = b""
        if kind is Kind.FILE:
            size, place = inode.size, self._file(path, reference, inode)
        elif kind is Kind.SYMLINK:
            target = self._target(inode)
            size = len(target)
        elif kind in {Kind.CHAR, Kind.BLOCK}:
            rdev = inode.rdev
        owner, group = self._owner(inode)
        mode = type_bits | inode.mode
        return Entry(path, kind, mode, owner, group, size, target, rdev, inode.mtime, reference, place)

    def _target(self, inode: Inode) -> bytes:
        if not 0 < inode.size <= self.budget.limits.path_length:
            raise DamagedError("link with a target that is empty or too long")
        target = self.disk.read_metadata(inode.block, inode.rest, inode.size)
        self.budget.spend_path(len(target))
        return target

    def _file(self, path: bytes, reference: int, inode: Inode) -> int:
        """Note where a file's data lies; return its place on disk."""
        start, size, fragment, offset = inode.start, inode.size, inode.fragment, inode.offset
        if reference in self.source.files or reference in self.source.refused:  # a hard link
            return self._place(start, size, fragment, offset)
        refusal = self._refusal(size)
        if refusal:
            self._refuse(path, reference, size, GapReason.LIMIT, refusal)
            return 0
        try:
            blocks = size // self.superblock.block_size
            if fragment == NO_FRAGMENT and size % self.superblock.block_size:
                blocks += 1
            length = length_of_word(self.superblock) * blocks
            words = self.disk.read_metadata(inode.block, inode.rest, length) if blocks else b""
            place = self._place(start, size, fragment, offset)
            data = FileData(size, start, block_words(words, self.superblock), fragment, offset, place)
            self._check(data)
        except DamagedError as error:
            self._refuse(path, reference, size, GapReason.DAMAGED, str(error))
            return 0
        self.source.files[reference] = data
        return place

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


SQUASHFS = Handler(
    name="squashfs",
    documentation=(
        "Versions 1 to 4, little-endian and big-endian; compressed with gzip, lzma, lzo, xz, lz4 or zstd; blocks, "
        "fragments, sparse blocks, all inode types. Makers' own magics are known, and LZMA without the header "
        "that the superblock promises is found by trial. Extended attributes are not read. Limitation: of makers' "
        "LZMA and of big-endian version 4 no image of a maker was at hand; what other programs read of the same "
        "formats was compared."
    ),
    magics=tuple((magic, 0) for magic in MAGICS),
    recognise=_recognise,
    open=_open,
)
