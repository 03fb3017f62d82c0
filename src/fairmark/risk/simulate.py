"""The same year by drawing it: one threat event after another, year after year.

A cross-check of ``engine`` and ``portfolio`` that shares none of their mathematics (attacks are drawn and either get
in or not, losses are drawn and added up), and the way to what no transform can do: caps on what a year may cost, and
levels of threat that depend on each other in any way. It is never exact: every figure carries the interval that its
random error leaves.

Years are drawn in blocks; each scenario, shock and common level has its own stream of random numbers in each block
(``numerics.sampling``), so a scenario's losses do not change with the number of threads or the scenarios beside it.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from fairmark.errors import WrongUsageError
from fairmark.numerics.distributions import Distribution
from fairmark.numerics.law import Floats
from fairmark.numerics.sampling import draw, stream
from fairmark.risk.annual import Figure
from fairmark.risk.portfolio import Portfolio, Shock
from fairmark.risk.scenario import Scenario

YEARS_OF_A_BLOCK = 65_536
_MOST_EVENTS = 20_000_000
_SURE = NormalDist().inv_cdf(0.995)
"""Every interval holds the truth in 99 of 100 seeds."""

Levels = Callable[[np.random.Generator, int], Mapping[str, Floats]]
"""Draws, for a number of years, by what each named scenario's frequency is multiplied: shapes (years,)."""


@dataclass(frozen=True, slots=True)
class Draws:
    """What to draw beyond the portfolio itself.

    Attributes:
        seed: 0 to 2^64 - 1.
        levels: multiplies frequencies, scenario by scenario, in a way that may depend on all of them.
        caps: the most that a scenario may cost in a year, in money, by name; what exceeds it is not borne.
    """

    seed: int
    levels: Levels | None = None
    caps: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Simulated:
    """Drawn years; each figure with its interval.

    Attributes:
        losses: of each scenario in each year, in money, shape (scenarios, years).
        names: of the scenarios.
    """

    losses: Floats
    names: tuple[str, ...]

    @property
    def total(self) -> Floats:
        """Loss of each year, shape (years,)."""
        return np.asarray(self.losses.sum(axis=0))

    def mean(self) -> Figure:
        """Return the mean of the yearly total."""
        total = self.total
        value = float(total.mean())
        error = _SURE * float(total.std()) / math.sqrt(total.size)
        return Figure(value, value - error, value + error)

    def prob_zero(self) -> Figure:
        """Return the share of years without a loss."""
        return share_of(int(np.count_nonzero(self.total == 0)), self.total.size)

    def var(self, level: float) -> Figure:
        """Value at risk, with the order statistics that enclose it."""
        ordered = np.sort(self.total)
        n = ordered.size
        error = _SURE * math.sqrt(n * level * (1 - level))
        places = np.array([n * level, n * level - error, n * level + error])
        value, low, high = ordered[np.clip(np.ceil(places).astype(int) - 1, 0, n - 1)].tolist()
        return Figure(value, low, high)


def simulate(
    portfolio: Portfolio,
    draws: Draws,
    *,
    years: int,
    spread: Callable[[Callable[[int], Floats], Sequence[int]], Iterable[Floats]] = map,
) -> Simulated:
    """Draw years of a portfolio; all of them are kept in memory.

    Args:
        portfolio: scenarios and what they have in common.
        draws: the seed, and what the portfolio cannot say.
        years: how many, at least one; rounded up to whole blocks.
        spread: who draws the blocks: ``map`` or ``Executor.map``.

    Raises:
        WrongUsageError: fewer than one year, a cap that is none, or more events in a block than memory holds.
    """
    if years < 1:
        raise WrongUsageError(f"years: {years} is none", hint="Give at least one; a million is usual.")
    blocks = range(math.ceil(years / YEARS_OF_A_BLOCK))
    drawn = list(spread(Years(portfolio, draws).block, blocks))
    return Simulated(np.concatenate(drawn, axis=1), tuple(scenario.name for scenario in portfolio.scenarios))


