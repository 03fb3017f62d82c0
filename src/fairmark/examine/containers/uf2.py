"""UF2: the format by which boards are flashed as if they were USB sticks.

Source: Microsoft, "USB Flashing Format (UF2)": blocks of 512 bytes, each with two magic numbers in front,
one at its end, an address and up to 476 bytes of data.
"""

import struct
from collections.abc import Iterator

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import Context, DamagedError, Handler, Opened
from fairmark.examine.containers.sparse import areas
from fairmark.examine.notes import Notes
from fairmark.model.gap import GapReason

_BLOCK = 512
_HEAD = struct.Struct("<8I")
_MAGICS = (0x0A324655, 0x9E5D5157)
_LAST = b"\x30\x6f\xb1\x0a"
_NOT_FOR_FLASH, _HAS_FAMILY = 0x1, 0x2000
_MOST_DATA = 476
_FAMILIES = {
    0xE48BFF56: "RP2040",
    0xE48BFF59: "RP2350",
    0xADA52840: "Nordic nRF52840",
    0x1C5F21B0: "ESP32",
    0xBFDD4EEE: "ESP32-S2",
    0xC47E5767: "ESP32-S3",
    0xD42BA06C: "ESP32-C3",
    0x68ED2B88: "Microchip SAMD21",
    0x55114460: "Microchip SAMD51",
    0x57755A57: "ST STM32F4",
}


def _head(blob: Blob, at: int) -> tuple[int, ...] | None:
    raw = blob.read(at, _BLOCK)
    if len(raw) < _BLOCK or raw[-4:] != _LAST:
        return None
    fields = _HEAD.unpack_from(raw)
    return fields if fields[:2] == _MAGICS and 0 < fields[4] <= _MOST_DATA else None


def _recognise(blob: Blob, offset: int) -> bool:
    return _head(blob, offset) is not None


def _pieces(blob: Blob, offset: int, families: set[int], notes: Notes) -> Iterator[tuple[int, bytes]]:
    for at in range(offset, blob.size - _BLOCK + 1, _BLOCK):
        fields = _head(blob, at)
        if fields is None:
            return
        _, _, flags, address, length, _, _, family = fields
        if flags & _HAS_FAMILY:
            families.add(family)
        if flags & _NOT_FOR_FLASH:
            notes.add(GapReason.UNSUPPORTED, "blocks that are not meant for the flash", size=length)
            continue
        yield address, blob.read(at + _HEAD.size, length)


def _open(blob: Blob, offset: int, context: Context) -> Opened:
    notes = Notes(context.where)
    families: set[int] = set()
    pieces = list(_pieces(blob, offset, families, notes))
    first = _head(blob, offset)
    count = next(
        (n for n in range((blob.size - offset) // _BLOCK) if _head(blob, offset + n * _BLOCK) is None),
        (blob.size - offset) // _BLOCK,
    )
    if first and first[6] > count and len(families) < 2:
        notes.add(GapReason.DAMAGED, f"the first block counts {first[6]:,} blocks, {count:,} are there")
    parts = areas(pieces, context, notes)
    if not parts:
        raise DamagedError("no block holds data for the flash", size=count * _BLOCK)
    names = ", ".join(_FAMILIES.get(one, f"family {one:#x}") for one in sorted(families))
    return Opened(count * _BLOCK, f"UF2 for {names}" if names else "UF2", parts, gaps=notes.gaps())


UF2 = Handler(
    name="uf2",
    documentation=(
        "UF2 of small boards: the blocks' data is joined by address; the chip is what the blocks' family says. "
        "Limitation: files that some boards take in the same format, and checksums of blocks, are not read."
    ),
    magics=((b"UF2\nWQ]\x9e", 0),),
    recognise=_recognise,
    open=_open,
)
