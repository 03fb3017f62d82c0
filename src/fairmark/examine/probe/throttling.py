"""What wrong passwords in a row led to: a lock-out, a growing delay, a fixed one, or nothing.

Ten tries show what comes within ten tries. A limit that begins later, or that counts over days, is
not seen, and neither is one that holds for a known user only: the name that is tried is a made-up one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from fairmark.model.network import Slowing

MOST_TRIES = 10
_SLOW_SECONDS, _GROWTH = 2.0, 3.0
_FIXED_SECONDS = 1.0


class Outcome(StrEnum):
    """How one try ended."""

    REFUSED = "refused"
    ACCEPTED = "accepted"
    LOCKED = "locked"  # it says so, or takes no more connections
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Try:
    """One try: how it ended, and how long the answer took, in seconds."""

    outcome: Outcome
    seconds: float


def slowing(tries: Sequence[Try]) -> Slowing:
    """Judge the tries that were made. A lock counts only after a plain refusal: else the service just did not work."""
    outcomes = [one.outcome for one in tries]
    if Outcome.REFUSED not in outcomes or Outcome.ACCEPTED in outcomes:
        return Slowing.UNCLEAR
    if outcomes[-1] is Outcome.LOCKED and outcomes[0] is Outcome.REFUSED:
        return Slowing.LOCKED
    if Outcome.UNCLEAR in outcomes:
        return Slowing.UNCLEAR
    if is_slowing(tries):
        return Slowing.SLOWED
    if len(tries) < MOST_TRIES:
        return Slowing.UNCLEAR
    return Slowing.CONSTANT_DELAY if median(one.seconds for one in tries) >= _FIXED_SECONDS else Slowing.NONE


def is_slowing(tries: Sequence[Try]) -> bool:
    """Whether the last answers came much later than the first ones."""
    if len(tries) < 4:
        return False
    first = median(one.seconds for one in tries[:2])
    last = min(one.seconds for one in tries[-2:])
    return last >= _SLOW_SECONDS and last >= _GROWTH * first
