"""Profiles: the levels of a scheme, as provisions of one catalogue in one edition.

A profile judges nothing anew. It says which verdicts a level looks at, and what it asks for
besides that no provision of the catalogue holds: a level with such demands is never reached
by verdicts alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from pydantic import Field

from fairmark.model.data import load_yaml
from fairmark.model.standard import Catalogue, Outcome, Verdict
from fairmark.model.value import Value

PACKAGE = "fairmark.standards"
PROFILES = ("profiles/sg-cls.yaml", "profiles/sg-cls-gateway.yaml")


class ProfileLevel(Value):
    """What one level asks for, beyond those below it."""

    title: str
    provisions: tuple[str, ...]
    beyond: tuple[str, ...]


class Profile(Value):
    """The schema of a profile file."""

    id: str
    name: str
    catalogue: str
    publisher: str
    confidence: str
    provenance: str
    levels: dict[str, ProfileLevel] = Field(min_length=1)

    def asked(self, level: str) -> tuple[str, ...]:
        """Return the provisions of a level and of those below it."""
        names = list(self.levels)
        return tuple(p for name in names[: names.index(level) + 1] for p in self.levels[name].provisions)


@dataclass(frozen=True, slots=True)
class LevelState:
    """The verdicts that one level looks at, counted."""

    level: str
    title: str
    counts: Mapping[Outcome, int]
    failed: tuple[str, ...]
    beyond: tuple[str, ...]


@cache
def profiles() -> tuple[Profile, ...]:
    """Return every profile, read once."""
    return tuple(Profile.model_validate(load_yaml(PACKAGE, name)) for name in PROFILES)


def faults(catalogues: Iterable[Catalogue], read: Iterable[Profile] | None = None) -> Iterator[str]:
    """Yield catalogues and provisions that a profile names and nobody has, and those it names twice."""
    known = {item.id: {p.id for p in item.provisions} for item in catalogues}
    for one in profiles() if read is None else read:
        if one.catalogue not in known:
            yield f"profile {one.id}: there is no catalogue {one.catalogue}"
            continue
        named = [p for level in one.levels.values() for p in level.provisions]
        strangers = sorted(set(named) - known[one.catalogue])
        yield from (f"profile {one.id}: {one.catalogue} has no provision {p}" for p in strangers)
        yield from (f"profile {one.id}: {p} stands twice" for p in sorted({p for p in named if named.count(p) > 1}))


def states(profile: Profile, verdicts: Iterable[Verdict]) -> tuple[LevelState, ...]:
    """Return for every level how the verdicts that it looks at stand."""
    outcomes = {one.provision: one.outcome for one in verdicts if one.catalogue == profile.catalogue}
    found = []
    beyond: tuple[str, ...] = ()
    for name, level in profile.levels.items():
        asked = profile.asked(name)
        beyond = (*beyond, *level.beyond)
        given = [outcomes.get(p, Outcome.INCONCLUSIVE) for p in asked]
        counts = {outcome: given.count(outcome) for outcome in Outcome}
        failed = tuple(p for p in asked if outcomes.get(p) is Outcome.FAIL)
        found.append(LevelState(name, level.title, counts, failed, beyond))
    return tuple(found)
