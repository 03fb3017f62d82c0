"""One run over everything that lies in an image, breadth first, so that no bomb delays its neighbours."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from fairmark.errors import FairmarkError
from fairmark.examine.blob import Blob, Spool
from fairmark.examine.containers import UNSUPPORTED
from fairmark.examine.containers.handler import Context, DamagedError, Handler, Opened, Part
from fairmark.examine.limits import Budget, LimitReached
from fairmark.examine.notes import Notes
from fairmark.examine.payload import Payload
from fairmark.examine.remainders import SMALLEST, describe, has_boot_code, is_kernel, is_padding, padding_length
from fairmark.examine.search import Search, container_at, may_be_container
from fairmark.examine.tree import Entry, Tree, UnreadableEntryError
from fairmark.model.gap import Gap, GapReason
from fairmark.model.image import Container

# A chance match of these is possible; if nothing comes out, it was none and no gap is due.
_WEAK = frozenset({"gzip", "lzma", "bzip2", "zstd", "tar"})
_ORDINARY_IN_TREES = frozenset({"device_tree"})  # device tree files lie in many root file systems
_LEAST_CONTENT = 64
_STREAMS = frozenset({"gzip", "xz", "lzma", "zstd", "bzip2", "android_sparse", "lz4", "lz4_legacy", "lzop"})


@dataclass(frozen=True, slots=True)
class _Task:
    """Something to look into. ``offset`` is where it lies in its parent.

    ``raw``: part of the image outside any file system, so all of it has to be explained;
    ``direct``: its bytes are bytes of the image (nothing was decompressed on the way).
    """

    id: str
    blob: Blob
    label: str
    depth: int
    offset: int = 0
    raw: bool = True
    direct: bool = True
    compression: str = ""

    def where(self, kind: str, offset: int = 0) -> str:
        """Name the place in words, for a gap."""
        if self.raw:
            return f"{self.id} ({kind} at {self.offset + offset:#x})"
        return f"{self.id} ({kind} in {self.label})"


@dataclass(frozen=True, slots=True)
class _FileTask:
    """A file of a tree that looks like a container. It is not read before its turn comes."""

    tree: Tree
    entry: Entry
    place: _Task
    notes: Notes


class Opening:
    """The work list of one extraction and what has come out of it so far."""

    def __init__(self, budget: Budget, spool: Spool, progress: Callable[[str], None]) -> None:
        self.trees: list[Tree] = []
        self.loose: list[Payload] = []
        self.containers: list[Container] = []
        self.closed_bytes = 0
        self._gaps: list[Gap] = []
        self._notes: list[Notes] = [Notes("the image")]
        self._budget = budget
        self._spool = spool
        self._progress = progress
        self._tasks: deque[_Task | _FileTask] = deque()
        self._children: dict[str, int] = {}

    def open_image(self, image: Blob) -> None:
        """Open an image and everything inside it."""
        self._tasks.append(_Task("0", image, "", 1))
        self._run()

    def open_tree(self, tree: Tree) -> None:
        """Open the containers among the files of a tree that is there already (container id ``0``)."""
        size = sum(entry.size for entry in tree.files())
        self.containers.append(Container(id="0", kind="directory", offset=0, size=size, opened=True, note=tree.note))
        self.trees.append(tree)
        task = _Task("0", Blob(b""), "", 1, raw=False, direct=False)
        self._look_into_files(tree, task, f"0 ({tree.note or 'directory'})")
        self._run()

    def gaps(self) -> list[Gap]:
        """Return all gaps so far."""
        return [*self._gaps, *(gap for notes in self._notes for gap in notes.gaps())]

    def _run(self) -> None:
        while self._tasks:
            task = self._tasks.popleft()
            try:
                if isinstance(task, _FileTask):
                    self._look_into_contained(task)
                else:
                    self._budget.spend_container(task.depth)
                    self._look_into(task)
            except LimitReached as limit:
                self._stay_closed(task, limit)

    def _stay_closed(self, task: _Task | _FileTask, limit: LimitReached) -> None:
        """Note what is left when a limit is reached: one gap for all of it."""
        if isinstance(task, _FileTask):
            task.notes.add(GapReason.LIMIT, str(limit), task.entry.printable, task.entry.size)
            return
        self._notes[0].add(GapReason.LIMIT, str(limit), task.where("data"), task.blob.size)
        if task.direct:
            self.closed_bytes += task.blob.size

    def _gap(self, where: str, reason: GapReason, detail: str, size: int = 0) -> None:
        self._gaps.append(Gap(where=where, reason=reason, detail=detail, bytes=size))

    def _record(self, place: _Task, kind: str, blob: Blob, *, opened: bool, note: str) -> None:
        container = Container(
            id=place.id,
            kind=kind,
            offset=place.offset,
            size=blob.size,
            sha256=blob.sha256(),
            opened=opened,
            note=note,
        )
        self.containers.append(container)

    def _child_id(self, parent: str) -> str:
        number = self._children.get(parent, 0)
        self._children[parent] = number + 1
        return f"{parent}.{number}"

    def _look_into(self, task: _Task) -> None:
        """Open a container that starts here; whatever lies behind it, or around it, is searched."""
        search = Search(task.blob, self._budget)
        handler = container_at(task.blob, 0)
        if handler is None or handler in UNSUPPORTED:
            self._search(task, search, 0)
            return
        opened = self._open(handler, task.blob, task, 0)
        size = _extent(opened, search, task.blob, 0)
        behind = task.blob.view(size)
        if is_padding(behind):
            self._take(opened, handler, task.blob, task)
            return
        self._take(opened, handler, task.blob.view(0, size), task)
        self._search(task, search, size)

    def _open(self, handler: Handler, blob: Blob, place: _Task, offset: int) -> Opened:
        """Open one container of ``blob`` at ``offset``; every way to fail becomes a gap."""
        where = place.where(handler.name)
        self._progress(f"opening {where}")
        context = Context(place.id, where, self._budget, self._spool)
        try:
            return handler.open(blob, offset, context)
        except FairmarkError:
            raise
        except DamagedError as error:
            gap = Gap(where=where, reason=GapReason.DAMAGED, detail=str(error), bytes=error.size)
            return Opened(error.size, str(error), gaps=(gap,), readable=False, ends=error.size > 0)
        except LimitReached as limit:
            gap = Gap(where=where, reason=GapReason.LIMIT, detail=str(limit))
            return Opened(0, str(limit), gaps=(gap,), readable=False, ends=False)
        except Exception as error:  # noqa: BLE001 - a format's reader is a plug-in: its failure is a gap, never a crash
            detail = f"the reader of {handler.name} gave up ({type(error).__name__})"
            gap = Gap(where=where, reason=GapReason.TOOL, detail=detail)
            return Opened(0, detail, gaps=(gap,), readable=False, ends=False)

    def _take(self, opened: Opened, handler: Handler, blob: Blob, place: _Task) -> None:
        """Keep what the container ``blob`` gave, and put its parts on the work list."""
        note = opened.note if place.raw else f"{place.label}: {opened.note}"
        self._record(place, handler.name, blob, opened=opened.readable, note=note)
        lost = {} if opened.readable else {"bytes": blob.size}
        self._gaps += (gap.model_copy(update=lost) for gap in opened.gaps)
        if not opened.readable and place.direct:
            self.closed_bytes += blob.size
        for part in opened.parts:
            self._tasks.append(self._part_task(part, handler, place))
        if opened.tree:
            self.trees.append(opened.tree)
            self._look_into_files(opened.tree, place, place.where(handler.name))

    def _part_task(self, part: Part, handler: Handler, place: _Task) -> _Task:
        return _Task(
            self._child_id(place.id),
            part.blob,
            f"{place.label}/{part.name}",
            place.depth + 1,
            part.offset,
            place.raw,
            place.direct and handler.name not in _STREAMS,
            part.compression,
        )

    def _search(self, task: _Task, search: Search, start: int) -> None:
        """Look for containers at any offset from ``start`` on; what lies between them is a remainder."""
        if not task.raw and not start:
            self.loose.append(Payload(task.label, task.id, task.blob))
            self._record(task, "data", task.blob, opened=True, note=task.label)
            return
        done = at = start
        while (found := self._next_container(search, task, at)) is not None:
            offset, handler = found
            self._budget.spend_container(task.depth)
            place = self._place(task, offset)
            opened = self._open(handler, task.blob, place, offset)
            if _was_chance(opened, handler):
                self._children[task.id] -= 1
                at = offset + 1
                continue
            size = _extent(opened, search, task.blob, offset)
            self._remainder(task, done, offset)
            self._take(opened, handler, task.blob.view(offset, size), place)
            done = at = offset + size
        if not done:
            self._unknown(task)
            return
        if not start:
            self._record(task, "data", task.blob, opened=True, note="containers found inside")
        self._remainder(task, done, task.blob.size)

    def _next_container(self, search: Search, task: _Task, at: int) -> tuple[int, Handler] | None:
        """Return the next container: right here, behind the padding, or wherever the search finds one."""
        if at >= task.blob.size:
            return None
        for here in (at, at + padding_length(task.blob.view(at))):
            handler = container_at(task.blob, here)
            if handler:
                return here, handler
        return search.next_from(at)

    def _place(self, task: _Task, offset: int) -> _Task:
        label = f"{task.label}/{offset:#x}"
        return replace(task, id=self._child_id(task.id), label=label, offset=task.offset + offset, compression="")

    def _remainder(self, task: _Task, start: int, end: int) -> None:
        """Account for the bytes between two containers: padding, boot code of a kernel, or a gap."""
        part = task.blob.view(start, end - start)
        if is_padding(part):
            return
        kernel = has_boot_code(task.blob) or is_kernel(part)
        rest = replace(self._place(task, start), blob=part)
        self._keep(rest, "kernel" if kernel else "data", known=kernel or part.size <= SMALLEST)

    def _unknown(self, task: _Task) -> None:
        """Account for a whole blob in which nothing was found."""
        if is_kernel(task.blob):
            self._keep(task, "kernel", known=True)
        elif task.compression:
            detail = f"the header says it is compressed with {task.compression}, and no reader recognises it"
            self._shut(task, GapReason.UNSUPPORTED, detail)
        else:
            inside = task.id != "0"  # an image that is nothing but padding is a gap, a partition is not
            self._keep(task, "data", known=inside and (task.blob.size <= SMALLEST or is_padding(task.blob)))

    def _keep(self, task: _Task, kind: str, *, known: bool) -> None:
        """Keep data as a loose payload, with a gap unless it is known what it is."""
        if known or not task.raw:
            self.loose.append(Payload(task.label, task.id, task.blob))
            self._record(task, kind, task.blob, opened=True, note="")
        elif is_padding(task.blob):
            self._shut(task, GapReason.UNKNOWN_FORMAT, "nothing but 00 and FF bytes")
        else:
            self._shut(task, *describe(task.blob))

    def _shut(self, task: _Task, reason: GapReason, detail: str) -> None:
        """Keep data that stays closed, with the gap that says why."""
        self.loose.append(Payload(task.label or "/image", task.id, task.blob))
        self._gap(task.where("data"), reason, detail, task.blob.size)
        self._record(task, "data", task.blob, opened=False, note=detail)
        if task.direct:
            self.closed_bytes += task.blob.size

    def _look_into_files(self, tree: Tree, place: _Task, where: str) -> None:
        """Read the start of every file: those that look like containers go on the work list."""
        notes = Notes(where)
        self._notes.append(notes)
        seen: set[int] = set()
        try:
            for entry in tree.files_in_disk_order():
                if entry.size and entry.inode not in seen:
                    seen.add(entry.inode)
                    self._budget.tick()
                    self._look_into_file(_FileTask(tree, entry, place, notes))
        except LimitReached as limit:
            notes.add(GapReason.LIMIT, f"{limit}; containers among the files were not all looked for")

    def _look_into_file(self, task: _FileTask) -> None:
        try:
            if may_be_container(task.tree.head(task.entry)):
                self._tasks.append(task)
        except UnreadableEntryError as error:
            task.notes.add(error.gap.reason, error.gap.detail, task.entry.printable, task.entry.size)

    def _look_into_contained(self, task: _FileTask) -> None:
        """Open a file that looked like a container, if it still does when one looks closely."""
        entry, notes, depth = task.entry, task.notes, task.place.depth + 1
        self._budget.tick()
        try:
            blob = task.tree.blob(entry)
        except UnreadableEntryError as error:
            notes.add(error.gap.reason, error.gap.detail, entry.printable, entry.size)
            return
        handler = container_at(blob, 0)
        if handler is None or handler.name in _ORDINARY_IN_TREES:
            return
        if handler in UNSUPPORTED:
            words = handler.documentation.partition(":")[0]
            notes.add(GapReason.UNSUPPORTED, f"{words} among the files", entry.printable, entry.size)
            return
        self._budget.spend_container(depth)
        self._look_into(_Task(self._child_id(task.place.id), blob, entry.printable, depth, raw=False, direct=False))


def _extent(opened: Opened, search: Search, blob: Blob, offset: int) -> int:
    """Return how many bytes a container takes; one without a known end reaches to the next."""
    if opened.ends:
        return min(max(1, opened.size), blob.size - offset)
    following = search.next_from(offset + 1)
    return (following[0] if following else blob.size) - offset


def _was_chance(opened: Opened, handler: Handler) -> bool:
    """Say whether what looked like a container inside unknown data was none after all."""
    if handler.name not in _WEAK or not any(gap.reason is GapReason.DAMAGED for gap in opened.gaps):
        return False
    got = sum(part.blob.size for part in opened.parts) + (len(opened.tree) if opened.tree else 0)
    return got < _LEAST_CONTENT if handler.name != "tar" else not got
