"""apk: one file of blocks, whose lines begin with one letter and a colon."""

from collections.abc import Iterable, Iterator

from fairmark.examine.package_databases.control import control_package
from fairmark.examine.package_databases.package import Package
from fairmark.examine.package_databases.reading import MAX_FIELD, OwnedFiles, lines_of, note_unread, text_of
from fairmark.examine.tree import Tree
from fairmark.model.gap import Gap

_APK = ("/lib/apk/db/installed", "/usr/lib/apk/db/installed")


def apk(tree: Tree, gaps: list[Gap]) -> Iterator[Package]:
    """Give the packages of apk."""
    for path in _APK:
        database = tree.get(path)
        budget = OwnedFiles(tree)
        count = 0
        for line, rows in _blocks(text_of(tree, database)):
            fields = {key: value for key, value in reversed(rows) if key not in "FRZa"}
            if database and fields.get("P"):
                count += 1
                named = {
                    "package": fields["P"],
                    "version": fields.get("V", ""),
                    "architecture": fields.get("A", ""),
                    "source": fields.get("o", ""),
                    "license": fields.get("L", ""),
                }
                yield control_package("apk", tree, named, database, line, budget.real(_paths(rows)))
        note_unread(tree, database, count, gaps)


def _blocks(text: str) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    rows: list[tuple[str, str]] = []
    start = 1
    for number, line in enumerate(lines_of(text), start=1):
        if line:
            key, colon, value = line.partition(":")
            if colon and len(key) == 1:
                rows.append((key, value[:MAX_FIELD]))
            continue
        if rows:
            yield start, rows
        rows, start = [], number + 1
    if rows:
        yield start, rows


def _paths(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Files (R) lie in the directory (F) named before them."""
    folder = ""
    for key, value in rows:
        if key == "F":
            folder = value
        elif key == "R":
            yield f"/{folder}/{value}"
