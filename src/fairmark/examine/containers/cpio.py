"""cpio: the archive of the initial RAM disk (formats newc, crc and odc)."""

import os
import re
import stat
import zlib
from dataclasses import dataclass, replace

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import Context, Handler, Opened
from fairmark.examine.limits import LimitReached
from fairmark.examine.notes import Notes
from fairmark.examine.planting import KINDS, Planting
from fairmark.examine.tree import BlobSource, Entry, Kind, Tree
from fairmark.model.evidence import printable_path
from fairmark.model.gap import GapReason

_NEW = re.compile(rb"07070[12][0-9A-Fa-f]{104}")
_ODC = re.compile(rb"070707[0-7]{70}")
_LONGEST_NAME = 4096
_TRAILER = b"TRAILER!!!"


@dataclass(frozen=True, slots=True)
class _Record:
    """One record: the numbers of its header, its name, and where its body lies in the blob."""

    magic: bytes
    device: tuple[int, ...]  # of the file system it was made on, with the inode: names a hard link
    mode: int
    uid: int
    gid: int
    links: int
    mtime: int
    rdev: int
    check: int
    name: bytes
    body: int
    size: int
    end: int


def _record(blob: Blob, at: int) -> _Record | None:
    """Read the record at ``at``; None if there is none. Its body may reach past the end of the blob."""
    head = blob.read(at, 110)
    if _NEW.fullmatch(head):
        values = [int(head[start : start + 8], 16) for start in range(6, 110, 8)]
        inode, mode, uid, gid, links, mtime, size, major, minor, rmajor, rminor, length, check = values
        name_at, align = at + 110, 4
        device: tuple[int, ...] = (major, minor, inode)
        rdev = os.makedev(rmajor & 0xFFF, rminor & 0xFFFFF)
    elif _ODC.fullmatch(head[:76]):
        widths = (6, 6, 6, 6, 6, 6, 6, 11, 6, 11)
        starts = [6 + sum(widths[:index]) for index in range(len(widths))]
        values = [int(head[start : start + width], 8) for start, width in zip(starts, widths, strict=True)]
        dev, inode, mode, uid, gid, links, rdev, mtime, length, size = values
        name_at, align, check, device = at + 76, 1, 0, (dev, inode)
    else:
        return None
    raw = blob.read(name_at, min(length, _LONGEST_NAME + 1))
    if not 0 < length <= _LONGEST_NAME + 1 or len(raw) < length or raw[-1]:
        return None
    body = name_at + length
    body += (at - body) % align
    end = body + size
    end += (at - end) % align
    return _Record(head[:6], device, mode, uid, gid, links, mtime, rdev, check, raw[:-1], body, size, end)


def _recognise(blob: Blob, offset: int) -> bool:
    record = _record(blob, offset)
    return record is not None and (record.name == _TRAILER or stat.S_IFMT(record.mode) in KINDS)


def _open(blob: Blob, offset: int, context: Context) -> Opened:
    notes = Notes(context.where)
    reader = _Reader(blob, context, notes)
    end = reader.read_from(offset)
    tree = Tree(context.container, reader.planting.entries(), BlobSource(blob), note="cpio")
    return Opened(end - offset, f"{len(tree)} entries", tree=tree, gaps=notes.gaps())


class _Reader:
    """One run over the records of one or more archives that follow each other."""

    def __init__(self, blob: Blob, context: Context, notes: Notes) -> None:
        self.blob = blob
        self.notes = notes
        self.planting = Planting(context.budget, notes)
        self.inodes = 0
        self.waiting: dict[tuple[int, ...], list[bytes]] = {}  # names of a hard link whose data has not come yet
        self.linked: dict[tuple[int, ...], Entry] = {}

    def read_from(self, at: int) -> int:
        """Read records until there are no more; return where that is."""
        while True:
            record = _record(self.blob, at)
            if record is None:
                self.notes.add(GapReason.DAMAGED, "the archive breaks off before its trailer")
                return min(at, self.blob.size)
            if record.name == _TRAILER:
                at = record.end
                self.waiting.clear()
                self.linked.clear()
                following = self._after_zeros(at)
                if following is None:
                    return min(self._padded(at), self.blob.size)
                at = following
                continue
            try:
                self._plant(record)
            except LimitReached as limit:
                self.notes.add(GapReason.LIMIT, str(limit), size=self.blob.size - at)
                return self.blob.size
            at = record.end

    def _after_zeros(self, at: int) -> int | None:
        """Return where another archive begins after padding of less than a page, or None."""
        padding = self.blob.read(at, 4096)
        start = at + len(padding) - len(padding.lstrip(b"\0"))
        return start if _record(self.blob, start) else None

    def _padded(self, at: int) -> int:
        """Step over the zeros that fill up the last record of 512 bytes."""
        padding = self.blob.read(at, 511)
        return at + len(padding) - len(padding.lstrip(b"\0"))

    def _plant(self, record: _Record) -> None:
        kind = KINDS.get(stat.S_IFMT(record.mode))
        shown = printable_path(record.name)
        if kind is None:
            self.notes.add(GapReason.DAMAGED, "entry of no known kind", shown)
            return
        if record.body + record.size > self.blob.size:
            self.notes.add(GapReason.DAMAGED, "data past the end of the archive", shown, record.size)
            return
        target = b""
        if kind is Kind.SYMLINK:
            target = self.blob.read(record.body, min(record.size, _LONGEST_NAME))
        if record.magic == b"070702" and kind is Kind.FILE and self._sum(record) != record.check:
            self.notes.add(GapReason.DAMAGED, "checksum does not match; examined all the same", shown)
        self.inodes += 1
        entry = Entry(
            b"",
            kind,
            record.mode,
            record.uid,
            record.gid,
            record.size if kind is Kind.FILE else len(target),
            target,
            record.rdev,
            record.mtime,
            self.inodes,
            record.body,
        )
        if kind is Kind.FILE and record.links > 1:
            self._plant_linked(record, entry)
        else:
            self.planting.add(record.name, entry)

    def _plant_linked(self, record: _Record, entry: Entry) -> None:
        """Hard links share an inode number; in newc only one of them, usually the last, carries the data."""
        known = self.linked.get(record.device)
        if known and not (entry.size and not known.size):
            entry = replace(known, mode=entry.mode)
        elif known:
            entry = replace(entry, inode=known.inode)
        self.linked[record.device] = entry
        names = self.waiting.setdefault(record.device, [])
        if self.planting.add(record.name, entry):
            if entry.size and not (known and known.size):
                for name in names:
                    self.planting.add(name, entry)
            names.append(record.name)

    def _sum(self, record: _Record) -> int:
        body = self.blob.view(record.body, record.size)
        return sum(map(_sum_of, body.chunks())) & 0xFFFFFFFF


def _sum_of(piece: memoryview) -> int:
    """Add up the bytes. The lower half of Adler-32 from 0 is their sum modulo 65521, and 256 of them stay below."""
    return sum(zlib.adler32(piece[at : at + 256], 0) & 0xFFFF for at in range(0, len(piece), 256))


CPIO = Handler(
    name="cpio",
    documentation=(
        "Archives with magic 070701 (newc), 070702 (with a sum of the data) and 070707 (odc). Hard "
        "links are joined; several archives in a row become one tree, a later entry replacing an "
        "earlier one, as the kernel does. Limitation: the old binary format is not read."
    ),
    magics=((b"070701", 0), (b"070702", 0), (b"070707", 0)),
    recognise=_recognise,
    open=_open,
)
