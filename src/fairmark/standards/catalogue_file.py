"""The form of a catalogue file: its fields, and everything that can be wrong with one.

A catalogue is one edition of one standard or law in one file. The edition belongs to its
identity: another edition is another file with an id of its own. What the verdicts do not
need (codes, marks, notes) stays in the file, where the checks use it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TypeVar

from pydantic import Field, ValidationError

from fairmark.errors import FairmarkError
from fairmark.model.standard import Automation, Catalogue, Earlier, Provision, Restriction, Status
from fairmark.model.value import Value
from fairmark.model.vocabulary import Vocabulary
from fairmark.standards.condition import facts_of
from fairmark.standards.crosswalk import CatalogueLinks

_CODE = re.compile(r"\((?P<rows>[^()]*)\)$")
_ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$"
_KEPT = ("id", "title", "status", "group", "condition", "condition_text", "levels", "automation")
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

    id: str = Field(min_length=1, max_length=100)
    title: str = Field(min_length=1)
    status: Status
    group: str
    code: str = Field(default="", description="status code of the standard, such as 'MCF (14, e)'")
    condition: str = ""
    condition_text: str = ""
    levels: tuple[str, ...] = ()
    automation: Automation
    marks: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="explained under 'marks' of the file")


class CatalogueFile(Value):
    """The schema of a catalogue file; ``CatalogueFile.model_json_schema()`` gives editors completion."""

    id: str = Field(pattern=_ID)
    name: str
    edition: str
    kind: str = Field(pattern=r"^(standard|law|guidance)$")
    publisher: str
    unit: str = Field(description="what the publisher calls one requirement")
    markets: tuple[str, ...] = Field(description="markets in which it is law")
    applies_from: date | None = None
    applies_from_by_group: dict[str, date] = Field(default_factory=dict)
    confidence: str
    provenance: str
    notes: tuple[Note, ...] = ()
    marks: dict[str, str] = Field(default_factory=dict)
    levels: dict[str, str] = Field(default_factory=dict)
    outcomes: dict[str, str] = Field(default_factory=dict)
    restrictions: tuple[Restriction, ...] = ()
    earlier: Earlier | None = None
    conditions: dict[str, Row] = Field(default_factory=dict)
    groups: dict[str, str]
    count: dict[str, int] = Field(default_factory=dict, description="'provisions', and the number for each status")
    provisions: tuple[ProvisionEntry, ...] = Field(min_length=1)
    links: dict[str, CatalogueLinks] = Field(
        default_factory=dict, description="of a catalogue of one's own: capability -> what its evidence can do"
    )


def shaped(kind: type[_Part], name: str, data: object, faults: list[str]) -> _Part | None:
    """Return the value that the data hold, or add its faults to the list."""
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        for fault in error.errors():
            place = ".".join(str(step) for step in fault["loc"]) or "the file"
            faults.append(f"{name}: {place}: {fault['msg'].lower()}")
        return None


def bare(item: CatalogueFile) -> Catalogue:
    """Return the catalogue that a file holds, without what would settle its provisions."""
    return Catalogue(
        **{field: getattr(item, field) for field in Catalogue.model_fields if field != "provisions"},
        provisions=tuple(Provision(**{field: getattr(entry, field) for field in _KEPT}) for entry in item.provisions),
    )


def faults_of(item: CatalogueFile, words: Vocabulary) -> Iterator[str]:
    """Yield everything that is wrong inside one file, each in one sentence."""
    ids = Counter(entry.id for entry in item.provisions)
    yield from (f"{name} stands {times} times" for name, times in ids.items() if times > 1)
    statuses = Counter(entry.status.value for entry in item.provisions)
    counted = {"provisions": len(item.provisions), **statuses}
    if item.count and counted != item.count:
        yield f"count says {item.count}, the file has {counted}"
    for name, row in item.conditions.items():
        yield from _expression_faults(f"condition {name}", row.when, words)
    for entry in item.provisions:
        yield from _entry_faults(entry, item, words)
    yield from _frame_faults(item, words)


def _entry_faults(entry: ProvisionEntry, item: CatalogueFile, words: Vocabulary) -> Iterator[str]:
    if entry.group not in item.groups:
        yield f"{entry.id}: there is no group {entry.group}"
    yield from (f"{entry.id}: the mark {mark} is not explained" for mark in entry.marks if mark not in item.marks)
    yield from (f"{entry.id}: there is no level {level}" for level in entry.levels if level not in item.levels)
    if bool(entry.condition) != bool(entry.condition_text):
        yield f"{entry.id}: a condition needs its text, and a text its condition"
    yield from _expression_faults(entry.id, entry.condition, words)
    yield from _code_faults(entry, item)


def _frame_faults(item: CatalogueFile, words: Vocabulary) -> Iterator[str]:
    """Yield faults of what surrounds the provisions: dates, outcomes, restrictions, the earlier edition."""
    known = {entry.id for entry in item.provisions}
    strangers = [group for group in item.applies_from_by_group if group not in item.groups]
    yield from (f"applies_from_by_group: there is no group {group}" for group in strangers)
    for fact, provision in item.outcomes.items():
        if fact not in words.facts:
            yield f"outcomes: {fact} is not a fact of the vocabulary"
        if provision not in known:
            yield f"outcomes: {fact}: there is no provision {provision}"
    for one in item.restrictions:
        yield from (f"restrictions: there is no provision {name}" for name in one.provisions if name not in known)
        yield from _expression_faults("restrictions", one.when, words)
    if item.earlier is not None:
        yield from (f"earlier: there is no provision {name}" for name in item.earlier.sources if name not in known)
    yield from _circles(item)


def _circles(item: CatalogueFile) -> Iterator[str]:
    """Yield a sentence for requirements that wait for their own outcome."""
    try:
        in_order(item.outcomes, {entry.id: entry.condition for entry in item.provisions})
    except FairmarkError as error:
        yield error.message


def in_order(outcomes: dict[str, str], conditions: dict[str, str]) -> tuple[str, ...]:
    """Return the provisions that facts are outcomes of, each after those whose outcome its own condition needs.

    Raises FairmarkError when they wait for each other in a circle.
    """
    waits = {p: {outcomes[f] for f in _facts(conditions.get(p, "")) if f in outcomes} for p in outcomes.values()}
    placed: list[str] = []
    while len(placed) < len(waits):
        ready = sorted(p for p, others in waits.items() if p not in placed and others <= set(placed))
        if not ready:
            circle = ", ".join(sorted(set(waits) - set(placed)))
            raise FairmarkError(f"outcomes: {circle} wait for their own outcome, in a circle")
        placed += ready
    return tuple(placed)


def _facts(expression: str) -> Iterable[str]:
    try:
        return facts_of(expression)
    except FairmarkError:
        return ()  # named as a fault of its own


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
