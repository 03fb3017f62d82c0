"""YAFFS2: a file system of raw NAND, in dumps that carry the spare area behind each page.

Source: the format's description by its author ("How YAFFS works"). Every page is a chunk: the
header of an object or a piece of a file's data; which, stands in the tags of its spare area.
Where the tags lie depends on the flash controller, so a layout counts only if the first pages
agree on it, one and all.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import Context, DamagedError, Handler, Opened
from fairmark.examine.containers.walk import Inode, Walk, unpack_device
from fairmark.examine.limits import Budget, LimitReached
from fairmark.examine.notes import Notes
from fairmark.examine.tree import Tree
from fairmark.model.gap import GapReason

_SIZES = ((2048, 64), (4096, 128), (8192, 256), (512, 16))
_TAG_PLACES = (0, 2, 4, 1)  # inside the spare area
_LOOKED_AT = 32  # pages that must agree on a layout
_MOST_CHANGES = 2  # of the sequence, among these: an erase block has at least as many pages
_FILE, _SYMLINK, _DIRECTORY, _HARD_LINK, _SPECIAL = 1, 2, 3, 4, 5
_ROOT, _UNLINKED, _DELETED = 1, 3, 4
_LAST_OBJECT = 0x3FFFF
_EXTRA = 0x80000000  # in the number of a chunk: its tags repeat parts of a header
_HEADER = 512
_MOST_FOREIGN = 64


@dataclass(frozen=True, slots=True)
class _Layout:
    """How pages and tags are laid out."""

    page: int
    spare: int
    tags: int
    order: str

    @property
    def step(self) -> int:
        """Bytes from one page to the next."""
        return self.page + self.spare

    def read(self, blob: Blob, at: int) -> tuple[int, int, int, int] | None:
        """Return sequence, object, chunk (0: a header) and bytes of the page at ``at``; None if these are no tags."""
        raw = blob.read(at + self.page + self.tags, 16)
        if len(raw) < 16:
            return None
        sequence, number, chunk, count = struct.unpack(self.order + "IIII", raw)
        if chunk & _EXTRA:
            number, chunk = number & 0x0FFFFFFF, 0
        if not 1 <= number <= _LAST_OBJECT or not 1 <= sequence < 0xFFFFFF00:
            return None
        if chunk and (not 0 < count <= self.page or chunk > 1 << 24):
            return None
        return sequence, number, chunk, count


@dataclass(frozen=True, slots=True)
class _Header:
    """The header of an object."""

    kind: int
    parent: int
    name: bytes
    mode: int
    uid: int
    gid: int
    mtime: int
    size: int
    same_as: int
    target: bytes
    rdev: int
    shrinks: bool


@dataclass(slots=True)
class _Object:
    """What the chunks read so far say of one object."""

    header: _Header | None = None
    size: int = 0
    chunks: dict[int, int] = field(default_factory=dict)  # number of the chunk -> where its page lies


def _header(blob: Blob, at: int, order: str) -> _Header | None:
    """Read the header of an object; None if it is none."""
    raw = blob.read(at, _HEADER)
    if len(raw) < _HEADER:
        return None
    kind, parent = struct.unpack_from(order + "II", raw)
    name, ended, _ = raw[10:266].partition(b"\0")
    if not _FILE <= kind <= _SPECIAL or not 1 <= parent <= _LAST_OBJECT or raw[8:10] != b"\xff\xff" or not ended:
        return None
    mode, uid, gid, _, mtime, _, low = struct.unpack_from(order + "7I", raw, 268)
    (same_as,) = struct.unpack_from(order + "I", raw, 296)
    rdev, high = struct.unpack_from(order + "I32xI", raw, 460)
    (shrinks,) = struct.unpack_from(order + "I", raw, 508)
    size = low | (high << 32 if 0 < high < 1 << 8 else 0)
    target = raw[300:460].partition(b"\0")[0] if kind == _SYMLINK else b""
    size = size if kind == _FILE and low != 0xFFFFFFFF else 0
    return _Header(kind, parent, name, mode, uid, gid, mtime, size, same_as, target, rdev, shrinks == 1)


def _layout(blob: Blob, offset: int) -> _Layout | None:
    """Return the layout on which the first pages agree, or None."""
    for order in "<>":
        first = _header(blob, offset, order)
        if first is None:
            continue
        for page, spare in _SIZES:
            for tags in _TAG_PLACES:
                layout = _Layout(page, spare, tags, order)
                if tags + 16 <= spare and _agrees(blob, offset, layout):
                    return layout
    return None


def _agrees(blob: Blob, offset: int, layout: _Layout) -> bool:
    """Say whether all of the first pages that are not erased fit a layout.

    Their tags must be possible, headers must be headers, and the sequence, which is the same
    for all pages of an erase block, must hardly change.
    """
    sequences: list[int] = []
    for index in range(_LOOKED_AT):
        at = offset + index * layout.step
        if at + layout.step > blob.size or not blob.read(at + layout.page, layout.spare).strip(b"\xff"):
            break
        tags = layout.read(blob, at)
        if tags is None or (tags[2] == 0 and _header(blob, at, layout.order) is None):
            return False
        sequences.append(tags[0])
    changes = sum(before != after for before, after in pairwise(sequences))
    return len(sequences) > 1 and changes <= _MOST_CHANGES


def _recognise(blob: Blob, offset: int) -> bool:
    return _layout(blob, offset) is not None


def _open(blob: Blob, offset: int, context: Context) -> Opened:
    layout = _layout(blob, offset)
    if layout is None:
        raise DamagedError("no layout of its pages fits")
    notes = Notes(context.where)
    system = _Yaffs2(blob, layout, context.budget)
    try:
        system.read(offset)
    except LimitReached as limit:
        notes.add(GapReason.LIMIT, str(limit))
    if system.orphans:
        notes.add(GapReason.DAMAGED, f"objects whose header or directory is lost: {system.orphans:,}")
    if system.damaged:
        notes.add(GapReason.DAMAGED, "pages whose tags or headers make no sense", size=system.damaged * layout.step)
    walk = Walk(system, context, notes)
    walk.run(_ROOT)
    tree = Tree(context.container, walk.entries, walk.source, note="yaffs2")
    note = f"pages of {layout.page:,} and {layout.spare} bytes, {len(tree)} entries"
    return Opened(system.end - offset, note, tree=tree, gaps=notes.gaps())


class _Yaffs2:
    """The objects that all chunks, applied in the order in which they were written, make up."""

    def __init__(self, blob: Blob, layout: _Layout, budget: Budget) -> None:
        self.damaged = 0
        self.orphans = 0
        self.end = 0
        self._blob = blob
        self._layout = layout
        self._budget = budget
        self._objects: dict[int, _Object] = {}
        self._children: dict[int, list[tuple[bytes, int]]] = {}

    def read(self, offset: int) -> None:
        """Read the tags of all pages, until others than YAFFS2's follow. Raises ``LimitReached``."""
        found: list[tuple[int, int, int, int, int]] = []
        foreign = 0
        self.end = offset
        for at in range(offset, self._blob.size - self._layout.step + 1, self._layout.step):
            tags = self._layout.read(self._blob, at)
            if tags is None:
                if self._blob.read(at + self._layout.page, self._layout.spare).strip(b"\xff"):
                    foreign += 1
                if foreign > _MOST_FOREIGN:
                    break
                continue
            self.damaged += foreign
            foreign = 0
            self.end = at + self._layout.step
            found.append((tags[0], at, *tags[1:]))
            if not len(found) & 0x3FF:
                self._budget.tick()
        if self._blob.size - self.end < self._layout.step and self._blob.read(self.end, self._layout.step).strip(
            b"\xff"
        ):
            self.damaged += 1  # the last page is cut off
            self.end = self._blob.size
        for _, at, number, chunk, count in sorted(found):
            self._apply(at, number, chunk, count)
        self._grow()

    def _apply(self, at: int, number: int, chunk: int, count: int) -> None:
        one = self._objects.setdefault(number, _Object())
        if chunk:
            one.chunks[chunk] = at
            one.size = max(one.size, (chunk - 1) * self._layout.page + count)
            return
        header = _header(self._blob, at, self._layout.order)
        if header is None:
            self.damaged += 1
            return
        one.header, one.size = header, header.size
        if header.shrinks:
            self._budget.spend_work(64 * len(one.chunks))
            last = -(-header.size // self._layout.page)
            one.chunks = {number: place for number, place in one.chunks.items() if number <= last}

    def _grow(self) -> None:
        """Gather the names by directory; a hard link is one more name of another object."""
        for number, one in sorted(self._objects.items()):
            header = one.header
            if number == _ROOT or (header and header.parent in {_UNLINKED, _DELETED}):
                continue
            if header is None or not (header.parent <= _DELETED or header.parent in self._objects):
                self.orphans += 1
                continue
            leads_to = header.same_as if header.kind == _HARD_LINK else number
            self._children.setdefault(header.parent, []).append((header.name, leads_to))

    def inode(self, number: int) -> Inode:
        """Return what the newest header of an object says."""
        one = self._objects.get(number)
        header = one.header if one else None
        if one is None or header is None:
            if number == _ROOT:
                return Inode(0o040755)
            raise DamagedError("name of an object whose header is lost")
        if header.kind == _HARD_LINK:
            raise DamagedError("hard link to a hard link")
        kind = {_FILE: 0x8000, _SYMLINK: 0xA000, _DIRECTORY: 0x4000}.get(header.kind, header.mode & 0xF000)
        mode = kind | header.mode & 0o7777
        place = min(one.chunks.values(), default=0)
        return Inode(
            mode,
            header.uid,
            header.gid,
            one.size,
            header.mtime,
            unpack_device(header.rdev),
            header.target,
            place,
        )

    def listing(self, number: int) -> Iterator[tuple[bytes, int]]:
        """Give the names in a directory."""
        return iter(sorted(self._children.get(number, ())))

    def pieces(self, number: int, size: int) -> Iterator[bytes]:
        """Give the first bytes of a file, page by page. Raises ``DamagedError`` where a page is missing."""
        chunks = self._objects[number].chunks
        page = self._layout.page
        for at in range(0, size, page):
            place = chunks.get(at // page + 1)
            if place is None:
                raise DamagedError("a page of it is lost")
            yield self._blob.read(place, min(page, size - at))

    def view(self, _number: int, _size: int) -> Blob | None:
        """Nothing lies in one piece: spare areas stand between the pages."""
        return None


YAFFS2 = Handler(
    name="yaffs2",
    documentation=(
        "Dumps with spare areas: pages of 512, 2048, 4096 or 8192 bytes, tags at the usual places of the "
        "spare area, both byte orders; hard links, removed objects, truncation. Opened only if all of the "
        "first pages agree on one layout and the first is the header of an object. Error correction is "
        "not checked. Limitation: dumps without spare areas, and tags inside the pages, are not read."
    ),
    magics=(
        (b"\x03\0\0\0\x01\0\0\0\xff\xff", 0),
        (b"\x01\0\0\0\x01\0\0\0\xff\xff", 0),
        (b"\0\0\0\x03\0\0\0\x01\xff\xff", 0),
        (b"\0\0\0\x01\0\0\0\x01\xff\xff", 0),
    ),
    recognise=_recognise,
    open=_open,
)
