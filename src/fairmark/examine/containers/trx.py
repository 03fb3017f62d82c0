"""TRX: the image that Broadcom boot loaders flash, as used by many home gateways."""

import struct
import zlib

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import Context, Handler, Opened, Part
from fairmark.examine.notes import Notes
from fairmark.model.gap import GapReason

_HEADER = struct.Struct("<4sIIHH")


def _recognise(blob: Blob, offset: int) -> bool:
    head = blob.read(offset, 28)
    if len(head) < 28:
        return False
    magic, length, _, _, version = _HEADER.unpack_from(head)
    return magic == b"HDR0" and version in {1, 2} and length >= 28


def _open(blob: Blob, offset: int, context: Context) -> Opened:
    notes = Notes(context.where)
    _, length, checksum, _, version = _HEADER.unpack(blob.read(offset, 16))
    size = min(length, blob.size - offset)
    if length > size:
        notes.add(GapReason.DAMAGED, f"the header says {length:,} bytes, {size:,} are there", size=length - size)
    elif _checksum(blob.view(offset + 12, size - 12)) != checksum:
        notes.add(GapReason.DAMAGED, "the checksum does not match; the content was examined all the same")
    slots = 3 if version == 1 else 4
    header = 16 + 4 * slots
    listed = struct.unpack(f"<{slots}I", blob.read(offset + 16, 4 * slots).ljust(4 * slots, b"\0"))
    for number, start in enumerate(listed):
        if start and not header <= start < size:
            notes.add(GapReason.DAMAGED, "offset outside the image", f"partition {number}")
    starts = sorted({start for start in listed if header <= start < size})
    if not starts:
        notes.add(GapReason.DAMAGED, "no partition lies inside the image", size=size)
    ends = [*starts[1:], size][: len(starts)]
    parts = tuple(
        Part(f"partition{number}", blob.view(offset + start, end - start), start)
        for number, (start, end) in enumerate(zip(starts, ends, strict=True))
    )
    return Opened(size, f"version {version}, {len(parts)} partitions", parts, gaps=notes.gaps())


def _checksum(covered: Blob) -> int:
    crc = 0
    for piece in covered.chunks():
        crc = zlib.crc32(piece, crc)
    return crc ^ 0xFFFFFFFF


TRX = Handler(
    name="trx",
    documentation=(
        "Header of 28 or 32 bytes (HDR0), then up to four partitions named by their offsets, "
        "usually a kernel and a squashfs. The checksum is CRC-32 without the final inversion. "
        "Limitation: a vendor's own header in front is stepped over, not read."
    ),
    magics=((b"HDR0", 0),),
    recognise=_recognise,
    open=_open,
)
