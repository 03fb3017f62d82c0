"""One run over everything that lies in an image, breadth first, so that no bomb delays its neighbours.

What none of our readers opens waits until all the rest is done; then the fallback, if there is
one, is asked about it.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from fairmark.errors import FairmarkError
from fairmark.examine.blob import Blob, Spool
from fairmark.examine.containers import UNSUPPORTED
from fairmark.examine.containers.handler import Context, DamagedError, Handler, Opened, Part
from fairmark.examine.fallback import Answer, Fallback, Found
from fairmark.examine.limits import Budget, LimitReached
from fairmark.examine.notes import Notes
from fairmark.examine.payload import Payload
from fairmark.examine.remainders import SMALLEST, describe, has_boot_code, is_kernel, is_padding, padding_length
from fairmark.examine.search import Search, container_at, may_be_container
from fairmark.examine.tree import Entry, Kind, Source, Tree, UnreadableEntryError
from fairmark.model.gap import Gap, GapReason
from fairmark.model.image import Container

# A chance match of these is possible; if nothing comes out, it was none and no gap is due.
_WEAK = frozenset({"gzip", "lzma", "bzip2", "zstd", "tar"})
# Files of these kinds lie in many root file systems and are scanned there as they are.
_ORDINARY_IN_TREES = frozenset({"device_tree", "esp_image", "mcuboot_image", "cortex_m_image"})
_LEAST_CONTENT = 64
_STREAMS = frozenset({"gzip", "xz", "lzma", "zstd", "bzip2", "android_sparse", "lz4", "lz4_legacy", "lzop"})


@dataclass(frozen=True, slots=True)
class _Task:
    """Something to look into. ``offset`` is where it lies in its parent.

    ``raw``: part of the image outside any file system, so all of it has to be explained;
    ``direct``: its bytes are bytes of the image (nothing was decompressed on the way);
    ``asked``: the fallback has seen it already, and ``why_not`` is what it said.
    """

    id: str
    blob: Blob
    label: str
    depth: int
    offset: int = 0
    raw: bool = True
    direct: bool = True
    compression: str = ""
    asked: bool = False
    why_not: str = ""

    def and_why_not(self, detail: str) -> str:
        """Add to a reason what the fallback said."""
        return f"{detail}; {self.why_not}" if self.why_not else detail

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


@dataclass(frozen=True, slots=True)
class _Question:
    """Something that the fallback is to look at. ``resume`` goes on without it, if it does not open it.

    A task without an id is a file in ``parent``: it gets an id when it is opened.
    """

    task: _Task
    where: str
    resume: Callable[[_Task], None]
    parent: str = ""


class Opening:
    """The work list of one extraction and what has come out of it so far."""

    def __init__(
        self,
        budget: Budget,
        spool: Spool,
        progress: Callable[[str], None],
        fallback: Fallback | None = None,
        pool: Executor | None = None,
    ) -> None:
        self.trees: list[Tree] = []
        self.loose: list[Payload] = []
        self.containers: list[Container] = []
        self.closed_bytes = 0
        self.programs: set[str] = set()
        self._gaps: list[Gap] = []
        self._notes: list[Notes] = [Notes("the image")]
        self._budget = budget
        self._spool = spool
        self._progress = progress
        self._tasks: deque[_Task | _FileTask] = deque()
        self._fallback = fallback
        self._pool = pool
        self._questions: deque[_Question] = deque()
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
        while self._tasks or self._questions:
            if not self._tasks:
                self._ask(self._questions.popleft())
                continue
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
        if handler in UNSUPPORTED and self._may_ask(task):
            # Before it is searched: what lies in it uncompressed would be taken out of it.
            self._questions.append(_Question(task, task.where(handler.name), self._tasks.append))
            return
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
        context = Context(place.id, where, self._budget, self._spool, self._pool)
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
        where = place.where(handler.name)
        if not opened.readable and place.raw and self._may_ask(place) and not _is_over_limit(opened):
            asked = replace(place, blob=blob)
            self._questions.append(_Question(asked, where, lambda task: self._take(opened, handler, blob, task)))
            return
        note = opened.note if place.raw else f"{place.label}: {opened.note}"
        self._record(place, handler.name, blob, opened=opened.readable, note=note)
        if not opened.readable:
            note = place.and_why_not(note)
        self._gaps += (
            gap
            if opened.readable
            else gap.model_copy(update={"bytes": blob.size, "detail": place.and_why_not(gap.detail)})
            for gap in opened.gaps
        )
        if not opened.readable and place.direct:
            self.closed_bytes += blob.size
        if opened.is_whole:
            self.loose.append(Payload(place.label or f"/{handler.name}", place.id, blob))
        for part in opened.parts:
            self._tasks.append(self._part_task(part, handler, place))
        if opened.tree:
            self.trees.append(opened.tree)
            self._look_into_files(opened.tree, place, where)

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
        if self._may_ask(task) and not is_padding(task.blob):
            again = _Question(task, task.where("data"), lambda asked: self._shut(asked, reason, detail))
            self._questions.append(again)
            return
        detail = task.and_why_not(detail)
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
            self._meet_unsupported(task, handler, blob)
            return
        self._budget.spend_container(depth)
        self._look_into(_Task(self._child_id(task.place.id), blob, entry.printable, depth, raw=False, direct=False))

    def _meet_unsupported(self, task: _FileTask, handler: Handler, blob: Blob) -> None:
        """Ask about a file of a tree that is a container and that none of our readers opens."""
        entry, place = task.entry, task.place
        words = handler.documentation.partition(":")[0]

        def note(asked: _Task) -> None:
            detail = asked.and_why_not(f"{words} among the files")
            task.notes.add(GapReason.UNSUPPORTED, detail, entry.printable, entry.size)

        inside = _Task("", blob, entry.printable, place.depth + 1, raw=False, direct=False)
        if self._may_ask(inside):
            where = f"{place.id} ({handler.name} in {entry.printable})"
            self._questions.append(_Question(inside, where, note, parent=place.id))
        else:
            note(inside)

    def _may_ask(self, task: _Task) -> bool:
        return self._fallback is not None and not task.asked

    def _ask(self, question: _Question) -> None:
        """Hand something to the fallback: take what it gives, or go on without it."""
        task = question.task
        self._progress(f"asking about {question.where}")
        try:
            self._budget.spend_container(task.depth)
            context = Context(task.id or question.parent, question.where, self._budget, self._spool)
            answer = self._fallback(task.blob, context) if self._fallback else Answer()
        except LimitReached as limit:
            answer = Answer(why_not=str(limit))
        if answer.program:
            self.programs.add(answer.program)
        asked = replace(task, asked=True, why_not=answer.why_not)
        if not any(one.source for one in answer.found):
            question.resume(asked)
            return
        if not asked.id:
            asked = replace(asked, id=self._child_id(question.parent))
        self._take_answer(asked, answer.found)

    def _take_answer(self, task: _Task, found: tuple[Found, ...]) -> None:
        """Keep what the fallback found in a blob; what it left goes back to our own readers."""
        opened = [one for one in found if one.source]
        if opened[0].size == task.blob.size:
            self._take_found(task, opened[0], opened[0].source)
            return
        self._record(task, "data", task.blob, opened=True, note="containers found inside by another program")
        done = 0
        for one in opened:
            self._leave(task, done, one.offset, found)
            place = replace(self._place(task, one.offset), blob=task.blob.view(one.offset, one.size))
            self._take_found(place, one, one.source)
            done = one.offset + one.size
        self._leave(task, done, task.blob.size, found)

    def _leave(self, task: _Task, start: int, end: int, found: tuple[Found, ...]) -> None:
        """Put a part that the fallback did not open on the work list, with what it said of it."""
        part = task.blob.view(start, end - start)
        if is_padding(part):
            return
        said = [f"another program takes it for {one.kind} and {one.note}" for one in found if start <= one.offset < end]
        self._tasks.append(replace(self._place(task, start), blob=part, why_not="; ".join(said[:3])))

    def _take_found(self, place: _Task, found: Found, source: Source | None) -> None:
        """Keep one part that the fallback opened."""
        if source is None:
            return
        note = found.note if place.raw else f"{place.label}: {found.note}"
        self._record(place, found.kind, place.blob, opened=True, note=note)
        self._gaps += found.gaps
        tree = Tree(place.id, found.entries, source, note=found.note)
        alone = found.entries[0] if len(found.entries) == 1 else None
        if alone and alone.kind is Kind.FILE:  # it was a wrapping: all of what it held has to be explained
            label, content = f"{place.label}{alone.printable}", tree.blob(alone)
            below = _Task(self._child_id(place.id), content, label, place.depth + 1, raw=place.raw, direct=False)
            self._tasks.append(below)
            return
        self.trees.append(tree)
        self._look_into_files(tree, place, place.where(found.kind))


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


def _is_over_limit(opened: Opened) -> bool:
    """Say whether a container stayed closed because of a limit: another program is not asked to go beyond it."""
    return any(gap.reason is GapReason.LIMIT for gap in opened.gaps)
