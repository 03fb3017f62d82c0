"""The lower half of squashfs: decoders, metadata blocks, and the data of files."""

import lzma
import struct
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import islice
from typing import Literal

import lz4.block
import zstandard
from lzallright import LZOCompressor, LZOError

from fairmark.examine.blob import Blob, Spool
from fairmark.examine.containers.handler import DamagedError
from fairmark.examine.containers.squashfs_ahead import MOST_BLOCKS, Block, ReadAhead
from fairmark.examine.containers.squashfs_layout import NO_FRAGMENT
from fairmark.examine.limits import Budget, LimitReached
from fairmark.examine.tree import Entry, UnreadableEntryError
from fairmark.model.gap import Gap, GapReason

# (packed bytes, how many plain bytes are wanted, how many there can be at most)
Decode = Callable[[memoryview, int, int], bytes]

METADATA_SIZE = 8192
STORED = 1 << 24
_SIZE_BITS = STORED - 1
_MEMORY = 64 << 20
_METADATA_BLOCKS = 1024  # kept decompressed: 8 MiB
_FRAGMENT_BYTES = 8 << 20  # kept decompressed
_LARGE = 256 << 10  # a file above this goes through the spool when it is wanted as a blob
_ERRORS = (zlib.error, lzma.LZMAError, zstandard.ZstdError, lz4.block.LZ4BlockError, LZOError, ValueError, EOFError)


def _gzip(packed: memoryview, wanted: int, _most: int) -> bytes:
    return zlib.decompressobj().decompress(packed, wanted)


def _lzma(packed: memoryview, wanted: int, _most: int) -> bytes:
    # The header states the size and the stream has an end mark as well; the library wants one of the two.
    stream = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_MEMORY)
    return stream.decompress(packed[:5].tobytes() + b"\xff" * 8 + packed[13:].tobytes(), wanted)


def _xz(packed: memoryview, wanted: int, _most: int) -> bytes:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY).decompress(packed, wanted)


def _lzo(packed: memoryview, _wanted: int, most: int) -> bytes:
    plain: bytes = LZOCompressor.decompress(packed.tobytes(), output_size_hint=most)
    return plain


def _lz4(packed: memoryview, _wanted: int, most: int) -> bytes:
    plain: bytes = lz4.block.decompress(packed, uncompressed_size=most)
    return plain


def _zstd(packed: memoryview, _wanted: int, most: int) -> bytes:
    if zstandard.frame_content_size(packed) > most:
        raise ValueError("the frame claims more than a block")
    return zstandard.ZstdDecompressor(max_window_size=_MEMORY).decompress(packed, max_output_size=most)


DECODERS: Mapping[int, tuple[str, Decode]] = {
    1: ("gzip", _gzip),
    2: ("lzma", _lzma),
    3: ("lzo", _lzo),
    4: ("xz", _xz),
    5: ("lz4", _lz4),
    6: ("zstd", _zstd),
}


@dataclass(frozen=True, slots=True)
class Coding:
    """How blocks are written: compression, byte order of tables, and what stands before a block of metadata."""

    name: str
    decode: Decode
    order: str = "<"
    metadata_order: str = "<"  # some makers' big-endian file systems keep this one little-endian
    checked: bool = False  # a byte follows the length of each block of metadata


