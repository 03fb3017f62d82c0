"""Build manifests: the lists of packages that Buildroot, Yocto and OpenWrt write when they make an image.

A manifest says what the build took in; it is the maker's list, it owns no files, and it counts only where
no package database is there. It is known by its name and by every line having the form of the builder.

Formats (manuals of the builders): Buildroot's ``legal-info/manifest.csv``; Yocto's ``license.manifest`` of
stanzas and ``*.manifest`` of "name architecture version"; OpenWrt's ``*.manifest`` of "name - version".
"""

import csv
import re
from collections.abc import Iterator

from fairmark.examine.package_databases.package import Package
from fairmark.examine.package_databases.reading import (
    MAX_FIELD,
    MAX_PACKAGES,
    gap_of,
    lines_of,
    stanzas_of,
    text_of,
)
from fairmark.examine.tree import Entry, Tree
from fairmark.model.gap import Gap, GapReason

_FEWEST = 3  # lines of a list without a heading, so that no other text passes for one
_MOST_FILES = 50
_YOCTO = re.compile(r"([a-z0-9][\w.+-]{0,100}) ([a-z0-9][\w.-]{0,40}) (\S{1,100})")
_OPENWRT = re.compile(r"([a-z0-9][\w.+-]{0,100}) - (\S{1,100})")
_NONE = frozenset({"", "not applicable", "unknown", "n/a", "custom"})

_Row = tuple[int, str, str, str, str, str]  # line, name, version, architecture, source, licence


def manifests(tree: Tree, gaps: list[Gap]) -> Iterator[Package]:
    """Give the packages that the build manifests of a tree list, each name once a kind."""
    seen: set[tuple[str, str]] = set()
    for entry in _candidates(tree):
        kind, rows = _rows(entry, text_of(tree, entry))
        if not rows and entry.name in {b"license.manifest", b"image_license.manifest"} and entry.size:
            gaps.append(gap_of(tree, entry, GapReason.DAMAGED, "the build manifest lists nothing that can be read"))
        for line, name, version, architecture, source, licence in rows:
            if (kind, name) in seen:
                continue
            seen.add((kind, name))
            yield Package(
                kind=kind,
                name=name,
                version="" if version.lower() in _NONE else version,
                architecture=architecture,
                source=source or name,
                licence=licence,
                root=tree.name,
                database=entry.printable,
                line=line,
            )


def _candidates(tree: Tree) -> list[Entry]:
    """Return the files that may be a manifest, those with licences first."""
    found = [
        entry
        for entry in tree.files()
        if entry.name in {b"manifest.csv", b"manifest"} or entry.name.endswith(b".manifest")
    ]
    return sorted(found, key=lambda one: (b"license" not in one.name and one.name != b"manifest.csv", one.path))[
        :_MOST_FILES
    ]


def _rows(entry: Entry, text: str) -> tuple[str, list[_Row]]:
    """Return the builder and what it lists; no rows where the file is something else."""
    if entry.name.endswith(b"license.manifest"):
        return "yocto", _licences(text)
    if entry.name == b"manifest.csv":
        return "buildroot", _table(text)
    lines = [(number, line.strip()) for number, line in enumerate(lines_of(text), start=1) if line.strip()]
    if not _FEWEST <= len(lines) <= MAX_PACKAGES:
        return "", []
    for kind, form in (("openwrt", _OPENWRT), ("yocto", _YOCTO)):
        matches = [(number, form.fullmatch(line)) for number, line in lines]
        if all(match for _, match in matches):
            return kind, [_listed(kind, number, match) for number, match in matches if match]
    return "", []


def _listed(kind: str, line: int, match: re.Match[str]) -> _Row:
    if kind == "openwrt":
        return line, match[1], match[2], "", "", ""
    return line, match[1], match[3], match[2], "", ""


def _licences(text: str) -> list[_Row]:
    """Read Yocto's list of licences; the recipe is the source of the package."""
    rows = []
    for stanza in stanzas_of(text):
        name = stanza.fields.get("package name", "")
        if name:
            fields = stanza.fields
            row = (fields.get("package version", ""), "", fields.get("recipe name", ""), fields.get("license", ""))
            rows.append((stanza.line, name, *row))
    return rows


def _table(text: str) -> list[_Row]:
    """Read Buildroot's table; its first row names the columns."""
    rows: list[_Row] = []
    columns: dict[str, int] = {}
    for number, line in enumerate(lines_of(text), start=1):
        try:
            cells = next(csv.reader([line]), [])
        except csv.Error:
            continue
        if not columns:
            columns = {name.strip().upper(): place for place, name in enumerate(cells[:20])}
            if not {"PACKAGE", "VERSION"} <= set(columns):
                return []
            continue
        name, version, licence = (_cell(cells, columns.get(one, -1)) for one in ("PACKAGE", "VERSION", "LICENSE"))
        if name and len(rows) < MAX_PACKAGES:
            rows.append((number, name, version, "", "", licence))
    return rows


def _cell(cells: list[str], place: int) -> str:
    return cells[place].strip()[:MAX_FIELD] if 0 <= place < len(cells) else ""
