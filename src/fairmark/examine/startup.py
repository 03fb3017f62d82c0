"""What runs when the device starts: from init's own settings to single commands.

Entry points: ``/etc/inittab``, the rcS script that busybox runs without one, ``/init``, the S links
of SysV and OpenWrt, systemd units. Scripts are followed with ``shell``; what they start under a
condition that only the running device can answer is kept apart as not certain.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from itertools import chain, islice

from fairmark.examine import crontab, systemd
from fairmark.examine.openwrt import HELPERS
from fairmark.examine.shell import Command, Place, Run
from fairmark.examine.subject import FileFacts, Subject
from fairmark.examine.tree import Entry, Kind, Tree
from fairmark.examine.uci import sections

SEARCH_PATH = ("/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin")

_SHELL = re.compile(r"#!\s*/\S*?(?:\b(?:ba|da|a)?sh|busybox\s+sh|env\s+(?:ba|da|a)?sh)\b(?!\S*\.py)")
_WITHOUT_INITTAB = ("/etc/init.d/rcS", "/etc/rc.d/rcS", "/etc/rcS", "/etc/rc", "/etc/rc.d/rc.sysinit", "/etc/rc.local")
_ACTIONS = frozenset(
    {"sysinit", "wait", "once", "respawn", "respawnlate", "askfirst", "boot", "bootwait", "askconsole"}
)
_MAX_MATCHES = 4_096
_MAX_GLOB_WORK = 1_000_000
_MAX_STEPS = 200_000
_LISTING = re.compile(r"(?:ls|echo)\s+(?:-\w+\s+)*(/[^\s;|&<>$`'\"]*)\s*(?:2>\s*/dev/null)?")
_CAT = re.compile(r"cat\s+(/etc\w*/[^\s;|&<>$`'\"]+)\s*(?:2>\s*/dev/null)?")
_UCI_GET = re.compile(r"uci\s+(?:-q\s+)?get\s+([\w-]+)\.([\w@\[\]-]+)\.(\w+)\s*(?:2>\s*/dev/null)?")
_BY_TYPE = re.compile(r"@(\w+)\[([0-9]{1,3})\]")
_NVRAM_GET = re.compile(r"(?:nvram\s+get|nvram_get)\s+(?:2860\s+)?\"?(\w+)\"?\s*(?:2>\s*/dev/null)?")
_FACTORY_SETTINGS = (
    "/etc/nvram*",
    "/etc_ro/nvram*",
    "/usr/etc/nvram*",
    "/etc/default_nvram*",
    "/etc_ro/Wireless/*/*default*",
)


@dataclass(frozen=True, slots=True)
class Startup:
    """The commands one root file system runs, and whether anything was found that starts them at all."""

    commands: tuple[Command, ...]
    recognised: bool
    scripts: tuple[Command, ...] = ()
    """The scripts that are run; the first word is the path."""
    cut: bool = False
    """Whether there was more to follow than is ever followed."""


class TreeWorld:
    """The tree of one root file system, as the shell sees it."""

    def __init__(self, subject: Subject, tree: Tree) -> None:
        self.subject = subject
        self.tree = tree
        self._glob_work = 0
        self.cut = False
        """Whether a pattern has more matches than are ever looked at."""
        self._globs: dict[str, tuple[str, ...]] = {}

    @property
    def builtins(self) -> Mapping[str, Callable[[Run, Sequence[str]], bool | None]]:
        """The helpers of OpenWrt, where its function library is in the tree."""
        return HELPERS if self.tree.get("/etc/rc.common") else {}

    def facts(self, path: str) -> FileFacts | None:
        """Return the record of the regular file that ``path`` leads to."""
        return self.subject.file(path, self.tree.name)

    def text(self, path: str) -> tuple[str, str] | None:
        """Return real path and text of a text file."""
        found = self.facts(path)
        return (found.path, found.text) if found and found.text is not None else None

    def script(self, path: str) -> tuple[str, str] | None:
        """Return real path and text of a shell script; a text without a first line for another program counts."""
        found = self.text(path)
        if found and (_SHELL.match(found[1]) or "/rc.common" in found[1][:80]):
            return found
        return found if found and found[1].strip() and not found[1].startswith("#!") else None

    def test(self, operator: str, path: str) -> bool:
        """Answer a file test."""
        entry = self.tree.get(path, follow=operator not in {"-L", "-h"})
        if entry is None:
            return False
        if operator in {"-L", "-h"}:
            return entry.kind is Kind.SYMLINK
        checks: dict[str, Callable[[Entry], bool]] = {
            "-f": lambda one: one.kind is Kind.FILE,
            "-d": lambda one: one.kind is Kind.DIRECTORY,
            "-x": lambda one: bool(one.mode & 0o111),
            "-s": lambda one: one.size > 0,
            "-c": lambda one: one.kind is Kind.CHAR,
            "-b": lambda one: one.kind is Kind.BLOCK,
            "-p": lambda one: one.kind is Kind.FIFO,
            "-S": lambda one: one.kind is Kind.SOCKET,
        }
        return checks[operator](entry) if operator in checks else True

    def glob(self, pattern: str) -> tuple[str, ...]:
        """Return the absolute paths that match a pattern, sorted; of an absurd number only the first."""
        if not pattern.startswith("/") or pattern.count("/") > 12:
            return ()
        if pattern not in self._globs:
            found = [""]
            for part in pattern.strip("/").split("/"):
                matches = chain.from_iterable(self._matches(above, part) for above in found)
                found = list(islice(matches, _MAX_MATCHES))
                self.cut |= next(matches, None) is not None
            self._globs[pattern] = tuple(sorted(found))
        return self._globs[pattern]

    def _matches(self, above: str, part: str) -> Iterator[str]:
        if not any(mark in part for mark in "*?["):
            yield f"{above}/{part}"
            return
        inside = self.tree.children(above or "/")
        self._glob_work += len(inside)
        if self._glob_work > _MAX_GLOB_WORK:
            self.cut = True
            return
        for entry in inside:
            name = entry.name.decode("utf-8", "surrogateescape")
            if fnmatchcase(name, part) and (not name.startswith(".") or part.startswith(".")):
                yield f"{above}/{name}"

    def output(self, command: str) -> str | None:
        """Answer ``ls`` and ``echo`` of a pattern, ``cat`` of a small file, ``uci get`` and ``nvram get``."""
        listing = _LISTING.fullmatch(command)
        if listing:
            return " ".join(self.glob(listing[1]))
        wanted = _UCI_GET.fullmatch(command)
        if wanted:
            return self._uci(wanted[1], wanted[2], wanted[3])
        wanted = _NVRAM_GET.fullmatch(command)
        if wanted:
            return self._factory_values.get(wanted[1])
        shown = _CAT.fullmatch(command)
        found = self.text(shown[1]) if shown else None
        return found[1].strip() if found and len(found[1]) < 200 else None

    def _uci(self, file: str, name: str, option: str) -> str | None:
        found = self.text(f"/etc/config/{file}")
        if found is None:
            return None
        typed = _BY_TYPE.fullmatch(name)
        every = [one for one in sections(found[1]) if (one.type == typed[1] if typed else one.name == name)]
        index = int(typed[2]) if typed else 0
        return every[index].value(option) if index < len(every) else ""

    @cached_property
    def _factory_values(self) -> Mapping[str, str]:
        """What the non-volatile settings hold in a new device, from the files that set them up."""
        values: dict[str, str] = {}
        for pattern in _FACTORY_SETTINGS:
            for path in self.glob(pattern):
                found = self.text(path)
                for line in (found[1] if found else "").splitlines():
                    key, equals, value = line.strip().partition("=")
                    if equals and key.isidentifier():
                        values.setdefault(key, value.strip().strip("\"'"))
        return values

    def find(self, program: str) -> str | None:
        """Return the path of a program; a bare name is searched like the shell does."""
        candidates = (program,) if "/" in program else tuple(f"{folder}/{program}" for folder in SEARCH_PATH)
        return next((path for path in candidates if path.startswith("/") and self.test("-f", path)), None)


def startup(subject: Subject, tree: Tree) -> Startup:
    """Return what one root file system runs when it starts."""
    world = TreeWorld(subject, tree)
    commands = _Gathered()
    inittab = world.text("/etc/inittab")
    level = _inittab(world, inittab, commands) if inittab else None
    has_systemd = systemd.is_init(world)
    entries = [path for path in ("/init", "/linuxrc") if _is_own_script(world, path)]
    if not inittab and not has_systemd:
        entries += [path for path in _WITHOUT_INITTAB if world.script(path)]
    for path in entries:
        _follow(world, path, (), commands, ())
    links = _links(world, level, has_systemd=has_systemd)
    for link, action in links:
        _follow(world, link, (action,), commands, (Place(link, 0, "start link"),))
    whole = True
    if has_systemd:
        whole = systemd.gather(world, commands.commands, commands.scripts, commands.budget)
    for job in crontab.jobs(world, tuple(commands.commands)):
        run = Run(world, job.place.path, job.text, commands.commands, job.trail, certain=job.certain)
        run.within, run.scripts, run.budget = job.place, commands.scripts, commands.budget
        run.follow()
    recognised = bool(inittab or entries or links or has_systemd)
    cut = commands.budget[0] < 0 or world.cut or not whole
    return Startup(_unique(commands.commands), recognised, _unique(commands.scripts), cut)


@dataclass(frozen=True, slots=True)
class _Gathered:
    """What has been found so far."""

    commands: list[Command] = field(default_factory=list)
    scripts: list[Command] = field(default_factory=list)
    budget: list[int] = field(default_factory=lambda: [_MAX_STEPS])


def _unique(commands: Sequence[Command]) -> tuple[Command, ...]:
    """Keep the first of those with the same words."""
    first = {(command.words, command.certain): command for command in reversed(commands)}
    return tuple(command for command in commands if first[command.words, command.certain] is command)


def _is_own_script(world: TreeWorld, path: str) -> bool:
    entry = world.tree.get(path, follow=False)
    return entry is not None and entry.kind is Kind.FILE and world.script(path) is not None


def _follow(
    world: TreeWorld, path: str, arguments: tuple[str, ...], commands: "_Gathered", trail: tuple[Place, ...]
) -> None:
    found = world.script(path)
    if found:
        commands.scripts.append(
            Command((found[0], *arguments), trail or (Place(found[0], 1, "start script"),), certain=True)
        )
        Run(
            world,
            found[0],
            found[1],
            commands.commands,
            trail,
            arguments,
            scripts=commands.scripts,
            budget=commands.budget,
        ).follow()


def _inittab(world: TreeWorld, inittab: tuple[str, str], commands: "_Gathered") -> str | None:
    """Follow every process of the inittab; return the default run level of a SysV init."""
    path, text = inittab
    rows = [(number, line.split(":", 3)) for number, line in enumerate(text.splitlines(), start=1)]
    rows = [(number, fields) for number, fields in rows if len(fields) == 4 and not fields[0].lstrip().startswith("#")]
    level = next((fields[1].strip() for _, fields in rows if fields[2].strip() == "initdefault"), None)
    for number, (_, levels, action, process) in rows:
        runs = level is None or not levels or level in levels or action.strip() in {"sysinit", "boot", "bootwait"}
        if action.strip() not in _ACTIONS or not runs:
            continue
        place = Place(path, number, f"::{action}:{process}")
        run = Run(
            world,
            path,
            process.strip().lstrip("-+@"),
            commands.commands,
            scripts=commands.scripts,
            budget=commands.budget,
        )
        run.within = place
        run.follow()
    return level


def _links(world: TreeWorld, level: str | None, *, has_systemd: bool) -> list[tuple[str, str]]:
    """Return the S links that are followed at start, with the action given to each script."""
    if world.tree.get("/etc/rc.common"):
        return [(link, "boot") for link in world.glob("/etc/rc.d/S*")]
    if level:
        levels: tuple[str, ...] = ("S", level)
    elif has_systemd:
        levels = ("S", "3")
    elif world.tree.get("/etc/init.d/rc") and not world.tree.get("/etc/inittab"):
        levels = ("S", "2")
    else:
        return []
    found = [
        link for one in levels for link in (*world.glob(f"/etc/rc{one}.d/S*"), *world.glob(f"/etc/rc.d/rc{one}.d/S*"))
    ]
    return [(link, "start") for link in found if not (has_systemd and systemd.has_unit(world, link))]
