"""A directory that somebody has unpacked already, as a tree.

Its files may be as hostile as an image: so no link is followed on the way to any of them, and
nothing but regular files is ever opened.
"""

import mmap
import os
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from fairmark.errors import UnreadableInputError
from fairmark.examine.blob import Blob
from fairmark.examine.limits import Budget, Clock, LimitReached, Limits
from fairmark.examine.notes import Notes
from fairmark.examine.planting import KINDS
from fairmark.examine.tree import Entry, Kind, Tree, UnreadableEntryError
from fairmark.model.evidence import printable_path
from fairmark.model.gap import Gap, GapReason

_WHERE = "0 (directory)"
_MAPPED_FROM = 1 << 20
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class OpenDirectory:
    """An unpacked image: its tree, what of it cannot be read, and when the newest of its files was changed."""

    tree: Tree
    gaps: tuple[Gap, ...]
    mtime: int


@contextmanager
def open_directory(path: Path, *, limits: Limits, clock: Clock) -> Iterator[OpenDirectory]:
    """Open a directory as a tree for as long as the context lasts.

    Raises ``UnreadableInputError`` when it is missing, empty or no directory.
    """
    try:
        root = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        hint = "Is the path right, and may you read the directory?"
        raise UnreadableInputError(f"{path}: {error.strerror or error}", hint=hint) from error
    try:
        listing = _Listing(root, Budget(limits, clock))
        listing.run()
        if not listing.entries and not listing.notes.gaps():
            raise UnreadableInputError(f"{path}: the directory is empty", hint="Is it the right one?")
        newest = max((entry.mtime for entry in listing.entries), default=0)
        with closing(_DirectorySource(root)) as source:
            tree = Tree("0", listing.entries, source, note="directory")
            yield OpenDirectory(tree, listing.notes.gaps(), newest)
    finally:
        os.close(root)


class _Listing:
    """One walk over a directory."""

    def __init__(self, root: int, budget: Budget) -> None:
        self.entries: list[Entry] = []
        self.notes = Notes(_WHERE)
        self._root = root
        self._budget = budget
        self._inodes: dict[tuple[int, int], int] = {}

    def run(self) -> None:
        """List everything; what cannot be listed is noted."""
        pending = [b""]
        try:
            while pending:
                path = pending.pop()
                try:
                    pending += self._list(path)
                except OSError as error:
                    sentence = f"directory that cannot be read ({error.strerror or error})"
                    self.notes.add(GapReason.TOOL, sentence, "/" + printable_path(path))
        except LimitReached as limit:
            self.notes.add(GapReason.LIMIT, str(limit))

    def _list(self, path: bytes) -> list[bytes]:
        below = []
        handle = _open_below(self._root, path, _DIRECTORY)
        try:
            names = os.listdir(handle)  # noqa: PTH208 - of an open directory, which a Path cannot list
            for name in sorted(os.fsencode(name) for name in names):
                child = path + b"/" + name if path else name
                self._budget.spend_file(len(child))
                if len(child) > self._budget.limits.path_length:
                    self.notes.add(GapReason.LIMIT, "path too long", "/" + printable_path(child[:80]))
                elif self._add(handle, name, child):
                    below.append(child)
        finally:
            os.close(handle)
        return below

    def _add(self, handle: int, name: bytes, path: bytes) -> bool:
        """Add one entry; say whether it is a directory to be listed."""
        try:
            status = os.stat(name, dir_fd=handle, follow_symlinks=False)
            target = os.readlink(name, dir_fd=handle) if stat.S_ISLNK(status.st_mode) else b""
        except OSError as error:
            sentence = f"entry that cannot be read ({error.strerror or error})"
            self.notes.add(GapReason.TOOL, sentence, "/" + printable_path(path))
            return False
        kind = KINDS[stat.S_IFMT(status.st_mode)]
        self.entries.append(
            Entry(
                path,
                kind,
                status.st_mode,
                status.st_uid,
                status.st_gid,
                status.st_size if kind is Kind.FILE else len(target),
                target,
                status.st_rdev,
                max(0, int(status.st_mtime)),
                self._inodes.setdefault((status.st_dev, status.st_ino), len(self._inodes)),
                status.st_ino,
            )
        )
        return kind is Kind.DIRECTORY


def _open_below(root: int, path: bytes, flags: int) -> int:
    """Open ``path`` below the open directory ``root``, step by step and without following a link."""
    parts = path.split(b"/") if path else [b"."]
    here = root
    try:
        for part in parts[:-1]:
            following = os.open(part, _DIRECTORY, dir_fd=here)
            if here != root:
                os.close(here)
            here = following
        return os.open(parts[-1], flags, dir_fd=here)
    finally:
        if here != root:
            os.close(here)


class _DirectorySource:
    """The data of the files, opened anew for each reading.

    The directory of the last file stays open: the next one mostly lies beside it.
    """

    def __init__(self, root: int) -> None:
        self._root = root
        self._folder = b""
        self._handle = root

    def close(self) -> None:
        """Close the directory of the last file. The root is another's."""
        if self._handle != self._root:
            os.close(self._handle)
        self._folder, self._handle = b"", self._root

    def read(self, entry: Entry, limit: int) -> bytes:
        """Return the first bytes of a file; raises ``UnreadableEntryError``."""
        wanted = min(limit, entry.size)
        handle = self._opened(entry)
        try:
            found = os.read(handle, wanted)
            while len(found) < wanted and (piece := os.read(handle, wanted - len(found))):
                found += piece
        except OSError as error:
            raise _unreadable(entry, error) from error
        finally:
            os.close(handle)
        if len(found) < wanted:
            raise _unreadable(entry, OSError("it became shorter"))
        return found

    def blob(self, entry: Entry) -> Blob:
        """Return a file for random access: a large one is mapped."""
        if entry.size < _MAPPED_FROM:
            return Blob(self.read(entry, entry.size))
        handle = self._opened(entry)
        try:
            return Blob(memoryview(mmap.mmap(handle, entry.size, access=mmap.ACCESS_READ)))
        except (OSError, ValueError) as error:
            raise _unreadable(entry, error) from error
        finally:
            os.close(handle)

    def _opened(self, entry: Entry) -> int:
        """Open a regular file, whatever it has become since it was listed."""
        folder, _, name = entry.path.rpartition(b"/")
        try:
            handle = os.open(name, _FILE, dir_fd=self._beside(folder))
        except (OSError, ValueError) as error:
            raise _unreadable(entry, error) from error
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise _unreadable(entry, OSError("it is no regular file any more"))
        return handle

    def _beside(self, folder: bytes) -> int:
        """Return the open directory ``folder``."""
        if folder != self._folder:
            self.close()
            self._handle = _open_below(self._root, folder, _DIRECTORY)
            self._folder = folder
        return self._handle


def _unreadable(entry: Entry, error: Exception) -> UnreadableEntryError:
    detail = f"cannot be read ({getattr(error, 'strerror', None) or error})"
    where = f"{_WHERE}: {entry.printable}"
    return UnreadableEntryError(Gap(where=where, reason=GapReason.TOOL, detail=detail, bytes=entry.size))
