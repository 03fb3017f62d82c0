"""tar: ustar, pax and GNU archives, read by their headers and never extracted."""

import os
import re
import stat
from dataclasses import dataclass, field, replace

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import Context, Handler, Opened
from fairmark.examine.limits import LimitReached
from fairmark.examine.notes import Notes
from fairmark.examine.planting import Planting
from fairmark.examine.tree import BlobSource, Entry, Kind, Tree
from fairmark.model.evidence import printable_path
from fairmark.model.gap import GapReason

_BLOCK = 512
_LONGEST_EXTENSION = 1 << 20
_KINDS = {
    b"0": (Kind.FILE, stat.S_IFREG),
    b"\0": (Kind.FILE, stat.S_IFREG),
    b"7": (Kind.FILE, stat.S_IFREG),
    b"1": (Kind.FILE, stat.S_IFREG),
    b"2": (Kind.SYMLINK, stat.S_IFLNK),
    b"3": (Kind.CHAR, stat.S_IFCHR),
    b"4": (Kind.BLOCK, stat.S_IFBLK),
    b"5": (Kind.DIRECTORY, stat.S_IFDIR),
    b"6": (Kind.FIFO, stat.S_IFIFO),
}
_NUMBER = re.compile(rb"[0-7]*")


class _BadHeaderError(Exception):
    """The header cannot be understood; reading ends here."""


@dataclass(frozen=True, slots=True)
class _Header:
    name: bytes
    mode: int
    uid: int
    gid: int
    size: int
    mtime: int
    flag: bytes
    target: bytes
    rdev: int


@dataclass(slots=True)
class _Pending:
    """What extension headers say about the next entry."""

    pax: dict[bytes, bytes] = field(default_factory=dict)
    name: bytes | None = None
    target: bytes | None = None


def _number(raw: bytes) -> int:
    """Read an octal number, or a base-256 one (first bit set). Raises ``_BadHeaderError`` on anything else."""
    if raw[0] in {0x80, 0xFF}:
        return int.from_bytes(raw[1:], "big", signed=raw[0] == 0xFF)
    text = raw.partition(b"\0")[0].strip()
    if not _NUMBER.fullmatch(text):
        raise _BadHeaderError
    return int(text or b"0", 8)


def _cut(raw: bytes) -> bytes:
    return raw.partition(b"\0")[0]


def _checksum_fits(block: bytes) -> bool:
    try:
        stated = _number(block[148:156])
    except _BadHeaderError:
        return False
    return stated == sum(block) - sum(block[148:156]) + 8 * 0x20


def _header(block: bytes) -> _Header:
    """Read a header block. Raises ``_BadHeaderError``."""
    if len(block) < _BLOCK or not _checksum_fits(block):
        raise _BadHeaderError
    name = _cut(block[:100])
    if block[257:263] == b"ustar\0" and block[345]:
        name = _cut(block[345:500]) + b"/" + name
    flag = block[156:157]
    rdev = 0
    if flag in {b"3", b"4"}:
        rdev = os.makedev(_number(block[329:337]) & 0xFFF, _number(block[337:345]) & 0xFFFFF)
    size = _number(block[124:136])
    if size < 0:
        raise _BadHeaderError
    return _Header(
        name,
        _number(block[100:108]) & 0o7777,
        max(0, _number(block[108:116])),
        max(0, _number(block[116:124])),
        size,
        max(0, _number(block[136:148])),
        flag,
        _cut(block[157:257]),
        rdev,
    )


def _recognise(blob: Blob, offset: int) -> bool:
    block = blob.read(offset, _BLOCK)
    if len(block) < _BLOCK or not block[0]:
        return False
    try:
        _header(block)
    except _BadHeaderError:
        # A damaged number must not hide an archive that says what it is.
        return block[257:262] == b"ustar" and _checksum_fits(block)
    return True


def _open(blob: Blob, offset: int, context: Context) -> Opened:
    notes = Notes(context.where)
    reader = _Reader(blob, context, notes)
    end = reader.read_from(offset)
    tree = Tree(context.container, reader.planting.entries(), BlobSource(blob), note="tar")
    return Opened(end - offset, f"{len(tree)} entries", tree=tree, gaps=notes.gaps())


