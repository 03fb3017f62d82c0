"""A second writer of squashfs, for what the first does not know: versions 1 to 3, and version 4 big-endian.

It shares no code with the reader. What it writes is held against two other programs that read
the same formats (unsquashfs and 7z) in the tests.
"""

import os
import stat
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fairmark.demo.formats import Node

Pack = Callable[[bytes], bytes]
_KINDS = {
    stat.S_IFDIR: 1,
    stat.S_IFREG: 2,
    stat.S_IFLNK: 3,
    stat.S_IFBLK: 4,
    stat.S_IFCHR: 5,
    stat.S_IFIFO: 6,
    stat.S_IFSOCK: 7,
}
_NONE = 0xFFFFFFFF


@dataclass(frozen=True)
class Style:
    """How to write: ``marker`` puts a byte behind the length of each metadata block; ``long`` writes long inodes."""

    version: int
    order: str = "<"
    magic: bytes = b""
    block_size: int = 4096
    pack: Pack = zlib.compress
    compressor: int = 1
    length_order: str = ""
    marker: bool = False
    long: bool = False
    made: int = 77


def old_squashfs(nodes: Sequence[Node], style: Style) -> bytes:
    """Write a file system; the parents of every node must be among the nodes, except the root."""
    return _Writer(nodes, style).write()


@dataclass
class _Table:
    """Metadata in blocks of 8 KiB."""

    style: Style
    done: bytearray = field(default_factory=bytearray)
    open: bytearray = field(default_factory=bytearray)
    starts: list[int] = field(default_factory=list)

    def at(self) -> tuple[int, int]:
        return len(self.done), len(self.open)

    def add(self, data: bytes) -> None:
        self.open += data
        while len(self.open) >= 8192:
            self._close(8192)

    def finish(self) -> bytes:
        if self.open:
            self._close(len(self.open))
        return bytes(self.done)

    def _close(self, size: int) -> None:
        plain = bytes(self.open[:size])
        del self.open[:size]
        self.starts.append(len(self.done))
        packed = self.style.pack(plain)
        stored = len(packed) >= len(plain)
        body = plain if stored else packed
        length = struct.pack((self.style.length_order or self.style.order) + "H", len(body) | (0x8000 if stored else 0))
        self.done += length + (b"\xff" if self.style.marker else b"") + body


