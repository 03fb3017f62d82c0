"""Many laws side by side, each on a lattice of its own: the batch form of ``lattice`` and ``quadrature``.

What one call per law would spend on overhead is spent once per family: PERT and beta laws, lognormal laws and
constants are computed as arrays; every other law is asked on its own, so that all laws may stand in one stack.
Rows are laws throughout.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

from fairmark.numerics.distributions import BetaShare, Constant, Distribution, LogNormal, Pert
from fairmark.numerics.lattice import THETA, Complexes
from fairmark.numerics.law import Floats, as_floats
from fairmark.numerics.quadrature import nodes

Indices = NDArray[np.intp]

_EXACT = 128
_WIDE = 0.4  # sigma of a lognormal law whose limited mean may be interpolated


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """Laws moved to lattices with their means kept.

    Attributes:
        masses: at 0, h, ..., (n-1) h of each law's own step h; shape (laws, n). What lies beyond is missing.
        excess: by how much each move raised E X^2, in units of h^2; shape (laws,).
    """

    masses: Floats
    excess: Floats


def shared(laws: Sequence[Distribution], steps: Floats, n: int) -> Shared:
    """Move each law to the lattice of its step, every unit of mass between its two neighbours; see ``lattice``."""
    survival = np.empty((len(laws), n))
    limited = np.empty(len(laws))
    reach = steps * n
    for kind, rows in _families(laws).items():
        chosen = [laws[row] for row in rows]
        survival[rows], limited[rows] = _SURVIVALS[kind](chosen, steps[rows], reach[rows], n)
    masses = -np.diff(survival, axis=1, prepend=1.0)
    np.maximum(masses, 0.0, out=masses)
    excess = survival @ (2.0 * np.arange(n) + 1.0) - limited / steps**2
    return Shared(masses, np.maximum(excess, 0.0))


def transform(moved: Shared, *, exact_spread: NDArray[np.bool_], theta: float = THETA) -> Complexes:
    """Damp and transform each row of masses; shape (laws, n // 2 + 1).

    Args:
        moved: the laws.
        exact_spread: rows whose E X^2 is to be exact too. Their ``excess`` is taken off by the second difference of
            signed masses at 0, h and 2 h (S. Klugman, H. Panjer, G. Willmot, Loss Models, 9.6.5: matching two moments),
            which is right for sums of many losses smaller than h and wrong for the place of a single loss.
        theta: the damping.
    """
    n = moved.masses.shape[1]
    spectrum = np.fft.rfft(moved.masses * np.exp(-theta * np.arange(n) / n), axis=1)
    if exact_spread.any():
        turn = np.exp(-(theta + 2j * np.pi * np.arange(n // 2 + 1)) / n)
        spectrum[exact_spread] -= np.outer(moved.excess[exact_spread] / 2, (1 - turn) ** 2)
    return spectrum


def rules(laws: Sequence[Distribution], n: int) -> tuple[Floats, Floats]:
    """Return n points for each law and their weights, shapes (laws, n); see ``quadrature.nodes``.

    A law that has fewer points of its own is filled up with weights of 0; one that has more is an error of the caller.
    """
    values, weights = np.zeros((len(laws), n)), np.zeros((len(laws), n))
    for kind, rows in _families(laws).items():
        chosen = [laws[row] for row in rows]
        if kind is Pert:
            values[rows], weights[rows] = _jacobi(chosen, n)
            continue
        for row, law in zip(rows, chosen, strict=True):
            points, shares = nodes(law, n)
            values[row, : points.size], weights[row, : points.size] = points, shares
            values[row, points.size :] = points[-1]
    return values, weights


def upper_points(laws: Sequence[Distribution], tails: Floats) -> Floats:
    """Return for each law the amount that it exceeds with probability ``tails``; shape (laws,)."""
    levels = np.minimum(1 - np.minimum(0.5, tails), 1 - 2.0**-53)
    found = np.empty(len(laws))
    for kind, rows in _families(laws).items():
        chosen = [laws[row] for row in rows]
        if kind is Pert:
            low, width, alpha, beta = _betas(chosen)
            found[rows] = low + width * special.betaincinv(alpha, beta, levels[rows])
        elif kind is LogNormal:
            mu, sigma = _normals(chosen)
            found[rows] = np.exp(mu + sigma * special.ndtri(levels[rows]))
        else:
            found[rows] = [float(law.quantile(level)) for law, level in zip(chosen, levels[rows].tolist(), strict=True)]
    return found


def chances_above(laws: Sequence[Distribution], amount: float) -> Floats:
    """P(X > amount) for each law, shape (laws,)."""
    found = np.empty(len(laws))
    for kind, rows in _families(laws).items():
        chosen = [laws[row] for row in rows]
        if kind is Pert:
            low, width, alpha, beta = _betas(chosen)
            found[rows] = special.betaincc(alpha, beta, np.clip((amount - low) / width, 0.0, 1.0))
        elif kind is LogNormal:
            mu, sigma = _normals(chosen)
            found[rows] = special.ndtr((mu - np.log(amount)) / sigma) if amount > 0 else 1.0
        else:
            found[rows] = [1 - float(law.cdf(amount)) for law in chosen]
    return found


def success_probabilities(capabilities: Sequence[Distribution], resistances: Sequence[Distribution]) -> Floats:
    """P(capability > resistance) for pairs of PERT or beta laws, by 32 points each; shape (pairs,).

    The density of capability times the distribution function of resistance, over the range that both share, with
    Gauss-Legendre points drawn towards its ends by a smooth step, because a density may rise from an end like a root.
    """
    points, share = np.polynomial.legendre.leggauss(32)
    u = (points + 1) / 2
    climb, slope = u**3 * (10 - 15 * u + 6 * u**2), share / 2 * 30 * (u * (1 - u)) ** 2
    low, width, alpha, beta = (each[:, np.newaxis] for each in _betas(capabilities))
    other_low, other_width, other_alpha, other_beta = (each[:, np.newaxis] for each in _betas(resistances))
    first = np.maximum(low, other_low)
    last = np.maximum(np.minimum(low + width, other_low + other_width), first)
    met = first + (last - first) * climb
    x, rest = (met - low) / width, (low + width - met) / width
    with np.errstate(divide="ignore", invalid="ignore"):
        density = np.exp(special.xlogy(alpha - 1, x) + special.xlogy(beta - 1, np.maximum(rest, 0.0)))
    density = density / special.beta(alpha, beta) / width
    beaten = special.betainc(other_alpha, other_beta, np.clip((met - other_low) / other_width, 0.0, 1.0))
    inside = np.sum(slope * (last - first) * density * beaten, axis=1)
    above = 1 - special.betainc(alpha, beta, np.clip((other_low + other_width - low) / width, 0.0, 1.0))
    return as_floats(np.clip(inside + above[:, 0], 0.0, 1.0))


def _families(laws: Sequence[Distribution]) -> dict[type, Indices]:
    """Sort the rows by how they are computed: PERT with beta, lognormal, and one by one."""
    found: dict[type, list[int]] = {}
    for row, law in enumerate(laws):
        kind = Pert if isinstance(law, Pert | BetaShare) else type(law) if isinstance(law, LogNormal) else Constant
        found.setdefault(kind, []).append(row)
    return {kind: np.array(rows, dtype=np.intp) for kind, rows in found.items()}


def _betas(laws: Sequence[Distribution]) -> tuple[Floats, Floats, Floats, Floats]:
    """Return low, width, alpha and beta of PERT and beta laws."""
    table = [(*law.support, *law.shape) for law in laws if isinstance(law, Pert | BetaShare)]
    low, high, alpha, beta = as_floats(table).T
    return low, high - low, alpha, beta


def _normals(laws: Sequence[Distribution]) -> tuple[Floats, Floats]:
    mu, sigma = as_floats([(law.mu, law.sigma) for law in laws if isinstance(law, LogNormal)]).T
    return mu, sigma


def _beta_survival(laws: Sequence[Distribution], steps: Floats, reach: Floats, n: int) -> tuple[Floats, Floats]:
    """Only points between the ends of each law cost anything; I(alpha + 1) follows from I(alpha) by recurrence."""
    low, width, alpha, beta = _betas(laws)
    first = np.minimum(np.floor(low / steps), n).astype(np.intp)
    last = np.minimum(np.ceil((low + width) / steps), n).astype(np.intp)
    counts = last - first + 1
    row = np.repeat(np.arange(len(laws)), counts)
    column = np.arange(row.size) - np.repeat(np.cumsum(counts) - counts, counts) + first[row]
    x = column * steps[row]
    u = np.clip((x - low[row]) / width[row], 0.0, 1.0)
    limited = np.minimum(np.arange(n + 1) * steps[:, np.newaxis], (low + width * alpha / (alpha + beta))[:, np.newaxis])
    limited[row, column] = _beta_limited_mean(x, u, low[row], width[row], alpha[row], beta[row])
    squared = [float(law.limited_second_moment(x)) for law, x in zip(laws, reach.tolist(), strict=True)]
    return np.diff(limited, axis=1) / steps[:, np.newaxis], as_floats(squared)


def _beta_limited_mean(x: Floats, u: Floats, low: Floats, width: Floats, alpha: Floats, beta: Floats) -> Floats:
    """E min(X, x) of scaled beta laws, point by point."""
    below = special.betainc(alpha, beta, u)
    lead = np.exp(special.xlogy(alpha, u) + special.xlog1py(beta, -u) - special.betaln(alpha, beta)) / alpha
    inner = low * below + width * alpha / (alpha + beta) * np.maximum(below - lead, 0.0)
    return inner + np.minimum(x, low + width) * (1 - below)


def _lognormal_survival(laws: Sequence[Distribution], steps: Floats, reach: Floats, n: int) -> tuple[Floats, Floats]:
    mu, sigma = _normals(laws)
    wide = sigma >= _WIDE
    survival = np.empty((len(laws), n))
    for rows, grid in ((np.flatnonzero(wide), _thinned(n)), (np.flatnonzero(~wide), _every(n))):
        survival[rows] = _lognormal_steps(mu[rows] - np.log(steps[rows]), sigma[rows], grid)
    y = (np.log(reach) - mu) / sigma
    squared = np.exp(2 * (mu + sigma**2)) * special.ndtr(y - 2 * sigma) + reach**2 * special.ndtr(-y)
    return survival, as_floats(squared)


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """Places, in steps, where a limited mean is computed, and how those between follow by cubic Hermite polynomials.

    ``places`` begins at 0; point k >= ``exact`` lies between places ``left`` and ``left`` + 1 with four coefficients.
    """

    places: Floats
    exact: int
    left: Indices
    coefficients: Floats


@lru_cache(maxsize=8)
def _every(n: int) -> _Grid:
    return _Grid(np.arange(n + 1.0), n + 1, np.zeros(0, dtype=np.intp), np.zeros((4, 0)))


@lru_cache(maxsize=8)
def _thinned(n: int) -> _Grid:
    """Keep the first points, then ever fewer: a lognormal law has no detail finer than a share of x.

    The error of any sum of masses stays below 1e-7 for sigma >= 0.4 (see the tests).
    """
    if n <= _EXACT:
        return _every(n)
    more = math.ceil(math.log(n / _EXACT) / math.log1p(1 / _EXACT))
    places = np.concatenate((np.arange(_EXACT + 1.0), _EXACT * (1 + 1 / _EXACT) ** np.arange(1.0, more + 1)))
    between = np.arange(_EXACT + 1.0, n + 1)
    left = np.minimum(np.searchsorted(places, between, side="right") - 1, places.size - 2)
    width = places[left + 1] - places[left]
    t = (between - places[left]) / width
    rise = t**2 * (3 - 2 * t)
    return _Grid(places, _EXACT + 1, left, np.stack((1 - rise, rise, t * (1 - t) ** 2 * width, t**2 * (t - 1) * width)))


def _lognormal_steps(mu: Floats, sigma: Floats, grid: _Grid) -> Floats:
    """Return the mean survival of each cell for losses counted in steps; shape (laws, n)."""
    y = (np.log(grid.places[1:]) - mu[:, np.newaxis]) / sigma[:, np.newaxis]
    above = np.ones((mu.size, grid.places.size))
    above[:, 1:] = special.ndtr(-y)
    limited = grid.places * above
    limited[:, 1:] += np.exp(mu + sigma**2 / 2)[:, np.newaxis] * special.ndtr(y - sigma[:, np.newaxis])
    if not grid.left.size:
        return np.diff(limited, axis=1)
    at, on, of, to = grid.coefficients
    left, right = grid.left, grid.left + 1
    between = at * limited[:, left] + on * limited[:, right] + of * above[:, left] + to * above[:, right]
    return np.diff(np.concatenate((limited[:, : grid.exact], between), axis=1), axis=1)


def _single_survival(laws: Sequence[Distribution], steps: Floats, reach: Floats, n: int) -> tuple[Floats, Floats]:
    rows = [
        np.diff(law.limited_mean(np.arange(n + 1) * step)) / step
        for law, step in zip(laws, steps.tolist(), strict=True)
    ]
    squared = [float(law.limited_second_moment(x)) for law, x in zip(laws, reach.tolist(), strict=True)]
    return as_floats(rows), as_floats(squared)


_SURVIVALS: dict[type, Callable[[Sequence[Distribution], Floats, Floats, int], tuple[Floats, Floats]]] = {
    Pert: _beta_survival,
    LogNormal: _lognormal_survival,
    Constant: _single_survival,
}


def _jacobi(laws: Sequence[Distribution], n: int) -> tuple[Floats, Floats]:
    """Gauss-Jacobi points of all laws from one batch of eigenvalue problems (G. Golub, J. Welsch, 1969)."""
    low, width, alpha, beta = _betas(laws)
    a, b = beta[:, np.newaxis] - 1, alpha[:, np.newaxis] - 1  # weight (1 - t)^a (1 + t)^b on [-1, 1]
    k = np.arange(1, n, dtype=np.float64)
    diagonal = np.empty((len(laws), n))
    diagonal[:, :1] = (b - a) / (a + b + 2)
    diagonal[:, 1:] = (b**2 - a**2) / ((2 * k + a + b) * (2 * k + a + b + 2))
    # At k = 1 the factor k + a + b stands above and below, and may be 0: it is left out.
    beside = 4 * k * (k + a) * (k + b) / ((2 * k + a + b) ** 2 * (2 * k + a + b + 1))
    beside[:, 1:] *= (k[1:] + a + b) / (2 * k[1:] + a + b - 1)
    matrices = np.zeros((len(laws), n, n))
    matrices[:, np.arange(n), np.arange(n)] = diagonal
    matrices[:, np.arange(1, n), np.arange(n - 1)] = np.sqrt(beside)
    points, vectors = np.linalg.eigh(matrices)
    weights = vectors[:, 0, :] ** 2
    values = low[:, np.newaxis] + width[:, np.newaxis] * (points + 1) / 2
    return values, weights / weights.sum(axis=1, keepdims=True)
