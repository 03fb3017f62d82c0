"""Images for the MCUboot boot loader.

Format (MCUboot's design document, "Image format"): a head of 32 bytes, the program, and one or two areas
of records with type and length; a first area is covered by the digest ("protected"), the second holds
digest, name of the key and signature.
"""

import struct
from collections.abc import Mapping
from hashlib import sha256

from fairmark.examine.blob import Blob
from fairmark.examine.firmware_kinds.firmware import Firmware, Signature

MAGIC = b"\x3d\xb8\xf3\x96"
_HEAD = struct.Struct("<4sIHHIIBBHI4x")
_AREA, _RECORD = struct.Struct("<HH"), struct.Struct("<HH")
_INFO, _PROTECTED = 0x6907, 0x6908
_KEY_DIGEST, _KEY, _SHA256, _COUNTER = 0x01, 0x02, 0x10, 0x50
_SCHEMES = {0x20: "RSA-2048", 0x21: "ECDSA P-224", 0x22: "ECDSA", 0x23: "RSA-3072", 0x24: "Ed25519"}
_ENCRYPTED = 0x04 | 0x08
_MOST_RECORDS = 64


def is_mcuboot_image(blob: Blob) -> bool:
    """Say whether a blob begins with such an image."""
    head = blob.read(0, _HEAD.size)
    if len(head) < _HEAD.size or head[:4] != MAGIC:
        return False
    _, _, head_size, protected, size, *_ = _HEAD.unpack(head)
    return bool(_HEAD.size <= head_size <= 0x4000 and 0 < size <= blob.size - head_size and protected <= 0x2000)


def read_mcuboot_image(blob: Blob) -> Firmware | None:
    """Read the image at the start of a blob, None if there is none."""
    if not is_mcuboot_image(blob):
        return None
    _, _, head_size, protected, size, flags, major, minor, revision, build = _HEAD.unpack(blob.read(0, _HEAD.size))
    records, end, faults = _records(blob, head_size + size, protected)
    is_encrypted = bool(flags & _ENCRYPTED)
    digest = records.get(_SHA256)
    if digest and not is_encrypted and sha256(blob.read(0, head_size + size + protected)).digest() != digest:
        faults = (*faults, "the digest is not that of the image: it was changed after signing")
    scheme = next((name for kind, name in _SCHEMES.items() if kind in records), "")
    key = records.get(_KEY_DIGEST) or (sha256(records[_KEY]).digest() if _KEY in records else b"")
    counter = records.get(_COUNTER, b"")
    return Firmware(
        kind="mcuboot_image",
        title="MCUboot image",
        size=end,
        version=f"{major}.{minor}.{revision}" + (f"+{build}" if build else ""),
        signature=Signature.SIGNED if scheme else Signature.UNKNOWN if faults and not records else Signature.UNSIGNED,
        scheme=scheme,
        key=key.hex() if len(key) in {32, 48, 64} else "",
        is_encrypted=is_encrypted,
        rollback=int.from_bytes(counter, "little") if len(counter) == 4 else None,
        faults=faults,
    )


def _records(blob: Blob, at: int, protected: int) -> tuple[Mapping[int, bytes], int, tuple[str, ...]]:
    """Return the records of both areas, where they end, and what is wrong with them."""
    found: dict[int, bytes] = {}
    for wanted in (_PROTECTED, _INFO) if protected else (_INFO,):
        raw = blob.read(at, _AREA.size)
        if len(raw) < _AREA.size or _AREA.unpack(raw)[0] != wanted:
            return found, min(at, blob.size), ("the records behind the program are missing",)
        length = _AREA.unpack(raw)[1]
        area = blob.read(at + _AREA.size, length - _AREA.size)
        if length < _AREA.size or len(area) < length - _AREA.size:
            return found, blob.size, ("the records behind the program break off",)
        place = 0
        for _ in range(_MOST_RECORDS):
            if place + _RECORD.size > len(area):
                break
            kind, size = _RECORD.unpack_from(area, place)
            found.setdefault(kind & 0xFF if kind < 0x100 else kind, area[place + _RECORD.size :][:size])
            place += _RECORD.size + size
        at += length
    return found, at, ()
