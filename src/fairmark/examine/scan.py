"""One pass over every file of an image: digest, version patterns, ELF facts, text of small files.

Each file is read once, in the order in which its data lies in the image, so that a compressed
block is decompressed once. Hard links share the work. What cannot be read becomes a gap and the
pass goes on; nothing of it raises.
"""

import hashlib
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from fairmark.examine.blob import Blob
from fairmark.examine.elf import Elf, read_elf
from fairmark.examine.extract import Progress
from fairmark.examine.key_marks import LITERALS, MOST_MARKS, key_marks
from fairmark.examine.limits import Clock, Limits
from fairmark.examine.literals import Search, searcher
from fairmark.examine.patterns import find_versions, literals_anywhere, without_tables
from fairmark.examine.payload import Payload
from fairmark.examine.subject import LOOSE, FileFacts, PatternHit
from fairmark.examine.tree import Entry, Tree, UnreadableEntryError
from fairmark.model.gap import Gap, GapReason

WINDOW = 32 << 20  # a larger file is looked at in windows of this size
OVERLAP = 4096  # bytes that neighbouring windows share, so that no version text is cut in two
TEXT_FILE = 256 << 10
TEXT_TOTAL = 64 << 20
_TEXT_HEAD = 4096
_NOT_IN_TEXT = bytes(set(range(32)) - {7, 8, 9, 10, 12, 13, 27}) + b"\x7f"


@dataclass(frozen=True, slots=True)
class _Content:
    """What one run of bytes is, whatever names it has."""

    size: int
    sha256: str
    elf: Elf | None
    hits: tuple[PatternHit, ...]
    text: str | None
    key_marks: tuple[int, ...] = ()


@dataclass(slots=True)
class _Pass:
    """The state of one pass: what is left of the time and of the room for text."""

    deadline: float
    clock: Clock
    window: int
    text_left: int = TEXT_TOTAL
    facts: list[FileFacts] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    late: list[int] = field(default_factory=list)
    cut: list[int] = field(default_factory=list)
    text_dropped: int = 0

    def is_over(self) -> bool:
        """Whether the time is used up."""
        return self.clock() > self.deadline


def scan(
    trees: Sequence[Tree],
    *,
    loose: Sequence[Payload] = (),
    limits: Limits,
    clock: Clock,
    progress: Progress | None = None,
    window: int = WINDOW,
) -> tuple[tuple[FileFacts, ...], tuple[Gap, ...]]:
    """Return the record of every regular file and loose payload, and the gaps.

    Records are in the order of the trees, then of the paths; payloads come last, with root
    "loose" and the id of their container before their name. ``window`` is the size above
    which a file is looked at piece by piece.
    """
    state = _Pass(clock() + limits.seconds, clock, window)
    for tree in trees:
        if progress:
            progress(f"looking at {len(tree.files())} files of {tree.name or 'the main file system'}")
        _scan_tree(state, tree)
    for payload in sorted(loose, key=lambda one: (one.container, one.name)):
        if state.is_over():
            state.late.append(payload.blob.size)
        else:
            _add(state, _examined(state, payload.blob, payload.name.encode()), [_loose_name(payload)])
    _close(state)
    return tuple(state.facts), tuple(state.gaps)


@dataclass(frozen=True, slots=True)
class _Name:
    """One name of a file, with what belongs to the name or inode rather than to the bytes."""

    path: str
    root: str
    mode: int = 0
    uid: int = 0
    gid: int = 0


def _scan_tree(state: _Pass, tree: Tree) -> None:
    start = len(state.facts)
    done: set[int] = set()
    for entry in tree.files_in_disk_order():
        if entry.inode in done:
            continue
        done.add(entry.inode)
        names = [_Name(one.printable, tree.name, stat.S_IMODE(one.mode), one.uid, one.gid) for one in tree.links(entry)]
        if state.is_over():
            state.late += [entry.size] * len(names)
            continue
        try:
            content = _read(state, tree, entry)
        except UnreadableEntryError as error:
            state.gaps.append(error.gap)
            continue
        _add(state, content, names)
    state.facts[start:] = sorted(state.facts[start:], key=lambda one: one.path)


def _loose_name(payload: Payload) -> _Name:
    return _Name(payload.path, LOOSE)


def _read(state: _Pass, tree: Tree, entry: Entry) -> _Content:
    if entry.size > state.window:
        return _examined(state, tree.blob(entry), entry.name)
    return _examined_bytes(state, tree.read(entry), entry.name)