class Disk:
    """The bytes of one file system, and how to get plain ones from them."""

    def __init__(self, data: Blob, coding: Coding, block_size: int, budget: Budget) -> None:
        self.data = data
        self.coding = coding
        self.block_size = block_size
        self._decode = coding.decode
        self.byte_order: Literal["little", "big"] = "little" if coding.order == "<" else "big"
        self._length_order: Literal["little", "big"] = "little" if coding.metadata_order == "<" else "big"
        self._header = 3 if coding.checked else 2
        self._ahead: ReadAhead | None = None
        self.budget = budget
        self._metadata: OrderedDict[int, tuple[bytes, int]] = OrderedDict()

    def plain(self, at: int, size: int, *, stored: bool, wanted: int, most: int) -> bytes:
        """Return ``wanted`` plain bytes of the block at ``at``. Raises ``DamagedError``, ``LimitReached``."""
        if not 0 < size <= most or at + size > self.data.size:
            raise DamagedError("a block lies outside the file system")
        packed = self.data.memory[at : at + size]
        if stored:
            return packed[:wanted].tobytes()
        self.budget.spend_work(wanted)
        try:
            found = self._ahead.take(at, wanted) if self._ahead else None
            if found is None:
                found = self._decode(packed, wanted, most)
        except _ERRORS as error:
            raise DamagedError("a block cannot be decompressed") from error
        return found if len(found) <= wanted else found[:wanted]

    def read_ahead(self, pool: Executor, plan: Sequence[Block]) -> None:
        """From now on, let ``pool`` decode what comes next in ``plan``."""

        def decode(block: Block) -> bytes:
            packed = self.data.memory[block.at : block.at + block.size]
            return self._decode(packed, block.plain, self.block_size)

        if len(plan) <= MOST_BLOCKS:
            self._ahead = ReadAhead(pool, decode, plan)

    def metadata(self, at: int) -> tuple[bytes, int]:
        """Return the plain bytes of the metadata block at ``at`` and where the next one starts."""
        known = self._metadata.get(at)
        if known:
            self._metadata.move_to_end(at)
            return known
        start, size, stored = self.metadata_header(at)
        block = self.plain(start, size, stored=stored, wanted=METADATA_SIZE, most=METADATA_SIZE)
        if not block:
            raise DamagedError("a metadata block is empty")
        found = block, start + size
        self._metadata[at] = found
        if len(self._metadata) > _METADATA_BLOCKS:
            self._metadata.popitem(last=False)
        return found

    def metadata_header(self, at: int) -> tuple[int, int, bool]:
        """Return where the bytes of the metadata block at ``at`` start, how many they are, and whether as they are."""
        start = at + self._header
        if start > self.data.size:
            raise DamagedError("metadata lies outside the file system")
        word = int.from_bytes(self.data.memory[at : at + 2], self._length_order)
        return start, word & 0x7FFF, bool(word & 0x8000)

    def read_metadata(self, at: int, offset: int, size: int) -> bytes:
        """Return ``size`` bytes of metadata from ``offset`` in the plain block at ``at``, going on into the next."""
        block, following = self.metadata(at)
        if offset + size <= len(block):
            return block[offset : offset + size]
        while offset >= METADATA_SIZE == len(block):  # the fixed part of an inode may end just where a block does
            offset -= METADATA_SIZE
            block, following = self.metadata(following)
        if offset > len(block):
            raise DamagedError("an offset points past its metadata block")
        found = bytearray(block[offset : offset + size])
        while len(found) < size:
            block, following = self.metadata(following)
            found += block[: size - len(found)]
        return bytes(found)


@dataclass(frozen=True, slots=True)
class FileData:
    """Where the bytes of one file lie: whole blocks from ``start``, the tail in a fragment."""

    size: int
    start: int
    words: bytes  # one little-endian size word per block, 0 for a block of zeros
    fragment: int
    offset: int
    place: int = 0

    def sizes(self) -> tuple[int, ...]:
        """Return the size words."""
        return struct.unpack(f"<{len(self.words) // 4}I", self.words)


