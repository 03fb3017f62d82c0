"""Writers for the containers of firmware: cpio, squashfs, TRX and uImage.

Sources: the Linux kernel's documentation of the initramfs buffer format and of squashfs 4.0,
the U-Boot legacy image header, the TRX header of Broadcom boot loaders. The writers take what
they are given: names are not checked, so that a test can write an image no honest tool would.
"""

import lzma
import os
import stat
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import lz4.block
import zstandard

Codec = Callable[[bytes, int], bytes]

_METADATA_SIZE = 8192
_STORED_METADATA = 0x8000
_STORED_BLOCK = 1 << 24
_NO_FRAGMENT = 0xFFFFFFFF
_NO_TABLE = 0xFFFFFFFFFFFFFFFF
_SUPERBLOCK = struct.Struct("<4s4I6H8Q")
_NO_XATTRS = 0x0200
_OPTIONS = 0x0400
_LZ4 = 5
_KINDS = {
    stat.S_IFDIR: 1,
    stat.S_IFREG: 2,
    stat.S_IFLNK: 3,
    stat.S_IFBLK: 4,
    stat.S_IFCHR: 5,
    stat.S_IFIFO: 6,
    stat.S_IFSOCK: 7,
}


@dataclass(frozen=True, slots=True)
class Node:
    """One file, directory, link or device of an image.

    ``path`` is relative and has no leading slash; ``mode`` is the whole ``st_mode`` with its
    type bits; ``rdev`` is a device number as ``os.makedev`` gives it; ``mtime`` is in seconds.
    """

    path: bytes
    mode: int
    data: bytes = b""
    target: bytes = b""
    uid: int = 0
    gid: int = 0
    mtime: int = 0
    rdev: int = 0


def cpio_newc(nodes: Sequence[Node]) -> bytes:
    """Write a cpio archive ("new ASCII", magic 070701) with the nodes in the order given."""
    parts = []
    for number, node in enumerate(nodes, start=1):
        body = node.target if stat.S_ISLNK(node.mode) else node.data
        parts.append(newc_record(node, body, inode=number))
    parts.append(newc_record(Node(b"TRAILER!!!", 0), b"", inode=0))
    archive = b"".join(parts)
    return archive + bytes(-len(archive) % 512)


def newc_record(node: Node, body: bytes, *, inode: int, links: int = 1) -> bytes:
    """Write one record of a cpio archive: header, name and body, each padded to four bytes."""
    fields = (
        inode,
        node.mode,
        node.uid,
        node.gid,
        links,
        node.mtime,
        len(body),
        0,
        0,
        os.major(node.rdev),
        os.minor(node.rdev),
        len(node.path) + 1,
        0,
    )
    head = b"070701" + b"".join(b"%08X" % value for value in fields) + node.path + b"\0"
    return head + bytes(-len(head) % 4) + body + bytes(-len(body) % 4)


def trx(partitions: Sequence[bytes]) -> bytes:
    """Write a TRX image of up to four partitions (more than three need header version 2)."""
    if len(partitions) > 4:
        raise ValueError("a TRX header has room for four partitions")
    slots, version = (3, 1) if len(partitions) <= 3 else (4, 2)
    offsets = [0] * slots
    body = b""
    start = 16 + 4 * slots
    for index, partition in enumerate(partitions):
        offsets[index] = start + len(body)
        body += partition + bytes(-len(partition) % 4)
    covered = struct.pack(f"<HH{slots}I", 0, version, *offsets) + body
    # The checksum is CRC-32 without the final inversion, from the flags to the end.
    return b"HDR0" + struct.pack("<II", 12 + len(covered), zlib.crc32(covered) ^ 0xFFFFFFFF) + covered


