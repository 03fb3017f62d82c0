"""Small file systems written by hand, without any tool: honest ones, and what hostile ones are made of."""

import stat
import struct
import zlib
from collections.abc import Mapping, Sequence

FILE, DIRECTORY, LINK = stat.S_IFREG | 0o644, stat.S_IFDIR | 0o755, stat.S_IFLNK | 0o777


def padded(data: bytes, size: int, fill: bytes = b"\xff") -> bytes:
    """``data`` filled up to ``size`` bytes."""
    assert len(data) <= size
    return data + fill * (size - len(data))


# ext: blocks of 1 KiB, 32 inodes of 128 bytes from block 5 on, the root's directory in block 9, files behind it


def ext_inode_at(number: int) -> int:
    """Where an inode of ``ext_image`` stands."""
    return 5 * 1024 + 128 * (number - 1)


def ext_inode(mode: int, size: int, block: int, count: int, flags: int = 0x80000) -> bytes:
    """One inode with one extent."""
    extents = struct.pack("<HHHHI", 0xF30A, 1, 4, 0, 0) + struct.pack("<IHHI", 0, count, 0, block)
    head = struct.pack("<HHIIIIIHHIII", mode, 0, size, 0, 0, 77, 0, 0, 1, 2 * count, flags, 0)
    return padded(head + padded(extents, 60, b"\0"), 128, b"\0")


def ext_entry(inode: int, name: bytes, length: int = 0) -> bytes:
    """One entry of a directory."""
    wanted = length or 8 + len(name) + -len(name) % 4
    return padded(struct.pack("<IHBB", inode, wanted, len(name), 0) + name, wanted, b"\0")


