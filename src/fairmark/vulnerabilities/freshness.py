"""Which feeds there are, under which terms, and when their data is too old to be silent about."""

from collections.abc import Iterable
from datetime import date
from functools import cache

from fairmark.model.data import load_yaml
from fairmark.model.value import Value
from fairmark.model.vulnerability import FeedState

_LATE_DAYS = 30  # for a feed that nobody described


class Source(Value):
    """One public feed, as ``feeds.yaml`` describes it."""

    name: str
    title: str
    kind: str
    urls: tuple[str, ...]
    licence: str
    notice: str = ""
    stale_days: int
    enriches: bool = False
    """Rates flaws and names no product."""
    optional: bool = False
    """Fetched only when it is named."""


@cache
def sources() -> dict[str, Source]:
    """Return the known feeds by name, sorted."""
    rows = load_yaml("fairmark.vulnerabilities", "feeds.yaml")["feeds"]
    found = {row["name"]: Source.model_validate(row) for row in rows}
    return {name: found[name] for name in sorted(found)}


def age_days(state: FeedState, today: date) -> int | None:
    """Return how old the content of a feed is; None where its day is unknown."""
    return None if state.updated is None else max((today - state.updated).days, 0)


def is_stale(state: FeedState, today: date) -> bool:
    """Whether a feed is too old: 7 days for what changes daily, 30 for the rest. An unknown age is too old."""
    age = age_days(state, today)
    source = sources().get(state.name)
    return age is None or age > (source.stale_days if source else _LATE_DAYS)


def warnings(states: Iterable[FeedState], today: date) -> tuple[str, ...]:
    """Return a sentence for every feed that is too old to trust its silence."""
    found = []
    for state in sorted(states, key=lambda one: one.name):
        if not is_stale(state, today):
            continue
        age = age_days(state, today)
        known = "of unknown age" if age is None else f"{age} days old (of {state.updated})"
        found.append(
            f"The {state.name} data is {known}: what was published since is not in this result. "
            "Run `fairmark db update`."
        )
    return tuple(found)