def uimage(
    payload: bytes,
    *,
    name: str,
    load: int = 0x80008000,
    arch: int = 2,
    kind: int = 2,
    compression: int = 0,
    time: int = 0,
) -> bytes:
    """Write a U-Boot legacy image: a 64-byte header with two checksums, then the payload.

    ``arch`` 2 is ARM, 5 MIPS; ``kind`` 2 is a kernel, 3 a RAM disk, 4 several files in one;
    ``compression`` 0 none, 1 gzip, 2 bzip2, 3 lzma, 4 lzo. The payload is taken as it is.
    """
    after = struct.pack(
        ">IIIIIBBBB32s",
        time,
        len(payload),
        load,
        load,
        zlib.crc32(payload),
        5,
        arch,
        kind,
        compression,
        name.encode()[:32],
    )
    magic = struct.pack(">I", 0x27051956)
    return magic + struct.pack(">I", zlib.crc32(magic + bytes(4) + after)) + after + payload


def squashfs(nodes: Sequence[Node], *, compression: str = "xz", block_size: int = 131072) -> bytes:
    """Write a squashfs 4.0 file system (little-endian) with data blocks and fragments.

    ``compression`` is gzip, xz, lzma, zstd or lz4; ``block_size`` a power of two from 4 KiB to
    1 MiB. Directories that are missing are made (mode 0755, owner 0). A node with an empty
    path describes the root directory.
    """
    number, codec = CODECS[compression]
    return write_squashfs(nodes, number, codec, block_size)


def _gzip(data: bytes, _block_size: int) -> bytes:
    return zlib.compress(data, 9)


def _xz(data: bytes, block_size: int) -> bytes:
    # The kernel's decoder allocates a dictionary of one block and knows no other check than CRC-32.
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": block_size}]
    return lzma.compress(data, lzma.FORMAT_XZ, lzma.CHECK_CRC32, filters=filters)


def _lzma(data: bytes, block_size: int) -> bytes:
    filters = [{"id": lzma.FILTER_LZMA1, "preset": 6, "dict_size": block_size}]
    packed = lzma.compress(data, lzma.FORMAT_ALONE, filters=filters)
    # squashfs wants the true size where the library writes "unknown".
    return packed[:5] + struct.pack("<Q", len(data)) + packed[13:]


def _zstd(data: bytes, _block_size: int) -> bytes:
    return zstandard.ZstdCompressor(level=15).compress(data)


def _lz4(data: bytes, _block_size: int) -> bytes:
    packed: bytes = lz4.block.compress(data, mode="high_compression", store_size=False)
    return packed


CODECS: dict[str, tuple[int, Codec]] = {
    "gzip": (1, _gzip),
    "lzma": (2, _lzma),
    "xz": (4, _xz),
    "lz4": (5, _lz4),
    "zstd": (6, _zstd),
}


@dataclass(slots=True)
class _Directory:
    """A node with its number and, for directories, its children by name."""

    node: Node
    number: int = 0
    reference: int = 0
    children: dict[bytes, "_Directory"] = field(default_factory=dict)


@dataclass(slots=True)
class _Metadata:
    """A stream of metadata, cut into blocks of 8 KiB that are compressed one by one."""

    codec: Codec
    block_size: int
    done: bytearray = field(default_factory=bytearray)
    open: bytearray = field(default_factory=bytearray)
    starts: list[int] = field(default_factory=list)

    def position(self) -> tuple[int, int]:
        """Where the next byte goes: start of its block in the table, offset in the plain block."""
        return len(self.done), len(self.open)

    def write(self, data: bytes) -> None:
        """Append, closing blocks as they fill up."""
        self.open += data
        while len(self.open) >= _METADATA_SIZE:
            self._close(_METADATA_SIZE)

    def finish(self) -> bytes:
        """Close the last block and return the whole table."""
        if self.open:
            self._close(len(self.open))
        return bytes(self.done)

    def _close(self, size: int) -> None:
        plain = bytes(self.open[:size])
        del self.open[:size]
        self.starts.append(len(self.done))
        packed = self.codec(plain, self.block_size)
        if len(packed) < len(plain):
            self.done += struct.pack("<H", len(packed)) + packed
        else:
            self.done += struct.pack("<H", len(plain) | _STORED_METADATA) + plain


def write_squashfs(nodes: Sequence[Node], compressor: int, codec: Codec, block_size: int) -> bytes:
    """Write a squashfs with a codec of the caller's; one that never shrinks leaves everything stored."""
    writer = _Squashfs(compressor, codec, block_size)
    return writer.write(_plant(nodes))


