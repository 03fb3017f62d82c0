"""UBI: volumes spread over the erase blocks of raw flash, each block with two headers.

Source: the design notes and the on-flash format of UBI as its authors published them. Each
volume is put together from its logical blocks and becomes a part of its own: UBIFS or squashfs.
"""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import Context, DamagedError, Handler, Opened, Part
from fairmark.examine.limits import LimitReached
from fairmark.examine.notes import Notes
from fairmark.examine.remainders import is_padding
from fairmark.model.evidence import printable_path
from fairmark.model.gap import Gap, GapReason

_EC = struct.Struct(">4sB3xQIII32xI")
_VID = struct.Struct(">4sBBBBII4xIIII4xQ12xI")
_RECORD = struct.Struct(">IIIBBH128sB23xI")
_HEADER = 64
_FIRST_INTERNAL = 0x7FFFEFFF  # number of the volume that holds the table of volumes; those above are UBI's own too
_STATIC = 2
_SMALLEST, _LARGEST = 4 << 10, 16 << 20
_LOOKED_AT = 256  # headers looked at to find the size of an erase block
_MOST_FOREIGN = 4  # erase blocks in a row that are neither UBI's nor erased


@dataclass(frozen=True, slots=True)
class _Block:
    """One erase block that holds a logical block of a volume."""

    at: int  # where its data starts in the blob
    static: bool
    copied: bool
    size: int  # bytes of data stated, 0 for a dynamic volume's
    used: int
    padding: int
    check: int
    sequence: int


def _crc(data: bytes | memoryview) -> int:
    return zlib.crc32(data) ^ 0xFFFFFFFF


def _erase_header(blob: Blob, at: int) -> tuple[int, int, int] | None:
    """Return the offsets of the second header and of the data, and the number of the image; None if there is none."""
    head = blob.read(at, _HEADER)
    if len(head) < _HEADER or head[:4] != b"UBI#":
        return None
    _, version, _, second, data, image, check = _EC.unpack(head)
    if version != 1 or _crc(head[:60]) != check or not _HEADER <= second < data <= _LARGEST:
        return None
    return second, data, image


def _recognise(blob: Blob, offset: int) -> bool:
    return _erase_header(blob, offset) is not None


def _open(blob: Blob, offset: int, context: Context) -> Opened:
    device = _Device(blob, offset, context, Notes(context.where))
    device.read()
    if device.has_spare_areas:
        words = f"a dump of NAND with its spare areas (erase blocks of {device.block_size:,} bytes): not read"
        gap = Gap(where=context.where, reason=GapReason.UNSUPPORTED, detail=words, bytes=device.size)
        return Opened(device.size, words, gaps=(gap,), readable=False)
    parts = tuple(device.parts())
    names = ", ".join(part.name for part in parts) or "no volume with data"
    note = f"erase blocks of {device.block_size:,} bytes; {names}"
    return Opened(device.size, note, parts=parts, gaps=device.notes.gaps())


