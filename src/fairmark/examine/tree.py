"""A file system as it lies in the image: read-only, in memory, and never written to disk.

Nothing of an image gets a name on our disk. So a path cannot climb out, a device node cannot
be opened and a link cannot lead anywhere but inside the tree: there is no outside.

Read in this order: ``Entry``, ``Tree``, then ``Source``, which is what each container fills in.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Protocol, Self

from fairmark.errors import FairmarkError
from fairmark.examine.blob import Blob
from fairmark.model.evidence import printable_path
from fairmark.model.gap import Gap

HEAD = 2048  # bytes that ``Tree.head`` gives: enough to recognise every container
_HOPS = 40  # symbolic links followed in one lookup, as Linux does


class Kind(StrEnum):
    """What an entry is."""

    FILE = "file"
    DIRECTORY = "directory"
    SYMLINK = "symlink"
    CHAR = "char"
    BLOCK = "block"
    FIFO = "fifo"
    SOCKET = "socket"


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a tree.

    ``path`` is raw bytes without a leading slash (``b""`` is the root); ``mode`` is the whole
    ``st_mode`` with its type bits; ``inode`` is the same for hard links to the same file and
    otherwise unique in the tree; ``place`` grows with the position of the data in the image.
    """

    path: bytes
    kind: Kind
    mode: int
    uid: int = 0
    gid: int = 0
    size: int = 0
    target: bytes = b""
    rdev: int = 0
    mtime: int = 0
    inode: int = 0
    place: int = 0

    @property
    def printable(self) -> str:
        """The path as people read it, and as evidence quotes it: ``/etc/passwd``."""
        return "/" + printable_path(self.path)

    @property
    def name(self) -> bytes:
        """The last part of the path."""
        return self.path.rpartition(b"/")[2]

    @property
    def parent(self) -> bytes:
        """The path of the directory it lies in."""
        return self.path.rpartition(b"/")[0]


class UnreadableEntryError(FairmarkError):
    """The data of one file cannot be read (damaged, or over a limit). Record ``gap`` and go on."""

    exit_code = 3

    def __init__(self, gap: Gap) -> None:
        super().__init__(f"{gap.where}: {gap.detail}", hint="The rest of the image is examined all the same.")
        self.gap = gap


class Source(Protocol):
    """Where the data of a tree's files comes from."""

    def read(self, entry: Entry, limit: int) -> bytes:
        """Return the first ``limit`` bytes of a file, or all if it is shorter; or raise ``UnreadableEntryError``."""
        ...

    def blob(self, entry: Entry) -> Blob:
        """Return the whole file for random access, without holding a large one in memory."""
        ...


