"""A portfolio whose frequencies are told one by one: what ``bands`` varies."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fairmark.numerics import lattice
from fairmark.numerics.distributions import Distribution
from fairmark.numerics.lattice import Complexes
from fairmark.numerics.law import Floats
from fairmark.risk.portfolio import Portfolio
from fairmark.risk.together import struck, together

_LEVEL = "level {}"


@dataclass(frozen=True, slots=True, eq=False)
class Spectra:
    """A portfolio whose frequencies may be told one by one.

    Attributes:
        uncertain: every law of a frequency, a shock or a level, by a name of its own.
        slots: for each scenario, the names whose product with ``certain`` is its rate.
        certain: known part of each rate.
        shocks: for each shock the name of its rate, and its chance to hit each scenario.
        transforms: of one loss of each scenario.
        worth: mean of one loss of each scenario.
        cells: lattice points.
    """

    uncertain: tuple[tuple[str, Distribution], ...]
    slots: tuple[tuple[str, ...], ...]
    certain: tuple[float, ...]
    shocks: tuple[tuple[str, tuple[float, ...]], ...]
    transforms: tuple[Complexes, ...]
    worth: tuple[float, ...]
    cells: int

    def mean(self, known: Mapping[str, float]) -> float:
        """Return the yearly mean for given values; what is not given lies at its mean."""
        at = {slot: law.mean for slot, law in self.uncertain} | dict(known)
        events = self._rates(at)
        for slot, hits in self.shocks:
            events = [rate + at[slot] * hit for rate, hit in zip(events, hits, strict=True)]
        return math.fsum(rate * loss for rate, loss in zip(events, self.worth, strict=True))

    def law(self, known: Mapping[str, float]) -> Floats:
        """Return the masses of the year for given values; what is not given lies at its mean."""
        at = {slot: law.mean for slot, law in self.uncertain} | dict(known)
        exponent = np.zeros(self.cells // 2 + 1, dtype=np.complex128)
        for rate, z in zip(self._rates(at), self.transforms, strict=True):
            exponent += rate * (z - 1)
        for slot, hits in self.shocks:
            exponent += at[slot] * (struck(hits, self.transforms) - 1)
        return lattice.invert(np.exp(exponent), self.cells)

    def _rates(self, at: Mapping[str, float]) -> list[float]:
        return [
            certain * math.prod(at[slot] for slot in slots)
            for certain, slots in zip(self.certain, self.slots, strict=True)
        ]


def spectra(portfolio: Portfolio, step: float, cells: int) -> Spectra:
    """Return a portfolio on a given lattice, ready to be computed for known frequencies."""
    year = together(portfolio.scenarios, portfolio.shocks, portfolio.factors)
    uncertain: list[tuple[str, Distribution]] = []
    slots = []
    for scenario, rate, driven in zip(portfolio.scenarios, year.rates, year.driven, strict=True):
        own = [(f"{scenario.name}: {number}", law) for number, law in enumerate(rate.factors)]
        uncertain += own
        slots.append((*(slot for slot, _ in own), *([_LEVEL.format(driven)] if driven >= 0 else [])))
    uncertain += [(_LEVEL.format(number), factor.level) for number, factor in enumerate(portfolio.factors)]
    uncertain += [(f"shock {shock.name}", shock.rate) for shock in portfolio.shocks]
    return Spectra(
        uncertain=tuple(uncertain),
        slots=tuple(slots),
        certain=tuple(rate.certain for rate in year.rates),
        shocks=tuple((f"shock {x.name}", hits) for x, hits in zip(portfolio.shocks, year.hits, strict=True)),
        transforms=tuple(x.transform(lattice.mean_preserving, step, cells) for x in year.severities),
        worth=tuple(x.mean for x in year.severities),
        cells=cells,
    )
