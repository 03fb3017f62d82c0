"""lzop: the file format of the LZO compression, in which some kernels and update files are packed."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from fairmark.examine.blob import Blob
from fairmark.examine.containers.block_codecs import decode, with_lzo
from fairmark.examine.containers.handler import DamagedError, Handler
from fairmark.examine.containers.packed_stream import Meter, open_stream

_MAGIC = b"\x89LZO\0\r\n\x1a\n"
_NEWER = 0x0940
_ADLER_PLAIN, _ADLER_PACKED, _EXTRA, _CRC_PLAIN, _CRC_PACKED = 0x1, 0x2, 0x40, 0x100, 0x200
_FILTER, _HEADER_CRC = 0x800, 0x1000
_LARGEST_BLOCK = 64 << 20
_LONGEST_HEADER = 512


@dataclass(frozen=True, slots=True)
class _Header:
    size: int
    flags: int


def _header(blob: Blob, offset: int) -> _Header | None:
    """Read the header; None if it is none or its checksum does not match."""
    head = blob.read(offset, _LONGEST_HEADER)
    if len(head) < 34 or head[:9] != _MAGIC:
        return None
    version = int.from_bytes(head[9:11])
    newer = version >= _NEWER
    at = 17 if newer else 14  # behind the versions, the method and the level
    flags = int.from_bytes(head[at : at + 4])
    at += 4 + (4 if flags & _FILTER else 0) + (12 if newer else 8)
    at += 1 + int.from_bytes(head[at : at + 1])
    method = head[15 if newer else 13]
    checksum = (zlib.crc32 if flags & _HEADER_CRC else zlib.adler32)(head[9:at])
    if method not in {1, 2, 3} or checksum.to_bytes(4) != head[at : at + 4]:
        return None
    at += 4
    if flags & _EXTRA:
        at += 8 + int.from_bytes(blob.read(offset + at, 4))
    return _Header(at, flags)


def _recognise(blob: Blob, offset: int) -> bool:
    return _header(blob, offset) is not None


def _blocks(blob: Blob, meter: Meter) -> Iterator[bytes]:
    """Give the blocks up to the one of no length. Raises ``DamagedError``, ``EOFError``."""
    header = _header(blob, meter.at)
    if header is None or header.flags & _FILTER:
        raise DamagedError("a header that is damaged, or a filter that is not read")
    meter.at += header.size
    while True:
        plain, packed = struct.unpack(">II", blob.read(meter.at, 8).ljust(8, b"\xff"))
        if not plain:
            meter.at += 4
            return
        if not 0 < packed <= plain <= _LARGEST_BLOCK:
            raise DamagedError("a block that is larger than a block can be")
        sums = 4 * sum(bool(header.flags & flag) for flag in (_ADLER_PLAIN, _CRC_PLAIN))
        stated = blob.read(meter.at + 8, sums)
        if packed < plain:
            sums += 4 * sum(bool(header.flags & flag) for flag in (_ADLER_PACKED, _CRC_PACKED))
        found = blob.read(meter.at + 8 + sums, packed)
        if len(found) < packed:
            raise EOFError
        meter.at += 8 + sums + packed
        meter.spend(plain)
        piece = found if packed == plain else decode(with_lzo, memoryview(found), plain, largest=_LARGEST_BLOCK)
        yield piece
        _check(piece, stated, header.flags)


def _check(piece: bytes, stated: bytes, flags: int) -> None:
    """Compare the checksum of a block: after it was given, so that damage does not hide it."""
    if flags & (_ADLER_PLAIN | _CRC_PLAIN):
        checksum = zlib.adler32(piece) if flags & _ADLER_PLAIN else zlib.crc32(piece)
        if checksum.to_bytes(4) != stated[:4]:
            raise DamagedError("the checksum of a block does not match")


LZOP = Handler(
    "lzop",
    "Blocks of LZO1X with checksums, behind a header whose checksum must hold. Limitation: filters are not undone.",
    ((_MAGIC, 0),),
    _recognise,
    partial(open_stream, "lzop", _blocks),
)
