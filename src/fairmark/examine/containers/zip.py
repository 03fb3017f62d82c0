"""zip: the archive of Android packages, Java programs and many update files, read by its central directory.

Source: the application note of the format (APPNOTE). Nothing is extracted: a file is decoded when
somebody asks for it.
"""

import calendar
import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from fairmark.examine.blob import Blob, Spool
from fairmark.examine.containers.handler import Context, DamagedError, Handler, Opened
from fairmark.examine.limits import Budget, LimitReached
from fairmark.examine.notes import Notes
from fairmark.examine.planting import KINDS, Planting
from fairmark.examine.tree import Entry, Kind, Tree, UnreadableEntryError
from fairmark.model.gap import Gap, GapReason

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_LOCAL_MAGIC, _CENTRAL_MAGIC, _END_MAGIC = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_END64_MAGIC, _LOCATOR_MAGIC = b"PK\x06\x06", b"PK\x06\x07"
_STORED, _DEFLATED = 0, 8
_METHODS = frozenset({*range(20), *range(93, 100)})
_ENCRYPTED, _SIZES_BEHIND = 0x1, 0x8
_UNIX = 3
_LONGEST_NAME = 4096
_LARGE = 256 << 10  # a packed file above this goes through the spool when it is wanted as a blob
_INPUT, _OUTPUT = 1 << 16, 1 << 18


@dataclass(frozen=True, slots=True)
class _Member:
    """One file of the archive. ``header`` is where its local header stands in the blob."""

    name: bytes
    mode: int
    mtime: int
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    header: int


@dataclass(frozen=True, slots=True)
class _Directory:
    """Where the central directory stands, what offsets count from, and where the archive ends."""

    start: int
    end: int
    base: int
    archive_end: int


def _recognise(blob: Blob, offset: int) -> bool:
    head = blob.read(offset, _LOCAL.size)
    if len(head) < _LOCAL.size:
        return False
    magic, version, flags, method, _, _, _, _, _, length, _ = _LOCAL.unpack(head)
    if magic != _LOCAL_MAGIC or version & 0xFF > 63 or method not in _METHODS or flags & 0xC000:
        return False
    name = blob.read(offset + _LOCAL.size, length)
    return 0 < length <= _LONGEST_NAME and len(name) == length and b"\0" not in name


def _directory(blob: Blob, offset: int, budget: Budget) -> _Directory | None:
    """Find the central directory of the archive that starts at ``offset``; an archive inside it has another base."""
    at = offset
    while (at := blob.find(_END_MAGIC, at)) >= 0:
        budget.tick()
        raw = blob.read(at, _END.size)
        if len(raw) == _END.size:
            *_, size, start, comment = _END.unpack(raw)
            end = at
            locator = blob.read(at - 20, 20)
            if locator[:4] == _LOCATOR_MAGIC:
                end = offset + int.from_bytes(locator[8:16], "little")
                large = blob.read(end, 56)
                if large[:4] == _END64_MAGIC and len(large) == 56:
                    size, start = struct.unpack_from("<QQ", large, 40)
            base = end - size - start
            if 0 <= base <= offset <= end - size <= at:
                return _Directory(end - size, end, base, min(at + _END.size + comment, blob.size))
        at += 4
    return None


def _listed(blob: Blob, directory: _Directory) -> Iterator[_Member]:
    """Give the members that the central directory names. Raises ``DamagedError`` where it breaks off."""
    at = directory.start
    while at < directory.end:
        raw = blob.read(at, _CENTRAL.size)
        if len(raw) < _CENTRAL.size or raw[:4] != _CENTRAL_MAGIC:
            raise DamagedError("the central directory breaks off")
        _, made, _, flags, method, time, date, crc, packed, size, name, extra, comment, _, _, attributes, header = (
            _CENTRAL.unpack(raw)
        )
        at += _CENTRAL.size
        text = blob.read(at, name)
        more = blob.read(at + name, extra)
        size, packed, header = _large((size, packed, header), more)
        mode = attributes >> 16 if made >> 8 == _UNIX else 0
        yield _Member(
            text, _mode(mode, text), _time(date, time), flags, method, crc, packed, size, directory.base + header
        )
        at += name + extra + comment


def _found(blob: Blob, offset: int) -> Iterator[_Member]:
    """Give the members by their local headers, up to the first whose size is not stated in front of its data."""
    at = offset
    while _recognise(blob, at):
        _, _, flags, method, time, date, crc, packed, size, name, extra = _LOCAL.unpack(blob.read(at, _LOCAL.size))
        text = blob.read(at + _LOCAL.size, name)
        size, packed, _ = _large((size, packed, 0), blob.read(at + _LOCAL.size + name, extra))
        if flags & _SIZES_BEHIND and not packed:
            return
        yield _Member(text, _mode(0, text), _time(date, time), flags, method, crc, packed, size, at)
        at += _LOCAL.size + name + extra + packed


