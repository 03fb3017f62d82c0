"""Samples of provisions read a second time, round by round, and how far the two readings agree.

Every sample is drawn with a fixed seed, so nobody could choose what was read twice. What a
provision demands (status, condition, levels) is a fact about the standard; who can judge it
is an answer by our own definitions (docs/howto/add-a-catalogue.md). Both are counted, apart,
on what was read: a value that is corrected afterwards changes no count of a round.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from pydantic import Field

from fairmark.model.standard import Automation, Catalogue, Provision, Status
from fairmark.model.value import Value

FILE = "readings.yaml"
DEMANDS = ("status", "condition", "levels")
OPINIONS = ("automation",)
EVERY = "*"
"""In the basis of a round: all catalogues."""


class Reading(Value):
    """What one reader takes a provision to be."""

    status: Status
    condition: str
    automation: Automation
    levels: tuple[str, ...] = ()


class Twice(Value):
    """One provision, read twice."""

    catalogue: str
    provision: str
    first: Reading
    second: Reading
    differs: dict[str, str] = Field(default_factory=dict, description="field -> how the difference was settled")
    moved_on: dict[str, str] = Field(
        default_factory=dict, description="field -> why the catalogue has another value now than the first reading"
    )


class Round(Value):
    """One sample: the first reading is what the catalogues said on that day, the second is another reader's."""

    id: str = Field(min_length=1)
    date: str
    seed: int
    size: int = Field(ge=1)
    left_out: tuple[str, ...] = Field(default=(), description="earlier rounds whose provisions were not drawn again")
    protocol: str = Field(min_length=1, description="what the second reader had before him, and what he did not")
    basis: dict[str, str] = Field(description="catalogue, or * for all -> what the second reading rests on")
    moved_on: dict[str, str] = Field(
        default_factory=dict, description="field -> why all catalogues may have other values now"
    )
    readings: tuple[Twice, ...]


class ReadingsFile(Value):
    """The schema of ``readings.yaml``: the rounds, oldest first."""

    id: str
    version: str
    rounds: tuple[Round, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many provisions of one round both readers take for the same."""

    round: str
    date: str
    of: int
    demands: int
    """Those alike in status, condition and levels."""
    opinions: int
    """Those alike in who can judge them."""
    redefined: tuple[str, ...] = ()
    """Fields whose meaning was changed after the round: its count of them says nothing about today's values."""


def samples(file: ReadingsFile, catalogues: Iterable[Catalogue]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return round -> the provisions that its seed draws from these catalogues, without those of the rounds left out.

    A round that is larger than what is left to draw from gets all of it.
    """
    every = sorted((item.id, p.id) for item in catalogues for p in item.provisions)
    drawn: dict[str, tuple[tuple[str, str], ...]] = {}
    for one in file.rounds:
        gone = {pair for name in one.left_out for pair in drawn.get(name, ())}
        left = [pair for pair in every if pair not in gone]
        picked = Random(one.seed).sample(left, min(one.size, len(left)))  # noqa: S311 - a sample, not a secret
        drawn[one.id] = tuple(sorted(picked))
    return drawn


def agreements(file: ReadingsFile) -> tuple[Agreement, ...]:
    """Count, for each round, where the two readings agree."""
    return tuple(_agreement(one) for one in file.rounds)


def faults(file: ReadingsFile, catalogues: Iterable[Catalogue]) -> Iterator[str]:
    """Yield what is wrong: another sample than the seed's, values that have moved on, differences without a reason."""
    books = tuple(catalogues)
    known: Mapping[tuple[str, str], Provision] = {(item.id, p.id): p for item in books for p in item.provisions}
    drawn = samples(file, books)
    before: list[str] = []
    for one in file.rounds:
        name = f"readings: round {one.id}"
        if one.id in before:
            yield f"{name} stands twice"
        yield from (f"{name}: there is no earlier round {other}" for other in one.left_out if other not in before)
        before.append(one.id)
        read = tuple(sorted((part.catalogue, part.provision) for part in one.readings))
        if read != drawn[one.id]:
            yield f"{name}: the sample is not the one that the seed draws from these catalogues"
        for part in one.readings:
            yield from _faults_of(part, one, known)


def _faults_of(part: Twice, one: Round, known: Mapping[tuple[str, str], Provision]) -> Iterator[str]:
    name = f"readings: round {one.id}: {part.catalogue} {part.provision}"
    provision = known.get((part.catalogue, part.provision))
    if provision is None:
        yield f"{name}: there is no such provision"
        return
    if not {part.catalogue, EVERY} & set(one.basis):
        yield f"{name}: what the second reading rests on is not stated"
    moved = {field for field in (*DEMANDS, *OPINIONS) if getattr(provision, field) != getattr(part.first, field)}
    differs = _differences(part)
    for field in (*DEMANDS, *OPINIONS):
        if field in moved and field not in {*part.moved_on, *one.moved_on}:
            yield f"{name}: {field} is another now than it was when it was read"
        if field in differs and field not in part.differs:
            yield f"{name}: {field} differs, without a reason"
    yield from (f"{name}: {field} does not differ" for field in part.differs if field not in differs)
    yield from (f"{name}: {field} has not moved on" for field in part.moved_on if field not in moved)


def _agreement(one: Round) -> Agreement:
    alike = [_differences(part) for part in one.readings]
    return Agreement(
        round=one.id,
        date=one.date,
        of=len(alike),
        demands=sum(not set(found) & set(DEMANDS) for found in alike),
        opinions=sum(not set(found) & set(OPINIONS) for found in alike),
        redefined=tuple(sorted(one.moved_on)),
    )


def _differences(one: Twice) -> tuple[str, ...]:
    return tuple(field for field in (*DEMANDS, *OPINIONS) if getattr(one.first, field) != getattr(one.second, field))
