"""How often a scenario brings a loss in a year: its rate, which nobody knows exactly."""

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from fairmark.numerics.distributions import Distribution
from fairmark.numerics.lattice import Complexes, Losses, Once, Poisson
from fairmark.numerics.law import Floats, as_floats
from fairmark.numerics.quadrature import nodes, product
from fairmark.risk.scenario import Scenario

PRECISION = 1e-6
"""Change from n to 2 n points below which 2 n points are enough: errors about square, so they are then near 1e-12."""

_MOST_POINTS = {1: 192, 2: 48}  # for each factor; three factors make a grid of 24 x 24 x 24
_STRATA = 256


@dataclass(frozen=True, slots=True)
class Rate:
    """A product of independent uncertain factors and a certain one: losses a year.

    ``once``: no rate at all, but exactly one loss in every year, as a stock has.
    """

    factors: tuple[Distribution, ...]
    certain: float
    once: bool = False

    @property
    def mean(self) -> float:
        """Expected losses a year."""
        return self.certain * math.prod(factor.mean for factor in self.factors)

    @property
    def second_moment(self) -> float:
        """E of the squared rate."""
        return self.certain**2 * math.prod(factor.second_moment for factor in self.factors)

    @property
    def variance(self) -> float:
        """Of the rate itself, from what we do not know; 0 for a known rate."""
        if all(factor.support[0] == factor.support[1] for factor in self.factors):
            return 0.0
        return max(self.second_moment - self.mean**2, 0.0)

    @property
    def count_variance(self) -> float:
        """Of the number of losses in a year."""
        return 0.0 if self.once else self.mean + self.variance


ONCE = Rate(factors=(), certain=1.0, once=True)


def rate_of(scenario: Scenario) -> Rate:
    """Return the loss event frequency of a scenario."""
    if scenario.state is not None:
        return ONCE
    certain = 1.0
    if scenario.capability is not None and scenario.resistance is not None:
        certain = success_probability(scenario.capability, scenario.resistance)
    return Rate(factors=factors_of(scenario), certain=certain)


def factors_of(scenario: Scenario) -> tuple[Distribution, ...]:
    """Return what is multiplied to the rate, but for capability against resistance."""
    of = scenario
    given = (of.lef, of.tef, of.contact, of.action, of.vulnerability)
    return tuple(factor for factor in given if factor is not None)


def success_probability(capability: Distribution, resistance: Distribution, n: int = 24) -> float:
    """P(capability > resistance), by n points and without sampling.

    Only capabilities within the range of resistance leave a doubt; these are walked through by
    probability with Gauss-Legendre points, drawn towards both ends by a smooth step, because
    quantile functions are steep there (relative error below 1e-7 with 24 points, also for
    probabilities of 1e-7; points over the whole of capability would be 1 % off).
    """
    low, high = resistance.support
    first = float(capability.cdf(np.nextafter(low, -math.inf)))
    last = float(capability.cdf(high)) if math.isfinite(high) else 1.0
    if low == high:
        return 1.0 - last
    points, weights = np.polynomial.legendre.leggauss(n)
    u = (points + 1) / 2
    step, slope = u**3 * (10 - 15 * u + 6 * u**2), 30 * (u * (1 - u)) ** 2
    met = capability.quantile(np.clip(first + (last - first) * step, 0.0, 1.0))
    # An attacker exactly as strong as the device does not get in.
    beaten = resistance.cdf(np.nextafter(met, -math.inf))
    return float((1 - last) + (last - first) * np.sum(weights / 2 * slope * beaten))


def mixing(rate: Rate, severity_transform: Complexes) -> tuple[Losses, Losses, Losses]:
    """Return the Poisson mixture for a rate: below, at and above the truth.

    Quadrature points, doubled until nothing changes, serve as all three. A rate known so
    badly that they would leave lumps in the law of the year is cut into strata instead, taken
    at their lower ends, middles and upper ends.

    Args:
        rate: losses a year.
        severity_transform: of the law of one loss, as ``lattice.transform`` gives it.
    """
    if rate.once:
        return _EVERY_YEAR, _EVERY_YEAR, _EVERY_YEAR
    probes = severity_transform[np.unique(np.geomspace(1, severity_transform.size, 64).astype(int)) - 1]
    n, rule = 6, _gauss(rate, 6)
    while n < _MOST_POINTS.get(len(rate.factors), 24):
        n *= 2
        finer = _gauss(rate, n)
        if np.max(np.abs(finer.pgf(probes) - rule.pgf(probes))) < PRECISION:
            return finer, finer, finer
        rule = finer
    return _strata(rate)


_EVERY_YEAR = Once()


def _gauss(rate: Rate, n: int) -> Poisson:
    values, weights = product([nodes(factor, n) for factor in rate.factors], 4 * n)
    return Poisson(values * rate.certain, weights)


def _strata(rate: Rate) -> tuple[Poisson, Poisson, Poisson]:
    """Cut the widest factor into strata; keep Gauss points for the others, which are the same in all three."""
    widest = max(rate.factors, key=lambda factor: factor.second_moment / factor.mean**2)
    others = product([nodes(factor, 6) for factor in rate.factors if factor is not widest], 6)
    count = _STRATA // others[0].size

    def mixture(values: Floats, weights: Floats) -> Poisson:
        # What has no upper end may be anything: it counts as beyond every range.
        kept = np.isfinite(values)
        rates = np.outer(values[kept] * rate.certain, others[0]).ravel()
        return Poisson(rates, as_floats(np.outer(weights[kept], others[1]).ravel()))

    edges, weights, _ = _cut(widest, count)
    _, finer_weights, means = _cut(widest, 4 * count)
    return mixture(edges[:-1], weights), mixture(means, finer_weights), mixture(edges[1:], weights)


def _cut(law: Distribution, count: int) -> tuple[Floats, Floats, Floats]:
    """Return the edges of ``count`` + 1 strata, equidistant in normal scores, with their weights and means."""
    inner = law.quantile(special.ndtr(np.linspace(-5.0, 5.0, count)))
    edges = np.concatenate(([law.support[0]], inner, [law.support[1]]))
    below = np.concatenate(([0.0], law.cdf(inner), [1.0]))
    weights = np.diff(below)
    partial = np.concatenate(([0.0], law.limited_mean(inner) - inner * (1 - below[1:-1]), [law.mean]))
    means = np.clip(np.diff(partial) / np.maximum(weights, 1e-300), edges[:-1], edges[1:])
    return edges, weights, means