def _large(values: tuple[int, int, int], extra: bytes) -> list[int]:
    """Replace numbers that say "look in the extra field" by those of the zip64 field."""
    numbers = list(values)
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        field = extra[at + 4 : at + 4 + length]
        at += 4 + length
        if kind != 1:
            continue
        for index, value in enumerate(values):
            if value == 0xFFFFFFFF and len(field) >= 8:
                numbers[index], field = int.from_bytes(field[:8], "little"), field[8:]
        break
    return numbers


def _mode(mode: int, name: bytes) -> int:
    """Return the whole mode; an archive made elsewhere than on Unix says only what is a directory."""
    if stat.S_IFMT(mode) in KINDS:
        return mode
    return stat.S_IFDIR | 0o755 if name.endswith(b"/") else stat.S_IFREG | (mode & 0o7777 or 0o644)


def _time(date: int, time: int) -> int:
    """Return the time of a DOS date, taken as UTC; 0 for one that is none."""
    day = (1980 + (date >> 9), date >> 5 & 15, date & 31, time >> 11, time >> 5 & 63, 2 * (time & 31))
    try:
        return calendar.timegm(day)
    except ValueError:
        return 0


class _Source:
    """The data of the files, by inode number."""

    def __init__(self, blob: Blob, context: Context) -> None:
        self.members: dict[int, _Member] = {}
        self.refused: dict[int, tuple[GapReason, str]] = {}
        self._blob = blob
        self._where = context.where
        self._budget = context.budget
        self._spool: Spool = context.spool
        self._spooled: dict[int, Blob] = {}

    def read(self, entry: Entry, limit: int) -> bytes:
        """Return the first bytes of a file; raises ``UnreadableEntryError``."""
        return b"".join(self._pieces(entry, min(limit, entry.size)))

    def blob(self, entry: Entry) -> Blob:
        """Return the whole file: a view if it is stored, otherwise a large one goes through the spool, once."""
        known = self._spooled.get(entry.inode)
        if known is not None:
            return known
        member = self.members[entry.inode]
        if member.method == _STORED and entry.inode not in self.refused:
            return self._stored(entry, member)
        if entry.size <= _LARGE:
            return Blob(self.read(entry, entry.size))
        self._spooled[entry.inode] = found = self._spool(self._pieces(entry, entry.size))
        return found

    def target(self, member: _Member) -> bytes:
        """Return where a link leads. Raises ``DamagedError``, ``LimitReached``."""
        return b"".join(self._decoded(member, min(member.size, _LONGEST_NAME)))

    def _stored(self, entry: Entry, member: _Member) -> Blob:
        try:
            found = self._packed(member)
        except DamagedError as error:
            raise UnreadableEntryError(self._gap(entry, GapReason.DAMAGED, str(error))) from error
        if found.size != entry.size:
            raise UnreadableEntryError(self._gap(entry, GapReason.DAMAGED, "its data is shorter than it should be"))
        return found

    def _pieces(self, entry: Entry, size: int) -> Iterator[bytes]:
        if entry.inode in self.refused:
            raise UnreadableEntryError(self._gap(entry, *self.refused[entry.inode]))
        member = self.members[entry.inode]
        left, crc = size, 0
        try:
            for piece in self._decoded(member, size):
                left -= len(piece)
                crc = zlib.crc32(piece, crc)
                yield piece
        except (DamagedError, zlib.error) as error:
            detail = str(error) if isinstance(error, DamagedError) else "its data cannot be decompressed"
            raise UnreadableEntryError(self._gap(entry, GapReason.DAMAGED, detail)) from error
        except LimitReached as error:
            raise UnreadableEntryError(self._gap(entry, GapReason.LIMIT, str(error))) from error
        if left:
            raise UnreadableEntryError(self._gap(entry, GapReason.DAMAGED, "its data is shorter than it should be"))
        if size == member.size and crc != member.crc:
            raise UnreadableEntryError(self._gap(entry, GapReason.DAMAGED, "its checksum does not match"))

    def _decoded(self, member: _Member, size: int) -> Iterator[bytes]:
        """Give the first ``size`` bytes of a member. Raises ``DamagedError``, ``zlib.error``, ``LimitReached``."""
        packed = self._packed(member)
        if member.method == _STORED:
            for at in range(0, min(size, packed.size), _OUTPUT):
                yield packed.read(at, min(_OUTPUT, size - at))
            return
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        for at in range(0, packed.size, _INPUT):
            data: bytes = packed.read(at, _INPUT)
            while data and size and not stream.eof:
                piece = stream.decompress(data, min(size, _OUTPUT))
                data = stream.unconsumed_tail
                size -= len(piece)
                self._budget.spend_work(len(piece))
                yield piece
            if not size or stream.eof:
                return

    def _packed(self, member: _Member) -> Blob:
        raw = self._blob.read(member.header, _LOCAL.size)
        if len(raw) < _LOCAL.size or raw[:4] != _LOCAL_MAGIC:
            raise DamagedError("its data does not lie where the directory says")
        *_, name, extra = _LOCAL.unpack(raw)
        return self._blob.view(member.header + _LOCAL.size + name + extra, member.packed)

    def _gap(self, entry: Entry, reason: GapReason, detail: str) -> Gap:
        return Gap(where=f"{self._where}: {entry.printable}", reason=reason, detail=detail, bytes=entry.size)


