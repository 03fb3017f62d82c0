"""Images of Espressif's chips (ESP8266, ESP32 and its family).

Format (ESP-IDF programming guide, "App Image Format" and "Secure Boot V2"; esptool's documentation): a
head of 8 bytes that begins with E9, on the ESP32 family 16 more with the chip's number; segments, each
with address and length; a checksum in the last byte of a block of 16; the SHA-256 of all that, if the
head says so. A signature of version 2 follows at the next multiple of 4096: blocks of 1216 bytes that
begin with E7. One of version 1 (ESP32 only) follows at once: four zero bytes and 64 of signature. An
application's first segment begins with its description (magic ABCD5432).
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from fairmark.examine.blob import Blob
from fairmark.examine.firmware_kinds.firmware import Firmware, Signature, printable

DESCRIPTION_MAGIC = b"\x32\x54\xcd\xab"
DESCRIPTION_AT = 32  # in an image of the ESP32 family: behind the head and the first segment's head
_HEAD = struct.Struct("<BBBBI")
_EXTENDED = struct.Struct("<B3sHBHH4sB")
_SEGMENT = struct.Struct("<II")
_DESCRIPTION = struct.Struct("<4sI8s32s32s16s16s32s")
_CHIPS = {
    0: "ESP32",
    2: "ESP32-S2",
    5: "ESP32-C3",
    9: "ESP32-S3",
    12: "ESP32-C2",
    13: "ESP32-C6",
    16: "ESP32-H2",
    18: "ESP32-P4",
    20: "ESP32-C61",
    23: "ESP32-C5",
}
_FAMILY = ((0, 1), (0x3C00_0000, 0x5100_0000))  # where segments are loaded; 0 is padding
_ESP8266 = ((0x3FFE_8000, 0x4000_0000), (0x4010_0000, 0x4011_0000), (0x4020_0000, 0x4040_0000))
_MOST_SEGMENTS, _LARGEST = 16, 16 << 20
_SECTOR, _BLOCK, _V1 = 4096, 1216, 68
_CURVES = {1: "P-192", 2: "P-256", 3: "P-384"}


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where things lie: the segments' data, and the end of the last one."""

    chip: str
    segments: tuple[tuple[int, int], ...]
    end: int
    is_hashed: bool


def is_esp_image(blob: Blob) -> bool:
    """Say whether a blob begins with such an image, all of whose segments are there."""
    return _layout(blob) is not None


