"""What several scenarios have in common: a cause that strikes them at once, or a level that drives them together."""

from collections.abc import Mapping
from dataclasses import dataclass

from fairmark.numerics.distributions import Distribution


@dataclass(frozen=True, slots=True)
class Shock:
    """One cause that strikes several scenarios at once.

    Attributes:
        name: what happens.
        rate: shocks a year.
        hits: for each scenario, by name, the probability that a shock brings it one loss.
    """

    name: str
    rate: Distribution
    hits: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Factor:
    """One uncertain level, usually with mean 1, that multiplies the rates of its members for the whole year."""

    level: Distribution
    members: tuple[str, ...]
    name: str = "factor"