def ext_image(files: Mapping[bytes, bytes]) -> bytearray:
    """An ext4 whose files are inodes 12, 13 ... in the order given."""
    blocks = 10
    bodies, inodes = b"", {2: ext_inode(DIRECTORY, 1024, 9, 1)}
    listing = ext_entry(2, b".") + ext_entry(2, b"..")
    for number, (name, data) in enumerate(files.items(), start=12):
        count = max(1, -(-len(data) // 1024))
        inodes[number] = ext_inode(FILE, len(data), blocks, count)
        listing += ext_entry(number, name)
        bodies += padded(data, 1024 * count, b"\0")
        blocks += count
    listing += ext_entry(0, b"", 1024 - len(listing))
    head = struct.pack("<7I4xI4xI12xHH", 32, blocks, 0, 0, 0, 1, 0, 8192, 32, 0xEF53, 1)
    head += struct.pack("<H14xI4xIHHIII", 1, 1, 11, 128, 0, 0, 0x42, 1)
    image = bytearray(padded(bytes(1024) + padded(head, 1024, b"\0"), 9 * 1024, b"\0") + listing + bodies)
    struct.pack_into("<III", image, 2048, 3, 4, 5)
    for number, inode in inodes.items():
        image[ext_inode_at(number) : ext_inode_at(number) + 128] = inode
    return image


# JFFS2


def _crc0(data: bytes) -> int:
    return zlib.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF


def jffs2_node(kind: int, body: bytes, order: str = "<", length: int | None = None) -> bytes:
    """One node with the right checksum over its header."""
    head = struct.pack(order + "HHI", 0x1985, kind, 12 + len(body) if length is None else length)
    node = head + struct.pack(order + "I", _crc0(head)) + body
    return node + b"\xff" * (-len(node) % 4)


def jffs2_name(parent: int, version: int, inode: int, name: bytes, order: str = "<") -> bytes:
    """The node of one name in a directory; inode 0 removes it."""
    head = struct.pack(order + "HHI", 0x1985, 0xE001, 40 + len(name))
    fixed = struct.pack(order + "IIIIBB2x", parent, version, inode, 0, len(name), 0)
    check = _crc0(head + struct.pack(order + "I", _crc0(head)) + fixed)
    return jffs2_node(0xE001, fixed + struct.pack(order + "II", check, _crc0(name)) + name, order)


def jffs2_inode(
    inode: int,
    version: int,
    mode: int,
    packed: bytes = b"",
    *,
    offset: int = 0,
    size: int | None = None,
    plain: int | None = None,
    compression: int = 0,
    order: str = "<",
) -> bytes:
    """The node of a piece of a file."""
    plain = len(packed) if plain is None else plain
    size = offset + plain if size is None else size
    head = struct.pack(order + "HHI", 0x1985, 0xE002, 68 + len(packed))
    fixed = struct.pack(order + "IIIHHI", inode, version, mode, 0, 0, size) + struct.pack(order + "III", 5, 6, 7)
    fixed += struct.pack(order + "IIIBBH", offset, len(packed), plain, compression, compression, 0)
    check = _crc0(head + struct.pack(order + "I", _crc0(head)) + fixed)
    return jffs2_node(0xE002, fixed + struct.pack(order + "II", _crc0(packed), check) + packed, order)


def jffs2_file(inode: int, name: bytes, data: bytes, order: str = "<") -> bytes:
    """A file of the root with its content in one node."""
    return jffs2_name(1, inode, inode, name, order) + jffs2_inode(inode, 1, FILE, data, order=order)


# UBI


def _crc1(data: bytes) -> int:
    return zlib.crc32(data) ^ 0xFFFFFFFF


def ubi_header(image: int = 7, second: int = 64, data: int = 128) -> bytes:
    """The first header of an erase block."""
    head = struct.pack(">4sB3xQIII32x", b"UBI#", 1, 1, second, data, image)
    return head + struct.pack(">I", _crc1(head))


def ubi_block(
    volume: int, logical: int, data: bytes, sequence: int, *, size: int = 8192, static: int = 0, copied: bool = False
) -> bytes:
    """One erase block; ``static`` is how many blocks the static volume has."""
    stated = len(data) if static or copied else 0
    check = _crc1(data) if static or copied else 0
    head = struct.pack(">4sBBBBII4x", b"UBI!", 1, 2 if static else 1, copied, 0, volume, logical)
    head += struct.pack(">IIII4xQ12x", stated, static, 0, check, sequence)
    return padded(ubi_header() + head + struct.pack(">I", _crc1(head)) + data, size)


def ubi_table(names: Mapping[int, bytes], sequence: int = 0, size: int = 8192) -> bytes:
    """The two erase blocks of the table of volumes."""
    records = b""
    for volume in range(max(names) + 1):
        name = names.get(volume, b"")
        record = struct.pack(">IIIBBH128sB23x", 4 if name else 0, 1, 0, 1, 0, len(name), name, 0)
        records += record + struct.pack(">I", _crc1(record))
    return b"".join(ubi_block(0x7FFFEFFF, copy, records, sequence + copy, size=size) for copy in (0, 1))


# UBIFS: erase blocks of 16 KiB: superblock, two masters, the log, leaves, index, journal

LEB = 16384


def ubifs_node(kind: int, body: bytes, sequence: int = 1) -> bytes:
    """One node with the right checksum, filled up to eight bytes."""
    covered = struct.pack("<QIBBxx", sequence, 24 + len(body), kind, 0) + body
    node = b"\x31\x18\x10\x06" + struct.pack("<I", _crc1(covered)) + covered
    return node + bytes(-len(node) % 8)


def _key(inode: int, rest: int) -> bytes:
    return struct.pack("<II8x", inode, rest)


Leaf = tuple[tuple[int, int], bytes]


def ubifs_inode(
    inode: int, mode: int, size: int = 0, data: bytes = b"", *, links: int = 1, sequence: int = 1, flags: int = 0
) -> Leaf:
    """An inode, with its key."""
    body = _key(inode, 0) + struct.pack("<QQ3Q3I", 1, size, 0, 0, 99, 0, 0, 0)
    body += struct.pack("<6I", links, 0, 0, mode, flags, len(data)) + bytes(44) + data
    return (inode, 0), ubifs_node(0, body, sequence)


def ubifs_name(parent: int, name: bytes, inode: int, *, sequence: int = 1) -> Leaf:
    """A name in a directory; inode 0 removes it."""
    rest = 2 << 29 | zlib.crc32(name) & 0x1FFFFFFF
    body = _key(parent, rest) + struct.pack("<QBBHI", inode, 0, 0, len(name), 0) + name + b"\0"
    return (parent, rest), ubifs_node(2, body, sequence)


def ubifs_data(
    inode: int, block: int, packed: bytes, size: int | None = None, *, compression: int = 0, sequence: int = 1
) -> Leaf:
    """A block of a file."""
    body = _key(inode, 1 << 29 | block)
    body += struct.pack("<IHH", len(packed) if size is None else size, compression, 0) + packed
    return (inode, 1 << 29 | block), ubifs_node(1, body, sequence)


def ubifs_truncation(inode: int, size: int, *, sequence: int) -> bytes:
    """A file becomes shorter."""
    return ubifs_node(3 + 1, struct.pack("<I12xQQ", inode, 1 << 20, size), sequence)


def ubifs_index(children: Sequence[tuple[int, int, int, tuple[int, int]]], level: int) -> bytes:
    """An index node over children (erase block, offset, length, key)."""
    body = struct.pack("<HH", len(children), level)
    body += b"".join(struct.pack("<5I", block, offset, length, *key) for block, offset, length, key in children)
    return ubifs_node(9, body)


def ubifs_image(leaves: Sequence[Leaf], journal: Sequence[bytes] = (), *, root: bytes | None = None) -> bytearray:
    """A file system whose index is two levels deep; ``root`` stands in for the root of the index."""
    main, children = b"", []
    for key, node in sorted(leaves, key=lambda leaf: leaf[0]):
        length = struct.unpack_from("<I", node, 16)[0]
        children.append((4, len(main), length, key))
        main += node
    index, above = b"", []
    for start in range(0, len(children), 8):
        node = ubifs_index(children[start : start + 8], 0)
        above.append((5, len(index), struct.unpack_from("<I", node, 16)[0], children[start][3]))
        index += node
    top = ubifs_index(above, 1) if root is None else root
    place = len(index)
    index += top
    superblock = struct.pack("<2xBBIIIII", 0, 0, 0, 8, LEB, 8, 8) + struct.pack("<QIIIIIII", 0, 1, 1, 1, 1, 8, 1, 4)
    master = struct.pack("<QQIIIII", 100, 9, 2, 3, 5, place, struct.unpack_from("<I", top, 16)[0])
    log = ubifs_node(10, struct.pack("<Q", 9), 50)
    log += ubifs_node(8, struct.pack("<III28x", 6, 0, 0), 51) if journal else b""
    blocks = [
        ubifs_node(6, padded(superblock, 4072, b"\0")),
        *[ubifs_node(7, padded(master, 488, b"\0"), 40)] * 2,
        log,
        main,
        index,
        b"".join(journal),
    ]
    return bytearray(b"".join(padded(block, LEB) for block in blocks))


# YAFFS2


def yaffs2_header(
    kind: int,
    parent: int,
    name: bytes,
    *,
    mode: int = FILE,
    size: int = 0,
    same_as: int = 0xFFFFFFFF,
    target: bytes = b"",
    rdev: int = 0,
    shrinks: int = 0,
    order: str = "<",
) -> bytes:
    """The header of an object."""
    head = struct.pack(order + "II", kind, parent) + b"\xff\xff" + padded(name, 256, b"\0") + b"\xff\xff"
    head += struct.pack(order + "8I", mode, 0, 0, 1, 2, 3, size, same_as) + padded(target, 160, b"\0")
    return head + struct.pack(order + "I32xI8xI", rdev, 0, shrinks)


def yaffs2_page(
    data: bytes,
    inode: int,
    chunk: int,
    *,
    count: int = 0xFFFF,
    sequence: int = 0x1000,
    page: int = 2048,
    spare: int = 64,
    tags: int = 0,
    order: str = "<",
) -> bytes:
    """One page with its spare area."""
    area = b"\xff" * tags + struct.pack(order + "IIII", sequence, inode, chunk, count)
    return padded(data, page) + padded(area, spare)


def yaffs2_file(inode: int, name: bytes, data: bytes, *, parent: int = 1, page: int = 2048, **layout: object) -> bytes:
    """A file: its header and its pages."""
    order = str(layout.get("order", "<"))
    made = yaffs2_page(
        yaffs2_header(1, parent, name, size=len(data), order=order),
        inode,
        0,
        page=page,
        **layout,  # type: ignore[arg-type]
    )
    for number, at in enumerate(range(0, len(data), page), start=1):
        piece = data[at : at + page]
        made += yaffs2_page(piece, inode, number, count=len(piece), page=page, **layout)  # type: ignore[arg-type]
    return made


def yaffs2_directory(inode: int, name: bytes, *, parent: int = 1, **layout: object) -> bytes:
    """A directory; the root is inode 1 without a name."""
    head = yaffs2_header(3, parent, name, mode=DIRECTORY, order=str(layout.get("order", "<")))
    return yaffs2_page(head, inode, 0, **layout)  # type: ignore[arg-type]


# EROFS: blocks of 4 KiB; inodes of 64 bytes from 2048 on


def erofs_image(files: Mapping[bytes, tuple[bytes, int, bytes]], features: int = 1) -> bytearray:
    """Files of (plain bytes, layout, bytes behind the inode); plain bytes of layout 0 get blocks of their own."""
    inodes, bodies = b"", b""
    numbers = {}
    number, block = 66, 2
    for name, (data, layout, behind) in files.items():
        start = block if layout == 0 else 0
        inode = struct.pack("<HHHHQIIIIQII16x", layout << 1 | 1, 0, FILE, 0, len(data), start, 1, 0, 0, 88, 0, 1)
        record = inode + behind
        inodes += record + bytes(-len(record) % 32)
        numbers[name] = number
        number += -(-len(record) // 32)
        if layout == 0:
            bodies += padded(data, -(-len(data) // 4096) * 4096, b"\0")
            block += -(-len(data) // 4096)
    names = [(b".", 64), (b"..", 64), *sorted(numbers.items())]
    listing, text = b"", b""
    for name, number in sorted(names):
        listing += struct.pack("<QHBx", number, 12 * len(names) + len(text), 0)
        text += name
    listing += text
    root = struct.pack("<HHHHQIIIIQII16x", 1, 0, DIRECTORY, 0, len(listing), 1, 1, 0, 0, 88, 0, 2)
    head = b"\xe2\xe1\xf5\xe0" + struct.pack("<IIBBHQQIIII", 0, 0, 12, 0, 64, 0, 0, 0, block, 0, 0)
    head = padded(padded(head, 80, b"\0") + struct.pack("<I", features), 128, b"\0")
    first = padded(padded(bytes(1024) + head, 2048, b"\0") + root + inodes, 4096, b"\0")
    return bytearray(first + padded(listing, 4096, b"\0") + bodies)
