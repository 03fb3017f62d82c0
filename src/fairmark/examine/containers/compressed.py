"""Compressed streams: gzip, xz, lzma ("alone"), zstd and bzip2."""

import bz2
import lzma
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import zstandard

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import Context, DamagedError, Handler, Opened, Part
from fairmark.examine.limits import Budget, LimitReached
from fairmark.examine.notes import Notes
from fairmark.model.gap import GapReason

_INPUT = 1 << 20
_OUTPUT = 1 << 16  # damage costs the piece in which it is found: so pieces are small
_GZIP_TRAILER = 8
_LONGEST_HEADER = 1 << 17
_TRIAL = 4096
_ERRORS = (zlib.error, lzma.LZMAError, zstandard.ZstdError, OSError, EOFError, ValueError, MemoryError)


class _Member(Protocol):
    """One member of a stream being decompressed (a gzip member, an xz stream, a zstd frame)."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def more(self, data: bytes | memoryview) -> Iterator[bytes]: ...


class _Gzip:
    """A gzip member. Header and trailer are read here, so that a wrong checksum does not cost the last piece."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=-15)
        self._started = False
        self._crc = 0
        self._size = 0
        self._tail = b""

    @property
    def eof(self) -> bool:
        return self._stream.eof and len(self._tail) >= _GZIP_TRAILER

    @property
    def unused_data(self) -> bytes:
        return self._tail[_GZIP_TRAILER:]

    def more(self, data: bytes | memoryview) -> Iterator[bytes]:
        if not self._started:
            data = data[_gzip_header_length(bytes(data[:_LONGEST_HEADER])) :]
            self._started = True
        while data and not self._stream.eof:
            piece = self._stream.decompress(data, _OUTPUT)
            data = self._stream.unconsumed_tail
            self._crc = zlib.crc32(piece, self._crc)
            self._size += len(piece)
            yield piece
            if self._stream.eof:
                data = self._stream.unused_data
        if self._stream.eof:
            self._tail += bytes(data)
        if self.eof and struct.unpack("<II", self._tail[:_GZIP_TRAILER]) != (self._crc, self._size & 0xFFFFFFFF):
            raise ValueError("the checksum does not match")


def _gzip_header_length(head: bytes) -> int:
    """Return how long the header of a gzip member is. Raises ``ValueError`` when it does not end."""
    flags, length = head[3], 10
    if flags & 0x04:
        length += 2 + int.from_bytes(head[length : length + 2], "little")
    for flag in (0x08, 0x10):  # file name, comment: each ends with NUL
        if flags & flag:
            length = head.index(b"\0", length) + 1
    return length + 2 if flags & 0x02 else length


class _Stepwise:
    """A member decoded by a class with ``needs_input`` (xz, lzma, bzip2)."""

    def __init__(self, stream: lzma.LZMADecompressor | bz2.BZ2Decompressor) -> None:
        self._stream = stream

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    def more(self, data: bytes | memoryview) -> Iterator[bytes]:
        yield self._stream.decompress(data, _OUTPUT)
        while not self._stream.eof and not self._stream.needs_input:
            yield self._stream.decompress(b"", _OUTPUT)


class _Zstd:
    """A zstd frame. The library bounds no output, so input goes in by the kilobyte (32 MiB out at the worst)."""

    def __init__(self, memory: int) -> None:
        self._stream = zstandard.ZstdDecompressor(max_window_size=memory).decompressobj()
        self._after = b""

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data + self._after

    def more(self, data: bytes | memoryview) -> Iterator[bytes]:
        for at in range(0, len(data), 1024):
            if self._stream.eof:
                self._after = bytes(data[at:])
                return
            yield self._stream.decompress(data[at : at + 1024])


def _gzip_member(_memory: int) -> _Member:
    return _Gzip()


def _xz_member(memory: int) -> _Member:
    return _Stepwise(lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=memory))


def _lzma_member(memory: int) -> _Member:
    return _Stepwise(lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=memory))


def _bzip2_member(_memory: int) -> _Member:
    return _Stepwise(bz2.BZ2Decompressor())


def _zstd_member(memory: int) -> _Member:
    return _Zstd(memory)


@dataclass(frozen=True, slots=True)
class _Format:
    """How to know a stream, and how to start decoding one member of it."""

    name: str
    plausible: Callable[[bytes], bool]
    start: Callable[[int], _Member]
    several: bool = True  # members may follow each other


def _gzip_plausible(head: bytes) -> bool:
    return head[:3] == b"\x1f\x8b\x08" and len(head) >= 18 and not head[3] & 0xE0


def _xz_plausible(head: bytes) -> bool:
    return (
        head[:7] == b"\xfd7zXZ\0\0"
        and len(head) >= 24
        and zlib.crc32(head[6:8]) == int.from_bytes(head[8:12], "little")
    )


def _lzma_plausible(head: bytes) -> bool:
    """Four facts that a stray byte string rarely has together; the trial run decides."""
    if len(head) < 18 or head[0] >= 225 or head[13]:
        return False
    dictionary, size = struct.unpack_from("<IQ", head, 1)
    power = dictionary.bit_length() - 1
    usual = 12 <= power <= 27 and dictionary in {1 << power, 3 << power >> 1}
    return usual and (size == 0xFFFFFFFFFFFFFFFF or 0 < size <= 1 << 32)


