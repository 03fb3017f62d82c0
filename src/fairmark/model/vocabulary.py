"""The vocabulary that joins the pillars: weaknesses, capabilities, controls and facts.

Whoever adds a detector rule names a weakness from here; from the weakness follow the
provisions it speaks to, the factors of the price it moves and the controls that mend it.
"""

from collections.abc import Iterable, Mapping
from functools import cache

from fairmark.model.data import load_yaml
from fairmark.model.device import Device
from fairmark.model.standard import Automation
from fairmark.model.value import Value

PACKAGE, FILE = "fairmark.model", "vocabulary.yaml"


class Weakness(Value):
    """A kind of flaw: what the standards call its absence, what it moves, what mends it."""

    title: str
    capability: str
    factors: tuple[str, ...]
    controls: tuple[str, ...]


class ControlCosts(Value):
    """Ids of calibration entries; ``None`` where there is no cost of that kind."""

    once: str | None
    per_unit: str | None
    per_year: str | None


class Control(Value):
    """A measure: ids of its effect, costs and delay in the calibration."""

    title: str
    effect: str
    cost: ControlCosts
    delay_days: str


class Capability(Value):
    """A thing a device can do right, common to many standards."""

    title: str
    automation: Automation
    settled_by: dict[str, str]


class Vocabulary(Value):
    """The whole vocabulary."""

    id: str
    version: str
    date: str
    weaknesses: dict[str, Weakness]
    controls: dict[str, Control]
    capabilities: dict[str, Capability]
    cwes: dict[str, str]
    facts: dict[str, str]
    derived: dict[str, dict[str, dict[str, bool]]]
    implied: dict[str, dict[str, bool]]


@cache
def vocabulary() -> Vocabulary:
    """Return the vocabulary, read once."""
    return Vocabulary.model_validate(load_yaml(PACKAGE, FILE))


def declared_facts(device: Device, words: Vocabulary) -> dict[str, bool]:
    """Return the facts that follow from the profile: derived from its enumerations, then those stated outright."""
    facts: dict[str, bool] = {}
    for field, table in words.derived.items():
        given = getattr(device, field)
        for choice in given if isinstance(given, tuple) else (given,):
            facts |= table.get(str(choice), {})
    return with_implied(facts | device.facts, words)


def with_implied(facts: Mapping[str, bool], words: Vocabulary) -> dict[str, bool]:
    """Add what true facts imply, until nothing more follows; a stated fact is never overwritten."""
    known = dict(facts)
    waiting = list(_true(known))
    while waiting:
        for fact, value in words.implied.get(waiting.pop(), {}).items():
            if fact not in known:
                known[fact] = value
                waiting += [fact] if value else []
    return known


def _true(facts: Mapping[str, bool]) -> Iterable[str]:
    return (name for name, value in sorted(facts.items()) if value)
