"""What is installed, what is missing, and what that costs the user."""

from collections.abc import Callable
from dataclasses import dataclass

from fairmark.model.value import Value


class Part(Value):
    """One part of the program's surroundings."""

    name: str
    present: bool
    detail: str
    costs: str = ""
    """What does not work without it; empty when it is there."""


@dataclass(frozen=True, slots=True)
class Check:
    """How to look for one part: ``look`` returns what was found, or ``None``."""

    name: str
    look: Callable[[], str | None]
    without: str


def doctor(checks: tuple[Check, ...]) -> tuple[Part, ...]:
    """Look for every part and say what a missing one costs."""
    parts = []
    for check in checks:
        found = check.look()
        costs = "" if found else check.without
        parts.append(Part(name=check.name, present=bool(found), detail=found or "not found", costs=costs))
    return tuple(parts)
