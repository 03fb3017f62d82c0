"""Scripts that bring a device back to its factory settings, and what they erase.

A script counts by its name or because it speaks of the factory and erases something. What it erases is
read off its commands: paths that it removes or overwrites, file systems that it wipes as a whole. A
command that is not understood makes the script unclear; nothing is then concluded from what it leaves out.
"""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fairmark.examine.subject import FileFacts

_NAME = re.compile(
    r"(?:.*[-_/.])?(?:factory[-_]?(?:reset|default|restore)\w*|reset[-_]?(?:to[-_]?)?(?:factory|defaults?|config|settings)\w*|"
    r"restore[-_]?(?:factory|defaults?|settings)\w*|(?:load|set)[-_]?(?:factory|defaults?)\w*|default[-_]?reset|firstboot|"
    r"(?:wipe|erase)[-_]?(?:all|user|data|config)\w*)(?:\.sh)?|.*/rc\.button/reset",
    re.IGNORECASE,
)
_SPEAKS = re.compile(r"factory|default[ _-]settings|reset[ _-](?:to|button)", re.IGNORECASE)
_SCRIPT = re.compile(r"#!.*\b(?:ba|da|a)?sh\b")
_OUTSIDE = re.compile(
    r"/(?:doc|docs|man|examples?|tests?)/|^/(?:usr/)?(?:share|lib)/(?:dpkg|bash-completion|initramfs-tools)/"
)
_ASSIGNMENT = re.compile(r"(?:export\s+|local\s+|readonly\s+)?([A-Za-z_]\w{0,60})=(\"[^\"`$]*\"|'[^'$]*'|[\w./-]*)")
_VARIABLE = re.compile(r"\$(?:\{(\w{1,60})\}|(\w{1,60}))")
_KEYWORDS = frozenset(
    {"if", "then", "else", "elif", "fi", "do", "done", "while", "until", "for", "case", "esac", "{", "}", "!"}
)
_HARMLESS = frozenset(
    {
        "echo",
        "printf",
        "logger",
        "sync",
        "sleep",
        "reboot",
        "poweroff",
        "halt",
        "exit",
        "return",
        "true",
        "false",
        ":",
        "[",
        "test",
    }
    | {
        "killall",
        "kill",
        "mkdir",
        "chmod",
        "chown",
        "touch",
        "ls",
        "cd",
        "umount",
        "mount",
        "set",
        "trap",
        "export",
        "local",
    }
    | {
        "ifconfig",
        "led",
        "led.sh",
        "usleep",
        "date",
        "read",
        "shift",
        "break",
        "continue",
        "grep",
        "cat",
        "wait",
        "pidof",
    }
    | {"/etc/init.d/network", "/sbin/reboot", "/bin/sync", "/bin/sleep", "ip", "ubus", "start-stop-daemon", "basename"}
)
_WIPERS = frozenset({"mtd", "dd", "flash_erase", "flash_eraseall", "ubiformat", "blkdiscard", "mke2fs"})
_NVRAM = re.compile(r"(?:nvram|ralink_init|nvram_daemon|envtool|fw_setenv|cfgmgr|config_set)\w*")
_MAX_LINES = 400


@dataclass(frozen=True, slots=True)
class Reset:
    """One script: the paths below which it erases, how it does so, and whether all of it was understood.

    ``erases_root`` says that it wipes the layer in which all changes to the root file system are kept.
    """

    file: FileFacts
    paths: tuple[str, ...]
    lines: tuple[int, ...]
    erases_root: bool
    is_clear: bool

    def covers(self, path: str) -> bool:
        """Whether what lies at a path is erased."""
        return any(path == one or path.startswith(one.rstrip("/") + "/") for one in self.paths)


def factory_resets(files: Sequence[FileFacts], mounted: Mapping[str, str]) -> tuple[Reset, ...]:
    """Return the scripts that reset the device; ``mounted`` is device -> place, as far as it is known."""
    return tuple(found for file in files if _may_reset(file) and (found := _read(file, mounted)))


def _may_reset(file: FileFacts) -> bool:
    if not file.text or not _SCRIPT.match(file.text) or _OUTSIDE.search(file.path):
        return False
    return _NAME.fullmatch(file.path) is not None or _SPEAKS.search(file.text) is not None


