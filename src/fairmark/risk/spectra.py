"""A portfolio whose frequencies are told one by one: what ``bands`` varies."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fairmark.numerics import lattice
from fairmark.numerics.distributions import Constant, Distribution
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
        amounts: for each scenario, the names of what its state costs in the year; none for one with events.
        step: between lattice points, in money.
        cells: lattice points.
    """

    uncertain: tuple[tuple[str, Distribution], ...]
    slots: tuple[tuple[str, ...], ...]
    certain: tuple[float, ...]
    shocks: tuple[tuple[str, tuple[float, ...]], ...]
    transforms: tuple[Complexes, ...]
    worth: tuple[float, ...]
    amounts: tuple[tuple[str, ...], ...]
    step: float
    cells: int

    def mean(self, known: Mapping[str, float]) -> float:
        """Return the yearly mean for given values; what is not given lies at its mean."""
        at = {slot: law.mean for slot, law in self.uncertain} | dict(known)
        events = self._rates(at)
        for slot, hits in self.shocks:
            events = [rate + at[slot] * hit for rate, hit in zip(events, hits, strict=True)]
        return self._stocks(at) + math.fsum(rate * loss for rate, loss in zip(events, self.worth, strict=True))

    def law(self, known: Mapping[str, float]) -> Floats:
        """Return the masses of the year for given values; what is not given lies at its mean."""
        at = {slot: law.mean for slot, law in self.uncertain} | dict(known)
        exponent = np.zeros(self.cells // 2 + 1, dtype=np.complex128)
        for rate, z in zip(self._rates(at), self.transforms, strict=True):
            exponent += rate * (z - 1)
        for slot, hits in self.shocks:
            exponent += at[slot] * (struck(hits, self.transforms) - 1)
        stocks = lattice.mean_preserving(Constant(self._stocks(at)), self.step, self.cells)
        return lattice.invert(np.exp(exponent) * lattice.transform(stocks), self.cells)

    def _stocks(self, at: Mapping[str, float]) -> float:
        """Return what all states cost in the year."""
        return math.fsum(at[slot] for slots in self.amounts for slot in slots)

    def _rates(self, at: Mapping[str, float]) -> list[float]:
        return [
            0.0 if amount else certain * math.prod(at[slot] for slot in slots)
            for certain, slots, amount in zip(self.certain, self.slots, self.amounts, strict=True)
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
    amounts = []
    for scenario, rate, severity in zip(portfolio.scenarios, year.rates, year.severities, strict=True):
        stocks = [(f"{scenario.name}: amount {k}", law) for k, (_, law) in enumerate(severity.parts) if rate.once]
        amounts.append(tuple(slot for slot, _ in stocks))
        uncertain += stocks
    uncertain += [(_LEVEL.format(number), factor.level) for number, factor in enumerate(portfolio.factors)]
    uncertain += [(f"shock {shock.name}", shock.rate) for shock in portfolio.shocks]
    return Spectra(
        uncertain=tuple(uncertain),
        slots=tuple(slots),
        certain=tuple(rate.certain for rate in year.rates),
        shocks=tuple((f"shock {x.name}", hits) for x, hits in zip(portfolio.shocks, year.hits, strict=True)),
        transforms=tuple(x.transform(lattice.mean_preserving, step, cells) for x in year.severities),
        worth=tuple(x.mean for x in year.severities),
        amounts=tuple(amounts),
        step=step,
        cells=cells,
    )