def _plant(nodes: Sequence[Node]) -> _Directory:
    """Arrange the nodes as a tree, making the directories that are missing."""
    root = _Directory(Node(b"", stat.S_IFDIR | 0o755))
    for node in sorted(nodes, key=lambda one: one.path):
        here = root
        parts = node.path.split(b"/") if node.path else []
        for depth, part in enumerate(parts):
            if part not in here.children:
                here.children[part] = _Directory(Node(b"/".join(parts[: depth + 1]), stat.S_IFDIR | 0o755))
            here = here.children[part]
        here.node = node
    return root


class _Squashfs:
    """One run of the squashfs writer."""

    def __init__(self, compressor: int, codec: Codec, block_size: int) -> None:
        self.compressor = compressor
        self.codec = codec
        self.block_size = block_size
        self.image = bytearray(96)
        self.fragment = bytearray()
        self.fragments: list[tuple[int, int]] = []
        self.inodes = _Metadata(codec, block_size)
        self.listings = _Metadata(codec, block_size)
        self.ids: list[int] = []
        self.count = 0
        self.newest = 0

    def write(self, root: _Directory) -> bytes:
        """Write data, inodes, directories and tables, and the superblock last."""
        if self.compressor == _LZ4:  # lz4 must state its options: format version 1, high compression
            self.image += struct.pack("<HII", 8 | _STORED_METADATA, 1, 1)
        self._number(root)
        self._write_directory(root, parent=self.count + 1)
        self._close_fragment()
        inode_start = len(self.image)
        self.image += self.inodes.finish()
        directory_start = len(self.image)
        self.image += self.listings.finish()
        packed_fragments = b"".join(struct.pack("<QII", start, size, 0) for start, size in self.fragments)
        fragment_start = self._table(packed_fragments)
        id_start = self._table(struct.pack(f"<{len(self.ids)}I", *self.ids))
        self.image[:96] = _SUPERBLOCK.pack(
            b"hsqs",
            self.count,
            self.newest,
            self.block_size,
            len(self.fragments),
            self.compressor,
            self.block_size.bit_length() - 1,
            _NO_XATTRS | (_OPTIONS if self.compressor == _LZ4 else 0),
            len(self.ids),
            4,
            0,
            root.reference,
            len(self.image),
            id_start,
            _NO_TABLE,
            inode_start,
            directory_start,
            fragment_start,
            _NO_TABLE,
        )
        return bytes(self.image) + bytes(-len(self.image) % 4096)

    def _number(self, directory: _Directory) -> None:
        """Number the children of a directory in a row, then go down; the root comes last."""
        pending = [directory]
        while pending:
            here = pending.pop()
            for name in sorted(here.children):
                self.count += 1
                here.children[name].number = self.count
            pending += [here.children[name] for name in sorted(here.children, reverse=True)]
        self.count += 1
        directory.number = self.count

    def _write_directory(self, here: _Directory, parent: int) -> None:
        """Write everything below a directory, its listing, and then its own inode."""
        names = sorted(here.children)
        for name in names:
            child = here.children[name]
            if stat.S_ISDIR(child.node.mode):
                self._write_directory(child, here.number)
            else:
                self._write_leaf(child)
        block, offset = self.listings.position()
        size = self._write_listing([(name, here.children[name]) for name in names]) + 3
        links = 2 + sum(stat.S_ISDIR(child.node.mode) for child in here.children.values())
        if size < 1 << 16:
            self._inode(here, 1, struct.pack("<IIHHI", block, links, size, offset, parent))
        else:
            body = struct.pack("<IIIIHHI", links, size, block, parent, 0, offset, _NO_FRAGMENT)
            self._inode(here, 8, body)

    def _write_listing(self, children: list[tuple[bytes, _Directory]]) -> int:
        """Write the entries of one directory under headers of at most 256 entries; return their bytes."""
        total = 0
        while children:
            first = children[0][1]
            run = []
            for name, child in children[:256]:
                same_block = child.reference >> 16 == first.reference >> 16
                if not same_block or not -0x8000 <= child.number - first.number < 0x8000:
                    break
                kind = _KINDS[stat.S_IFMT(child.node.mode)]
                delta = child.number - first.number
                run.append(struct.pack("<HhHH", child.reference & 0xFFFF, delta, kind, len(name) - 1) + name)
            data = struct.pack("<III", len(run) - 1, first.reference >> 16, first.number) + b"".join(run)
            self.listings.write(data)
            total += len(data)
            children = children[len(run) :]
        return total

    def _write_leaf(self, here: _Directory) -> None:
        """Write a file, link or device; a file's data goes out before its inode."""
        node = here.node
        kind = _KINDS[stat.S_IFMT(node.mode)]
        if kind == 2:
            self._write_file(here)
        elif kind == 3:
            self._inode(here, kind, struct.pack("<II", 1, len(node.target)) + node.target)
        elif kind in {4, 5}:
            self._inode(here, kind, struct.pack("<II", 1, _squashfs_device(node.rdev)))
        else:
            self._inode(here, kind, struct.pack("<I", 1))

    def _write_file(self, here: _Directory) -> None:
        """Write whole blocks as data, the tail into a fragment, and the inode that names both."""
        data = here.node.data
        start = len(self.image)
        tail_at = len(data) - len(data) % self.block_size
        sizes = [self._block(data[at : at + self.block_size]) for at in range(0, tail_at, self.block_size)]
        fragment, offset = _NO_FRAGMENT, 0
        if tail := data[tail_at:]:
            if len(self.fragment) + len(tail) > self.block_size:
                self._close_fragment()
            fragment, offset = len(self.fragments), len(self.fragment)
            self.fragment += tail
        listed = struct.pack(f"<{len(sizes)}I", *sizes)
        if start < 1 << 32 and len(data) < 1 << 32:
            self._inode(here, 2, struct.pack("<IIII", start, fragment, offset, len(data)) + listed)
        else:
            body = struct.pack("<QQQIIII", start, len(data), 0, 1, fragment, offset, _NO_FRAGMENT)
            self._inode(here, 9, body + listed)

    def _block(self, plain: bytes) -> int:
        """Write one data block; return its size word. A block of zeros takes no room (size 0)."""
        if not plain.strip(b"\0"):
            return 0
        packed = self.codec(plain, self.block_size)
        if len(packed) < len(plain):
            self.image += packed
            return len(packed)
        self.image += plain
        return len(plain) | _STORED_BLOCK

    def _close_fragment(self) -> None:
        if not self.fragment:
            return
        start = len(self.image)
        plain = bytes(self.fragment)
        packed = self.codec(plain, self.block_size)
        stored = len(packed) >= len(plain)
        self.image += plain if stored else packed
        self.fragments.append((start, len(plain) | _STORED_BLOCK if stored else len(packed)))
        self.fragment.clear()

    def _inode(self, here: _Directory, kind: int, body: bytes) -> None:
        block, offset = self.inodes.position()
        here.reference = block << 16 | offset
        node = here.node
        self.newest = max(self.newest, node.mtime)
        owner, group = self._id(node.uid), self._id(node.gid)
        head = struct.pack("<HHHHII", kind, stat.S_IMODE(node.mode), owner, group, node.mtime, here.number)
        self.inodes.write(head + body)

    def _id(self, value: int) -> int:
        if value not in self.ids:
            self.ids.append(value)
        return self.ids.index(value)

    def _table(self, packed: bytes) -> int:
        """Write a lookup table: its blocks of metadata, then the index of where they start."""
        table = _Metadata(self.codec, self.block_size)
        table.write(packed)
        base = len(self.image)
        self.image += table.finish()
        index = len(self.image)
        self.image += struct.pack(f"<{len(table.starts)}Q", *(base + start for start in table.starts))
        return index


def _squashfs_device(rdev: int) -> int:
    """Pack a device number the way Linux writes it to disk (twelve bits of major, twenty of minor)."""
    major, minor = os.major(rdev), os.minor(rdev)
    return minor & 0xFF | major << 8 | (minor & ~0xFF) << 12
