"""Read back what unblob wrote: its report, and the folders it unpacked into.

Both come from a program that looked at a hostile image, so nothing of them is believed: no
link is followed, only files are read, and everything is counted against the image's limits.
Owners and times are not the image's but this machine's, so they are left out; and so are
device nodes.
"""

import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from fairmark.errors import UnreadableInputError
from fairmark.examine.adapters.directory import open_directory
from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import Context
from fairmark.examine.fallback import Answer, Found
from fairmark.examine.limits import LimitReached
from fairmark.examine.notes import Notes
from fairmark.examine.tree import BlobSource, Entry, Kind, Tree, UnreadableEntryError
from fairmark.model.evidence import printable_path
from fairmark.model.gap import Gap, GapReason

_Kind = TypeVar("_Kind", str, int, dict[str, Any], list[Any])
_LARGEST_REPORT = 64 << 20
_MOST_CHUNKS = 10_000
_KEPT = frozenset({Kind.FILE, Kind.DIRECTORY, Kind.SYMLINK})
_PERMISSIONS = "unblob keeps no owners, times and special permissions; they are shown as root's and plain"


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A part of the blob that unblob knows, and the folder it unpacked it into."""

    start: int
    end: int
    kind: str
    folder: Path | None
    trouble: str


def read_output(work: Path, name: str, blob: Blob, context: Context) -> Answer:
    """Return what unblob (``name`` with its version) found in ``blob``, from its folder ``work``."""
    report = _report(work / "report.json")
    if report is None:
        return Answer(why_not=f"{name} left no report that can be read")
    chunks = _chunks(report, work / "out", blob.size)
    found = tuple(_found(chunk, name, work, context) for chunk in chunks)
    if any(one.source for one in found):
        return Answer(found=found)
    why = next((f"{name} takes it for {one.kind} and {one.note}" for one in found), f"{name} knows nothing in it")
    return Answer(why_not=why)


def _report(path: Path) -> list[Any] | None:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            text = file.read(_LARGEST_REPORT + 1)
        found = json.loads(text) if len(text) <= _LARGEST_REPORT else None
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, list) else None


def _chunks(report: list[Any], out: Path, size: int) -> list[_Chunk]:
    """Return the parts that unblob knows, in order, none inside another."""
    folders: dict[str, Path] = {}
    known: list[dict[str, Any]] = []
    for row in report:
        task, found = _part(row, "task", dict), _part(row, "reports", list)
        blob_id, path = _part(task, "blob_id", str), _part(task, "path", str)
        if blob_id:
            folders[blob_id] = Path(path)
        else:
            known += [one for one in found if _part(one, "__typename__", str) == "ChunkReport"]
    chunks: list[_Chunk] = []
    at = 0
    for one in sorted(known, key=lambda one: (_part(one, "start_offset", int), -_part(one, "end_offset", int))):
        start, end = _part(one, "start_offset", int), _part(one, "end_offset", int)
        if at <= start < end <= size and len(chunks) < _MOST_CHUNKS:
            folder = folders.get(_part(one, "id", str))
            inside = folder is not None and folder.is_relative_to(out) and ".." not in folder.parts
            kind = printable_path(_part(one, "handler_name", str).encode()[:40]) or "a format without a name"
            chunks.append(_Chunk(start, end, kind, folder if inside else None, _trouble(one)))
            at = end
    return chunks


def _part(row: object, name: str, kind: type[_Kind]) -> _Kind:
    """Return one field of a report, or an empty value if it is not of that kind."""
    found = row.get(name) if isinstance(row, dict) else None
    return found if isinstance(found, kind) else kind()


def _trouble(chunk: object) -> str:
    """Say in a clause what went wrong with a chunk, or nothing."""
    if isinstance(chunk, dict) and chunk.get("is_encrypted") is True:
        return "finds it encrypted"
    faults = [one for one in _part(chunk, "extraction_reports", list) if isinstance(one, dict)]
    missing = sorted({str(word)[:40] for one in faults for word in _part(one, "dependencies", list)})
    if missing:
        return f"needs {', '.join(missing)}, which is not installed"
    return f"reports {len(faults)} faults" if faults else ""


def _found(chunk: _Chunk, name: str, work: Path, context: Context) -> Found:
    """Read the folder of one chunk."""
    size = chunk.end - chunk.start
    entries, source, gaps = _read(chunk.folder, work, context) if chunk.folder else ((), None, ())
    if source is None:
        return Found(chunk.start, size, chunk.kind, note=chunk.trouble or "unpacks nothing", gaps=gaps)
    if chunk.trouble:
        detail = f"{name} {chunk.trouble}: what it unpacked may not be all"
        gaps = (*gaps, Gap(where=context.where, reason=GapReason.TOOL, detail=detail))
    return Found(chunk.start, size, chunk.kind, entries, source, f"opened by {name} as {chunk.kind}", gaps)


def _read(folder: Path, work: Path, context: Context) -> tuple[tuple[Entry, ...], BlobSource | None, tuple[Gap, ...]]:
    """Read all files of a folder into one blob of the spool; None for a folder with nothing in it."""
    notes = Notes(context.where)
    limits = replace(context.budget.limits, seconds=max(0.0, context.budget.seconds_left()))
    try:
        with open_directory(folder, limits=limits, clock=context.budget.clock) as found:
            shelf = _Shelf(found.tree, work, context, notes)
            source = BlobSource(context.spool(shelf.pieces()))
            listed = tuple(gap.model_copy(update={"where": context.where}) for gap in found.gaps)
    except UnreadableInputError:
        return (), None, ()
    if any(entry.kind is Kind.FILE for entry in shelf.entries):
        notes.add(GapReason.TOOL, _PERMISSIONS)
    return tuple(shelf.entries), source, (*listed, *notes.gaps())


class _Shelf:
    """The entries of one folder, as far as they were read."""

    def __init__(self, tree: Tree, work: Path, context: Context, notes: Notes) -> None:
        self.entries: list[Entry] = []
        self._tree = tree
        self._work = os.fsencode(work)
        self._budget = context.budget
        self._notes = notes
        self._places: dict[int, tuple[int, int]] = {}  # inode -> its number here, and where its data is
        self._end = 0

    def pieces(self) -> Iterator[bytes]:
        """Give the content of all files, one behind the other, and note each entry."""
        try:
            for entry in self._tree:
                self._budget.spend_file(len(entry.path) + len(entry.target))
                if entry.kind not in _KEPT:
                    self._notes.add(GapReason.UNSAFE, f"{entry.kind} that was left out", entry.printable)
                elif entry.kind is not Kind.FILE or entry.inode in self._places:
                    self._add(entry)
                else:
                    yield from self._content(entry)
        except LimitReached as limit:
            self._notes.add(GapReason.LIMIT, str(limit))

    def _content(self, entry: Entry) -> Iterator[bytes]:
        try:
            self._budget.spend_bytes(entry.size)
            blob = self._tree.blob(entry)
        except UnreadableEntryError as error:
            self._notes.add(error.gap.reason, error.gap.detail, entry.printable, entry.size)
            return
        self._places[entry.inode] = len(self.entries), self._end
        self._add(entry)
        self._end += blob.size
        for piece in blob.chunks():
            yield piece.tobytes()

    def _add(self, entry: Entry) -> None:
        """Keep an entry without what this machine added to it."""
        inode, place = self._places.get(entry.inode, (len(self.entries), 0))
        target = entry.target
        if target.startswith(self._work):  # it leads to where this run happened to work
            target = b"/unblob" + target[len(self._work) :]
        if entry.kind is Kind.SYMLINK:
            mode, size = stat.S_IFLNK | 0o777, len(target)
        elif entry.kind is Kind.DIRECTORY:
            mode, size = stat.S_IFDIR | 0o755, 0
        else:
            mode, size = stat.S_IFREG | (0o755 if entry.mode & 0o111 else 0o644), entry.size
        self.entries.append(Entry(entry.path, entry.kind, mode, 0, 0, size, target, 0, 0, inode, place))