class Fragments:
    """The fragment table, read on demand.

    Many small files share a fragment, and an image is gone through more than once. So plain
    fragments are kept in the spool while the budget lasts, and the last few in any case.
    """

    def __init__(self, disk: Disk, table: int, count: int, spool: Spool, *, version: int = 4) -> None:
        self._disk = disk
        order = disk.coding.order
        self._pointer = struct.Struct(order + ("I" if version < 3 else "Q"))
        self._entry = struct.Struct(order + ("II" if version < 3 else "QI4x"))
        self._per_block = METADATA_SIZE // self._entry.size
        self._table = table
        self._count = count
        self._spool = spool
        self._found: dict[int, tuple[int, int]] = {}
        self._kept: dict[int, Blob] = {}
        self._recent: OrderedDict[int, Blob] = OrderedDict()
        self._most_recent = max(2, _FRAGMENT_BYTES // disk.block_size)

    def find(self, index: int) -> tuple[int, int]:
        """Return start and size word of a fragment. Raises ``DamagedError``."""
        known = self._found.get(index)
        if known:
            return known
        if index >= self._count:
            raise DamagedError("fragment that does not exist")
        block, place = divmod(index, self._per_block)
        pointer = self._disk.data.read(self._table + self._pointer.size * block, self._pointer.size)
        if len(pointer) < self._pointer.size:
            raise DamagedError("fragment table outside the file system")
        size = self._entry.size
        (at,) = self._pointer.unpack(pointer)
        start, word = self._entry.unpack(self._disk.read_metadata(at, place * size, size))
        if start + (word & _SIZE_BITS) > self._disk.data.size:
            raise DamagedError("fragment outside the file system")
        self._found[index] = start, word
        return start, word

    def read(self, index: int) -> Blob:
        """Return the plain bytes of a fragment. Raises ``DamagedError`` or ``LimitReached``."""
        known = self._kept.get(index)
        if known is not None:
            return known
        if index in self._recent:
            self._recent.move_to_end(index)
            return self._recent[index]
        start, word = self.find(index)
        size = self._disk.block_size
        plain = self._disk.plain(start, word & _SIZE_BITS, stored=bool(word & STORED), wanted=size, most=size)
        if self._disk.budget.may_keep(len(plain)):
            self._kept[index] = found = self._spool((plain,))
            return found
        self._recent[index] = found = Blob(plain)
        if len(self._recent) > self._most_recent:
            self._recent.popitem(last=False)
        return found


class SquashfsSource:
    """The data of a squashfs's files, by inode reference."""

    def __init__(self, disk: Disk, fragments: Fragments, where: str, spool: Spool) -> None:
        self.files: dict[int, FileData] = {}
        self.refused: dict[int, Gap] = {}
        self._disk = disk
        self._fragments = fragments
        self._where = where
        self._spool = spool
        self._spooled: dict[int, Blob] = {}

    def read(self, entry: Entry, limit: int) -> bytes:
        """Return the first bytes of a file; raises ``UnreadableEntryError``."""
        return b"".join(self._pieces(entry, limit))

    def blob(self, entry: Entry) -> Blob:
        """Return the whole file; a large one goes through the spool, once."""
        if entry.size <= _LARGE:
            return Blob(self.read(entry, entry.size))
        if entry.inode not in self._spooled:
            self._spooled[entry.inode] = self._spool(self._pieces(entry, entry.size))
        return self._spooled[entry.inode]

    def read_ahead(self, pool: Executor) -> None:
        """Let ``pool`` decode what comes next, when the files are read in the order of the disk."""
        self._disk.read_ahead(pool, list(islice(self._plan(), MOST_BLOCKS + 1)))

    def _plan(self) -> Iterator[Block]:
        """Give the compressed blocks in the order in which they are needed for all files in the order of the disk."""
        block_size = self._disk.block_size
        seen: set[int] = set()
        for file in sorted(self.files.values(), key=lambda one: one.place):
            at, left = file.start, file.size
            for word in file.sizes():
                size = word & _SIZE_BITS
                if word and not word & STORED:
                    yield Block(at, size, min(left, block_size))
                at += size
                left -= block_size
            if left > 0 and file.fragment != NO_FRAGMENT and file.fragment not in seen:
                seen.add(file.fragment)
                start, word = self._fragments.find(file.fragment)
                if not word & STORED:
                    yield Block(start, word & _SIZE_BITS, block_size, shared=True)

    def _pieces(self, entry: Entry, limit: int) -> Iterator[bytes]:
        file = self.files.get(entry.inode)
        if file is None:
            raise UnreadableEntryError(self.refused[entry.inode])
        try:
            yield from self._blocks(file, min(limit, file.size))
        except DamagedError as error:
            raise UnreadableEntryError(self._gap(entry, GapReason.DAMAGED, str(error))) from error
        except LimitReached as error:
            raise UnreadableEntryError(self._gap(entry, GapReason.LIMIT, str(error))) from error

    def _gap(self, entry: Entry, reason: GapReason, detail: str) -> Gap:
        return Gap(where=f"{self._where}: {entry.printable}", reason=reason, detail=detail, bytes=entry.size)

    def _blocks(self, file: FileData, left: int) -> Iterator[bytes]:
        block_size = self._disk.block_size
        at = file.start
        remaining = file.size
        for word in file.sizes():
            if left <= 0:
                return
            wanted = min(left, block_size, remaining)
            size = word & _SIZE_BITS
            if word:
                piece = self._disk.plain(at, size, stored=bool(word & STORED), wanted=wanted, most=block_size)
                if len(piece) != wanted:
                    raise DamagedError("a block is shorter than it should be")
            else:
                piece = bytes(wanted)
            at += size
            left -= wanted
            remaining -= block_size
            yield piece
        if left > 0 and file.fragment != NO_FRAGMENT:
            piece = self._fragments.read(file.fragment).read(file.offset, left)
            if len(piece) != left:
                raise DamagedError("a fragment is shorter than it should be")
            yield piece
