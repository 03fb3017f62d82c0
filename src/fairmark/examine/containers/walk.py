"""Walk a file system of inodes and directories from its root, whatever its directories claim.

Each format fills in ``FileSystem``: how one inode, one directory and the data of one file are
read. What is the same for all of them stands here: names that are no names, loops, limits,
hard links, and what is noted when a piece of it is lost. Data is decoded when somebody asks.
"""

import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from fairmark.examine.blob import Blob, Spool
from fairmark.examine.containers.handler import Context, DamagedError
from fairmark.examine.limits import Budget, LimitReached
from fairmark.examine.notes import Notes
from fairmark.examine.planting import KINDS
from fairmark.examine.tree import Entry, Kind, UnreadableEntryError
from fairmark.model.evidence import printable_path
from fairmark.model.gap import Gap, GapReason

LONGEST_LISTING = 64 << 20  # bytes of one directory
_LONGEST_NAME = 256
_LARGE = 256 << 10  # a file above this goes through the spool when it is wanted as a blob
_STRIDE = 1 << 20


@dataclass(frozen=True, slots=True)
class Inode:
    """What a file system says of one file. ``closed`` is why its data cannot be read, if it cannot."""

    mode: int
    uid: int = 0
    gid: int = 0
    size: int = 0
    mtime: int = 0
    rdev: int = 0
    target: bytes = b""
    place: int = 0
    closed: tuple[GapReason, str] | None = None


class FileSystem(Protocol):
    """One format's way to its inodes, directories and data. All methods may raise ``DamagedError``, ``struct.error``.

    ``pieces`` and ``listing`` may raise ``LimitReached`` as well; a listing gives what it can before it raises.
    """

    def inode(self, number: int) -> Inode:
        """Return what is said of one inode."""
        ...

    def listing(self, number: int) -> Iterator[tuple[bytes, int]]:
        """Give name and inode number of everything in a directory."""
        ...

    def pieces(self, number: int, size: int) -> Iterator[bytes]:
        """Give the first ``size`` bytes of a file."""
        ...

    def view(self, number: int, size: int) -> Blob | None:
        """Return the data of a file that lies in the image in one piece, or None."""
        ...


def zeros(count: int) -> Iterator[bytes]:
    """Give ``count`` zero bytes in pieces of at most a mebibyte: a hole."""
    for at in range(0, count, _STRIDE):
        yield bytes(min(_STRIDE, count - at))


def unpack_device(packed: int) -> int:
    """Unpack a device number as Linux writes it in 32 bits, and give it as ``os.makedev`` does."""
    major, minor = packed >> 8 & 0xFFF, packed & 0xFF | packed >> 12 & 0xFFF00
    return make_device(major, minor)


def make_device(major: int, minor: int) -> int:
    """Return a device number as ``os.makedev`` does on Linux, for any 32-bit numbers."""
    return minor & 0xFF | (major & 0xFFF) << 8 | (minor & 0xFFFFFF00) << 12 | (major & 0xFFFFF000) << 32


class FileSystemSource:
    """The data of a file system's files, by inode number."""

    def __init__(self, system: FileSystem, where: str, spool: Spool) -> None:
        self.refused: dict[int, Gap] = {}
        self._system = system
        self._where = where
        self._spool = spool
        self._spooled: dict[int, Blob] = {}

    def read(self, entry: Entry, limit: int) -> bytes:
        """Return the first bytes of a file; raises ``UnreadableEntryError``."""
        return b"".join(self._pieces(entry, min(limit, entry.size)))

    def blob(self, entry: Entry) -> Blob:
        """Return the whole file: a view where it lies in one piece; else a large one goes through the spool, once."""
        known = self._spooled.get(entry.inode)
        if known is not None:
            return known
        found = None if entry.inode in self.refused else self._view(entry)
        if found is not None:
            return found
        if entry.size <= _LARGE:
            return Blob(self.read(entry, entry.size))
        self._spooled[entry.inode] = found = self._spool(self._pieces(entry, entry.size))
        return found

    def refuse(self, entry: Entry, reason: GapReason, detail: str) -> None:
        """Keep the data of a file closed."""
        self.refused[entry.inode] = self._gap(entry, reason, detail)

    def _view(self, entry: Entry) -> Blob | None:
        try:
            return self._system.view(entry.inode, entry.size)
        except (DamagedError, struct.error, LimitReached):
            return None  # reading it piece by piece says what is wrong

    def _pieces(self, entry: Entry, size: int) -> Iterator[bytes]:
        if entry.inode in self.refused:
            raise UnreadableEntryError(self.refused[entry.inode])
        left = size
        try:
            for piece in self._system.pieces(entry.inode, size):
                left -= len(piece)
                yield piece
        except DamagedError as error:
            raise UnreadableEntryError(self._gap(entry, GapReason.DAMAGED, str(error))) from error
        except struct.error as error:
            raise UnreadableEntryError(self._gap(entry, GapReason.DAMAGED, "its data is cut off")) from error
        except LimitReached as error:
            raise UnreadableEntryError(self._gap(entry, GapReason.LIMIT, str(error))) from error
        if left:
            raise UnreadableEntryError(self._gap(entry, GapReason.DAMAGED, "its data is shorter than it should be"))

    def _gap(self, entry: Entry, reason: GapReason, detail: str) -> Gap:
        return Gap(where=f"{self._where}: {entry.printable}", reason=reason, detail=detail, bytes=entry.size)