class _Reader:
    """One run over the headers of an archive."""

    def __init__(self, blob: Blob, context: Context, notes: Notes) -> None:
        self.blob = blob
        self.notes = notes
        self.budget = context.budget
        self.planting = Planting(context.budget, notes)
        self.inodes = 0

    def read_from(self, at: int) -> int:
        """Read until the end of the archive; return where that is."""
        pending = _Pending()
        while True:
            block = self.blob.read(at, _BLOCK)
            if not block.strip(b"\0"):
                return self._after_the_end(at, block)
            try:
                header = _header(block)
                body = at + _BLOCK
                if header.flag in {b"x", b"g", b"L", b"K"}:
                    self._extend(header, body, pending)
                    at = body + header.size + (-header.size % _BLOCK)
                    continue
                header = _extended(header, pending)
                self._plant(header, body)
            except _BadHeaderError:
                self.notes.add(GapReason.DAMAGED, "a header is damaged; what follows it was not read")
                return min(at + _BLOCK, self.blob.size)
            except LimitReached as limit:
                self.notes.add(GapReason.LIMIT, str(limit), size=self.blob.size - at)
                return self.blob.size
            pending = _Pending()
            at = body + (header.size + (-header.size % _BLOCK) if _has_body(header) else 0)

    def _after_the_end(self, at: int, block: bytes) -> int:
        """Step over the zero blocks at the end; note it when there are none."""
        if not block:
            self.notes.add(GapReason.DAMAGED, "the archive breaks off before its end")
            return self.blob.size
        while block and not block.strip(b"\0"):
            at += len(block)
            block = self.blob.read(at, _BLOCK)
        return at

    def _extend(self, header: _Header, body: int, pending: _Pending) -> None:
        self.budget.spend_file()
        if header.size > _LONGEST_EXTENSION or body + header.size > self.blob.size:
            raise _BadHeaderError
        data = self.blob.read(body, header.size)
        if header.flag == b"L":
            pending.name = _cut(data)
        elif header.flag == b"K":
            pending.target = _cut(data)
        elif header.flag == b"x":
            pending.pax.update(_pax(data))

    def _plant(self, header: _Header, body: int) -> None:
        shown = printable_path(header.name)
        if header.flag not in _KINDS:
            self.budget.spend_file()
            self.notes.add(GapReason.UNSUPPORTED, "entry of a type that is not read", shown, header.size)
            return
        kind, type_bits = _KINDS[header.flag]
        if header.name.endswith(b"/") and kind is Kind.FILE:  # how archives older than ustar name a directory
            kind, type_bits = Kind.DIRECTORY, stat.S_IFDIR
        if header.flag == b"1":
            self._link(header)
            return
        if kind is Kind.FILE and body + header.size > self.blob.size:
            self.notes.add(GapReason.DAMAGED, "data past the end of the archive", shown, header.size)
            return
        self.inodes += 1
        target = header.target if kind is Kind.SYMLINK else b""
        size = header.size if kind is Kind.FILE else len(target)
        mode = type_bits | header.mode
        self.planting.add(
            header.name,
            Entry(
                b"",
                kind,
                mode,
                header.uid,
                header.gid,
                size,
                target,
                header.rdev,
                header.mtime,
                self.inodes,
                body,
            ),
        )

    def _link(self, header: _Header) -> None:
        """A hard link names a file that came before; one that names nothing is left out."""
        first = self.planting.get(header.target)
        if first is None or first.kind is Kind.DIRECTORY:
            self.budget.spend_file()
            self.notes.add(GapReason.DAMAGED, "hard link to nothing", printable_path(header.name))
            return
        self.planting.add(header.name, first)


def _has_body(header: _Header) -> bool:
    return header.flag not in {b"1", b"2", b"3", b"4", b"5", b"6"}


def _pax(data: bytes) -> dict[bytes, bytes]:
    """Read pax records ("length key=value newline"). Raises ``_BadHeaderError``."""
    found = {}
    at = 0
    while at < len(data):
        digits = data[at : at + 20].partition(b" ")[0]
        if not digits.isdigit():
            raise _BadHeaderError
        end = at + int(digits)
        key, equals, value = data[at + len(digits) + 1 : end].partition(b"=")
        if not equals or end > len(data) or end <= at + len(digits) + 1 or not value.endswith(b"\n"):
            raise _BadHeaderError
        found[key] = value[:-1]
        at = end
    return found


def _extended(header: _Header, pending: _Pending) -> _Header:
    """Apply extension headers. Raises ``_BadHeaderError`` when a number in them is none."""
    pax = pending.pax
    if any(key.startswith(b"GNU.sparse.") for key in pax):
        header = replace(header, flag=b"S")
    numbers = {"size": header.size, "uid": header.uid, "gid": header.gid}
    for key, attribute in ((b"size", "size"), (b"uid", "uid"), (b"gid", "gid")):
        if key in pax:
            if not pax[key].isdigit() or len(pax[key]) > 20:
                raise _BadHeaderError
            numbers[attribute] = int(pax[key])
    name = pax.get(b"path", pending.name)
    target = pax.get(b"linkpath", pending.target)
    return replace(
        header,
        name=header.name if name is None else name,
        target=header.target if target is None else target,
        size=numbers["size"],
        uid=numbers["uid"],
        gid=numbers["gid"],
    )


TAR = Handler(
    name="tar",
    documentation=(
        "ustar, pax (path, linkpath, size, owner) and GNU long names; base-256 numbers; hard links. "
        "Reading ends at the first header whose checksum is wrong. Limitation: sparse files and "
        "vendor types are named in a gap, not read."
    ),
    magics=((b"ustar", 257),),
    recognise=_recognise,
    open=_open,
)
