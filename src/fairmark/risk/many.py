"""Thousands of scenarios at once: the year of each, and of their sum.

The same mathematics as ``engine`` and ``portfolio`` on coarser lattices and without brackets: scenarios stand in blocks
whose laws are computed as arrays (``numerics.stacked``). A block is a value that can be computed anywhere; blocks are
joined in their order, so the answer does not depend on who computed them, nor on how many did.

The total of independent scenarios is the product of their transforms. Its lattice spans the years that can happen,
not those from 0 on: a sum of thousands of losses lies many of its standard deviations above 0, and a lattice that
covers the empty part as well would be too coarse for the losses. What the lattice does to the spread of small losses
is taken off (``stacked.transform``).
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fairmark.errors import WrongUsageError
from fairmark.numerics import lattice, stacked
from fairmark.numerics.distributions import BetaShare, Constant, Discrete, Distribution, Pert
from fairmark.numerics.exponentials import Sum, compiled, plain
from fairmark.numerics.lattice import THETA, Complexes
from fairmark.numerics.law import Floats, as_floats
from fairmark.numerics.quadrature import nodes, product
from fairmark.risk.rate import ONCE, PRECISION, Rate, factors_of, mixing, success_probability
from fairmark.risk.scenario import Scenario
from fairmark.risk.severity import Severity, severity_of

LEVELS = (0.5, 0.9, 0.95, 0.99)
CELLS = 1_024
TOTAL_CELLS = 2_048
BLOCK = 64
_POINTS = (4, 6, 12)  # for each rate; the first that twice the last bears out
_AT_ONCE = 16  # rows of the total's lattice, to stay small in memory
_WIDENINGS = 80
_MANY = 2_000  # scenarios from which compiling pays
_COARSE = 1e-4
_FAR = 9.0
"""Standard deviations below the mean within which the total's lattice begins: chance exp(-9^2 / 2) = 3e-18."""


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """The points start, start + step, ... (``cells`` of them) on which a total is computed."""

    start: float
    step: float
    cells: int


@dataclass(frozen=True, slots=True)
class Block:
    """Some scenarios with what is wanted of them. It can be pickled.

    Attributes:
        scenarios: of one currency.
        levels: of the quantiles and tail means.
        cells: lattice points of each year.
        window: of the total they are part of; None without one.
        large: whether there are so many blocks that compiling pays.
    """

    scenarios: tuple[Scenario, ...]
    levels: tuple[float, ...]
    cells: int
    window: Window | None
    large: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Years:
    """The year of each scenario, in money; rows are scenarios.

    Attributes:
        mean: E S, shape (scenarios,).
        variance: Var S, possibly infinite.
        prob_zero: chance of a year without loss.
        levels: shares of years.
        var: the loss that a share ``levels`` of years does not exceed, shape (scenarios, levels).
        tvar: mean loss of the worst 1 - level of years, same shape.
    """

    mean: Floats
    variance: Floats
    prob_zero: Floats
    levels: tuple[float, ...]
    var: Floats
    tvar: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Priced:
    """One block, done: its years, and the logarithm of the transform of their sum (empty without a total)."""

    years: Years
    log_transform: Complexes


@dataclass(frozen=True, slots=True, eq=False)
class Total:
    """The year of all scenarios together: masses on the points of a window."""

    mean: float
    variance: float
    window: Window
    masses: Floats

    def var(self, level: float) -> float:
        """Value at risk. Infinite beyond the window."""
        return self.window.start + lattice.quantile(self.masses, self.window.step, level)

    def tvar(self, level: float) -> float:
        """Tail value at risk."""
        above = self.var(level) - self.window.start
        return self.window.start + lattice.tail_mean(
            self.masses, self.window.step, level, above, self.mean - self.window.start
        )


@dataclass(frozen=True, slots=True, eq=False)
class Many:
    """All scenarios: ``years`` in the order given, and ``total`` of them."""

    years: Years
    total: Total


Spread = Callable[[Callable[[Block], Priced], Sequence[Block]], Iterable[Priced]]
"""Whoever computes the blocks: ``map``, ``Executor.map``, or anything that keeps their order."""