class _Device:
    """All erase blocks of one UBI device, sorted by volume and logical block."""

    def __init__(self, blob: Blob, offset: int, context: Context, notes: Notes) -> None:
        self.notes = notes
        self.size = 0
        self._blob = blob
        self._offset = offset
        self._context = context
        self._volumes: dict[int, dict[int, list[_Block]]] = {}
        head = _erase_header(blob, offset)
        if head is None:
            raise DamagedError("its first header is damaged")
        self._second, self._data, self._image = head
        self.block_size = self._erase_block()
        self._room = self.block_size - self._data
        self._left = 16  # logical blocks that all volumes together may have: the flash can hardly be twice its image

    def _erase_block(self) -> int:
        """Return the size of an erase block: the distance of headers that occurs most often."""
        distances: Counter[int] = Counter()
        last = at = self._offset
        for _ in range(_LOOKED_AT):
            at = self._blob.find(b"UBI#\x01", at + 1)
            if at < 0:
                break
            if at - last >= _SMALLEST and _erase_header(self._blob, at):
                distances[at - last] += 1
                last = at
        fitting = [(-count, size) for size, count in distances.items() if self._data < size <= _LARGEST]
        if fitting:
            return min(fitting)[1]
        rest = self._blob.size - self._offset
        if not self._data < rest <= _LARGEST:
            raise DamagedError("the size of its erase blocks cannot be found")
        return rest

    @property
    def has_spare_areas(self) -> bool:
        """Say whether every page is followed by its spare bytes: then no second header stands where it should."""
        extra = self.block_size - (1 << (self.block_size.bit_length() - 1))
        return not self._volumes and 0 < extra <= self.block_size // 8

    def read(self) -> None:
        """Read the headers of all erase blocks, until others than UBI's follow."""
        foreign = damaged = 0
        for at in range(self._offset, self._blob.size, self.block_size):
            self._context.budget.tick()
            head = _erase_header(self._blob, at)
            if head is None:
                if is_padding(self._blob.view(at, self.block_size)):
                    continue
                foreign += 1
                if foreign > _MOST_FOREIGN:
                    break
                continue
            if head[2] and self._image and head[2] != self._image:
                break  # another UBI device follows
            damaged, foreign = damaged + foreign, 0
            self._left += 2
            missing = max(0, at + self.block_size - self._blob.size)
            if missing:
                self.notes.add(GapReason.DAMAGED, "cut off inside an erase block", size=missing)
            self.size = at + self.block_size - missing - self._offset
            self._read_block(at, head)
        if damaged:
            self.notes.add(
                GapReason.DAMAGED, f"erase blocks without a header: {damaged}", size=damaged * self.block_size
            )

    def _read_block(self, at: int, head: tuple[int, int, int]) -> None:
        second, data, _ = head
        raw = self._blob.read(at + second, _HEADER)
        if not raw.strip(b"\xff"):
            return  # free
        if len(raw) < _HEADER or raw[:4] != b"UBI!" or _crc(raw[:60]) != int.from_bytes(raw[60:], "big"):
            if raw.strip(b"\0"):
                self.notes.add(GapReason.DAMAGED, "erase block with a damaged header", f"{at:#x}", self._room)
            return
        fields = _VID.unpack(raw)
        _, version, kind, copied, _, volume, logical, size, used, padding, check, sequence, _ = fields
        if version != 1 or size > self._room or padding >= self._room or data != self._data:
            self.notes.add(GapReason.DAMAGED, "erase block whose header contradicts itself", f"{at:#x}", self._room)
            return
        block = _Block(at + data, kind == _STATIC, bool(copied), size, used, padding, check, sequence)
        self._volumes.setdefault(volume, {}).setdefault(logical, []).append(block)

    def parts(self) -> Iterator[Part]:
        """Put the volumes together, in the order of their numbers."""
        names = self._names()
        for volume in sorted(volume for volume in self._volumes if volume < _FIRST_INTERNAL):
            name = names.get(volume, f"volume{volume}")
            blocks = {logical: self._newest(found) for logical, found in self._volumes[volume].items()}
            try:
                part = self._part(name, blocks)
            except LimitReached as limit:
                self.notes.add(GapReason.LIMIT, str(limit), name)
                continue
            if part:
                yield part

    def _newest(self, blocks: list[_Block]) -> _Block:
        """Return the block written last; a copy that was not finished does not count."""
        in_order = sorted(blocks, key=lambda block: -block.sequence)
        for block in in_order:
            if not block.copied or _crc(self._blob.view(block.at, block.size).memory) == block.check:
                return block
        return in_order[0]

    def _part(self, name: str, blocks: dict[int, _Block]) -> Part | None:
        first = blocks[min(blocks)]
        room = self._room - first.padding
        most = self._left
        far = [logical for logical in blocks if logical >= most]
        if far:
            self.notes.add(GapReason.DAMAGED, "blocks numbered far beyond the size of the flash", name, len(far) * room)
        kept = {logical: block for logical, block in blocks.items() if logical < most}
        if not kept or room <= 0:
            return None
        count = max(kept) + 1
        if first.static:
            count = max(count, min(first.used, most))
            self._check_static(name, kept, count)
        self._context.budget.spend_bytes(count * room)
        self._left -= count
        found = self._context.spool(self._pieces(kept, count, room))
        size = (count - 1) * room + kept[count - 1].size if first.static and count - 1 in kept else found.size
        return Part(name, found.view(0, size), first.at - self._offset)

    def _check_static(self, name: str, blocks: dict[int, _Block], count: int) -> None:
        """Note what a static volume has lost: all of its blocks must be there, with the right checksum."""
        lost = count - len(blocks)
        if lost:
            self.notes.add(GapReason.DAMAGED, "static volume that lacks blocks", name, lost * self._room)
        wrong = [b for b in blocks.values() if _crc(self._blob.view(b.at, b.size).memory) != b.check]
        if wrong:
            size = len(wrong) * self._room
            self.notes.add(GapReason.DAMAGED, "blocks whose checksum does not match; examined all the same", name, size)

    def _pieces(self, blocks: dict[int, _Block], count: int, room: int) -> Iterator[bytes]:
        erased = b"\xff" * room
        for logical in range(count):
            block = blocks.get(logical)
            if block is None:
                yield erased
                continue
            data = self._blob.read(block.at, room)
            yield data if len(data) == room else data + erased[len(data) :]

    def _names(self) -> dict[int, str]:
        """Return the names of the volumes from the table that UBI keeps twice."""
        table = self._volumes.get(_FIRST_INTERNAL, {})
        if not table and any(volume < _FIRST_INTERNAL for volume in self._volumes):
            self.notes.add(GapReason.DAMAGED, "no table of volumes; they are named by their numbers")
        found: dict[int, str] = {}
        for logical in sorted(table, reverse=True):
            data = self._blob.read(self._newest(table[logical]).at, min(self._room, 128 * _RECORD.size))
            for volume in range(len(data) // _RECORD.size):
                raw = data[volume * _RECORD.size : (volume + 1) * _RECORD.size]
                fields = _RECORD.unpack(raw)
                length, name, check = fields[5], fields[6], fields[8]
                if fields[0] and 0 < length < 128 and _crc(raw[:-4]) == check:
                    found[volume] = printable_path(name[:length]).replace("/", "_")
        return found


UBI = Handler(
    name="ubi",
    documentation=(
        "Erase blocks of any size with valid headers; static and dynamic volumes, names from the "
        "table of volumes, the newest copy of each block by its sequence number, blocks that are "
        "absent read as erased. Each volume is opened as what it holds. Limitation: dumps of NAND "
        "that still contain the spare areas are not read."
    ),
    magics=((b"UBI#\x01", 0),),
    recognise=_recognise,
    open=_open,
)
