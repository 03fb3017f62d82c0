"""Which programs are started, and which settings file each of them reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from fairmark.examine.daemons import daemons
from fairmark.examine.services import Script, Trace, trace
from fairmark.examine.startup import TreeWorld
from fairmark.examine.subject import FileFacts, Service, Subject
from fairmark.model.finding import Reach

SETTINGS_OPTIONS = (
    "-c",
    "-f",
    "-C",
    "--config",
    "--config-file",
    "--conf",
    "--conf-file",
    "--configfile",
    "--conf-path",
)
_INETD_NAMES = {"dropbearmulti": "dropbear", "rpc.nfsd": "nfsd", "rpc.mountd": "mountd"}
_BUSYBOX = "busybox"
_MOST_INCLUDES = 300


@dataclass(frozen=True, slots=True)
class Running:
    """A started service. ``certain`` is false when its start hangs on what only the running device knows."""

    service: Service
    certain: bool = True

    @property
    def program(self) -> str:
        """The name of its program."""
        return _base(self.service.program)

    @property
    def root(self) -> str:
        """The root file system it starts from."""
        return self.service.root

    @property
    def words(self) -> list[str]:
        """Its arguments."""
        return self.service.arguments.split()

    @property
    def reach(self) -> Reach:
        """How near an attacker it lies: present only, while its start is not certain."""
        if not self.certain:
            return Reach.PRESENT
        return Reach.EXPOSED if self.service.ports else Reach.STARTED

    def has(self, *options: str) -> bool:
        """Whether one of the options is among the arguments, also as ``--option=value``."""
        return any(word.partition("=")[0] in options for word in self.words)

    def option(self, *options: str) -> str | None:
        """Return the value of the last of the options: ``-c FILE``, ``-c/FILE``, ``--config=FILE``; else ``None``."""
        found = None
        words = self.words
        for index, word in enumerate(words):
            name, equals, value = word.partition("=")
            if word in options:
                found = words[index + 1] if index + 1 < len(words) else ""
            elif equals and name in options and name.startswith("-"):
                found = value
            elif word[:2] in options and len(word) > 2 and not word.startswith("--"):
                found = word[2:]
        return found


class Started:
    """The started programs of a subject. What may start is traced only when somebody has to know."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._worlds: dict[str, TreeWorld] = {}
        self._includes = _MOST_INCLUDES

    def running(self, *names: str) -> tuple[Running, ...]:
        """Return the services that run one of the programs; those that only may start if none does for certain."""
        wanted = frozenset(names)
        sure = tuple(Running(one) for one in self.subject.services if _runs(one, wanted))
        if sure or not wanted & self._names:
            return sure
        return tuple(Running(one, certain=False) for one in self.trace.conditional if _runs(one, wanted))

    def all(self) -> tuple[Running, ...]:
        """Return every service that starts for certain."""
        return tuple(Running(one) for one in self.subject.services)

    @cached_property
    def trace(self) -> Trace:
        """What was traced, scripts among it. Made when it is first asked for."""
        return trace(self.subject)

    @property
    def scripts(self) -> tuple[Script, ...]:
        """The scripts that run at start."""
        return self.trace.scripts

    @cached_property
    def _names(self) -> frozenset[str]:
        """The names of the programs and links in the trees; those of busybox's applets are among its links."""
        return frozenset(
            entry.name.decode("utf-8", "replace")
            for tree in self.subject.trees
            for entry in tree
            if b"bin/" in entry.path or b"lib" in entry.path
        )

    def world(self, root: str) -> TreeWorld | None:
        """Return the tree of a root file system as a shell sees it."""
        if root not in self._worlds:
            tree = next((one for one in self.subject.trees if one.name == root), None)
            if tree is None:
                return None
            self._worlds[root] = TreeWorld(self.subject, tree)
        return self._worlds[root]

    def text_file(self, path: str, root: str) -> FileFacts | None:
        """Return the record of a text file."""
        found = self.subject.file(path, root)
        return found if found and found.text is not None else None

    def settings_file(
        self, run: Running, usual: Sequence[str], options: Sequence[str] = SETTINGS_OPTIONS, *, plain: bool = False
    ) -> FileFacts | None:
        """Return the settings file that a service reads: the one its arguments name, else the first usual one there is.

        ``plain``: a bare path among the arguments names it. A named file that is not in the image
        is made when the device runs; then nothing is known of it and the usual one is not read.
        """
        named = run.option(*options) if options else None
        if named is None and plain:
            named = next((word for word in run.words if word.startswith("/")), None)
        if named is not None:
            found = self.text_file(named, run.root) if named.startswith("/") else None
            return found or next(
                (one for path in usual if _is_below(named, path) and (one := self.text_file(path, run.root))), None
            )
        return next((one for path in usual if (one := self.text_file(path, run.root))), None)

    def unread(self, usual: Sequence[str], read: Sequence[FileFacts | None]) -> tuple[FileFacts, ...]:
        """Return the usual settings files of a program that no started one reads, in every root file system."""
        known = {(one.root, one.path) for one in read if one}
        found: dict[tuple[str, str], FileFacts] = {}
        for tree in self.subject.trees:
            for path in usual:
                one = self.text_file(path, tree.name)
                if one and (one.root, one.path) not in known:
                    found[one.root, one.path] = one
        return tuple(found[key] for key in sorted(found))

    @staticmethod
    def is_inside(run: Running | None) -> bool:
        """Whether a service that starts for certain waits at no outer port, as far as its kind is known."""
        return run is not None and run.certain and not run.service.ports and run.program in daemons()

    def included(self, file: FileFacts, pattern: str) -> tuple[FileFacts, ...]:
        """Return the text files that an include line means: a path, relative to the file's folder, or a pattern.

        At most some 300 in all: files may include each other.
        """
        world = self.world(file.root)
        path = pattern if pattern.startswith("/") else f"{file.path.rpartition('/')[0]}/{pattern}"
        if world is None or not pattern or self._includes <= 0:
            return ()
        path = f"{path}*" if path.endswith("/") else path
        paths = world.glob(path) if any(mark in path for mark in "*?[") else (path,)
        found = [one for each in paths[:100] if (one := self.text_file(each, file.root)) and one.path != file.path]
        self._includes -= 1 + len(found)
        return tuple(found)

    def version(self, name: str) -> tuple[int, ...] | None:
        """Return the version of a component as numbers, ``None`` when it is unknown or there are several."""
        texts = {
            one.upstream_version or one.version for one in self.subject.components if name in {one.name, one.upstream}
        }
        texts.discard("")
        numbers = {tuple(int(part) for part in _leading(text)) for text in texts}
        return next(iter(numbers)) if len(numbers) == 1 and () not in numbers else None


def _leading(text: str) -> list[str]:
    """Return the numbers a version begins with: ``2:1.6.9-1`` is 1, 6, 9."""
    parts: list[str] = []
    for part in text.partition("-")[0].rpartition(":")[2].lstrip("v").split("."):
        digits = part[: next((i for i, c in enumerate(part) if not c.isdecimal()), len(part))]
        if not digits or len(digits) > 9:
            break
        parts.append(digits)
        if digits != part:
            break
    return parts


def _is_below(folder: str, path: str) -> bool:
    """Whether an argument names the folder of a usual settings file, as ``boa -c /etc/boa`` does."""
    return folder.startswith("/") and path.startswith(folder.rstrip("/") + "/")


def _runs(service: Service, wanted: frozenset[str]) -> bool:
    base = _base(service.program)
    base = _INETD_NAMES.get(base, base)
    if base in wanted or service.name in wanted:
        return True
    known = daemons()
    if base.startswith(_BUSYBOX):
        return any(name in known and known[name].service == service.name for name in wanted)
    stem = base.rstrip("0123456789.")
    return any(base.startswith((f"{name}-", f"{name}_")) or stem.rstrip("-_") == name for name in wanted)


def _base(path: str) -> str:
    return path.rpartition("/")[2]
