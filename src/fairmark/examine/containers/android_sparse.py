"""Android sparse image: a partition written as chunks, so that what is empty takes no room.

Source: the header file of Android's libsparse. The partition is put together piece by piece
through the spool, after all its bytes have been spent from the budget.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import Context, DamagedError, Handler, Opened, Part
from fairmark.examine.limits import Budget, LimitReached
from fairmark.examine.notes import Notes
from fairmark.model.gap import GapReason

_MAGIC = b"\x3a\xff\x26\xed"
_HEADER = struct.Struct("<4sHHHHIIII")
_CHUNK = struct.Struct("<HHII")
_RAW, _FILL, _NOTHING, _CHECKSUM = 0xCAC1, 0xCAC2, 0xCAC3, 0xCAC4
_STRIDE = 1 << 20


@dataclass(frozen=True, slots=True)
class _Header:
    """Sizes of the headers and of a block, and how many blocks and chunks there should be."""

    size: int
    chunk: int
    block: int
    blocks: int
    chunks: int


def _header(blob: Blob, offset: int) -> _Header | None:
    head = blob.read(offset, _HEADER.size)
    if len(head) < _HEADER.size or head[:4] != _MAGIC:
        return None
    _, major, _, size, chunk, block, blocks, chunks, _ = _HEADER.unpack(head)
    if major != 1 or not _HEADER.size <= size <= 4096 or not _CHUNK.size <= chunk <= 4096:
        return None
    if not 0 < block <= _STRIDE or block % 4:
        return None
    return _Header(size, chunk, block, blocks, chunks)


def _recognise(blob: Blob, offset: int) -> bool:
    header = _header(blob, offset)
    return header is not None and blob.read(offset + header.size + 1, 1) in {b"\xca", b""}


class _Run:
    """One run over the chunks: gives the partition's bytes, remembers where and why it ended."""

    def __init__(self, blob: Blob, offset: int, header: _Header, budget: Budget, notes: Notes) -> None:
        self.at = offset + header.size
        self.broken = False
        self._blob = blob
        self._header = header
        self._budget = budget
        self._notes = notes
        self._left = header.blocks

    def pieces(self) -> Iterator[bytes]:
        """Give the partition's bytes up to the end, the first damage or the first limit."""
        try:
            yield from self._chunks()
        except LimitReached as limit:
            self.broken = True
            self._notes.add(GapReason.LIMIT, str(limit))
        except DamagedError as error:
            self.broken = True
            lost = self._left * self._header.block
            self._notes.add(GapReason.DAMAGED, f"{error}; what stands before was examined", size=lost)

    def _chunks(self) -> Iterator[bytes]:
        for number in range(self._header.chunks):  # each takes a header of the image, or ends the run
            if not number & 0x3FF:
                self._budget.tick()
            yield from self._chunk()
        if self._left:
            raise DamagedError("chunks are missing")

    def _chunk(self) -> Iterator[bytes]:
        raw = self._blob.read(self.at, _CHUNK.size)
        if len(raw) < _CHUNK.size:
            raise DamagedError("the image is cut off")
        kind, _, blocks, total = _CHUNK.unpack(raw)
        body, stored = self.at + self._header.chunk, total - self._header.chunk
        length = blocks * self._header.block
        if stored != {_RAW: length, _FILL: 4, _NOTHING: 0, _CHECKSUM: 4}.get(kind):
            raise DamagedError("a chunk that is not as long as it should be, or of no known kind")
        if kind == _CHECKSUM:
            self.at = body + stored
            return
        if blocks > self._left:
            raise DamagedError("more blocks than the partition has")
        if kind == _RAW:
            yield from self._raw(body, length)
        else:
            pattern = self._blob.read(body, 4) if kind == _FILL else bytes(4)
            if len(pattern) < 4:
                raise DamagedError("the image is cut off")
            yield from self._filled(pattern, length)
        self._left -= blocks
        self.at = body + stored

    def _raw(self, body: int, length: int) -> Iterator[bytes]:
        found = self._blob.view(body, length)
        for piece in found.chunks():
            self._budget.spend_work(piece.nbytes)
            yield piece.tobytes()
        if found.size < length:
            self.at = self._blob.size
            raise DamagedError("the image is cut off")

    def _filled(self, pattern: bytes, length: int) -> Iterator[bytes]:
        full = pattern * (min(length, _STRIDE) // 4)
        for at in range(0, length, _STRIDE):
            piece = full[: length - at]
            self._budget.spend_work(len(piece))
            yield piece


def _open(blob: Blob, offset: int, context: Context) -> Opened:
    header = _header(blob, offset)
    if header is None:
        raise DamagedError("the header contradicts itself")
    size, limits = header.block * header.blocks, context.budget.limits
    if size > limits.single_file:
        raise LimitReached(f"a partition of more than {limits.single_file:,} bytes")
    context.budget.spend_bytes(size)
    notes = Notes(context.where)
    run = _Run(blob, offset, header, context.budget, notes)
    content = context.spool(run.pieces())
    parts = (Part("content", content),) if content.size else ()
    note = f"{content.size:,} bytes unpacked"
    length = max(1, min(run.at, blob.size) - offset)
    readable = bool(content.size) or not size
    return Opened(length, note, parts, gaps=notes.gaps(), readable=readable, ends=not run.broken)


ANDROID_SPARSE = Handler(
    name="android_sparse",
    documentation=(
        "Version 1: chunks of data, of a repeated pattern and of nothing become one partition, in which "
        "nothing reads as zeros. Limitation: checksums are stepped over, and a partition that is split "
        "over several images is not put together."
    ),
    magics=((_MAGIC, 0),),
    recognise=_recognise,
    open=_open,
)
