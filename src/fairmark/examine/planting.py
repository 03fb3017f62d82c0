"""Grow a tree from the records of an archive, whatever their names try.

An archive lists names in any order and may lie in each of them. Here a name becomes a place
inside the tree or it is left out with a gap: ``..``, NUL and names below a link or a file are
unsafe; a leading slash means the root of the tree.
"""

import stat

from fairmark.examine.limits import Budget
from fairmark.examine.notes import Notes
from fairmark.examine.tree import Entry, Kind
from fairmark.model.evidence import printable_path
from fairmark.model.gap import GapReason

KINDS = {
    stat.S_IFREG: Kind.FILE,
    stat.S_IFDIR: Kind.DIRECTORY,
    stat.S_IFLNK: Kind.SYMLINK,
    stat.S_IFCHR: Kind.CHAR,
    stat.S_IFBLK: Kind.BLOCK,
    stat.S_IFIFO: Kind.FIFO,
    stat.S_IFSOCK: Kind.SOCKET,
}


class Planting:
    """The entries of one archive, with every parent directory in place."""

    def __init__(self, budget: Budget, notes: Notes) -> None:
        self._budget = budget
        self._notes = notes
        self._entries: dict[bytes, Entry] = {}

    def entries(self) -> list[Entry]:
        """Return everything planted so far."""
        return list(self._entries.values())

    def get(self, name: bytes) -> Entry | None:
        """Return the entry under a name as the archive writes it."""
        path = _clean(name)
        return None if path is None else self._entries.get(path)

    def add(self, name: bytes, entry: Entry) -> bool:
        """Plant ``entry`` under ``name`` (its own path is ignored); say whether it has a place now.

        Raises ``LimitReached`` when there are too many files.
        """
        self._budget.spend_file(len(name) + len(entry.target))
        if len(name) > self._budget.limits.path_length:
            self._notes.add(GapReason.LIMIT, "path too long", _shown(name[:40]), entry.size)
            return False
        path = _clean(name)
        if path is None or (not path and entry.kind is not Kind.DIRECTORY) or not self._open_way_to(path):
            self._notes.add(GapReason.UNSAFE, "name that leads out of the tree or through a file", _shown(name))
            return False
        standing = self._entries.get(path)
        if standing and (standing.kind is Kind.DIRECTORY) and entry.kind is not Kind.DIRECTORY:
            self._notes.add(GapReason.UNSAFE, "name that is a directory already", _shown(name))
            return False
        self._entries[path] = Entry(
            path,
            entry.kind,
            entry.mode,
            entry.uid,
            entry.gid,
            entry.size,
            entry.target,
            entry.rdev,
            entry.mtime,
            entry.inode,
            entry.place,
        )
        return True

    def _open_way_to(self, path: bytes) -> bool:
        """Make the directories above ``path``; False if something else stands in the way."""
        missing = []
        above = path.rpartition(b"/")[0]
        while above:
            standing = self._entries.get(above)
            if standing:
                if standing.kind is not Kind.DIRECTORY:
                    return False
                break
            missing.append(above)
            above = above.rpartition(b"/")[0]
        for directory in reversed(missing):
            self._budget.spend_file(len(directory))
            self._entries[directory] = Entry(directory, Kind.DIRECTORY, stat.S_IFDIR | 0o755)
        return True


def _clean(name: bytes) -> bytes | None:
    """Return the path inside the tree, or None if the name is unsafe."""
    parts = [part for part in name.split(b"/") if part not in {b"", b"."}]
    if b"\0" in name or b".." in parts:
        return None
    return b"/".join(parts)


def _shown(name: bytes) -> str:
    return printable_path(name) or "(empty)"
