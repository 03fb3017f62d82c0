"""What the readers of package databases share: bounded text, bounded lines, owned files, and gaps."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from fairmark.examine.tree import Entry, Kind, Tree, UnreadableEntryError
from fairmark.model.gap import Gap, GapReason

MAX_DATABASE = 32 << 20
MAX_LINE = 16 << 10
MAX_PACKAGES = 50_000
MAX_PATHS = 300_000  # over all packages of one database
MAX_LISTS = 20_000
MAX_FIELD = 300
_MAX_FIELDS = 64
_SMALLEST = 8  # a file that holds a line end and no more is an empty database


class MalformedError(Exception):
    """A package database, or one of its records, breaks its own format. It becomes ``Gap(reason=damaged)``."""


def text_of(tree: Tree, entry: Entry | None) -> str:
    """Return the beginning of a text file; '' when it is none or cannot be read (the scan recorded that gap)."""
    if entry is None or entry.kind is not Kind.FILE:
        return ""
    try:
        data = tree.read(entry, MAX_DATABASE)
    except UnreadableEntryError:
        return ""
    return "" if b"\0" in data[:4096] else data.decode("utf-8", "replace")


def lines_of(text: str) -> Iterator[str]:
    """Give the lines, each cut to a bounded length."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield text[start : min(end, start + MAX_LINE)].rstrip("\r")
        start = end + 1


def gap_of(tree: Tree, entry: Entry, reason: GapReason, detail: str) -> Gap:
    """Return a gap that names the database."""
    where = f"{tree.name}: {entry.printable}" if tree.name else entry.printable
    return Gap(where=where, reason=reason, detail=detail, bytes=entry.size)


def note_unread(tree: Tree, entry: Entry | None, count: int, gaps: list[Gap]) -> None:
    """Record a gap for a text database that holds bytes and gave no package, or is longer than what is read."""
    if entry is None or entry.kind is not Kind.FILE or entry.size < _SMALLEST:
        return
    if not count:
        gaps.append(gap_of(tree, entry, GapReason.DAMAGED, "the package database lists nothing that can be read"))
    elif entry.size > MAX_DATABASE:
        detail = f"only the first {MAX_DATABASE:,} bytes of the package database were read"
        gaps.append(gap_of(tree, entry, GapReason.LIMIT, detail))
    elif count >= MAX_PACKAGES:
        gaps.append(gap_of(tree, entry, GapReason.LIMIT, f"only the first {MAX_PACKAGES:,} packages were read"))


@dataclass(frozen=True, slots=True)
class Stanza:
    """One block of ``Key: value`` lines, and the line it starts at. Keys are in small letters."""

    line: int
    fields: Mapping[str, str]


def stanzas_of(text: str) -> Iterator[Stanza]:
    """Split a control file into its stanzas; lines that continue a field are dropped."""
    fields: dict[str, str] = {}
    start, count = 1, 0
    for number, line in enumerate(lines_of(text), start=1):
        if not line.strip():
            if fields:
                yield Stanza(start, fields)
                count += 1
            fields, start = {}, number + 1
            if count >= MAX_PACKAGES:
                return
        elif line[0] not in " \t":
            key, colon, value = line.partition(":")
            if colon and len(fields) < _MAX_FIELDS:
                fields.setdefault(key.strip().lower()[:40], value.strip()[:MAX_FIELD])
    if fields:
        yield Stanza(start, fields)


class OwnedFiles:
    """Resolves listed paths to regular files of the tree, a bounded number of them."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._left = MAX_PATHS

    def real(self, listed: Iterable[str]) -> tuple[str, ...]:
        """Return the regular files among the listed paths, sorted, with links on the way resolved."""
        found = set()
        for line in listed:
            if self._left <= 0:
                break
            self._left -= 1
            path = line.split("\t")[0]
            entry = self._tree.get(path, follow=False) if path.startswith("/") else None
            if entry and entry.kind is Kind.FILE:
                found.add(entry.printable)
        return tuple(sorted(found))
