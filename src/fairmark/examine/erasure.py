"""Which whole places a script erases together, read strictly: what is not sure to be erased does not count.

A place is erased by wiping its device, by ``rm -rf PLACE`` or by ``find PLACE -delete``. ``rm -rf PLACE/*`` leaves what
begins with a dot, and a pattern or a single file is no whole place. Commands count together where they stand in one
block or in a block around it; what hangs on the answer of another command does not count.
"""

from collections.abc import Mapping, Sequence

from fairmark.examine.shell_syntax import parse
from fairmark.examine.shell_tree import (
    Block,
    Case,
    Chain,
    For,
    Function,
    If,
    Loop,
    PartKind,
    Simple,
    Statement,
    Word,
)

LAYER = "/"
"""Stands for the layer in which all changes to the root file system are kept."""
_LAYERS = frozenset({"rootfs_data", "overlay"})
_WIPES = frozenset({"flash_erase", "flash_eraseall", "ubiformat", "blkdiscard", "mke2fs"})
_MOST_LINKS = 60


def erased_together(text: str, mounted: Mapping[str, str]) -> tuple[frozenset[str], ...]:
    """Return the places that are erased together, one set for each block; ``mounted`` is device -> place."""
    reading = _Reading(mounted)
    reading.block(parse(text), frozenset())
    return tuple(dict.fromkeys(one for one in reading.found if one))


class _Reading:
    """What was read of one script."""

    def __init__(self, mounted: Mapping[str, str]) -> None:
        self.mounted = mounted
        self.values: dict[str, str | None] = {}
        self.found: list[frozenset[str]] = []

    def block(self, body: Sequence[Statement], above: frozenset[str]) -> None:
        """Gather what a block erases, then look into the blocks inside it."""
        erased = set(above)
        for statement in body:
            sure = _sure(statement)
            if any(_is_end(command) for command in sure):
                break
            for command in sure:
                for name, word in command.assignments:
                    self.values[name] = self._text(word) if name not in self.values else None
                erased |= self._command([self._text(word) for word in command.words])
        self.found.append(frozenset(erased))
        for statement in body:
            for inner in _inside(statement):
                self.block(inner.body, frozenset(erased))

    def _text(self, word: Word) -> str | None:
        pieces = [
            part.text
            if part.kind is PartKind.TEXT
            else self.values.get(part.text)
            if part.kind is PartKind.VARIABLE and not part.default
            else None
            for part in word
        ]
        known = [piece for piece in pieces if piece is not None]
        return "".join(known) if len(known) == len(pieces) else None

    def _command(self, words: Sequence[str | None]) -> set[str]:
        """Return the places that one command erases as a whole."""
        known = [word for word in words if word is not None]
        if not known or len(known) != len(words):
            return set()
        name, rest = known[0].rpartition("/")[2], [word for word in known[1:] if not word.startswith("-")]
        options = "".join(word for word in known[1:] if word.startswith("-"))
        devices: Sequence[str] = ()
        paths: Sequence[str] = ()
        if name in {"firstboot", "jffs2reset"}:
            devices = ("rootfs_data",)
        elif name == "mtd" and rest[:1] == ["erase"]:
            devices = rest[1:]
        elif name in _WIPES or name.startswith("mkfs."):
            devices = rest
        elif name == "rm" and {"r", "f"} <= set(options.lower()):
            paths = rest
        elif name == "find" and set(known[2:]) <= {"-delete", "-mindepth", "1", "-depth"} and "-delete" in known:
            paths = rest[:1]
        return self._devices(devices) | {place for path in paths if (place := _whole(path))}

    def _devices(self, names: Sequence[str]) -> set[str]:
        places = {LAYER for name in names if name in _LAYERS}
        for name in names:
            place = self.mounted.get(name) or self.mounted.get(name.replace("/dev/mtd", "/dev/mtdblock"))
            places |= {place} if place else set()
        return places


def _is_end(command: Simple) -> bool:
    return bool(command.words) and command.words[0][0].text in {"exit", "return", "exec"}


def _whole(path: str) -> str:
    """Return the place that a path names as a whole; '' for a pattern or a relative path."""
    if not path.startswith("/") or any(mark in path for mark in "*?["):
        return ""
    plain = path.rstrip("/")
    return LAYER if plain in {"/overlay", "/overlay/upper"} else plain


def _sure(statement: Statement) -> list[Simple]:
    """Return the commands that are run whatever another one answers: of a chain the first."""
    for _ in range(_MOST_LINKS):
        if not isinstance(statement, Chain):
            break
        statement = statement.first
    return [statement] if isinstance(statement, Simple) else []


def _inside(statement: Statement) -> list[Block]:
    """Return the blocks inside a statement, each of which is run as a whole if at all."""
    found: list[Block] = []
    match statement:
        case If(body=body, otherwise=otherwise):
            found = [body, otherwise]
        case Case(branches=branches):
            found = [body for _, body in branches]
        case Loop(body=body) | For(body=body) | Function(body=Block() as body):
            found = [body]
        case Block() as body:
            found = [body]
    return found
