"""Write down what an examination looks at, so that it need not be repeated while all of that is the same.

The argument is simple. An examination is a function of its subject and of nothing else. If every question that it
asked of the subject has the same answer in another image, it would go the same way there and say the same. So the
subject hands out records that note which of their sides was looked at: text, content, rights, program facts. What
is noted may be too much, never too little: many files are rounded up to their folder or to the whole image, and the
listing (all names, kinds and links) counts as read by everything. What cannot be noted that finely is noted by a
name that has no digest, and then nothing is carried over.

Read in this order: ``Log``, ``recorded``, ``Reading``.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, partial
from typing import Any, TypeVar

from fairmark.examine.blob import Blob
from fairmark.examine.subject import FileFacts, Service, Subject
from fairmark.examine.tree import Entry, Kind, Tree
from fairmark.model.test_case import CaseInput
from fairmark.model.value import canonical_json, sha256_hex

Made = TypeVar("Made")
Record = TypeVar("Record", FileFacts, Entry)

SIDES = ("text", "content", "program facts", "version texts", "key marks", "rights", "size", "time")
"""The sides of a file that are noted one by one."""
UNNAMED = frozenset({"crack", "layout", "unread file", "loose"})
"""What has no digest: answers of the machine, the order of data in the image, files that the scan could not read."""

_MOST_PLACES = 6  # of one side; more are rounded up to folders, and those to the whole image
_DEEPEST = 4


class Log:
    """What is looked at, in the examination that runs now: by side the numbers of files, and other things by name.

    ``once`` of a subject runs inside an examination and serves the later ones too: what it read is kept and counts
    for each that asks.
    """

    __slots__ = (
        "_kept",
        "_outer",
        "content",
        "elf",
        "hits",
        "marks",
        "rights",
        "sides",
        "size",
        "text",
        "time",
        "whole",
    )

    def __init__(self) -> None:
        self._take(set(), tuple(set() for _ in SIDES))
        self._outer: list[tuple[set[str], tuple[set[int], ...]]] = []
        self._kept: dict[str, tuple[set[str], tuple[set[int], ...]]] = {}

    def watched(self, work: Callable[[], Made]) -> tuple[Made, set[str], tuple[set[int], ...]]:
        """Do ``work`` and return what it gave and what it looked at; both count for the examination around it too."""
        self._outer.append((self.whole, self.sides))
        self._take(set(), tuple(set() for _ in SIDES))
        try:
            made = work()
        finally:
            whole, sides = self.whole, self.sides
            self._take(*self._outer.pop())
            self._add(whole, sides)
        return made, whole, sides

    def once(self, name: str, work: Callable[[], Made]) -> Made:
        """Do ``work``, which reads only when it is done for the first time, and count its reading every time."""
        made, whole, sides = self.watched(work)
        self._kept.setdefault(name, (whole, sides))
        self._add(*self._kept[name])
        return made

    def _take(self, whole: set[str], sides: tuple[set[int], ...]) -> None:
        self.whole: set[str] = whole
        self.sides: tuple[set[int], ...] = sides
        self.text, self.content, self.elf, self.hits, self.marks, self.rights, self.size, self.time = sides

    def _add(self, whole: set[str], sides: tuple[set[int], ...]) -> None:
        self.whole |= whole
        for mine, more in zip(self.sides, sides, strict=True):
            mine.update(more)


# Records that note who looks at them -----------------------------------------------------------------------------


class _SeenFile(FileFacts):
    """The record of a file that notes which of its sides is looked at. Its name is part of the listing."""

    __slots__ = ("log", "number")
    log: Log
    number: int

    @property
    def text(self) -> str | None:
        self.log.text.add(self.number)
        return _text(self)  # type: ignore[no-any-return]

    @property
    def sha256(self) -> str:
        self.log.content.add(self.number)
        return _sha256(self)  # type: ignore[no-any-return]

    @property
    def elf(self) -> Any:
        self.log.elf.add(self.number)
        return _elf(self)

    @property
    def hits(self) -> Any:
        self.log.hits.add(self.number)
        return _hits(self)

    @property
    def key_marks(self) -> Any:
        self.log.marks.add(self.number)
        return _key_marks(self)

    @property
    def size(self) -> int:
        self.log.size.add(self.number)
        return _file_size(self)  # type: ignore[no-any-return]

    @property
    def mode(self) -> int:
        self.log.rights.add(self.number)
        return _file_mode(self)  # type: ignore[no-any-return]

    @property
    def uid(self) -> int:
        self.log.rights.add(self.number)
        return _file_uid(self)  # type: ignore[no-any-return]

    @property
    def gid(self) -> int:
        self.log.rights.add(self.number)
        return _file_gid(self)  # type: ignore[no-any-return]


class _SeenEntry(Entry):
    """An entry of a tree that notes the same. Name, kind, target and device number are part of the listing."""

    __slots__ = ("log", "number", "plain")
    log: Log
    number: int
    plain: Entry

    @property
    def mode(self) -> int:
        self.log.rights.add(self.number)
        return _mode(self)  # type: ignore[no-any-return]

    @property
    def uid(self) -> int:
        self.log.rights.add(self.number)
        return _uid(self)  # type: ignore[no-any-return]

    @property
    def gid(self) -> int:
        self.log.rights.add(self.number)
        return _gid(self)  # type: ignore[no-any-return]

    @property
    def size(self) -> int:
        self.log.size.add(self.number)
        return _size(self)  # type: ignore[no-any-return]

    @property
    def mtime(self) -> int:
        self.log.time.add(self.number)
        return _mtime(self)  # type: ignore[no-any-return]

    @property
    def place(self) -> int:
        self.log.whole.add("layout")
        return _place(self)  # type: ignore[no-any-return]


def _slots(kind: type) -> dict[str, Any]:
    return {one.name: vars(kind)[one.name] for one in fields(kind)}


_FILE, _ENTRY = _slots(FileFacts), _slots(Entry)
_text, _sha256, _elf, _hits, _key_marks, _file_size, _file_mode, _file_uid, _file_gid = (
    _FILE[name].__get__ for name in ("text", "sha256", "elf", "hits", "key_marks", "size", "mode", "uid", "gid")
)
_mode, _uid, _gid, _size, _mtime, _place = (
    _ENTRY[name].__get__ for name in ("mode", "uid", "gid", "size", "mtime", "place")
)
_COPY_FILE = tuple((slot.__set__, slot.__get__) for slot in _FILE.values())
_COPY_ENTRY = tuple((slot.__set__, slot.__get__) for slot in _ENTRY.values())
_MARK_FILE: tuple[Any, ...] = tuple(vars(_SeenFile)[name].__set__ for name in ("log", "number"))
_MARK_ENTRY: tuple[Any, ...] = tuple(vars(_SeenEntry)[name].__set__ for name in ("log", "number", "plain"))


def _seen_file(log: Log, one: FileFacts, number: int) -> _SeenFile:
    made = object.__new__(_SeenFile)
    for put, take in _COPY_FILE:
        put(made, take(one))
    _MARK_FILE[0](made, log)
    _MARK_FILE[1](made, number)
    return made


def _seen_entry(log: Log, one: Entry, number: int) -> _SeenEntry:
    made = object.__new__(_SeenEntry)
    for put, take in _COPY_ENTRY:
        put(made, take(one))
    _MARK_ENTRY[0](made, log)
    _MARK_ENTRY[1](made, number)
    _MARK_ENTRY[2](made, one)
    return made


class _SeenTree(Tree):
    """A tree whose entries note who looks at them; reading a file notes its content."""

    def __init__(self, tree: Tree, log: Log, entries: Iterable[_SeenEntry]) -> None:
        super().__init__(tree.container, entries, tree.source, name=tree.name, note=tree.note)
        self._tree, self._log = tree, log

    def named(self, name: str) -> "_SeenTree":
        raise RuntimeError(f"{name}: a tree gets its name before it is recorded, never after")

    def read(self, entry: Entry, limit: int | None = None) -> bytes:
        return self._tree.read(self._noted(entry), limit)

    def blob(self, entry: Entry) -> Blob:
        return self._tree.blob(self._noted(entry))

    def _noted(self, entry: Entry) -> Entry:
        if isinstance(entry, _SeenEntry):
            self._log.content.add(entry.number)
            return entry.plain
        self._log.whole.add("layout")  # an entry that nobody was given: what it stands for is not known
        return entry


@dataclass(frozen=True)
class _SeenSubject(Subject):
    """A subject that notes what is asked of it beside files and trees."""

    log: Log = field(default_factory=Log, repr=False, compare=False)

    def __getattribute__(self, name: str) -> Any:
        if name in _ASKED:
            object.__getattribute__(self, "log").whole.add(name)
        elif name == "crack":
            return object.__getattribute__(self, "_cracked")
        return object.__getattribute__(self, name)

    def _cracked(self, hashes: Sequence[str], candidates: Sequence[str]) -> Mapping[str, int | None]:
        """Ask the machine, which may know more or fewer kinds of hashes next time; nothing asked, nothing noted."""
        if hashes:
            self.log.whole.add("crack")
        crack = object.__getattribute__(self, "__dict__")["crack"]
        return crack(hashes, candidates)  # type: ignore[no-any-return]

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        return self.log.once(name, lambda: super(_SeenSubject, self).once(name, make))

    def content(self, item: FileFacts, limit: int) -> bytes:
        if isinstance(item, _SeenFile):
            self.log.content.add(item.number)
        else:
            self.log.whole.add("layout")
        return super().content(item, limit)

    @cached_property
    def _payloads(self) -> Mapping[str, Any]:
        # ``content`` has noted the payload; the list of payloads is part of the listing.
        return {one.path: one for one in object.__getattribute__(self, "loose")}


_ASKED = frozenset({"services", "components", "containers", "device", "today", "loose"})


# What was looked at, in digests ----------------------------------------------------------------------------------


class Reading:
    """A recorded subject: watches examinations, and answers for any input what its digest is in this image."""

    def __init__(self, subject: Subject) -> None:
        self.log = Log()
        self._given = subject
        entries = [[f"{tree.name}\0{one.printable}" for one in tree.everything()] for tree in subject.trees]
        files = [f"{one.root}\0{one.path}" for one in subject.files]
        self._keys = sorted({*files, *(key for keys in entries for key in keys)})
        numbers = {key: number for number, key in enumerate(self._keys)}
        self._entry_numbers = [[numbers[key] for key in keys] for keys in entries]
        self._file_numbers = [numbers[key] for key in files]
        self._known: dict[tuple[str, str], str] = {}
        self._values: dict[str, list[str]] = {}
        self._rounded: dict[frozenset[int], Iterable[str]] = {}
        self.subject: Subject = self._recorded(subject)

    def _recorded(self, subject: Subject) -> Subject:
        trees = tuple(
            _SeenTree(tree, self.log, map(partial(_seen_entry, self.log), tree.everything(), numbers))
            for tree, numbers in zip(subject.trees, self._entry_numbers, strict=True)
        )
        files = tuple(map(partial(_seen_file, self.log), subject.files, self._file_numbers))
        given = {one.name: getattr(subject, one.name) for one in fields(Subject)}
        return _SeenSubject(**(given | {"trees": trees, "files": files, "kept": {}}), log=self.log)

    def watch(self, work: Callable[[], Made]) -> tuple[Made, tuple[CaseInput, ...]]:
        """Do ``work`` on the recorded subject; return what it gave and what it read, sorted."""
        made, whole, sides = self.log.watched(work)
        names = {(side, place) for side, seen in zip(SIDES, sides, strict=True) for place in self._places(seen)}
        if any(self._is_unread(number) for number in sides[SIDES.index("content")]):
            whole = whole | {"unread file"}
        names |= {("listing", ""), *((one, "") for one in whole)}
        read = [CaseInput(kind=kind, name=name, sha256=self.digest(kind, name)) for kind, name in sorted(names)]
        return made, tuple(read)

    def knows(self, subject: Subject) -> None:
        """Take the components and services that were read off the recorded subject since."""
        self._given = replace(self._given, components=subject.components, services=subject.services)

    def _is_unread(self, number: int) -> bool:
        """Whether a file was read that the scan has no digest of: no comparison can vouch for it."""
        return self._column("content")[number] == "" and self._keys[number] in self._files_of_trees

    @cached_property
    def _files_of_trees(self) -> frozenset[str]:
        return frozenset(f"{tree.name}\0{one.printable}" for tree in self._given.trees for one in tree.files())

    # Places: files, folders, the whole ----------------------------------------------------------------

    def _places(self, seen: set[int]) -> Iterable[str]:
        """Name what holds all the files that were looked at in few words: each, else folders, else the whole."""
        if len(seen) <= _MOST_PLACES:
            return [_place_of(self._keys[number]) for number in seen]
        these = frozenset(seen)  # many examinations look at the same files: all texts, all programs
        if these not in self._rounded:
            self._rounded[these] = self._rounded_up(these)
        return self._rounded[these]

    def _rounded_up(self, seen: frozenset[int]) -> Iterable[str]:
        exact = {self._folders[number] for number in seen}
        for depth in range(_DEEPEST, 0, -1):
            folders = {_shortened(folder, depth) for folder in exact}
            if len(folders) <= _MOST_PLACES:
                return folders
        return ("",)

    @cached_property
    def _folders(self) -> list[str]:
        """The folder above each file, with a slash behind it."""
        return [_place_of(key[: key.rindex("/") + 1]) if "/" in key else "" for key in self._keys]

    def _inside(self, place: str) -> Sequence[int]:
        """Return the numbers of the files of a place, in order; none where the image has no such file."""
        if not place:
            return range(len(self._keys))
        root, colon, path = place.partition(": ")
        key = f"{root}\0{path}" if colon and not place.startswith("/") else f"\0{place}"
        start = bisect_left(self._keys, key)
        if not place.endswith("/"):
            return (start,) if start < len(self._keys) and self._keys[start] == key else ()
        end = start
        while end < len(self._keys) and self._keys[end].startswith(key):
            end += 1
        return range(start, end)

    # Digests ------------------------------------------------------------------------------------------

    def digest(self, kind: str, name: str) -> str:
        """Return the digest of one input in this image; '' for what has none, and for kinds that nobody knows."""
        if (kind, name) not in self._known:
            self._known[kind, name] = self._digest(kind, name)
        return self._known[kind, name]

    def _digest(self, kind: str, name: str) -> str:
        if kind in SIDES:
            column, keys = self._column(kind), self._keys
            return sha256_hex("\n".join(f"{keys[n]}\0{column[n]}" for n in self._inside(name)).encode())
        if kind == "listing":
            return self._listing()
        subject = self._given
        values: dict[str, Callable[[], Any]] = {
            "services": lambda: [_plain_service(one) for one in subject.services],
            "components": lambda: [one.model_dump_json() for one in subject.components],
            "containers": lambda: subject.containers,
            "device": lambda: subject.device,
            "today": lambda: subject.today.isoformat() if subject.today else "",
        }
        return sha256_hex(canonical_json(values[kind]())) if kind in values and not name else ""

    def _listing(self) -> str:
        """Everything that lookups and loops over the image depend on: names, kinds, links, roots, and their order."""
        rows = [*self._keys, repr(self._file_numbers)]
        for tree, numbers in zip(self._given.trees, self._entry_numbers, strict=True):
            rows.append(repr((tree.name, tree.container, tree.note)))
            rows += [
                f"{number} {one.kind} {one.rdev} {one.target!r} {_first_name(tree, one)!r}"
                for one, number in zip(tree.everything(), numbers, strict=True)
            ]
        rows += [repr((one.container, one.name, one.path)) for one in self._given.loose]
        return sha256_hex("\n".join(rows).encode())

    def _column(self, side: str) -> list[str]:
        """Return what a side of every file is, as text that is equal only when the side is."""
        if side not in self._values:
            column = [""] * len(self._keys)
            of_file = _OF_FILE[side]
            for one, number in zip(self._given.files, self._file_numbers, strict=True):
                column[number] = of_file(one)
            if of_entry := _OF_ENTRY.get(side):
                for tree, numbers in zip(self._given.trees, self._entry_numbers, strict=True):
                    for entry, number in zip(tree.everything(), numbers, strict=True):
                        column[number] += f"|{of_entry(entry)}"
            self._values[side] = column
        return self._values[side]


_OF_FILE: Mapping[str, Callable[[FileFacts], str]] = {
    "text": lambda one: "" if one.text is None else one.sha256,
    "content": lambda one: one.sha256,
    "program facts": lambda one: repr(one.elf) if one.elf else "",
    "version texts": lambda one: repr(one.hits) if one.hits else "",
    "key marks": lambda one: repr(one.key_marks) if one.key_marks else "",
    "rights": lambda one: f"{one.mode:o} {one.uid} {one.gid}",
    "size": lambda one: str(one.size),
    "time": lambda _: "",
}
_OF_ENTRY: Mapping[str, Callable[[Entry], str]] = {
    "rights": lambda one: f"{one.mode:o} {one.uid} {one.gid}",
    "size": lambda one: str(one.size),
    "time": lambda one: str(one.mtime),
}


def _plain_service(one: Service) -> list[Any]:
    proof = [item.id for item in one.chain]
    return [one.name, one.program, one.root, one.arguments, one.user, one.ports, one.started_by, proof]


def _first_name(tree: Tree, one: Entry) -> str:
    """Name the first of the hard links of a file; '' for what has one name."""
    names = tree.links(one) if one.kind is Kind.FILE else ()
    return names[0].printable if len(names) > 1 else ""


def _place_of(key: str) -> str:
    root, _, path = key.partition("\0")
    return f"{root}: {path}" if root else path


def _shortened(folder: str, depth: int) -> str:
    """Return the folder at most ``depth`` names deep that holds this one; '' holds all."""
    root, _, path = folder.rpartition(": ") if not folder.startswith("/") else ("", "", folder)
    names = path.split("/")[:-1][: depth + 1]
    return _place_of(f"{root}\0{'/'.join(names)}/") if path else ""
