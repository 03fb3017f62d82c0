"""How squashfs writes its superblock, inodes and directories: versions 1 to 4, in either byte order.

Sources: the kernel's documentation of squashfs 4.0; for older versions and the big-endian ones
the published descriptions of the on-disk structures. Versions 1 to 3 pack their fields bit by
bit: from the lowest bit in little-endian file systems, from the highest in big-endian ones.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from fairmark.examine.containers.handler import DamagedError

DIRECTORY, FILE, SYMLINK, BLOCK, CHAR, FIFO, SOCKET = range(1, 8)
NO_FRAGMENT = 0xFFFFFFFF
SUPERBLOCK_SIZE = 119  # the longest, which is version 3's
_CHECKED = 1 << 2  # flag of versions 1 to 3: a byte follows the length of each metadata block
_MOST_ENTRIES = 256  # under one header of a directory

# Magic -> whether the fields are big-endian. The first is the official one of each order.
MAGICS: Mapping[bytes, bool] = {
    b"hsqs": False,
    b"sqsh": True,
    b"shsq": False,
    b"qshs": True,
    b"hsqt": False,
    b"tqsh": True,
    b"sqlz": True,
}


@dataclass(frozen=True, slots=True)
class Superblock:
    """What the superblock says, whatever its version. Starts of tables are offsets in the file system."""

    version: int
    order: str  # "<" or ">"
    block_size: int
    fragments: int
    compressor: int
    root: int
    bytes_used: int
    inode_table: int
    directory_table: int
    fragment_table: int
    owners: int  # how many; before version 4 these are users only
    owner_table: int
    groups: int = 0
    group_table: int = 0
    checked: bool = False
    made: int = 0


@dataclass(slots=True)
class Inode:
    """One inode of any version.

    Its list of blocks or its target starts ``rest`` bytes behind the start of the metadata block at ``block``.
    """

    kind: int
    mode: int
    owner: int  # index
    group: int  # index, -1 is the owner's number
    mtime: int
    size: int = 0
    start: int = 0
    fragment: int = NO_FRAGMENT
    offset: int = 0
    rdev: int = 0
    rest: int = 0
    block: int = 0


class Layout(Protocol):
    """One version in one byte order. ``longest`` is the size of the longest inode without its variable part."""

    longest: int

    def inode(self, plain: bytes, at: int) -> Inode:
        """Read an inode. Raises ``DamagedError`` or ``struct.error``."""
        ...

    def listing(self, data: bytes) -> Iterator[tuple[bytes, int]]:
        """Give name and inode reference of each entry of a directory. Raises as ``inode`` does."""
        ...


def read_superblock(head: bytes) -> Superblock | None:
    """Read the superblock that ``head`` starts with, or return None if there is none that makes sense."""
    if head[:4] not in MAGICS:
        return None
    order = ">" if MAGICS[head[:4]] else "<"
    for tried in (order, "<" if order == ">" else ">"):  # some makers changed the magic and not the order
        found = _superblock(head, tried)
        if found:
            return found
    return None


def _superblock(head: bytes, order: str) -> Superblock | None:
    if len(head) < 51:
        return None
    major, minor = struct.unpack_from(order + "HH", head, 28)
    if (major == 4 and not minor) and len(head) >= 96:
        return _newest(head, order)
    if major in {1, 2, 3} and minor <= 1 and len(head) >= (0, 51, 63, SUPERBLOCK_SIZE)[major]:
        return _older(head, order, major)
    return None


def _newest(head: bytes, order: str) -> Superblock:
    fields = struct.unpack_from(order + "4x4I6H8Q", head)
    _check_block_size(fields[2], fields[5])
    return Superblock(
        version=4,
        order=order,
        block_size=fields[2],
        fragments=fields[3],
        compressor=fields[4],
        owners=fields[7],
        root=fields[10],
        bytes_used=fields[11],
        owner_table=fields[12],
        inode_table=fields[14],
        directory_table=fields[15],
        fragment_table=fields[16],
        made=fields[1],
    )


def _older(head: bytes, order: str, version: int) -> Superblock:
    used, owners, groups, inodes, directories = struct.unpack_from(order + "5I", head, 8)
    block_size, log, flags, owner_count, group_count, made, root = struct.unpack_from(order + "HHBBBIQ", head, 32)
    fragments = fragment_table = 0
    if version > 1:
        block_size, fragments, fragment_table = struct.unpack_from(order + "III", head, 51)
    if version > 2:
        used, owners, groups, inodes, directories, fragment_table = struct.unpack_from(order + "6Q", head, 63)
    _check_block_size(block_size, log)
    return Superblock(
        version=version,
        order=order,
        block_size=block_size,
        fragments=fragments,
        compressor=1,
        root=root,
        bytes_used=used,
        inode_table=inodes,
        directory_table=directories,
        fragment_table=fragment_table,
        owners=owner_count,
        owner_table=owners,
        groups=group_count,
        group_table=groups,
        checked=bool(flags & _CHECKED),
        made=made,
    )


def _check_block_size(block_size: int, log: int) -> None:
    if not 12 <= log <= 20 or block_size != 1 << log:
        raise DamagedError("the block size and its logarithm disagree")


def layout_of(superblock: Superblock) -> Layout:
    """Return how the inodes and directories of a file system are written."""
    return _Newest(superblock.order) if superblock.version == 4 else _Older(superblock)


def block_words(raw: bytes, superblock: Superblock) -> bytes:
    """Return a list of block lengths as version 4 writes it in little-endian: four bytes each, bit 24 for stored."""
    if superblock.version == 1:
        short = struct.unpack(f"{superblock.order}{len(raw) // 2}H", raw)
        return struct.pack(f"<{len(short)}I", *((word & 0x7FFF or 0x8000) | (word & 0x8000) << 9 for word in short))
    if superblock.order == "<":
        return raw
    count = len(raw) // 4
    return struct.pack(f"<{count}I", *struct.unpack(f">{count}I", raw))


def length_of_word(superblock: Superblock) -> int:
    """Return how many bytes the length of one block takes."""
    return 2 if superblock.version == 1 else 4


class _Newest:
    """Version 4."""

    longest = 16 + 56

    def __init__(self, order: str) -> None:
        self._common = struct.Struct(order + "HHHHII")
        self._directory = struct.Struct(order + "IIHHI")
        self._long_directory = struct.Struct(order + "IIIIHHI")
        self._file = struct.Struct(order + "IIII")
        self._long_file = struct.Struct(order + "QQQIIII")
        self._second = struct.Struct(order + "4xI")
        self._entry = struct.Struct(order + "HhHH")
        self._header = struct.Struct(order + "III")

    def inode(self, plain: bytes, at: int) -> Inode:
        kind, mode, owner, group, mtime, _ = self._common.unpack_from(plain, at)
        if not 1 <= kind <= 14:
            raise DamagedError("inode of no known kind")
        at += 16
        found = Inode((kind - 1) % 7 + 1, mode & 0o7777, owner, group, mtime, rest=at)
        if kind == FILE:
            found.start, found.fragment, found.offset, found.size = self._file.unpack_from(plain, at)
            found.rest = at + 16
        elif kind == FILE + 7:
            found.start, found.size, _, _, found.fragment, found.offset, _ = self._long_file.unpack_from(plain, at)
            found.rest = at + 40
        elif kind == DIRECTORY:
            found.start, _, found.size, found.offset, _ = self._directory.unpack_from(plain, at)
        elif kind == DIRECTORY + 7:
            _, found.size, found.start, _, _, found.offset, _ = self._long_directory.unpack_from(plain, at)
        elif found.kind == SYMLINK:
            (found.size,) = self._second.unpack_from(plain, at)
            found.rest = at + 8
        elif found.kind in {BLOCK, CHAR}:
            found.rdev = _device(*self._second.unpack_from(plain, at))
        if found.kind == DIRECTORY:
            found.size -= min(3, found.size)  # it counts "." and ".." as three bytes
        return found

    def listing(self, data: bytes) -> Iterator[tuple[bytes, int]]:
        at = 0
        while at < len(data):
            count, block, _ = self._header.unpack_from(data, at)
            at += 12
            if count >= _MOST_ENTRIES:
                raise DamagedError("directory header with too many entries")
            base = block << 16
            for _ in range(count + 1):
                place, _, _, length = self._entry.unpack_from(data, at)
                at += 9 + length
                yield data[at - length - 1 : at], base | place


def _device(packed: int) -> int:
    """Unpack a device number as Linux writes it, and give it as ``os.makedev`` does."""
    major, minor = packed >> 8 & 0xFFF, packed & 0xFF | packed >> 12 & 0xFFF00
    return minor & 0xFF | (major & 0xFFF) << 8 | (minor & ~0xFF) << 12


_Fields = tuple[tuple[str, int], ...]


def _fields(text: str) -> _Fields:
    return tuple((name, int(width)) for name, _, width in (word.partition(":") for word in text.split()))


_BASE = {
    1: "type:4 mode:12 owner:4 group:4",
    2: "type:4 mode:12 owner:8 group:8",
    3: "type:4 mode:12 owner:8 group:8 mtime:32 number:32",
}
# What follows the base, by version and kind; 0 is the special inode of version 1, 8 and 9 are long ones.
_AFTER = {
    1: {
        0: "type:4 owners:4",
        DIRECTORY: "size:19 offset:13 mtime:32 start:24",
        FILE: "mtime:32 start:32 size:32",
        SYMLINK: "size:16",
        CHAR: "rdev:16",
    },
    2: {
        DIRECTORY: "size:19 offset:13 mtime:32 start:24",
        FILE: "mtime:32 start:32 fragment:32 offset:32 size:32",
        SYMLINK: "size:16",
        CHAR: "rdev:16",
        FIFO: "",
        8: "size:27 offset:13 mtime:32 start:24 index:16",
    },
    3: {
        DIRECTORY: "links:32 size:19 offset:13 start:32 parent:32",
        FILE: "start:64 fragment:32 offset:32 size:32",
        SYMLINK: "links:32 size:16",
        CHAR: "links:32 rdev:16",
        FIFO: "links:32",
        8: "links:32 size:27 offset:13 start:32 index:16 parent:32",
        9: "links:32 start:64 fragment:32 offset:32 size:64",
    },
}
_SAME = {BLOCK: CHAR, SOCKET: FIFO}  # these look alike
_INODES = {
    (version, kind): _fields(f"{_BASE[version]} {text}")
    for version, kinds in _AFTER.items()
    for kind, text in kinds.items()
}
_BASES = {version: _fields(text) for version, text in _BASE.items()}
_HEADERS = {2: _fields("count:8 start:24"), 3: _fields("count:8 start:32 number:32")}
_ENTRIES = {2: _fields("offset:13 type:3 size:8"), 3: _fields("offset:13 type:3 size:8 number:16")}


class _Older:
    """Versions 1 to 3."""

    longest = 40

    def __init__(self, superblock: Superblock) -> None:
        self._version = superblock.version
        self._order: str = superblock.order
        self._made = superblock.made
        self._header = _HEADERS[max(2, superblock.version)]
        self._entry = _ENTRIES[max(2, superblock.version)]

    def inode(self, plain: bytes, at: int) -> Inode:
        base, _ = self._read(plain, at, _BASES[self._version])
        kind, owner = base["type"], base["owner"]
        if self._version == 1 and kind:  # fifteen more owners for each five kinds
            owner += (kind - 1) // 5 * 16
            kind = (kind - 1) % 5 + 1
        fields = _INODES.get((self._version, _SAME.get(kind, kind)))
        if fields is None:
            raise DamagedError("inode of no known kind")
        found, end = self._read(plain, at, fields)
        if self._version == 1 and not kind:
            kind = found["type"]
            owner = found["owners"] * 16 + base["owner"]
            if kind not in {FIFO, SOCKET}:
                raise DamagedError("inode of no known kind")
        kind = kind - 7 if kind > SOCKET else kind
        same = (1 << (4 if self._version == 1 else 8)) - 1  # the group has the owner's number
        size = found.get("size", 0)
        if kind == DIRECTORY and self._version == 3:
            size -= min(3, size)
        return Inode(
            kind,
            base["mode"],
            owner,
            -1 if base["group"] == same else base["group"],
            found.get("mtime", self._made),
            size,
            found.get("start", 0),
            found.get("fragment", NO_FRAGMENT),
            found.get("offset", 0),
            found.get("rdev", 0),
            end,
        )

    def listing(self, data: bytes) -> Iterator[tuple[bytes, int]]:
        at = 0
        while at < len(data):
            header, at = self._read(data, at, self._header)
            base = header["start"] << 16
            for _ in range(header["count"] + 1):
                entry, at = self._read(data, at, self._entry)
                name = data[at : at + entry["size"] + 1]
                if len(name) <= entry["size"]:
                    raise DamagedError("directory that ends inside a name")
                at += len(name)
                yield name, base | entry["offset"]

    def _read(self, data: bytes, at: int, fields: _Fields) -> tuple[dict[str, int], int]:
        """Read packed fields; return them and where they end."""
        total = sum(width for _, width in fields)
        raw = data[at : at + total // 8]
        if len(raw) < total // 8:
            raise DamagedError("inode or directory that is cut off")
        value = int.from_bytes(raw, "big" if self._order == ">" else "little")
        found = {}
        done = 0
        for name, width in fields:
            shift = total - done - width if self._order == ">" else done
            found[name] = value >> shift & (1 << width) - 1
            done += width
        return found, at + total // 8