class _Writer:
    def __init__(self, nodes: Sequence[Node], style: Style) -> None:
        self.style = style
        self.nodes = {node.path: node for node in sorted(nodes, key=lambda one: one.path)}
        self.nodes.setdefault(b"", Node(b"", stat.S_IFDIR | 0o755))
        sizes = {1: 51, 2: 63, 3: 119, 4: 96}
        self.image = bytearray(sizes[style.version])
        self.inodes, self.listings = _Table(style), _Table(style)
        self.owners: list[int] = []
        self.groups: list[int] = []
        self.fragment = bytearray()
        self.fragments: list[tuple[int, int]] = []
        self.numbers = {path: number for number, path in enumerate(self.nodes, start=1)}
        for node in self.nodes.values():  # known before the first inode is written
            self._index(self.owners, node.uid)
            self._index(self.owners if style.version == 4 else self.groups, node.gid)

    def write(self) -> bytes:
        root = self._write(b"")
        self._close_fragment()
        inode_table = len(self.image)
        self.image += self.inodes.finish()
        directory_table = len(self.image)
        self.image += self.listings.finish()
        fragment_table = self._fragment_table()
        order = self.style.order
        owner_table = len(self.image)
        if self.style.version == 4:
            owner_table = self._indexed(struct.pack(f"{order}{len(self.owners)}I", *self.owners), "Q")
        else:
            self.image += struct.pack(f"{order}{len(self.owners)}I", *self.owners)
        group_table = len(self.image)
        if self.style.version < 4:
            self.image += struct.pack(f"{order}{len(self.groups)}I", *self.groups)
        tables = (owner_table, group_table, inode_table, directory_table, fragment_table)
        self._superblock(root, tables)
        return bytes(self.image) + bytes(-len(self.image) % 4096)

    def _superblock(self, root: int, tables: tuple[int, int, int, int, int]) -> None:
        style, used = self.style, len(self.image)
        order = style.order
        magic = style.magic or (b"hsqs" if order == "<" else b"sqsh")
        log = style.block_size.bit_length() - 1
        owner_table, group_table, inode_table, directory_table, fragment_table = tables
        if style.version == 4:
            head = struct.pack(order + "4I", len(self.nodes), style.made, style.block_size, len(self.fragments))
            head += struct.pack(order + "6H", style.compressor, log, 0x200, len(self.owners), 4, 0)
            head += struct.pack(
                order + "8Q",
                root,
                used,
                owner_table,
                _NONE << 32 | _NONE,
                inode_table,
                directory_table,
                fragment_table,
                _NONE << 32 | _NONE,
            )
            self.image[: len(head) + 4] = magic + head
            return
        low = (used, owner_table, group_table, inode_table, directory_table) if style.version < 3 else (0,) * 5
        head = struct.pack(order + "6I", len(self.nodes), *low)
        small = style.block_size if style.block_size < 1 << 16 else 0
        flags = 4 if style.marker else 0
        head += struct.pack(order + "HHHHBBB", style.version, 0, small, log, flags, len(self.owners), len(self.groups))
        head += struct.pack(order + "IQ", style.made, root)
        if style.version > 1:
            low_fragments = fragment_table if style.version == 2 else 0
            head += struct.pack(order + "III", style.block_size, len(self.fragments), low_fragments)
        if style.version == 3:
            head += struct.pack(
                order + "7Q",
                used,
                owner_table,
                group_table,
                inode_table,
                directory_table,
                fragment_table,
                _NONE << 32 | _NONE,
            )
        self.image[: len(head) + 4] = magic + head

    def _fragment_table(self) -> int:
        if self.style.version == 1:
            return 0
        form, pointer = ("II", "I") if self.style.version == 2 else ("QI4x", "Q")
        return self._indexed(b"".join(struct.pack(self.style.order + form, *one) for one in self.fragments), pointer)

    def _indexed(self, plain: bytes, pointer: str) -> int:
        table = _Table(self.style)
        table.add(plain)
        base = len(self.image)
        self.image += table.finish()
        index = len(self.image)
        for start in table.starts:
            self.image += struct.pack(self.style.order + pointer, base + start)
        return index

    def _children(self, path: bytes) -> list[bytes]:
        return [one for one in self.nodes if one and one.rpartition(b"/")[0] == path]

    def _write(self, path: bytes) -> int:
        """Write what lies below, then the inode itself; return its reference."""
        node = self.nodes[path]
        kind = _KINDS[stat.S_IFMT(node.mode)]
        if kind == 1:
            return self._write_directory(path)
        if kind == 2:
            return self._write_file(path)
        if self.style.version == 4:
            second = len(node.target) if kind == 3 else os.major(node.rdev) << 8 | os.minor(node.rdev)
            body = struct.pack(
                self.style.order + ("II" if kind in {3, 4, 5} else "I"), 1, *[second][: kind in {3, 4, 5}]
            )
            return self._inode(path, kind, body + node.target)
        links = [(1, 32)] if self.style.version == 3 else []
        if kind == 3:
            fields = [*links, (len(node.target), 16)]
        elif kind in {4, 5}:
            fields = [*links, (os.major(node.rdev) << 8 | os.minor(node.rdev), 16)]
        else:
            fields = links
        return self._packed_inode(path, kind, fields, node.target)

    def _write_file(self, path: bytes) -> int:
        node, size = self.nodes[path], self.style.block_size
        data, start = node.data, len(self.image)
        tail_at = len(data) - len(data) % size if self.style.version > 1 else len(data)
        words = [self._block(data[at : at + size]) for at in range(0, tail_at, size)]
        fragment, offset = _NONE, 0
        if tail := data[tail_at:]:
            if len(self.fragment) + len(tail) > size:
                self._close_fragment()
            fragment, offset = len(self.fragments), len(self.fragment)
            self.fragment += tail
        form = self.style.order + f"{len(words)}{'H' if self.style.version == 1 else 'I'}"
        listed = struct.pack(form, *words)
        order = self.style.order
        if self.style.version == 4 and self.style.long:
            body = struct.pack(order + "QQQIIII", start, len(data), 0, 1, fragment, offset, _NONE)
            return self._inode(path, 9, body + listed)
        if self.style.version == 4:
            return self._inode(path, 2, struct.pack(order + "IIII", start, fragment, offset, len(data)) + listed)
        tail_fields = [(fragment, 32), (offset, 32)]
        if self.style.version == 1:
            return self._packed_inode(path, 2, [(node.mtime, 32), (start, 32), (len(data), 32)], listed)
        if self.style.version == 2:
            fields = [(node.mtime, 32), (start, 32), *tail_fields, (len(data), 32)]
            return self._packed_inode(path, 2, fields, listed)
        if self.style.long:
            return self._packed_inode(path, 9, [(1, 32), (start, 64), *tail_fields, (len(data), 64)], listed)
        return self._packed_inode(path, 2, [(start, 64), *tail_fields, (len(data), 32)], listed)

    def _write_directory(self, path: bytes) -> int:
        children = [(child, self._write(child)) for child in self._children(path)]
        block, offset = self.listings.at()
        size = self._list(children)
        node, version = self.nodes[path], self.style.version
        size += 3 if version > 2 else 0
        parent = self.numbers.get(path.rpartition(b"/")[0], 0) if path else len(self.numbers) + 1
        if version == 4 and self.style.long:
            body = struct.pack(self.style.order + "IIIIHHI", 2, size, block, parent, 0, offset, _NONE)
            return self._inode(path, 8, body)
        if version == 4:
            return self._inode(path, 1, struct.pack(self.style.order + "IIHHI", block, 2, size, offset, parent))
        wide = 27 if self.style.long and version > 1 else 19
        fields = [(size, wide), (offset, 13)]
        if version < 3:
            fields += [(node.mtime, 32), (block, 24)]
        else:
            fields = [(2, 32), *fields, (block, 32)]
        if wide == 27:
            fields.append((0, 16))
        if version == 3:
            fields.append((parent, 32))
        return self._packed_inode(path, 8 if wide == 27 else 1, fields, b"")

    def _list(self, children: list[tuple[bytes, int]]) -> int:
        total = 0
        while children:
            first = children[0][1] >> 16
            base = self.numbers[children[0][0]]
            elsewhere = (at for at, one in enumerate(children[:256]) if one[1] >> 16 != first)
            run = children[: next(elsewhere, 256)]
            data = self._list_header(len(run) - 1, first, base)
            for path, reference in run:
                kind = _KINDS[stat.S_IFMT(self.nodes[path].mode)]
                name = path.rpartition(b"/")[2]
                data += self._list_entry(reference & 0xFFFF, kind, len(name) - 1, self.numbers[path] - base) + name
            self.listings.add(data)
            total += len(data)
            children = children[len(run) :]
        return total

    def _list_header(self, count: int, block: int, base: int) -> bytes:
        if self.style.version == 4:
            return struct.pack(self.style.order + "III", count, block, base)
        if self.style.version == 3:
            return self._bits([(count, 8), (block, 32), (base, 32)])
        return self._bits([(count, 8), (block, 24)])

    def _list_entry(self, offset: int, kind: int, size: int, delta: int) -> bytes:
        if self.style.version == 4:
            return struct.pack(self.style.order + "HhHH", offset, delta, kind, size)
        fields = [(offset, 13), (kind, 3), (size, 8)]
        return self._bits([*fields, (delta & 0xFFFF, 16)] if self.style.version == 3 else fields)

    def _block(self, plain: bytes) -> int:
        stored_bit = 0x8000 if self.style.version == 1 else 1 << 24
        if not plain.strip(b"\0") and self.style.version > 2:
            return 0
        packed = self.style.pack(plain)
        stored = len(packed) >= len(plain)
        self.image += plain if stored else packed
        return len(plain) | stored_bit if stored else len(packed)

    def _close_fragment(self) -> None:
        if self.fragment:
            start = len(self.image)
            self.fragments.append((start, self._block(bytes(self.fragment))))
            self.fragment.clear()

    def _inode(self, path: bytes, kind: int, body: bytes) -> int:
        node = self.nodes[path]
        block, offset = self.inodes.at()
        owner, group = self.owners.index(node.uid), self.owners.index(node.gid)
        form = self.style.order + "HHHHII"
        self.inodes.add(struct.pack(form, kind, stat.S_IMODE(node.mode), owner, group, node.mtime, self.numbers[path]))
        self.inodes.add(body)
        return block << 16 | offset

    def _packed_inode(self, path: bytes, kind: int, fields: list[tuple[int, int]], rest: bytes) -> int:
        node, version = self.nodes[path], self.style.version
        block, offset = self.inodes.at()
        owner = self.owners.index(node.uid)
        wide = 4 if version == 1 else 8
        group = (1 << wide) - 1 if node.gid == node.uid else self.groups.index(node.gid)
        written = kind
        if version == 1 and kind > 5:
            written, fields = 0, [(kind, 4), (owner // 16, 4)]
            owner %= 16
        elif version == 1:
            written, owner = kind + owner // 16 * 5, owner % 16
        base = [(written, 4), (stat.S_IMODE(node.mode), 12), (owner, wide), (group, wide)]
        if version == 3:
            base += [(node.mtime, 32), (self.numbers[path], 32)]
        self.inodes.add(self._bits([*base, *fields]) + rest)
        return block << 16 | offset

    def _bits(self, fields: list[tuple[int, int]]) -> bytes:
        """Write fields bit by bit, in order."""
        total = sum(width for _, width in fields)
        value = done = 0
        for number, width in fields:
            assert 0 <= number < 1 << width
            value |= number << (done if self.style.order == "<" else total - done - width)
            done += width
        return value.to_bytes(total // 8, "little" if self.style.order == "<" else "big")

    @staticmethod
    def _index(table: list[int], value: int) -> None:
        if value not in table:
            table.append(value)