def _bzip2_plausible(head: bytes) -> bool:
    return head[:3] == b"BZh" and head[3:4] in b"123456789" and head[4:10] == b"1AY&SY"


def _zstd_plausible(head: bytes) -> bool:
    return head[:4] == b"\x28\xb5\x2f\xfd" and len(head) >= 9 and not head[4] & 0x08


def _recognise(form: _Format, blob: Blob, offset: int) -> bool:
    """Look at the header and decode the first kilobytes: a chance match rarely survives both."""
    head = blob.read(offset, _TRIAL)
    if not form.plausible(head):
        return False
    member = form.start(1 << 27)
    try:
        next(member.more(head), b"")
    except _ERRORS as error:
        return _wants_memory(error)  # a stream nevertheless
    return True


def _wants_memory(error: Exception) -> bool:
    """Say whether a decoder stopped because the stream asks for more memory than it may have."""
    return isinstance(error, MemoryError) or "emory" in str(error)


class _Run:
    """One run over the members of a stream: gives pieces, remembers why and where it ended."""

    def __init__(self, form: _Format, blob: Blob, offset: int, budget: Budget, notes: Notes) -> None:
        self.form = form
        self.blob = blob
        self.at = offset
        self.start = offset
        self.budget = budget
        self.notes = notes
        self.produced = 0
        self.members = 0
        self.broken = False

    def pieces(self) -> Iterator[bytes]:
        """Give the decompressed pieces up to the end, the first damage or the first limit."""
        try:
            yield from self._members()
        except LimitReached as limit:
            self.notes.add(GapReason.LIMIT, str(limit))
            self.broken = True
        except _ERRORS as error:
            self.broken = True
            if _wants_memory(error):
                memory = f"the stream asks for more than {self.budget.limits.decoder_memory:,} bytes of memory"
                self.notes.add(GapReason.LIMIT, memory)
            else:
                where = f"after {self.produced:,} unpacked bytes"
                self.notes.add(GapReason.DAMAGED, f"the {self.form.name} stream is damaged {where}")

    def _members(self) -> Iterator[bytes]:
        while self.form.plausible(self.blob.read(self.at, 64)) and (self.form.several or not self.members):
            member = self.form.start(self.budget.limits.decoder_memory)
            while not member.eof:
                self.budget.tick()
                data = self.blob.memory[self.at : self.at + _INPUT]
                if not data:
                    raise EOFError
                self.at += len(data)
                for piece in member.more(data):
                    self._spend(len(piece))
                    if piece:
                        yield piece
            self.at -= len(member.unused_data)
            self.members += 1

    def _spend(self, count: int) -> None:
        limits = self.budget.limits
        self.produced += count
        self.budget.spend_work(count)
        self.budget.spend_bytes(count)
        if self.produced > limits.single_file:
            raise LimitReached(f"a stream of more than {limits.single_file:,} bytes")
        if self.produced > max(limits.ratio_from, limits.ratio * (self.at - self.start)):
            raise LimitReached(f"a stream that grows more than {limits.ratio:,} times")


def _open(form: _Format, blob: Blob, offset: int, context: Context) -> Opened:
    notes = Notes(context.where)
    run = _Run(form, blob, offset, context.budget, notes)
    content = context.spool(run.pieces())
    gaps = notes.gaps()
    if not content.size and any(gap.reason is GapReason.DAMAGED for gap in gaps):
        raise DamagedError(f"the {form.name} stream is damaged from its start")
    parts = (Part("content", content),) if content.size else ()
    note = f"{content.size:,} bytes unpacked"
    readable = bool(content.size) or not gaps
    return Opened(max(run.at - offset, 1), note, parts, gaps=gaps, readable=readable, ends=not run.broken)


def _handler(form: _Format, documentation: str, magic: bytes) -> Handler:
    return Handler(form.name, documentation, ((magic, 0),), partial(_recognise, form), partial(_open, form))


GZIP = _handler(
    _Format("gzip", _gzip_plausible, _gzip_member),
    "One or more members with CRC-32. What follows the last member is looked at as data of its own.",
    b"\x1f\x8b\x08",
)
XZ = _handler(
    _Format("xz", _xz_plausible, _xz_member),
    "One or more streams; the header's checksum must hold. Filters for machine code (BCJ) are undone.",
    b"\xfd7zXZ\0",
)
LZMA = _handler(
    _Format("lzma", _lzma_plausible, _lzma_member, several=False),
    "The old format without a magic: known by its properties, a usual dictionary size, a possible "
    "length and a trial run. Limitation: vendors' variants with other headers are not recognised.",
    b"\x5d\x00\x00",
)
ZSTD = _handler(
    _Format("zstd", _zstd_plausible, _zstd_member),
    "One or more frames. Limitation: frames that need a separate dictionary are reported as damaged.",
    b"\x28\xb5\x2f\xfd",
)
BZIP2 = _handler(_Format("bzip2", _bzip2_plausible, _bzip2_member), "One or more streams.", b"BZh")