class Years:
    """Draws blocks of years, for those who keep only a summary of each."""

    def __init__(self, portfolio: Portfolio, draws: Draws) -> None:
        names = {scenario.name for scenario in portfolio.scenarios}
        for name, cap in draws.caps.items():
            if name not in names:
                raise WrongUsageError(f"cap: there is no scenario {name!r}", hint="Name one of the portfolio.")
            if not cap >= 0:
                raise WrongUsageError(f"cap of {name!r}: {cap} is no amount", hint="Give 0 or more.")
        self._portfolio = portfolio
        self._draws = draws

    def block(self, number: int) -> Floats:
        """Return the losses of each scenario in the years of one block, shape (scenarios, YEARS_OF_A_BLOCK)."""
        portfolio, seed = self._portfolio, self._draws.seed
        levels = self._levels(number)
        losses = np.zeros((len(portfolio.scenarios), YEARS_OF_A_BLOCK))
        for row, scenario in enumerate(portfolio.scenarios):
            random = stream(seed, f"scenario {scenario.name}", number)
            if scenario.state is not None:
                losses[row] = _in_state(scenario, scenario.state, random)
                continue
            attempts = _attempts(scenario, random) * levels.get(scenario.name, 1.0)
            losses[row] = _year(scenario, _counts(attempts, random, scenario.name), random)
        for shock in portfolio.shocks:
            self._strike(losses, shock, number)
        for row, scenario in enumerate(portfolio.scenarios):
            if scenario.name in self._draws.caps:
                np.minimum(losses[row], self._draws.caps[scenario.name], out=losses[row])
        return losses

    def _levels(self, number: int) -> dict[str, Floats]:
        """Return by what each year multiplies the frequencies."""
        found: dict[str, Floats] = {}
        for factor in self._portfolio.factors:
            level = draw(factor.level, stream(self._draws.seed, f"factor {factor.name}", number), YEARS_OF_A_BLOCK)
            found |= dict.fromkeys(factor.members, level)
        if self._draws.levels:
            given = self._draws.levels(stream(self._draws.seed, "levels", number), YEARS_OF_A_BLOCK)
            found |= {name: found.get(name, 1.0) * level for name, level in given.items()}
        return found

    def _strike(self, losses: Floats, shock: Shock, number: int) -> None:
        """Add what one kind of shock costs its members; each is hit or spared on its own."""
        random = stream(self._draws.seed, f"shock {shock.name}", number)
        counts = _counts(draw(shock.rate, random, YEARS_OF_A_BLOCK), random, shock.name)
        for row, scenario in enumerate(self._portfolio.scenarios):
            chance = shock.hits.get(scenario.name, 0.0)
            if chance > 0:
                losses[row] += _added(_losses(scenario, random.binomial(counts, chance), random))


def share_of(found: int, n: int) -> Figure:
    """Return a share with the interval that its random error leaves (E. Wilson, JASA 22, 1927)."""
    share, z = found / n, _SURE**2 / n
    middle = (share + z / 2) / (1 + z)
    error = _SURE / (1 + z) * math.sqrt(share * (1 - share) / n + z / (4 * n))
    return Figure(share, max(0.0, min(share, middle - error)), min(1.0, max(share, middle + error)))


_Counts = NDArray[np.int64]


def _attempts(scenario: Scenario, random: np.random.Generator) -> Floats:
    """Return what happens in each year, on average, before anybody resists; shape (years,)."""
    rate = np.ones(YEARS_OF_A_BLOCK)
    for law in (scenario.lef, scenario.tef, scenario.contact, scenario.action, scenario.vulnerability):
        if law is not None:
            rate = rate * draw(law, random, YEARS_OF_A_BLOCK)
    return rate


def _in_state(scenario: Scenario, state: Distribution, random: np.random.Generator) -> Floats:
    """Return what the state costs in each year; share and cost hold for the whole year."""
    cost = np.zeros(YEARS_OF_A_BLOCK)
    for law in scenario.primary.values():
        cost += draw(law, random, YEARS_OF_A_BLOCK)
    return scenario.units * draw(state, random, YEARS_OF_A_BLOCK) * cost


def _counts(rates: Floats, random: np.random.Generator, name: str) -> _Counts:
    expected = float(rates.sum())
    if expected > _MOST_EVENTS:
        raise WrongUsageError(
            f"{name}: {expected / YEARS_OF_A_BLOCK:.3g} events a year are too many to draw one by one",
            hint="Price it exactly: fairmark risk price.",
        )
    return np.asarray(random.poisson(rates), dtype=np.int64)


def _year(scenario: Scenario, attempts: _Counts, random: np.random.Generator) -> Floats:
    """Return the loss of each year: every attempt that gets in costs."""
    if scenario.capability is not None and scenario.resistance is not None:
        total = int(attempts.sum())
        wins = draw(scenario.capability, random, total) > draw(scenario.resistance, random, total)
        year = np.repeat(np.arange(attempts.size), attempts)
        attempts = np.bincount(year[wins], minlength=attempts.size)
    return _added(_losses(scenario, attempts, random))


def _losses(scenario: Scenario, counts: _Counts, random: np.random.Generator) -> tuple[_Counts, Floats]:
    """Return for every event its year and its loss."""
    total = int(counts.sum())
    loss = np.zeros(total)
    for law in scenario.primary.values():
        loss += draw(law, random, total)
    for follow in scenario.secondary:
        happens = random.random(total) < draw(follow.probability, random, total)
        loss[happens] += draw(follow.severity, random, int(np.count_nonzero(happens)))
    return np.repeat(np.arange(counts.size), counts), loss


def _added(events: tuple[_Counts, Floats]) -> Floats:
    year, loss = events
    return np.bincount(year, weights=loss, minlength=YEARS_OF_A_BLOCK).astype(np.float64, copy=False)