def assess_many(
    scenarios: Sequence[Scenario],
    *,
    levels: Sequence[float] = LEVELS,
    cells: int = CELLS,
    total_cells: int = TOTAL_CELLS,
    spread: Spread = map,
) -> Many:
    """Return the year of each scenario, and of all together as if they were independent of one another.

    Args:
        scenarios: at least one, of one currency.
        levels: of the quantiles and tail means, each below 1.
        cells: lattice points of each year.
        total_cells: lattice points of the total.
        spread: who computes the blocks.

    Raises:
        WrongUsageError: no scenario, mixed currencies, a level that is none, or no range holds a law.
    """
    _require(scenarios, levels)
    wanted = tuple(levels)
    rows = [tuple(scenarios[k : k + BLOCK]) for k in range(0, len(scenarios), BLOCK)]
    window, mean, variance = _window([_Laws.of(row) for row in rows], _highest(wanted), total_cells)
    done = list(spread(price_block, [Block(row, wanted, cells, window, len(scenarios) >= _MANY) for row in rows]))
    exponents = np.zeros(total_cells // 2 + 1, dtype=np.complex128)
    for each in done:
        exponents = exponents + each.log_transform
    years = _joined([each.years for each in done])
    return Many(years, Total(mean, variance, window, _inverted(exponents, window)))


def price_block(block: Block) -> Priced:
    """Compute one block; a function of its argument alone."""
    laws = _Laws.of(block.scenarios).with_points()
    sums = compiled() if block.large else plain
    years = _years(laws, block.levels, block.cells, sums)
    if block.window is None:
        return Priced(years, np.zeros(0, dtype=np.complex128))
    exponents = np.zeros(block.window.cells // 2 + 1, dtype=np.complex128)
    for first in range(0, len(laws.rates), _AT_ONCE):
        some = laws.only(np.arange(first, min(first + _AT_ONCE, len(laws.rates))))
        steps, everywhere = np.full(len(some.rates), block.window.step), np.ones(len(some.rates), dtype=np.bool_)
        transforms = _mixed(some, some.transform(steps, block.window.cells, everywhere), sums)
        with np.errstate(divide="ignore"):
            exponents += np.log(np.prod(transforms, axis=0))
    return Priced(years, exponents)


@dataclass(frozen=True, slots=True, eq=False)
class _Laws:
    """The laws of a block, as arrays; rows are scenarios.

    ``parts`` holds, for the first loss of an event, the second, ...: the rows that have one, its chance and law.
    """

    rates: tuple[Rate, ...]
    severities: tuple[Severity, ...]
    parts: tuple[tuple[NDArray[np.intp], Floats, tuple[Distribution, ...]], ...]
    events: Floats
    mean: Floats
    variance: Floats
    second_moment: Floats
    """Of one loss."""
    points: Mapping[int, tuple[Floats, Floats]]
    """For each number of points: values of each rate and their weights; empty until ``with_points``."""

    @staticmethod
    def of(scenarios: Sequence[Scenario]) -> "_Laws":
        rates, severities = _rates(scenarios), tuple(severity_of(scenario) for scenario in scenarios)
        events = as_floats([rate.mean for rate in rates])
        one = as_floats([severity.mean for severity in severities])
        squared = as_floats([severity.second_moment for severity in severities])
        spread = as_floats([rate.variance for rate in rates])
        once = np.array([rate.once for rate in rates])
        with np.errstate(invalid="ignore"):
            variance = np.where(events > 0, events * squared + spread * one**2, 0.0)
            variance = np.where(once, squared - one**2, variance)
        return _Laws(rates, severities, _parts(severities), events, events * one, variance, squared, {})

    def with_points(self) -> "_Laws":
        """Compute the points of every rate, once for all lattices."""
        return replace(self, points={n: _rate_points(self.rates, n) for n in (*_POINTS, 2 * _POINTS[-1])})

    def only(self, rows: NDArray[np.intp]) -> "_Laws":
        severities = tuple(self.severities[row] for row in rows)
        return replace(
            self,
            rates=tuple(self.rates[row] for row in rows),
            severities=severities,
            parts=_parts(severities),
            events=self.events[rows],
            mean=self.mean[rows],
            variance=self.variance[rows],
            second_moment=self.second_moment[rows],
            points={n: (values[rows], weights[rows]) for n, (values, weights) in self.points.items()},
        )

    def tops(self, tails: Floats) -> Floats:
        """Return what one loss of each exceeds with about a probability of ``tails``; see ``Severity.top``."""
        always, largest = np.zeros(len(self.rates)), np.zeros(len(self.rates))
        for rows, chances, laws in self.parts:
            always[rows] += np.where(chances == 1, [law.mean for law in laws], 0.0)
            largest[rows] = np.maximum(largest[rows], stacked.upper_points(laws, tails[rows] / chances))
        return always + largest

    def losses_above(self, amount: float) -> float:
        """Return how many losses a year have a part that exceeds an amount."""
        return math.fsum(
            float(np.sum(self.events[rows] * chances * stacked.chances_above(laws, amount)))
            for rows, chances, laws in self.parts
        )

    def limited_squares(self, top: float) -> Floats:
        """Bound E min(X, top)^2 of one loss X of each, shape (scenarios,)."""
        mean, variance = np.zeros(len(self.rates)), np.zeros(len(self.rates))
        for rows, chances, laws in self.parts:
            part = as_floats([float(law.limited_mean(top)) for law in laws]) * chances
            mean[rows] += part
            variance[rows] += as_floats([float(law.limited_second_moment(top)) for law in laws]) * chances - part**2
        return variance + mean**2

    def transform(self, steps: Floats, n: int, exact_spread: NDArray[np.bool_]) -> Complexes:
        """Return the transform of one loss of each, shape (scenarios, n // 2 + 1)."""
        spectrum = np.ones((len(self.rates), n // 2 + 1), dtype=np.complex128)
        for rows, chances, laws in self.parts:
            moved = stacked.shared(laws, steps[rows], n)
            part = stacked.transform(moved, exact_spread=exact_spread[rows])
            share = chances[:, np.newaxis]
            spectrum[rows] *= (1 - share) + share * part
        return spectrum


def _parts(
    severities: Sequence[Severity],
) -> tuple[tuple[NDArray[np.intp], Floats, tuple[Distribution, ...]], ...]:
    possible = [[(p, law) for p, law in severity.parts if p > 0] for severity in severities]
    found = []
    for place in range(max(map(len, possible), default=0)):
        rows = [row for row, parts in enumerate(possible) if len(parts) > place]
        chosen = [possible[row][place] for row in rows]
        found.append((np.array(rows, dtype=np.intp), as_floats([p for p, _ in chosen]), tuple(x for _, x in chosen)))
    return tuple(found)


def _rates(scenarios: Sequence[Scenario]) -> tuple[Rate, ...]:
    """Return the rate of each; pairs of PERT or beta laws of capability and resistance are computed at once."""
    certain = np.ones(len(scenarios))
    quick: list[tuple[int, Distribution, Distribution]] = []
    for row, scenario in enumerate(scenarios):
        if scenario.capability is None or scenario.resistance is None:
            continue
        pair = scenario.capability, scenario.resistance
        if all(isinstance(law, Pert | BetaShare) for law in pair):
            quick.append((row, *pair))
        else:
            certain[row] = success_probability(*pair)
    if quick:
        rows, capabilities, resistances = zip(*quick, strict=True)
        certain[list(rows)] = stacked.success_probabilities(capabilities, resistances)
    return tuple(
        ONCE if scenario.state is not None else Rate(factors_of(scenario), share)
        for scenario, share in zip(scenarios, certain.tolist(), strict=True)
    )


def _mixed(laws: _Laws, transforms: Complexes, sums: Sum) -> Complexes:
    """Return the transform of each year from that of one loss: a Poisson number of them, mixed over the rate."""
    probes = np.unique(np.geomspace(1, transforms.shape[1], 16).astype(int)) - 1
    some = transforms[:, probes]
    best = plain(*laws.points[2 * _POINTS[-1]], some)
    left = np.array([not _has_many_points(rate) for rate in laws.rates])
    result = np.empty_like(transforms)
    for n in _POINTS:
        values, weights = laws.points[n]
        enough = left & (np.abs(plain(values, weights, some) - best).max(axis=1) < PRECISION)
        result[enough] = sums(values[enough], weights[enough], transforms[enough])
        left &= ~enough
    hard = [row for row, rate in enumerate(laws.rates) if left[row] or _has_many_points(rate)]
    for row in hard:
        result[row] = mixing(laws.rates[row], transforms[row])[1].pgf(transforms[row])
    return result


def _rate_points(rates: Sequence[Rate], n: int) -> tuple[Floats, Floats]:
    """Return n values of each rate and their weights; a law of more points than that is left to ``mixing``."""
    certain, uncertain = [], []
    for rate in rates:
        factors = [factor for factor in rate.factors if not isinstance(factor, Constant)]
        certain.append(rate.certain * math.prod(x.value for x in rate.factors if isinstance(x, Constant)))
        uncertain.append(factors)
    single = [factors[0] if len(factors) == 1 else Constant(1.0) for factors in uncertain]
    small = [Constant(1.0) if _has_many_points(rate) else law for rate, law in zip(rates, single, strict=True)]
    values, weights = stacked.rules(small, n)
    for row, factors in enumerate(uncertain):
        if len(factors) > 1:
            points, shares = product([nodes(factor, n) for factor in factors], n)
            values[row, : points.size], weights[row] = points, 0.0
            weights[row, : points.size] = shares
    return values * as_floats(certain)[:, np.newaxis], weights


def _has_many_points(rate: Rate) -> bool:
    return rate.once or any(isinstance(factor, Discrete) and len(factor.values) > _POINTS[0] for factor in rate.factors)


def _years(laws: _Laws, levels: tuple[float, ...], cells: int, sums: Sum) -> Years:
    count = len(laws.rates)
    at_zero = as_floats([severity.prob_zero for severity in laws.severities]).astype(np.complex128)[:, np.newaxis]
    none = _mixed(laws, at_zero, plain).real[:, 0]
    var, tvar = np.zeros((count, len(levels))), np.zeros((count, len(levels)))
    live = np.flatnonzero(laws.mean > 0)
    if live.size:
        for rows, steps, masses in _laws_of_years(laws, live, _highest(levels), cells, sums):
            for column, level in enumerate(levels):
                quantiles, tails = _figures(masses, steps, level, laws.mean[rows])
                nothing = level <= none[rows]
                var[rows, column] = np.where(nothing, 0.0, quantiles)
                tvar[rows, column] = np.where(nothing, laws.mean[rows] / (1 - level), tails)
    return Years(laws.mean, laws.variance, np.clip(none, 0.0, 1.0), levels, var, tvar)


def _laws_of_years(
    laws: _Laws, rows: NDArray[np.intp], highest: float, cells: int, sums: Sum
) -> Iterator[tuple[NDArray[np.intp], Floats, Floats]]:
    """Yield rows, their steps and masses, as soon as their range holds what it must; the others get a wider one."""
    reach = _first_reach(laws.only(rows), (1 - highest) / 2)
    for _ in range(_WIDENINGS):
        some, steps = laws.only(rows), reach / cells
        with np.errstate(invalid="ignore"):
            coarse = some.events * steps**2 / 6 > _COARSE * np.where(np.isinf(some.variance), reach**2, some.variance)
        transforms = _mixed(some, some.transform(steps, cells, coarse), sums)
        masses = np.fft.irfft(transforms, cells, axis=1) * np.exp(THETA * np.arange(cells) / cells)
        enough = masses.sum(axis=1) >= (1 + 3 * highest) / 4
        yield rows[enough], steps[enough], masses[enough]
        rows, reach = rows[~enough], reach[~enough] * 1.5
        if not rows.size:
            return
    raise WrongUsageError(f"no range holds {highest:.3%} of years of a scenario", hint="Narrow its widest input.")


def _first_reach(laws: _Laws, tail: float) -> Floats:
    """Guess where the years of each end; the batch form of ``engine``'s."""
    top = laws.tops(tail / laws.events)
    with np.errstate(invalid="ignore"):
        uncertain = np.where(np.isfinite(laws.variance), laws.variance - laws.events * laws.second_moment, 0.0)
        cantelli = laws.mean + np.sqrt(laws.variance / tail)
    ordinary = laws.events * np.minimum(laws.second_moment, top**2) + np.maximum(uncertain, 0.0)
    return as_floats(np.minimum(top + laws.mean + 3 * np.sqrt(ordinary), np.nan_to_num(cantelli, nan=np.inf)))


def _figures(masses: Floats, steps: Floats, level: float, mean: Floats) -> tuple[Floats, Floats]:
    """Return the quantile and the tail mean of each row of masses."""
    n = masses.shape[1]
    below = np.clip(np.maximum.accumulate(np.cumsum(masses, axis=1), axis=1), 0.0, 1.0)
    k = np.minimum(np.argmax(below >= level, axis=1), n - 1)
    row = np.arange(masses.shape[0])
    before = np.where(k > 0, below[row, np.maximum(k - 1, 0)], 0.0)
    share = (level - before) / np.maximum(below[row, k] - before, 1e-300)
    quantile = np.where(k > 0, (k - 0.5 + share) * steps, 0.0)
    inside = np.arange(n) * steps[:, np.newaxis] < quantile[:, np.newaxis]
    kept = np.where(inside, masses, 0.0)
    limited = (kept @ np.arange(n)) * steps + quantile * (1 - kept.sum(axis=1))
    return quantile, quantile + (mean - limited) / (1 - level)


def _window(blocks: Sequence[_Laws], highest: float, cells: int) -> tuple[Window, float, float]:
    """Return the lattice of the total, with its mean and variance."""
    mean = math.fsum(float(laws.mean.sum()) for laws in blocks)
    variance = math.fsum(float(laws.variance.sum()) for laws in blocks)
    if mean == 0:
        return Window(0.0, 1.0, cells), 0.0, 0.0
    tail = (1 - highest) / 2
    top = _top(blocks, tail)
    ordinary = math.fsum(float(np.sum(laws.events * laws.limited_squares(top) + _of_rates(laws))) for laws in blocks)
    end = lattice.first_range(mean, variance, top, math.sqrt(ordinary), tail)
    start = 0.0
    if math.isfinite(variance):
        start = max(0.0, mean - _FAR * math.sqrt(math.fsum(float(_left_spread(laws).sum()) for laws in blocks)))
    step = (end - start) / cells
    return Window(math.floor(start / step) * step, step, cells), mean, variance


def _top(blocks: Sequence[_Laws], tail: float) -> float:
    """Return what the largest loss of a year exceeds with a probability of about ``tail``, to a tenth or so."""
    live = [laws.only(np.flatnonzero(laws.mean > 0)) for laws in blocks]
    events = math.fsum(float(laws.events.sum()) for laws in live)
    low = max(float(np.max(laws.tops(tail / laws.events), initial=0.0)) for laws in live)
    high = max(float(np.max(laws.tops(np.full(laws.events.size, tail / events)), initial=low)) for laws in live)
    while high > 1.1 * low:
        middle = math.sqrt(low * high)
        if math.fsum(laws.losses_above(middle) for laws in live) > tail:
            low = middle
        else:
            high = middle
    return high


def _of_rates(laws: _Laws) -> Floats:
    """Return what uncertain rates add to the variance of each year."""
    one = np.divide(laws.mean, laws.events, out=np.zeros_like(laws.mean), where=laws.events > 0)
    return as_floats([rate.variance * each**2 for rate, each in zip(laws.rates, one, strict=True)])


def _left_spread(laws: _Laws) -> Floats:
    """Bound log E exp(-u (S - E S)) by u^2 / 2 of this, shape (scenarios,).

    E exp(-u Y) <= exp(-u E Y + u^2 E Y^2 / 2) for Y of zero or more: once for the losses, once for what the rate has
    above its lower end.
    """
    one = np.divide(laws.mean, laws.events, out=np.zeros_like(laws.mean), where=laws.events > 0)
    above = [
        max(0.0, rate.second_moment - 2 * low * rate.mean + low**2)
        for rate in laws.rates
        for low in [rate.certain * math.prod(factor.support[0] for factor in rate.factors)]
    ]
    return as_floats(laws.events * laws.second_moment + as_floats(above) * one**2)


def _inverted(exponents: Complexes, window: Window) -> Floats:
    """Return the masses on the window's points from the logarithm of the transform."""
    n = window.cells
    at = (THETA + 2j * np.pi * np.arange(exponents.size)) / (n * window.step)
    with np.errstate(invalid="ignore"):
        spectrum = np.where(np.isneginf(exponents.real), 0.0, np.exp(exponents + at * window.start))
    return np.fft.irfft(spectrum, n) * np.exp(THETA * np.arange(n) / n)


def _joined(years: Sequence[Years]) -> Years:
    return Years(
        np.concatenate([each.mean for each in years]),
        np.concatenate([each.variance for each in years]),
        np.concatenate([each.prob_zero for each in years]),
        years[0].levels,
        np.concatenate([each.var for each in years]),
        np.concatenate([each.tvar for each in years]),
    )


def _highest(levels: Sequence[float]) -> float:
    """Return the share of years that a lattice has to hold: well above the highest level asked."""
    return 1 - (1 - max(levels)) / 10


def _require(scenarios: Sequence[Scenario], levels: Sequence[float]) -> None:
    if not scenarios:
        raise WrongUsageError("no scenario is given", hint="Give at least one.")
    currencies = sorted({scenario.currency for scenario in scenarios})
    if len(currencies) > 1:
        raise WrongUsageError(f"currencies are mixed: {', '.join(currencies)}", hint="Convert them to one.")
    for level in levels:
        if not 0 < level <= 1 - 1e-5:
            raise WrongUsageError(f"level {level}: not between 0 and 0.99999", hint="Give a share of years.")
    if not levels:
        raise WrongUsageError("no level is given", hint="Give a share of years, such as 0.95.")