def _read(file: FileFacts, mounted: Mapping[str, str]) -> Reset | None:
    reading = _Reading(mounted)
    lines = (file.text or "").splitlines()
    for number, line in enumerate(lines[:_MAX_LINES], start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            reading.line(number, line.strip())
    if not reading.lines or (not _NAME.fullmatch(file.path) and not reading.is_wide):
        return None
    clear = reading.is_clear and len(lines) <= _MAX_LINES
    return Reset(file, tuple(sorted(reading.paths)), tuple(reading.lines), reading.erases_root, clear)


class _Reading:
    """What was read of one script so far."""

    def __init__(self, mounted: Mapping[str, str]) -> None:
        self.mounted = mounted
        self.values: dict[str, str] = {}
        self.paths: set[str] = set()
        self.lines: list[int] = []
        self.erases_root = False
        self.is_wide = False
        self.is_clear = True

    def line(self, number: int, text: str) -> None:
        """Read one line: its commands one after the other."""
        assigned = _ASSIGNMENT.fullmatch(text.rstrip(";"))
        if assigned:
            self.values[assigned[1]] = assigned[2].strip("\"'")
            return
        filled = _VARIABLE.sub(lambda one: self.values.get(one[1] or one[2], one[0]), text)
        for words in _commands(filled):
            before = (len(self.paths), self.erases_root)
            if not self._command(words):
                self.is_clear = False
            if (len(self.paths), self.erases_root) != before:
                self.lines.append(number)

    def _command(self, words: list[str]) -> bool:
        """Take one command; whether it was understood."""
        base = words[0].rpartition("/")[2]
        rest = [word for word in words[1:] if not word.startswith("-")]
        understood = base in _HARMLESS or words[0] in _HARMLESS or _NVRAM.fullmatch(base) is not None
        if base in {"firstboot", "jffs2reset"}:
            understood = self._devices(["rootfs_data"])
        elif base in _WIPERS or base.startswith("mkfs."):
            understood = self._devices(_wiped(base, rest))
        elif base in {"rm", "shred"} or (base == "find" and "-delete" in words):
            understood = self._removed(rest[:1] if base == "find" else rest)
        elif base in {"cp", "mv"}:
            understood = self._overwritten(rest)
        return understood

    def _wide(self, path: str) -> None:
        self.is_wide = True
        self.paths.add(path)

    def _devices(self, names: list[str]) -> bool:
        """Wipe whole file systems; one whose place is not known leaves the script unclear."""
        clear = bool(names)
        for name in names:
            if name in {"rootfs_data", "overlay"}:
                self._wide("/")
                self.erases_root = True
            elif place := self.mounted.get(name) or self.mounted.get(name.replace("/mtd", "/mtdblock")):
                self._wide(place)
            else:
                self.lines.append(0)
                self.is_wide = True
                clear = False
        self.lines = [number for number in self.lines if number]
        return clear

    def _removed(self, paths: list[str]) -> bool:
        """Remove paths; a pattern at the end stands for what lies in its folder."""
        clear = True
        for path in paths:
            if "$" in path or not path.startswith("/"):
                clear = False
                continue
            plain = re.split(r"[*?\[]", path)[0]
            place = plain.rstrip("/") if plain == path or plain.endswith("/") else plain.rpartition("/")[0]
            place = re.sub(r"^/overlay(?:/upper)?(?=/|$)", "", place)
            self.erases_root = self.erases_root or not place
            self.is_wide = self.is_wide or not place
            self.paths.add(place or "/")
        return clear

    def _overwritten(self, rest: list[str]) -> bool:
        """Overwrite a file, or what lies in a folder, with that of the factory."""
        if len(rest) < 2 or not rest[-1].startswith("/") or any("$" in word for word in rest):
            return False
        self.paths.add(rest[-1].rstrip("/"))
        return True


def _wiped(base: str, rest: list[str]) -> list[str]:
    """Return the devices that a command wipes."""
    if base == "mtd":
        return rest[rest.index("erase") + 1 :] if "erase" in rest else []
    if base == "dd":
        return [word[3:] for word in rest if word.startswith("of=/dev/")]
    return rest[:1] if base == "flash_erase" else [word for word in rest if "/dev/" in word]


def _commands(text: str) -> Iterator[list[str]]:
    """Split a line at what joins commands; redirections and keywords are left out."""
    for piece in re.split(r"&&|\|\||[;|&]", re.sub(r"[12]?>&[12]|[12]?>>?\s*/dev/\w+", " ", text)):
        try:
            words = shlex.split(piece, comments=True)
        except ValueError:
            words = ["?"]
        while words and words[0] in _KEYWORDS:
            words = words[1:]
        if words and not words[0].endswith((")", "()")) and words[0] != "in":
            yield words
