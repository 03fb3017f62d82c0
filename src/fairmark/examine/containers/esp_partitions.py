"""The partition table in the flash of Espressif's chips.

Format (ESP-IDF programming guide, "Partition Tables"): entries of 32 bytes, AA 50, type, subtype, offset,
size, a name of 16 bytes, flags; an entry that begins with EB EB holds the MD5 of those before it.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import md5

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import Context, DamagedError, Handler, Opened
from fairmark.model.evidence import printable_path
from fairmark.model.gap import Gap, GapReason

_ENTRY = struct.Struct("<HBBII16sI")
_MAGIC, _SUM = 0x50AA, b"\xeb\xeb"
_MOST = 95
_LARGEST_FLASH = 128 << 20
_TYPES = {0: "app", 1: "data"}
_SUBTYPES = {
    (0, 0x00): "factory",
    (0, 0x20): "test",
    (1, 0x00): "ota",
    (1, 0x01): "phy",
    (1, 0x02): "nvs",
    (1, 0x03): "coredump",
    (1, 0x04): "nvs_keys",
    (1, 0x05): "efuse",
    (1, 0x81): "fat",
    (1, 0x82): "spiffs",
    (1, 0x83): "littlefs",
}
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class _Partition:
    kind: int
    subtype: int
    offset: int
    size: int
    name: str
    flags: int

    @property
    def words(self) -> str:
        kind = _TYPES.get(self.kind, f"type {self.kind:#x}")
        sub = f"ota_{self.subtype - 0x10}" if self.kind == 0 and 0x10 <= self.subtype < 0x20 else ""
        sub = sub or _SUBTYPES.get((self.kind, self.subtype), f"{self.subtype:#x}")
        encrypted = ", encrypted" if self.flags & _ENCRYPTED else ""
        return f"{self.name} ({kind} {sub} at {self.offset:#x}, {self.size:,} bytes{encrypted})"


def _entries(blob: Blob, offset: int) -> Iterator[_Partition]:
    for number in range(_MOST):
        raw = blob.read(offset + number * _ENTRY.size, _ENTRY.size)
        if len(raw) < _ENTRY.size:
            return
        magic, kind, subtype, at, size, name, flags = _ENTRY.unpack(raw)
        if magic != _MAGIC or at % 0x1000 or not 0 < size <= _LARGEST_FLASH or at > _LARGEST_FLASH:
            return
        yield _Partition(kind, subtype, at, size, printable_path(name.partition(b"\0")[0]), flags)


def _recognise(blob: Blob, offset: int) -> bool:
    if blob.read(offset, 2) != b"\xaa\x50":
        return False
    found = list(_entries(blob, offset))
    return len(found) >= 2 and all(one.name for one in found) and any(one.kind == 0 for one in found)


def _open(blob: Blob, offset: int, context: Context) -> Opened:
    found = list(_entries(blob, offset))
    if not found:
        raise DamagedError("the table has no entry")
    size = len(found) * _ENTRY.size
    gaps: tuple[Gap, ...] = ()
    tail = blob.read(offset + size, _ENTRY.size)
    if tail[:2] == _SUM:
        if md5(blob.read(offset, size), usedforsecurity=False).digest() != tail[16:]:
            detail = "the table's checksum does not match"
            gaps = (Gap(where=context.where, reason=GapReason.DAMAGED, detail=detail),)
        size += len(tail)
    return Opened(size, "; ".join(one.words for one in found[:20]), gaps=gaps)


ESP_PARTITIONS = Handler(
    name="esp_partitions",
    documentation=(
        "Partition table of Espressif's chips: names, kinds and places of the partitions are listed. Limitation: the "
        "partitions are found by what they hold; stored settings (nvs) and coredumps are not read."
    ),
    magics=((b"\xaa\x50\x01\x02", 0), (b"\xaa\x50\x01\x00", 0), (b"\xaa\x50\x00\x00", 0), (b"\xaa\x50\x00\x10", 0)),
    recognise=_recognise,
    open=_open,
)