def _open(blob: Blob, offset: int, context: Context) -> Opened:
    notes = Notes(context.where)
    directory = _directory(blob, offset, context.budget)
    reader = _Reader(blob, context, notes)
    if directory is None:
        notes.add(GapReason.DAMAGED, "no central directory; what its local headers say was examined")
        end = reader.take(_found(blob, offset), offset)
    else:
        reader.take(_listed(blob, directory), offset)
        end = directory.archive_end
    tree = Tree(context.container, reader.planting.entries(), reader.source, note="zip")
    note = f"{len(tree)} entries"
    return Opened(max(1, end - offset), note, tree=tree, gaps=notes.gaps(), ends=directory is not None)


class _Reader:
    """One run over the members."""

    def __init__(self, blob: Blob, context: Context, notes: Notes) -> None:
        self.planting = Planting(context.budget, notes)
        self.source = _Source(blob, context)
        self._size = blob.size
        self._budget = context.budget
        self._notes = notes

    def take(self, members: Iterator[_Member], end: int) -> int:
        """Plant the members; return where the data of the last one ends."""
        try:
            for number, member in enumerate(members, 1):
                self._plant(number, member)
                end = min(member.header + _LOCAL.size + len(member.name) + member.packed, self._size)
        except DamagedError as error:
            self._notes.add(GapReason.DAMAGED, str(error))
        except LimitReached as limit:
            self._notes.add(GapReason.LIMIT, str(limit))
        return end

    def _plant(self, number: int, member: _Member) -> None:
        kind = KINDS[stat.S_IFMT(member.mode)]
        closed = self._closed(member)
        target = b""
        if kind is Kind.SYMLINK and not closed:
            try:
                target = self.source.target(member)
            except (DamagedError, zlib.error):
                closed = (GapReason.DAMAGED, "link whose target cannot be read")
        if kind is Kind.SYMLINK and closed:
            self._notes.add(*closed, repr(member.name)[2:-1], member.size)
        size = member.size if kind is Kind.FILE else len(target)
        entry = Entry(b"", kind, member.mode, 0, 0, size, target, 0, member.mtime, number, member.header)
        self.source.members[number] = member
        if closed:
            self.source.refused[number] = closed
        self.planting.add(member.name, entry)

    def _closed(self, member: _Member) -> tuple[GapReason, str] | None:
        """Say why the data of a member cannot be read, if it cannot; spend its bytes if it can."""
        if member.flags & _ENCRYPTED:
            return GapReason.ENCRYPTED_OR_RANDOM, "encrypted"
        if member.method not in {_STORED, _DEFLATED}:
            return GapReason.UNSUPPORTED, f"compressed in a way that is not read (method {member.method})"
        limits = self._budget.limits
        if member.size > limits.single_file:
            return GapReason.LIMIT, f"file of more than {limits.single_file:,} bytes"
        try:
            self._budget.spend_bytes(member.size)
        except LimitReached as limit:
            return GapReason.LIMIT, str(limit)
        return None


ZIP = Handler(
    name="zip",
    documentation=(
        "Archives read by their central directory, zip64 among them: stored and deflated files, each "
        "checked with its CRC-32 when it is read whole. Encrypted files stay closed, with a gap. "
        "Limitation: other compressions and archives in several volumes are not read; times are taken as UTC."
    ),
    magics=((_LOCAL_MAGIC, 0),),
    recognise=_recognise,
    open=_open,
)
