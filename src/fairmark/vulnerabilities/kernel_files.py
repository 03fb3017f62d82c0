"""What the Makefiles and Kconfig files of Linux say of a source file: facts, read off whole source trees.

``kernel_files.txt`` holds, for four releases, the options that every file below ``drivers/``, ``fs/``,
``net/`` and so on needs, the module it becomes, and the architectures that can have it. Its first lines
explain its form; ``docs/kernel_files.py`` writes it. A file that no release lists is judged by the
options that the build enters its folder with.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from fairmark.model.data import read_data

_PACKAGE, _FILE = "fairmark.vulnerabilities", "kernel_files.txt"


@dataclass(frozen=True, slots=True)
class Way:
    """One way into a kernel: options that must all be set, and the module it gives, '' for none.

    ``trees`` are the numbers of the releases where it is so; empty for all that list the file.
    """

    options: tuple[str, ...]
    module: str
    trees: frozenset[int]


@dataclass(frozen=True, slots=True)
class FileFacts:
    """All ways of one file; ``architectures`` are the kernel's names of those that can have it, None for all.

    ``is_listed`` is false where only the folder is known.
    """

    ways: tuple[Way, ...]
    architectures: frozenset[str] | None
    is_listed: bool


@dataclass(frozen=True, slots=True)
class _Table:
    releases: tuple[tuple[int, int], ...]
    usual: frozenset[str]
    folders: Mapping[str, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]]
    """Folder -> the options it is entered with, and its rows, each with the architectures above it."""


def releases() -> tuple[tuple[int, int], ...]:
    """Return the releases that the table was made of, the oldest first."""
    return _table().releases


def usual_options() -> frozenset[str]:
    """Return yes-or-no options that are on by default: a kernel older than the table may not have them at all."""
    return _table().usual


def rarest(options: Iterable[str]) -> str:
    """Return the option that the fewest rows name: ``ATH9K`` of ``ATH9K`` and ``WLAN``. '' of none."""
    return min(options, key=lambda one: (_spread()[one], one), default="")


@cache
def _spread() -> Counter[str]:
    found: Counter[str] = Counter()
    for guard, rows in _table().folders.values():
        for _, row in rows:
            found.update({*guard, *re.findall(r"[A-Z0-9]\w+", row.partition(" ")[0])})
    return found


@cache
def _table() -> _Table:
    known: dict[str, tuple[str, ...]] = {"trees": (), "usual": ()}
    folders: dict[str, tuple[tuple[str, ...], list[tuple[str, str]]]] = {}
    rows: list[tuple[str, str]] = []
    architectures = ""
    for line in read_data(_PACKAGE, _FILE).decode().splitlines():
        mark, rest = line[:1], line[1:]
        if mark == ">":
            folder, _, guard = rest.partition(" ")
            rows, architectures = [], ""
            folders[folder] = (tuple(filter(None, guard.split("&"))), rows)
        elif mark == "@":
            architectures = rest
        elif mark == " ":
            rows.append((architectures, rest))
        elif mark != "#":
            word, *values = line.split()
            known[word] = tuple(values)
    pairs = [one.split(".") for one in known["trees"]]
    return _Table(
        releases=tuple((int(major), int(minor)) for major, minor in pairs),
        usual=frozenset(known["usual"]),
        folders={folder: (guard, tuple(found)) for folder, (guard, found) in folders.items()},
    )


@lru_cache(maxsize=8_192)
def facts_of(file: str) -> FileFacts | None:
    """Return what is known of a source file, from the root of the source tree; None where not even its folder is.

    >>> facts_of("fs/btrfs/inode.c").ways[0]
    Way(options=('BTRFS_FS',), module='btrfs', trees=frozenset())
    """
    folder, _, name = file.rpartition("/")
    known = _table().folders.get(folder)
    if known is None:
        return _of_folder(folder.rpartition("/")[0])
    guard, rows = known
    for architectures, row in rows:
        ways, _, names = row.partition(" ")
        if names == "*" or name.removesuffix(".c") in names.split(" "):
            able = frozenset(architectures.split(",")) if architectures else None
            stem = name.rpartition(".")[0].replace("-", "_")
            return FileFacts(_ways(ways, guard, stem), able, is_listed=True)
    return _of_folder(folder)


def _of_folder(folder: str) -> FileFacts | None:
    """Judge a header, or a file of another release, by the nearest folder that the build enters."""
    while folder:
        known = _table().folders.get(folder)
        if known is not None:
            ways = (Way(known[0], "", frozenset()),) if known[0] else ()
            return FileFacts(ways, None, is_listed=False)
        folder = folder.rpartition("/")[0]
    return None


def _ways(text: str, guard: tuple[str, ...], stem: str) -> tuple[Way, ...]:
    found = []
    for part in text.split("|"):
        numbers, colon, ways = part.rpartition(":")
        trees = frozenset(int(one) for one in numbers) if colon else frozenset()
        for way in ways.split(","):
            options, _, module = way.partition("=")
            wanted = (*guard, *filter(None, options.split("&")))
            found.append(Way(wanted, stem if module == "." else module, trees))
    return tuple(found)
