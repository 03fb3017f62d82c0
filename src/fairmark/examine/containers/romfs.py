"""romfs: the smallest read-only file system of Linux, not compressed.

Source: the kernel's description of the format. Headers stand on multiples of 16 bytes; each names
the next one of its directory. The low four bits of that number say what the file is.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import Context, DamagedError, Handler, Opened
from fairmark.examine.containers.walk import Inode, Walk, make_device
from fairmark.examine.limits import Budget
from fairmark.examine.notes import Notes
from fairmark.examine.tree import Tree
from fairmark.model.gap import GapReason

_MAGIC = b"-rom1fs-"
_CHECKED = 512  # bytes at the start that the checksum covers
_LONGEST_NAME = 256
_STRIDE = 1 << 20
_HARD_LINK, _DIRECTORY, _FILE, _LINK, _BLOCK, _CHAR, _SOCKET, _FIFO = range(8)
_EXECUTABLE = 8
_MODES = {
    _DIRECTORY: 0o040644,
    _FILE: 0o100644,
    _LINK: 0o120777,
    _BLOCK: 0o060600,
    _CHAR: 0o020600,
    _SOCKET: 0o140644,
    _FIFO: 0o010644,
}


@dataclass(frozen=True, slots=True)
class _Head:
    """The header of one file; ``body`` is where its data starts."""

    following: int
    kind: int
    executable: bool
    info: int
    size: int
    name: bytes
    body: int


def _name(data: Blob, at: int) -> bytes | None:
    """Read a name that ends with NUL; None if it does not end."""
    name, found, _ = data.read(at, _LONGEST_NAME).partition(b"\0")
    return name if found else None


def _padded(length: int) -> int:
    """Return how many bytes a name takes with its NUL, filled up to 16."""
    return length + 1 + -(length + 1) % 16


def _head(data: Blob, at: int) -> _Head:
    """Read one header. Raises ``DamagedError``."""
    raw = data.read(at, 16)
    name = _name(data, at + 16)
    if len(raw) < 16 or name is None:
        raise DamagedError("header outside the file system")
    following, info, size, _ = struct.unpack(">IIII", raw)
    kind, executable = following & 7, bool(following & _EXECUTABLE)
    return _Head(following & ~15, kind, executable, info, size, name, at + 16 + _padded(len(name)))


def _root(blob: Blob, offset: int) -> int | None:
    """Return where the first header stands, from the start of the file system; None if there is none."""
    head = blob.read(offset, 16)
    name = _name(blob, offset + 16)
    if len(head) < 16 or head[:8] != _MAGIC or name is None:
        return None
    root = 16 + _padded(len(name))
    return root if int.from_bytes(head[8:12]) >= root + 32 else None


def _recognise(blob: Blob, offset: int) -> bool:
    return _root(blob, offset) is not None


def _open(blob: Blob, offset: int, context: Context) -> Opened:
    root = _root(blob, offset)
    if root is None:
        raise DamagedError("the superblock contradicts itself")
    notes = Notes(context.where)
    size = int.from_bytes(blob.read(offset + 8, 4))
    data = blob.view(offset, size)
    if data.size < size:
        cut = f"cut off: {data.size:,} of {size:,} bytes are there"
        notes.add(GapReason.DAMAGED, cut, size=size - data.size)
    elif not _sum_holds(data):
        notes.add(GapReason.DAMAGED, "the checksum does not match; the content was examined all the same")
    walk = Walk(_Romfs(data, context.budget), context, notes)
    try:
        walk.run(root)
    except DamagedError as error:
        raise DamagedError(str(error), size=data.size) from error
    tree = Tree(context.container, walk.entries, walk.source, note="romfs")
    return Opened(data.size, f"{len(tree)} entries", tree=tree, gaps=notes.gaps())


def _sum_holds(data: Blob) -> bool:
    """Say whether the words at the start add up to zero."""
    words = data.read(0, min(_CHECKED, data.size & ~3))
    return not sum(struct.unpack(f">{len(words) // 4}I", words)) & 0xFFFFFFFF


class _Romfs:
    """The files of one file system. An inode's number is where its header stands."""

    def __init__(self, data: Blob, budget: Budget) -> None:
        self._data = data
        self._budget = budget
        self._listed: set[int] = set()

    def inode(self, number: int) -> Inode:
        """Return what is said of one inode. The format stores neither owner nor time."""
        head = _head(self._data, number)
        if head.kind == _HARD_LINK:
            raise DamagedError("hard link to a hard link")
        mode = _MODES[head.kind]
        if head.executable and head.kind in {_DIRECTORY, _FILE}:
            mode |= 0o111
        target = b""
        if head.kind == _LINK:
            target = self._data.read(head.body, min(head.size, self._budget.limits.path_length + 1))
            if not 0 < head.size == len(target) <= self._budget.limits.path_length:
                raise DamagedError("link with a target that is empty, too long or cut off")
        rdev = make_device(head.info >> 16, head.info & 0xFFFF) if head.kind in {_BLOCK, _CHAR} else 0
        return Inode(mode, size=head.size, rdev=rdev, target=target, place=head.body)

    def listing(self, number: int) -> Iterator[tuple[bytes, int]]:
        """Give what lies in a directory: each header names the next; a hard link stands for what it leads to."""
        at = _head(self._data, number).info & ~15
        seen: set[int] = set()
        if at in self._listed:
            raise DamagedError("a directory that has the content of another")
        self._listed |= {at} - {0}
        while at:
            if at in seen:
                raise DamagedError("a directory that leads back into itself")
            seen.add(at)
            self._budget.spend_work(16)
            head = _head(self._data, at)
            yield head.name, head.info & ~15 if head.kind == _HARD_LINK else at
            at = head.following

    def pieces(self, number: int, size: int) -> Iterator[bytes]:
        """Give the first bytes of a file."""
        body = _head(self._data, number).body
        for at in range(0, size, _STRIDE):
            yield self._data.read(body + at, min(_STRIDE, size - at))

    def view(self, number: int, size: int) -> Blob | None:
        """Return a file as it lies there; None if it is cut off."""
        found = self._data.view(_head(self._data, number).body, size)
        return found if found.size == size else None


ROMFS = Handler(
    name="romfs",
    documentation=(
        "Files, directories, links of both kinds and devices; the checksum of the first 512 bytes is "
        "looked at. Limitation: the format stores neither owners nor times, and the checksums of single "
        "headers are not looked at."
    ),
    magics=((_MAGIC, 0),),
    recognise=_recognise,
    open=_open,
)