def _examined(state: _Pass, blob: Blob, name: bytes) -> _Content:
    if blob.size <= state.window:
        return _examined_bytes(state, blob.read(0, blob.size), name)
    return _examined_in_windows(state, blob, name)


def _examined_bytes(state: _Pass, data: bytes, name: bytes) -> _Content:
    """Look at a file that fits in memory."""
    is_text = looks_like_text(data)
    text = None
    if is_text and len(data) <= TEXT_FILE:
        if len(data) <= state.text_left:
            state.text_left -= len(data)
            text = data.decode("utf-8", "replace")
        else:
            state.text_dropped += 1
    hits: tuple[PatternHit, ...] = ()
    marks: tuple[int, ...] = ()
    if not is_text:
        standing = _search()(data)
        hits, marks = find_versions(data, name, standing=standing), key_marks(data, standing)
    return _Content(len(data), hashlib.sha256(data).hexdigest(), read_elf(data), hits, text, marks)


@cache
def _search() -> Search:
    """Return the one search over all the bytes of a file: for what counts wherever it stands."""
    return searcher((*literals_anywhere(), *LITERALS))


def _examined_in_windows(state: _Pass, blob: Blob, name: bytes) -> _Content:
    """Look at a large file piece by piece. Its ELF facts are those that the first piece shows."""
    head = blob.read(0, state.window)
    hits: dict[tuple[str, str], PatternHit] = {}
    marks: set[int] = set()
    if not looks_like_text(head):
        for start, piece in _windows(blob, state.window):
            if state.is_over():
                state.cut.append(blob.size - start)
                break
            standing = _search()(piece)
            for hit in find_versions(piece, name, base=start, standing=standing):
                hits.setdefault((hit.rule, hit.version), hit)
            marks |= {start + at for at in key_marks(piece, standing)}
    found = tuple(sorted(marks)[:MOST_MARKS])
    return _Content(blob.size, blob.sha256(), read_elf(head), without_tables([*hits.values()]), None, found)


def _windows(blob: Blob, window: int) -> Iterator[tuple[int, bytes]]:
    step = max(1, window - OVERLAP)
    for start in range(0, max(1, blob.size - OVERLAP), step):
        yield start, blob.read(start, window)


def looks_like_text(data: bytes) -> bool:
    """Judge by the first 4096 bytes: no control characters that text does not have. An empty file is text."""
    head = data[:_TEXT_HEAD]
    if b"\0" in head or len(head.translate(None, _NOT_IN_TEXT)) < len(head):  # nearly every program has a zero byte
        return False
    if head.isascii():
        return True
    # Text in another encoding than UTF-8 still has line ends and markup; erased flash (0xff) has none.
    return 4 * len(head.decode("utf-8", "ignore").encode()) >= len(head)


def _add(state: _Pass, content: _Content, names: Sequence[_Name]) -> None:
    """Record the content under each of its names."""
    first: FileFacts | None = None
    for name in names:
        if first is None:
            first = FileFacts(
                name.path,
                name.root,
                content.size,
                name.mode,
                name.uid,
                name.gid,
                content.sha256,
                content.elf,
                content.hits,
                content.text,
                content.key_marks,
            )
            state.facts.append(first)
        else:
            state.facts.append(replace(first, path=name.path, mode=name.mode, uid=name.uid, gid=name.gid))
    if content.elf and content.elf.damaged and names:
        where = f"{names[0].root}: {names[0].path}" if names[0].root else names[0].path
        detail = f"the ELF file is damaged: {content.elf.damaged}"
        state.gaps.append(Gap(where=where, reason=GapReason.DAMAGED, detail=detail, bytes=content.size))


def _close(state: _Pass) -> None:
    """Say what the limits left out."""
    if state.late:
        detail = f"the time limit left {len(state.late)} files unread"
        state.gaps.append(Gap(where="/", reason=GapReason.LIMIT, detail=detail, bytes=sum(state.late)))
    if state.cut:
        detail = f"the time limit left {len(state.cut)} large files unread beyond their beginning"
        state.gaps.append(Gap(where="/", reason=GapReason.LIMIT, detail=detail, bytes=sum(state.cut)))
    if state.text_dropped:
        detail = (
            f"the text of {state.text_dropped} files was not kept: together they are larger than {TEXT_TOTAL} bytes"
        )
        state.gaps.append(Gap(where="/", reason=GapReason.LIMIT, detail=detail))
