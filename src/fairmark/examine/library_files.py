r"""What a file name says about a component: the name, and for some shared libraries the release.

Many libraries carry no version in their text, only a number behind ".so.". For most of them that
number is libtool's and says nothing about the release: then the name is known and the version is
not. ``rules/library_files.yaml`` lists the others, by technique:

- *equal*: the number is the release (``libgit2.so.1.5.1``);
- *computed*: the release follows from the number (``libglib-2.0.so.0.7400.6`` is 2.74.6);
- *releases*: upstream changes the number with each release and the pair is listed
  (``libfreetype.so.6.18.3`` is 2.12.1); a number that is not listed says nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from fairmark.model.data import load_yaml

_PACKAGE, _FILE = "fairmark.examine.rules", "library_files.yaml"
_NAME = re.compile(r"(lib[\w+.-]{1,80}?)\.so(?:\.(\d{1,9}(?:\.\d{1,9}){0,4}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class LibraryFile:
    """What a file name says: ``version`` is '' where only the name is known."""

    component: str
    version: str
    technique: str


@dataclass(frozen=True, slots=True)
class _Computed:
    component: str
    file: re.Pattern[str]
    version: str

    def read(self, name: str) -> str:
        match = self.file.fullmatch(name)
        return self.version.format(*map(int, match.groups())) if match else ""


@dataclass(frozen=True, slots=True)
class _Table:
    equal: Mapping[str, str]
    computed: tuple[_Computed, ...]
    releases: Mapping[str, tuple[str, Mapping[str, str]]]
    names: Mapping[str, str]
    programs: Mapping[str, str]


def library_file(name: str) -> LibraryFile | None:
    """Return what the last part of a path says, if it is the name of a library that we know.

    >>> library_file("libgit2.so.1.5.1")
    LibraryFile(component='libgit2', version='1.5.1', technique='equal')
    >>> library_file("libmnl.so.0.2.0")
    LibraryFile(component='libmnl', version='', technique='names')
    """
    if (match := _NAME.fullmatch(name)) is None:
        return None
    stem, number = match[1], match[2] or ""
    table = _table()
    if stem in table.equal:
        # One number alone is the interface ("libz.so.1"), not a release.
        return LibraryFile(table.equal[stem], number if "." in number else "", "equal")
    for one in table.computed:
        if version := one.read(name):
            return LibraryFile(one.component, version, "computed")
    if stem in table.releases and (version := table.releases[stem][1].get(number, "")):
        return LibraryFile(table.releases[stem][0], version, "releases")
    component = table.names.get(stem) or table.releases.get(stem, ("",))[0]
    return LibraryFile(component, "", "names") if component else None


def program_file(name: str) -> LibraryFile | None:
    """Return what the last part of a path says, if it is the name of a program that only one project has.

    >>> program_file("procd")
    LibraryFile(component='procd', version='', technique='programs')
    """
    component = _table().programs.get(name)
    return LibraryFile(component, "", "programs") if component else None


@cache
def _table() -> _Table:
    document: Mapping[str, Any] = load_yaml(_PACKAGE, _FILE)
    return _Table(
        equal=document["equal"],
        computed=tuple(
            _Computed(row["name"], re.compile(row["file"], re.ASCII), row["version"]) for row in document["computed"]
        ),
        releases={
            row["file"]: (row["name"], dict(pair.split("=") for pair in row["numbers"].split()))
            for row in document["releases"]
        },
        names=_by_file(document["names"]),
        programs=_by_file(document["programs"]),
    )


def _by_file(files: Mapping[str, str]) -> Mapping[str, str]:
    return {name: component for component, names in files.items() for name in names.split()}
