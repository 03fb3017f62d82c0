"""Two readings of a sample of provisions, and how far they agree.

The sample is drawn with a fixed seed, so nobody could choose what was read twice. What a
provision demands (status, condition, levels) is a fact about the standard; who can judge it
is an opinion. Both are counted, apart.
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


class ReadingsFile(Value):
    """The schema of ``readings.yaml``."""

    id: str
    version: str
    date: str
    seed: int
    size: int
    basis: dict[str, str] = Field(description="catalogue -> what the second reading rests on")
    readings: tuple[Twice, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many of the sampled provisions both readers take for the same."""

    of: int
    demands: int
    """Those alike in status, condition and levels."""
    opinions: int
    """Those alike in who can judge them."""


def sample(file: ReadingsFile, catalogues: Iterable[Catalogue]) -> tuple[tuple[str, str], ...]:
    """Return the provisions that the seed draws from these catalogues."""
    every = sorted((item.id, p.id) for item in catalogues for p in item.provisions)
    return tuple(sorted(Random(file.seed).sample(every, file.size)))  # noqa: S311 - a sample, not a secret


def agreement(file: ReadingsFile) -> Agreement:
    """Count where the two readings agree."""
    alike = [_differences(one) for one in file.readings]
    return Agreement(
        of=len(alike),
        demands=sum(not set(found) & set(DEMANDS) for found in alike),
        opinions=sum(not set(found) & set(OPINIONS) for found in alike),
    )


def faults(file: ReadingsFile, catalogues: Iterable[Catalogue]) -> Iterator[str]:
    """Yield what is wrong: another sample than the seed's, values that have moved on, differences without a reason."""
    books = tuple(catalogues)
    known: Mapping[tuple[str, str], Provision] = {(item.id, p.id): p for item in books for p in item.provisions}
    read = tuple((one.catalogue, one.provision) for one in file.readings)
    if tuple(sorted(read)) != sample(file, books):
        yield "readings: the sample is not the one that the seed draws from these catalogues"
    for one in file.readings:
        name = f"readings: {one.catalogue} {one.provision}"
        provision = known.get((one.catalogue, one.provision))
        if provision is None:
            yield f"{name}: there is no such provision"
            continue
        if one.catalogue not in file.basis:
            yield f"{name}: what the second reading rests on is not stated"
        for field in (*DEMANDS, *OPINIONS):
            if getattr(provision, field) != getattr(one.first, field):
                yield f"{name}: {field} is another now than it was when it was read"
        yield from (
            f"{name}: {field} differs, without a reason" for field in _differences(one) if field not in one.differs
        )
        yield from (f"{name}: {field} does not differ" for field in one.differs if field not in _differences(one))


def _differences(one: Twice) -> tuple[str, ...]:
    return tuple(field for field in (*DEMANDS, *OPINIONS) if getattr(one.first, field) != getattr(one.second, field))
