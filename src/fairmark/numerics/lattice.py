"""The law of a year's total: severities on a lattice, the year by fast Fourier transform.

A loss X is moved to the points 0, h, 2h, ... (n cells of step h). What lies beyond the range
R = n h is dropped, not lumped: the law of the total S below R stays exact, since S < R needs
every X < R. Each mass at k is damped by exp(-theta k / n) before the transform and the result
is raised again afterwards, so that what wraps around is damped by exp(-theta) and no padding is
needed (R. Gruebel, R. Hermesmeier, Computation of Compound Distributions I, ASTIN Bulletin 1999).
Rounding noise grows by exp(theta): 20 is the balance, and ``NOISE`` bounds what is left in any
probability.

Ways to move X: ``rounded`` (to the nearest point); ``mean_preserving`` (each unit of mass is shared
between its two neighbours so that the mean stays); and ``lower`` and ``upper``, whose totals lie
below and above the true one with certainty and so bracket every figure. ``smooth_transform`` does
without moving, for a year of very many small losses.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fairmark.numerics.distributions import Distribution
from fairmark.numerics.law import Floats
from fairmark.numerics.quadrature import nodes

Complexes = NDArray[np.complex128]
Discretisation = Callable[[Distribution, float, int], Floats]

THETA = 20.0
_POINTS = 96
NOISE = 2e-7
"""Largest error of a cumulative probability from rounding and wrapping, with theta = 20."""


class Frequency(Protocol):
    """How many losses a year brings, through its probability generating function."""

    def pgf(self, z: Complexes) -> Complexes:
        """E z^N."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Poisson:
    """A Poisson count whose rate is uncertain: rates with weights that sum to 1."""

    rates: Floats
    weights: Floats

    def pgf(self, z: Complexes) -> Complexes:
        """Sum of w exp(rate (z - 1)), one rate after the other to stay small in memory."""
        result = np.zeros(z.shape, dtype=np.complex128)
        for rate, weight in zip(self.rates, self.weights, strict=True):
            # High rates vanish at nearly all frequencies: exp(-45) stays invisible even when raised by exp(20).
            seen = rate * (1 - z.real) < 45
            result[seen] += weight * np.exp(rate * (z[seen] - 1))
        return result

    def slope(self, z: Complexes) -> Complexes:
        """Return the derivative of ``pgf``: sum of w rate exp(rate (z - 1))."""
        return Poisson(self.rates, self.weights * self.rates).pgf(z)

    def at_level(self, level: float) -> "Poisson":
        """Return the count with every rate multiplied."""
        return Poisson(self.rates * level, self.weights)

    @property
    def least(self) -> float:
        """The smallest rate."""
        return float(self.rates.min())


@dataclass(frozen=True, slots=True)
class Once:
    """Exactly one loss in every year, whatever the level."""

    least: float = 0.0
    """No rate to fade by: see ``Poisson.least``."""

    def pgf(self, z: Complexes) -> Complexes:
        """Return z itself."""
        return z

    def slope(self, z: Complexes) -> Complexes:
        """1 everywhere."""
        return np.ones_like(z)

    def at_level(self, _level: float) -> "Once":
        """Return itself."""
        return self


Losses = Poisson | Once
"""How many losses a year brings."""


@dataclass(frozen=True, slots=True)
class NegativeBinomial:
    """A count with mean r beta and variance r beta (1 + beta): a Poisson count whose rate is gamma distributed."""

    r: float
    beta: float

    def pgf(self, z: Complexes) -> Complexes:
        """(1 - beta (z - 1))^-r, on the branch that is 1 at z = 1."""
        return np.asarray((1 - self.beta * (z - 1)) ** -self.r)


@dataclass(frozen=True, slots=True)
class Counts:
    """Given probabilities of 0, 1, 2, ... losses."""

    probabilities: tuple[float, ...]

    def pgf(self, z: Complexes) -> Complexes:
        """Sum of p_k z^k."""
        return np.asarray(np.polynomial.polynomial.polyval(z, np.asarray(self.probabilities)))


def rounded(severity: Distribution, step: float, n: int) -> Floats:
    """Masses at 0, h, ..., (n-1) h when each loss goes to the nearest point; shape (n,)."""
    return np.diff(severity.cdf((np.arange(n) + 0.5) * step), prepend=0.0)


def lower(severity: Distribution, step: float, n: int) -> Floats:
    """Masses when a loss in [k, k+1) h counts as k h: never more than the truth; shape (n,)."""
    before = np.nextafter(np.arange(1, n + 1) * step, 0.0)
    return np.diff(severity.cdf(before), prepend=0.0)


def upper(severity: Distribution, step: float, n: int) -> Floats:
    """Masses when a loss in (k-1, k] h counts as k h: never less than the truth; shape (n,)."""
    return np.diff(severity.cdf(np.arange(n) * step), prepend=0.0)


def mean_preserving(severity: Distribution, step: float, n: int) -> Floats:
    """Masses that keep E min(X, k h) at every k: p_k = (2 L(kh) - L((k-1)h) - L((k+1)h)) / h; shape (n,).

    S. Klugman, H. Panjer, G. Willmot, Loss Models, section 9.6.5 (local moment matching of order 1).
    """
    survival = np.diff(severity.limited_mean(np.arange(n + 1) * step)) / step
    return np.maximum(-np.diff(survival, prepend=1.0), 0.0)


def transform(masses: Floats, theta: float = THETA) -> Complexes:
    """Damp and transform masses; shape (n,) to (n // 2 + 1,)."""
    n = masses.size
    return np.fft.rfft(masses * np.exp(-theta * np.arange(n) / n))