class Tree:
    """A read-only file system. Lookups resolve links inside the tree and end where loops begin.

    ``name`` is ``""`` for the main root file system and the id of the container for every
    other one: it is what ``Where.root`` of evidence wants. ``container`` is always the id.
    """

    def __init__(
        self, container: str, entries: Iterable[Entry], source: Source, *, name: str | None = None, note: str = ""
    ) -> None:
        self.container = container
        self.name = container if name is None else name
        self.note = note
        self._source = source
        everything = sorted(entries, key=lambda entry: entry.path)
        self._by_path = {entry.path: entry for entry in everything}
        self._by_path.setdefault(b"", Entry(b"", Kind.DIRECTORY, 0o040755))
        self._entries = tuple(entry for entry in everything if entry.path)

    def named(self, name: str) -> Self:
        """Return the same tree under another name."""
        return type(self)(self.container, self._by_path.values(), self._source, name=name, note=self.note)

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    @property
    def source(self) -> Source:
        """Where the data of its files comes from."""
        return self._source

    def everything(self) -> Iterable[Entry]:
        """Everything in the tree, with the root itself, in a fixed order."""
        return self._by_path.values()

    def entries(self) -> tuple[Entry, ...]:
        """Everything in the tree but the root itself, sorted by raw path. ``get("/")`` gives the root."""
        return self._entries

    @cached_property
    def _files(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self._entries if entry.kind is Kind.FILE)

    def files(self) -> tuple[Entry, ...]:
        """Regular files, sorted by raw path. A hard link is listed under each of its names."""
        return self._files

    @cached_property
    def _in_disk_order(self) -> tuple[Entry, ...]:
        return tuple(sorted(self._files, key=lambda entry: (entry.place, entry.path)))

    def files_in_disk_order(self) -> tuple[Entry, ...]:
        """Regular files in the order of their data: reading them so decompresses each block once."""
        return self._in_disk_order

    @cached_property
    def _children(self) -> Mapping[bytes, tuple[Entry, ...]]:
        gathered: dict[bytes, list[Entry]] = {}
        for entry in self._entries:
            gathered.setdefault(entry.parent, []).append(entry)
        return MappingProxyType({parent: tuple(found) for parent, found in gathered.items()})

    def children(self, path: str | bytes) -> tuple[Entry, ...]:
        """What lies directly in a directory, sorted; links to the directory are followed. Empty if there is none."""
        real = self.resolve(path)
        return () if real is None else self._children.get(real, ())

    @cached_property
    def _links(self) -> Mapping[int, tuple[Entry, ...]]:
        gathered: dict[int, list[Entry]] = {}
        for entry in self._files:
            gathered.setdefault(entry.inode, []).append(entry)
        return MappingProxyType({inode: tuple(found) for inode, found in gathered.items()})

    def links(self, entry: Entry) -> tuple[Entry, ...]:
        """All names of the same file (hard links), itself among them."""
        return self._links.get(entry.inode, (entry,))

    def get(self, path: str | bytes, *, follow: bool = True) -> Entry | None:
        """Return the entry at ``path`` (``"/etc/shadow"``), or None. ``follow=False`` gives a link itself."""
        if follow:
            real = self.resolve(path)
            return None if real is None else self._by_path.get(real)
        raw = _raw(path).rstrip(b"/")
        parent, _, last = raw.rpartition(b"/")
        above = self.resolve(parent)
        if above is None or last in {b"", b".", b".."}:
            return self.get(path)
        return self._by_path.get(_join(above, last))

    def resolve(self, path: str | bytes) -> bytes | None:
        """Return the raw path without links that ``path`` leads to, or None if it leads nowhere.

        An absolute target starts at the root of the tree, ``..`` at the root stays there, and a
        chain of more than 40 links leads nowhere.
        """
        pending = [part for part in reversed(_raw(path).split(b"/")) if part not in {b"", b"."}]
        here = b""
        hops = 0
        while pending:
            part = pending.pop()
            if part == b"..":
                here = here.rpartition(b"/")[0]
                continue
            entry = self._by_path.get(_join(here, part))
            if entry is None or (pending and entry.kind not in {Kind.DIRECTORY, Kind.SYMLINK}):
                return None
            if entry.kind is not Kind.SYMLINK:
                here = entry.path
                continue
            hops += 1
            if hops > _HOPS or not entry.target:
                return None
            if entry.target.startswith(b"/"):
                here = b""
            pending += [step for step in reversed(entry.target.split(b"/")) if step not in {b"", b"."}]
        return here

    def read(self, entry: Entry, limit: int | None = None) -> bytes:
        """Return the bytes of a file: all, or the first ``limit``.

        Anything but a regular file is empty. Raises ``UnreadableEntryError``, whose ``gap`` the
        caller records, when the data is damaged or larger than the limits allow.
        """
        if entry.kind is not Kind.FILE or not entry.size:
            return b""
        return self._source.read(entry, entry.size if limit is None else min(limit, entry.size))

    def head(self, entry: Entry) -> bytes:
        """Return the first 2048 bytes of a file: cheaper than reading it. Raises as ``read`` does."""
        return self.read(entry, HEAD)

    def blob(self, entry: Entry) -> Blob:
        """Return a file for random access; a large one does not stay in memory. Raises as ``read`` does."""
        if entry.kind is not Kind.FILE or not entry.size:
            return Blob(b"")
        return self._source.blob(entry)


def _raw(path: str | bytes) -> bytes:
    return path.encode("utf-8", "surrogateescape") if isinstance(path, str) else path


def _join(parent: bytes, name: bytes) -> bytes:
    return parent + b"/" + name if parent else name


@dataclass(frozen=True, slots=True)
class BlobSource:
    """Files that lie in a blob as they are (cpio, tar): ``place`` is the offset of the data."""

    data: Blob

    def read(self, entry: Entry, limit: int) -> bytes:
        """Return the first bytes of a file."""
        return self.data.read(entry.place, min(limit, entry.size))

    def blob(self, entry: Entry) -> Blob:
        """Return a view of the archive: nothing is copied."""
        return self.data.view(entry.place, entry.size)