def read_esp_image(blob: Blob) -> Firmware | None:
    """Read the image at the start of a blob, None if there is none."""
    layout = _layout(blob)
    if layout is None:
        return None
    faults = [] if _checksum(blob, layout) else ["the checksum does not match"]
    end = (layout.end // 16 + 1) * 16
    if layout.is_hashed:
        if sha256(blob.read(0, end)).digest() != blob.read(end, 32):
            faults.append("the digest behind the segments does not match")
        end += 32
    signature = _signature(blob, end)
    described = _described(blob, layout)
    return Firmware(
        kind="esp_image",
        title=f"{layout.chip} {'application' if described else 'image'}",
        size=min(max(end, signature.end), blob.size),
        chip=layout.chip,
        project=described.project if described else "",
        version=described.version if described else "",
        built_with=f"ESP-IDF {described.idf}" if described else "",
        # A boot loader of the older secure boot is not signed but sealed by the chip: only applications can lack one.
        signature=signature.state if described or signature.key else Signature.UNKNOWN,
        scheme=signature.scheme,
        key=signature.key,
        rollback=described.counter if described and described.counter else None,
        faults=(*faults, *signature.faults),
    )


def _layout(blob: Blob) -> _Layout | None:
    head = blob.read(0, _HEAD.size)
    if len(head) < _HEAD.size or head[0] != 0xE9 or not 0 < head[1] <= _MOST_SEGMENTS:
        return None
    more = blob.read(_HEAD.size, _EXTENDED.size)
    if len(more) == _EXTENDED.size:
        fields = _EXTENDED.unpack(more)
        chip, is_hashed = _CHIPS.get(fields[2], ""), fields[7]
        if chip and is_hashed <= 1:
            found = _walked(blob, head[1], _HEAD.size + _EXTENDED.size, _FAMILY)
            if found:
                return _Layout(chip, found, sum(found[-1]), bool(is_hashed))
    found = _walked(blob, head[1], _HEAD.size, _ESP8266)
    return _Layout("ESP8266", found, sum(found[-1]), is_hashed=False) if found else None


def _walked(
    blob: Blob, count: int, start: int, allowed: tuple[tuple[int, int], ...]
) -> tuple[tuple[int, int], ...] | None:
    """Return place and length of each segment's data; None if one lies where none can."""
    found = []
    at = start
    for _ in range(count):
        raw = blob.read(at, _SEGMENT.size)
        if len(raw) < _SEGMENT.size:
            return None
        address, length = _SEGMENT.unpack(raw)
        at += _SEGMENT.size
        if not any(low <= address < high for low, high in allowed) or length > min(_LARGEST, blob.size - at):
            return None
        found.append((at, length))
        at += length
    has_bytes = any(length for _, length in found)
    return tuple(found) if has_bytes and at // 16 * 16 + 16 <= blob.size else None


def _checksum(blob: Blob, layout: _Layout) -> bool:
    total = 0xEF
    for at, length in layout.segments:
        if length:
            total ^= _parity(blob.read(at, length))
    return blob.read(layout.end // 16 * 16 + 15, 1) == bytes([total])


def _parity(data: bytes) -> int:
    """Return the exclusive or of all bytes: one half is laid on the other until one byte is left."""
    left, folded = len(data), int.from_bytes(data, "little")
    while left > 1:
        left = (left + 1) // 2
        folded = (folded >> 8 * left) ^ (folded & ((1 << 8 * left) - 1))
    return folded


@dataclass(frozen=True, slots=True)
class _Described:
    project: str
    version: str
    idf: str
    counter: int


def _described(blob: Blob, layout: _Layout) -> _Described | None:
    raw = blob.read(layout.segments[0][0], _DESCRIPTION.size)
    if len(raw) < _DESCRIPTION.size:
        return None
    magic, counter, _, version, project, _, _, idf = _DESCRIPTION.unpack(raw)
    if magic != DESCRIPTION_MAGIC:
        return None
    return _Described(printable(project), printable(version), printable(idf), counter)


@dataclass(frozen=True, slots=True)
class _Signed:
    state: Signature
    end: int = 0
    scheme: str = ""
    key: str = ""
    faults: tuple[str, ...] = ()


def _signature(blob: Blob, end: int) -> _Signed:
    """Look for a signature behind the image."""
    start = -(-end // _SECTOR) * _SECTOR
    blocks = tuple(_blocks(blob, start))
    if blocks:
        first = blocks[0]
        right = first[4:36] == sha256(blob.read(0, start)).digest()
        faults = () if right else ("the signed digest is not that of the image: it was changed after signing",)
        scheme, key = _key(first)
        return _Signed(Signature.SIGNED, start + _SECTOR, f"secure boot version 2, {scheme}", key, faults)
    old = blob.read(end, _V1)
    if len(old) == _V1 and old[:4] == bytes(4) and len(set(old[4:])) > 24:
        return _Signed(Signature.SIGNED, end + _V1, "secure boot version 1, ECDSA P-256")
    return _Signed(Signature.UNSIGNED, end)


def _blocks(blob: Blob, start: int) -> Iterator[bytes]:
    """Give the up to three signature blocks of version 2, each with a right checksum."""
    for number in range(3):
        block = blob.read(start + number * _BLOCK, _BLOCK)
        if len(block) < _BLOCK or block[0] != 0xE7 or block[1] not in {2, 3}:
            return
        if zlib.crc32(block[:1196]) == int.from_bytes(block[1196:1200], "little"):
            yield block


def _key(block: bytes) -> tuple[str, str]:
    """Return the kind of key, and the digest by which the chip's fuses know it."""
    if block[1] == 2:
        return "RSA-3072", sha256(block[36:812]).hexdigest()
    return f"ECDSA {_CURVES.get(block[36], 'curve')}", sha256(block[36:101]).hexdigest()
