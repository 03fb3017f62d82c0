"""Formats that are known by their first bytes and not opened: a gap with a name beats "unknown"."""

from functools import partial

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import Context, Handler, Opened
from fairmark.model.gap import Gap, GapReason

# name, words, magic, how far from the start it stands
_KNOWN = (
    ("android_boot", "Android boot image", b"ANDROID!", 0),
    ("7z", "7z archive", b"7z\xbc\xaf\x27\x1c", 0),
    ("cab", "cabinet archive", b"MSCF\0\0\0\0", 0),
    ("rar", "RAR archive", b"Rar!\x1a\x07", 0),
    ("iso9660", "ISO 9660 image", b"\x01CD001\x01", 0x8000),
)


def _recognise(magic: bytes, distance: int, blob: Blob, offset: int) -> bool:
    return blob.read(offset + distance, len(magic)) == magic


def _open(words: str, blob: Blob, offset: int, context: Context) -> Opened:
    size = blob.size - offset
    gap = Gap(
        where=context.where, reason=GapReason.UNSUPPORTED, detail=f"{words}: not read by this release", bytes=size
    )
    return Opened(size, words, gaps=(gap,), readable=False, ends=False)


RECOGNISED_ONLY = tuple(
    Handler(
        name,
        f"{words}: recognised, reported as a gap, not opened.",
        ((magic, distance),),
        partial(_recognise, magic, distance),
        partial(_open, words),
    )
    for name, words, magic, distance in _KNOWN
)