class Walk:
    """One walk over all directories, from the root: ``entries`` and ``source`` make the tree."""

    def __init__(self, system: FileSystem, context: Context, notes: Notes) -> None:
        self.entries: list[Entry] = []
        self.source = FileSystemSource(system, context.where, context.spool)
        self._system = system
        self._budget: Budget = context.budget
        self._notes = notes
        self._known: dict[int, Inode | str] = {}  # what was said of each inode, or what is wrong with it

    def run(self, root: int) -> None:
        """Walk. Raises ``DamagedError`` only if the root cannot be read; what is lost below it is noted."""
        top = self._inode(root)
        if not stat.S_ISDIR(top.mode):
            raise DamagedError("the root is no directory")
        self.entries.append(_entry(b"", root, top))
        pending = [(b"", root)]
        seen = {root}
        try:
            while pending:
                path, number = pending.pop()
                for child_path, child in self._children(path, number):
                    if child in seen:
                        self._damaged("directory that lies in itself or in two places", child_path)
                    else:
                        seen.add(child)
                        pending.append((child_path, child))
        except LimitReached as limit:
            self._notes.add(GapReason.LIMIT, str(limit))

    def _damaged(self, sentence: str, path: bytes) -> None:
        self._notes.add(GapReason.DAMAGED, sentence, "/" + printable_path(path))

    def _inode(self, number: int) -> Inode:
        try:
            found = self._system.inode(number)
        except struct.error as error:
            raise DamagedError("inode that is cut off") from error
        if stat.S_IFMT(found.mode) not in KINDS:
            raise DamagedError("inode of no known kind")
        return found

    def _children(self, path: bytes, number: int) -> Iterator[tuple[bytes, int]]:
        """Read one directory: add what lies in it to the entries, give the directories among it."""
        names: set[bytes] = set()
        try:
            for name, child in self._system.listing(number):
                if name in {b".", b".."}:
                    continue
                self._budget.spend_file(len(path) + len(name))
                below = path + b"/" + name if path else name
                if not _is_safe(name):
                    shown = f"{printable_path(name[:80])!r} in /{printable_path(path)}"
                    self._notes.add(GapReason.UNSAFE, "name that is no name of a file", shown)
                elif name in names:
                    self._damaged("name that stands twice in its directory", below)
                elif len(below) > self._budget.limits.path_length:
                    self._notes.add(GapReason.LIMIT, "path too long", "/" + printable_path(path[:80]))
                else:
                    names.add(name)
                    if self._add(below, child):
                        yield below, child
        except (DamagedError, struct.error):
            self._damaged("directory that cannot be read to its end", path)

    def _add(self, path: bytes, number: int) -> bool:
        """Add one entry; say whether it is a directory to go into."""
        known = self._known.get(number)
        inode = self._known[number] = self._looked_up(number) if known is None else known
        if isinstance(inode, str):
            self._damaged(inode, path)
            return False
        self._budget.spend_path(len(inode.target))
        entry = _entry(path, number, inode)
        if entry.kind is Kind.FILE and known is None:
            self._spend(entry, inode)
        self.entries.append(entry)
        return entry.kind is Kind.DIRECTORY

    def _looked_up(self, number: int) -> Inode | str:
        try:
            return self._inode(number)
        except DamagedError as error:
            return str(error)

    def _spend(self, entry: Entry, inode: Inode) -> None:
        """Refuse the data of a file that is closed or too large."""
        limits = self._budget.limits
        if inode.closed:
            self.source.refuse(entry, *inode.closed)
        elif entry.size > limits.single_file:
            self.source.refuse(entry, GapReason.LIMIT, f"file of more than {limits.single_file:,} bytes")
        else:
            try:
                self._budget.spend_bytes(entry.size)
            except LimitReached as limit:
                self.source.refuse(entry, GapReason.LIMIT, str(limit))


def _entry(path: bytes, number: int, inode: Inode) -> Entry:
    kind = KINDS[stat.S_IFMT(inode.mode)]
    size = inode.size if kind is Kind.FILE else len(inode.target)
    target = inode.target if kind is Kind.SYMLINK else b""
    rdev = inode.rdev if kind in {Kind.CHAR, Kind.BLOCK} else 0
    mode = inode.mode & 0xFFFF
    return Entry(path, kind, mode, inode.uid, inode.gid, size, target, rdev, max(0, inode.mtime), number, inode.place)


def _is_safe(name: bytes) -> bool:
    return bool(name) and b"/" not in name and b"\0" not in name and len(name) <= _LONGEST_NAME
