"""uImage: the legacy image format of the U-Boot boot loader."""

import struct
import zlib

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import Context, Handler, Opened, Part
from fairmark.examine.notes import Notes
from fairmark.model.evidence import printable_path
from fairmark.model.gap import GapReason

_HEADER = struct.Struct(">IIIIIIIBBBB32s")
_MAGIC = b"\x27\x05\x19\x56"
_COMPRESSIONS = ("", "gzip", "bzip2", "lzma", "lzo", "lz4", "zstd")
_KINDS = {1: "program", 2: "kernel", 3: "ramdisk", 4: "multi", 5: "firmware", 6: "script", 7: "filesystem", 8: "dtb"}
_MULTI = 4
_MOST_FILES = 64


def _recognise(blob: Blob, offset: int) -> bool:
    head = blob.read(offset, 64)
    if len(head) < 64 or head[:4] != _MAGIC:
        return False
    # A damaged checksum must not hide an image, but the magic alone is too little to go by.
    system, arch, kind, compression = head[28:32]
    return _header_is_whole(head) or (system <= 30 and arch <= 30 and 0 < kind <= 40 and compression <= 6)


def _header_is_whole(head: bytes) -> bool:
    return zlib.crc32(head[:4] + bytes(4) + head[8:]) == int.from_bytes(head[4:8])


def _open(blob: Blob, offset: int, context: Context) -> Opened:
    notes = Notes(context.where)
    head = blob.read(offset, 64)
    fields = _HEADER.unpack(head)
    declared, checksum, kind, compression, raw_name = fields[3], fields[6], fields[9], fields[10], fields[11]
    size = min(declared, blob.size - offset - 64)
    payload = blob.view(offset + 64, size)
    if not _header_is_whole(head):
        notes.add(GapReason.DAMAGED, "the header's checksum does not match; the content was examined all the same")
    if declared > size:
        notes.add(GapReason.DAMAGED, f"the header says {declared:,} bytes, {size:,} are there", size=declared - size)
    elif _checksum(payload) != checksum:
        notes.add(GapReason.DAMAGED, "the data's checksum does not match; the content was examined all the same")
    packing = _COMPRESSIONS[compression] if compression < len(_COMPRESSIONS) else f"compression {compression}"
    if kind == _MULTI:
        parts = _several(payload, packing, notes)
    else:
        parts = (Part(_KINDS.get(kind, "payload"), payload, 64, packing),)
    name = printable_path(raw_name.partition(b"\0")[0])
    return Opened(64 + size, f"{_KINDS.get(kind, f'type {kind}')} '{name}'", parts, gaps=notes.gaps())


def _several(payload: Blob, packing: str, notes: Notes) -> tuple[Part, ...]:
    """Split a multi-file image: a list of sizes that ends with 0, then the files, padded to four bytes."""
    words = struct.unpack(
        f">{min(_MOST_FILES, payload.size // 4)}I", payload.read(0, 4 * _MOST_FILES)[: payload.size & ~3]
    )
    if 0 not in words:
        notes.add(GapReason.DAMAGED, "the list of files does not end", size=payload.size)
        return ()
    sizes = words[: words.index(0)]
    parts = []
    at = 4 * len(sizes) + 4
    for number, size in enumerate(sizes):
        if at + size > payload.size:
            notes.add(GapReason.DAMAGED, "file outside the image", f"file {number}", max(0, payload.size - at))
            break
        parts.append(Part(f"file{number}", payload.view(at, size), 64 + at, packing if number == 0 else ""))
        at += size + (-size % 4)
    return tuple(parts)


def _checksum(payload: Blob) -> int:
    crc = 0
    for piece in payload.chunks():
        crc = zlib.crc32(piece, crc)
    return crc


UIMAGE = Handler(
    name="uimage",
    documentation=(
        "Header of 64 bytes, big-endian, with CRC-32 of header and data; one payload or, in type "
        "'multi', several. What the payload is compressed with is found by looking at it, not by "
        "believing the header. Limitation: load addresses and scripts are not interpreted."
    ),
    magics=((_MAGIC, 0),),
    recognise=_recognise,
    open=_open,
)
