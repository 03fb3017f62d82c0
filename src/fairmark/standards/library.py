"""The library: catalogues and crosswalk, read from the package, checked whole, with every fault listed.

A catalogue is one edition of one standard or law in one file. The edition belongs to its
identity: another edition is another file with an id of its own. What the verdicts do not
need (codes, marks, notes) stays in the file, where the checks use it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from pydantic import Field, ValidationError

from fairmark.errors import FairmarkError, UnreadableInputError, WrongUsageError
from fairmark.model.data import digest_of, load_yaml
from fairmark.model.device import Documents
from fairmark.model.standard import Automation, Catalogue, Provision, Status
from fairmark.model.value import Value
from fairmark.model.vocabulary import Vocabulary, vocabulary
from fairmark.standards import crosswalk as links
from fairmark.standards.condition import facts_of
from fairmark.standards.crosswalk import Crosswalk, CrosswalkFile

PACKAGE = "fairmark.standards"
CATALOGUES = ("catalogues/en303645-v3.1.3.yaml", "catalogues/uk-psti-2023.yaml")
"""Every catalogue, in the order in which verdicts are listed."""
CROSSWALK = "crosswalk.yaml"

_CODE = re.compile(r"\((?P<rows>[^()]*)\)$")
_Part = TypeVar("_Part", bound=Value)


class Row(Value):
    """A numbered condition or lettered feature of the standard's own table."""

    when: str = Field(description="expression over facts")
    text: str


class Note(Value):
    """Something a reader of the catalogue should know."""

    about: str
    text: str


class ProvisionEntry(Value):
    """One provision as the file has it."""

    id: str
    title: str
    status: Status
    group: str
    code: str = Field(default="", description="status code of the standard, such as 'MCF (14, e)'")
    condition: str = ""
    condition_text: str = ""
    automation: Automation
    marks: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="explained under 'marks' of the file")


class CatalogueFile(Value):
    """The schema of a catalogue file; ``CatalogueFile.model_json_schema()`` gives editors completion."""

    id: str
    name: str
    edition: str
    kind: str = Field(pattern=r"^(standard|law|guidance)$")
    publisher: str
    unit: str = Field(description="what the publisher calls one requirement")
    markets: tuple[str, ...] = Field(description="markets in which it is law")
    confidence: str
    provenance: str
    notes: tuple[Note, ...] = ()
    marks: dict[str, str] = Field(default_factory=dict)
    conditions: dict[str, Row] = Field(default_factory=dict)
    groups: dict[str, str]
    count: dict[str, int] = Field(description="'provisions', and the number for each status")
    provisions: tuple[ProvisionEntry, ...]


@dataclass(frozen=True, slots=True)
class Library:
    """The catalogues, and the crosswalk that links evidence to them."""

    catalogues: tuple[Catalogue, ...]
    crosswalk: Crosswalk


@cache
def library() -> Library:
    """Return catalogues and crosswalk, read and checked once.

    Raises UnreadableInputError with every fault of every file when something is wrong.
    """
    return assemble(
        {name: load_yaml(PACKAGE, name) for name in CATALOGUES}, load_yaml(PACKAGE, CROSSWALK), vocabulary()
    )


def catalogues() -> tuple[Catalogue, ...]:
    """Return every catalogue."""
    return library().catalogues


def catalogue(name: str) -> Catalogue:
    """Return the catalogue with this id; raises WrongUsageError when there is none."""
    for item in catalogues():
        if item.id == name:
            return item
    raise WrongUsageError(f'there is no catalogue "{name}"', hint=f"Known: {', '.join(c.id for c in catalogues())}.")


def crosswalk() -> Crosswalk:
    """Return the crosswalk."""
    return library().crosswalk


def catalogue_digests() -> dict[str, str]:
    """Return catalogue id -> SHA-256 of its file."""
    return {item.id: digest_of(PACKAGE, name) for name, item in zip(CATALOGUES, catalogues(), strict=True)}


def crosswalk_digest() -> str:
    """Return the SHA-256 of the crosswalk file."""
    return digest_of(PACKAGE, CROSSWALK)


