"""Components that no package and no rule names, from what their files are called and say of themselves.

Three steps, the first that says something counts: what a file says of itself (``self_named``), what the number in
the name of a library file means, and the name alone (``library_files``). A name alone has no version, and none is
guessed.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from fairmark.examine.library_files import library_file, program_file
from fairmark.examine.patterns import cpe_products
from fairmark.examine.self_named import technique_of
from fairmark.examine.subject import FileFacts, Subject
from fairmark.model.evidence import Evidence
from fairmark.model.image import Component

LIBRARY_FILE, PROGRAM_FILE = "library file name", "program file name"
_MAX_PATHS = 2_000  # paths that one component lists
_MAX_EVIDENCE = 20  # places of one version that are shown

Place = tuple[str, str]
"""A root file system and a path in it, or a component."""


@dataclass(frozen=True, slots=True)
class _Saying:
    """What one file says of one component: ``rank`` 0 is what it says of itself, 2 the name alone."""

    rank: int
    item: FileFacts
    component: str
    version: str
    source: str
    offset: int | None = None


def inferred(
    subject: Subject, *, owned: Mapping[Place, object], said: AbstractSet[Place]
) -> Iterator[tuple[Component, list[Evidence]]]:
    """Give the components that are not ``said`` (root and name) from the files that no package ``owned``."""
    groups: dict[Place, list[_Saying]] = defaultdict(list)
    for item in subject.files:
        if item.elf and (item.root, item.path) not in owned:
            for one in _sayings(item):
                if (item.root, one.component) not in said:
                    groups[item.root, one.component].append(one)
    for (_, name), group in sorted(groups.items()):
        best = min(one.rank for one in group)
        chosen = [one for one in group if one.rank == best]
        for version in sorted({one.version for one in chosen}):
            yield _made(subject, name, version, [one for one in chosen if one.version == version])


def _sayings(item: FileFacts) -> Iterator[_Saying]:
    for hit in item.hits:
        if technique := technique_of(hit.rule):
            yield _Saying(0, item, technique[1], hit.version, technique[0], hit.offset)
    name = item.path.rpartition("/")[2]
    if item.elf and item.elf.kind == "shared" and (known := library_file(name)):
        yield _Saying(1 if known.version else 2, item, known.component, known.version, LIBRARY_FILE)
    elif item.elf and item.elf.is_program and (known := program_file(name)):
        yield _Saying(2, item, known.component, known.version, PROGRAM_FILE)


def _made(subject: Subject, name: str, version: str, group: list[_Saying]) -> tuple[Component, list[Evidence]]:
    product = cpe_products().get(name, "")
    component = Component(
        name=name,
        version=version,
        purl=f"pkg:generic/{name}@{version}" if version else f"pkg:generic/{name}",
        cpe=f"cpe:2.3:{product}:{version}:*:*:*:*:*:*:*" if product and version else "",
        source=group[0].source,
        upstream=name,
        upstream_version=version,
        paths=tuple(sorted({one.item.path for one in group})[:_MAX_PATHS]),
    )
    says = f"{name} {version}" if version else f"{name}, and no version"
    shown = [
        subject.evidence(one.item, f"The {one.source} says {says}.", offset=one.offset) for one in group[:_MAX_EVIDENCE]
    ]
    return component, shown