def smooth_transform(severity: Distribution, step: float, n: int, theta: float = THETA) -> Complexes:
    """Transform a loss without moving it, for a lattice coarser than most losses; shape (n // 2 + 1,).

    E exp(-s X) at s = (theta + 2 pi i j) / (n h), by quadrature. Sharing tiny losses between 0 and h adds
    variance and skewness, which thousands of them would pile up. Only for totals that are smooth at
    the scale of h, as those of many losses are.
    """
    values, weights = nodes(severity, _POINTS)
    scaled = values / (step * n)
    angles = -(theta + 2j * np.pi * np.arange(n // 2 + 1))
    result = np.zeros(n // 2 + 1, dtype=np.complex128)
    for value, weight in zip(scaled, weights, strict=True):
        result += weight * np.exp(angles * value)
    return result


def invert(spectrum: Complexes, n: int, theta: float = THETA) -> Floats:
    """Undo ``transform``: masses at 0, h, ..., (n-1) h."""
    return np.fft.irfft(spectrum, n) * np.exp(theta * np.arange(n) / n)


def total_moments(count: tuple[float, float], mean: float, second_moment: float) -> tuple[float, float]:
    """Return mean and variance of a random number of independent losses.

    Args:
        count: mean and variance of the number.
        mean: of one loss.
        second_moment: of one loss; may be infinite if the number's mean is above 0.
    """
    return count[0] * mean, count[0] * (second_moment - mean**2) + count[1] * mean**2


def compound(severity_transform: Complexes, rates: Floats, weights: Floats, n: int, theta: float = THETA) -> Floats:
    """Masses of the total of a Poisson number of losses, its rate being one of ``rates`` with ``weights``.

    Args:
        severity_transform: what ``transform`` gives for the law of one loss, shape (n // 2 + 1,).
        rates: losses a year, at least 0.
        weights: their probabilities, summing to 1.
        n: number of cells.
        theta: the damping that ``transform`` used.
    """
    return total(severity_transform, Poisson(rates, weights), n, theta)


def total(severity_transform: Complexes, frequency: Frequency, n: int, theta: float = THETA) -> Floats:
    """Masses of the total of a random number of losses, shape (n,)."""
    return invert(frequency.pgf(severity_transform), n, theta)


def cumulative(masses: Floats) -> Floats:
    """P(S <= k h), rising and within [0, 1] although masses carry rounding noise."""
    return np.clip(np.maximum.accumulate(np.cumsum(masses)), 0.0, 1.0)


def quantile(masses: Floats, step: float, p: float) -> float:
    """Interpolate the p-quantile of a total of ``rounded`` losses; 0 if P(S = 0) >= p; infinite beyond the range."""
    below = cumulative(masses)
    k = int(np.searchsorted(below, p))
    if k == 0:
        return 0.0
    if k == below.size:
        return float("inf")
    return float((k - 0.5 + (p - below[k - 1]) / (below[k] - below[k - 1])) * step)


def step_quantile(masses: Floats, step: float, p: float) -> float:
    """Return the smallest point k h with P(S <= k h) >= p, for totals that live on the lattice; infinite beyond it."""
    below = cumulative(masses)
    k = int(np.searchsorted(below, p))
    return k * step if k < below.size else float("inf")


def limited_total(masses: Floats, step: float, q: float) -> float:
    """E min(S, q) for q within the range; what lies beyond the range counts as q."""
    points = np.arange(masses.size) * step
    inside = points < q
    return float(np.sum(masses[inside] * points[inside]) + q * (1 - np.sum(masses[inside])))


def first_range(mean: float, variance: float, top: float, spread: float, tail: float) -> float:
    """Guess the range R beyond which a year lies with a probability of about ``tail``.

    The smaller of one large loss on top of an ordinary bad year, and Cantelli's bound.

    Args:
        mean: E S, above 0.
        variance: Var S, possibly infinite.
        top: what one loss exceeds with a probability of ``tail`` divided by the losses a year.
        spread: standard deviation of the year if no loss exceeded ``top``.
        tail: probability.
    """
    return min(top + mean + 3 * spread, mean + float(np.sqrt(variance / tail)))


def wander(log_moment: Callable[[Floats], Floats], doubt: float) -> float:
    """Bound, in steps, how far mean-preserving moves can add up to with probability ``doubt`` on one side.

    A loss moved to a neighbour point with its mean kept errs by at most one step, so its error has
    E exp(t error) <= exp(t^2 / 8) (Hoeffding's lemma); Markov's inequality does the rest.

    Args:
        log_moment: u -> log E exp(u) ^ (number of moved losses), may be infinite or NaN.
        doubt: probability.
    """
    u = np.geomspace(1e-14, 10.0, 400)
    bound = (log_moment(u) - np.log(doubt)) / np.sqrt(8 * u)
    return float(np.min(bound[np.isfinite(bound)], initial=np.inf))


def tail_mean(masses: Floats, step: float, p: float, q: float, mean: float) -> float:
    """TVaR: the mean of the worst 1 - p of years, q + (E S - E min(S, q)) / (1 - p).

    Args:
        masses: law of the total.
        step: of the lattice.
        p: the level, below 1.
        q: the p-quantile.
        mean: E S, analytic, since the lattice misses what lies beyond its range.
    """
    return q + (mean - limited_total(masses, step, q)) / (1 - p)


def exceedance(masses: Floats, step: float, x: Floats) -> Floats:
    """P(S > x) for totals on the lattice; beyond the range what is left of the mass."""
    below = np.concatenate(([0.0], cumulative(masses)))
    # A point that equals k h but for rounding counts as k h.
    index = np.clip(np.floor(x / step * (1 + 1e-14)) + 1, 0, masses.size).astype(np.int64)
    return np.asarray(1 - below[index])