def assemble(files: dict[str, object], crosswalk_data: object, words: Vocabulary) -> Library:
    """Make a library from parsed files; raises UnreadableInputError that lists every fault."""
    faults: list[str] = []
    read = [part for name, data in files.items() if (part := _shaped(CatalogueFile, name, data, faults))]
    for name, times in Counter(item.id for item in read).items():
        faults += [f"two catalogues have the id {name}"] if times > 1 else []
    for item in read:
        faults += [f"{item.id}: {fault}" for fault in _faults(item, words)]
    links_file = _shaped(CrosswalkFile, CROSSWALK, crosswalk_data, faults)
    bare = [_catalogue(item) for item in read]
    if links_file is not None:
        faults += [f"crosswalk: {fault}" for fault in links.faults(links_file, bare, words, document_fields())]
    if faults or links_file is None:
        raise UnreadableInputError(f"the standards data has {len(faults)} faults: " + "; ".join(faults))
    walk = links.spread(links_file)
    return Library(tuple(_with_tests(item, walk, words) for item in bare), walk)


def document_fields() -> tuple[str, ...]:
    """Return the fields of a profile in which a maker names what he publishes."""
    return (*Documents.model_fields, "support_until")


def _shaped(kind: type[_Part], name: str, data: object, faults: list[str]) -> _Part | None:
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        for fault in error.errors():
            place = ".".join(str(step) for step in fault["loc"]) or "the file"
            faults.append(f"{name}: {place}: {fault['msg'].lower()}")
        return None


def _catalogue(item: CatalogueFile) -> Catalogue:
    kept = ("id", "title", "status", "group", "condition", "condition_text", "automation")
    return Catalogue(
        **{field: getattr(item, field) for field in Catalogue.model_fields if field != "provisions"},
        provisions=tuple(Provision(**{field: getattr(entry, field) for field in kept}) for entry in item.provisions),
    )


def _with_tests(item: Catalogue, walk: Crosswalk, words: Vocabulary) -> Catalogue:
    """Add to every provision what would settle it."""
    told = [p.model_copy(update={"settled_by": links.settled_by(walk, words, item.id, p.id)}) for p in item.provisions]
    return item.model_copy(update={"provisions": tuple(told)})


def _faults(item: CatalogueFile, words: Vocabulary) -> Iterator[str]:
    ids = Counter(entry.id for entry in item.provisions)
    yield from (f"{name} stands {times} times" for name, times in ids.items() if times > 1)
    statuses = Counter(entry.status.value for entry in item.provisions)
    counted = {"provisions": len(item.provisions), **statuses}
    if counted != item.count:
        yield f"count says {item.count}, the file has {counted}"
    for name, row in item.conditions.items():
        yield from _expression_faults(f"condition {name}", row.when, words)
    for entry in item.provisions:
        if entry.group not in item.groups:
            yield f"{entry.id}: there is no group {entry.group}"
        yield from (f"{entry.id}: the mark {mark} is not explained" for mark in entry.marks if mark not in item.marks)
        if bool(entry.condition) != bool(entry.condition_text):
            yield f"{entry.id}: a condition needs its text, and a text its condition"
        yield from _expression_faults(entry.id, entry.condition, words)
        yield from _code_faults(entry, item)


def _expression_faults(where: str, expression: str, words: Vocabulary) -> Iterator[str]:
    try:
        facts: Iterable[str] = facts_of(expression)
    except FairmarkError as error:
        yield f"{where}: {error.message}"
        return
    yield from (f"{where}: {fact} is not a fact of the vocabulary" for fact in facts if fact not in words.facts)


def _code_faults(entry: ProvisionEntry, item: CatalogueFile) -> Iterator[str]:
    """Yield the ways in which the written-out condition differs from the rows its code names."""
    if not item.conditions:
        return
    found = _CODE.search(entry.code)
    names = [name.strip() for name in found["rows"].split(",")] if found else []
    if unknown := [name for name in names if name not in item.conditions]:
        yield f"{entry.id}: code {entry.code} names rows that do not exist: {', '.join(unknown)}"
        return
    rows = [item.conditions[name] for name in names]
    if entry.condition != " and ".join(row.when for row in rows):
        yield f"{entry.id}: its condition differs from code {entry.code}"
    if entry.condition_text != "; ".join(row.text for row in rows):
        yield f"{entry.id}: the text of its condition differs from code {entry.code}"
