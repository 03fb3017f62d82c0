"""Laws with a smooth density: beta, PERT, lognormal, gamma, Pareto.

Every limited mean E min(X, x) is a closed form (Klugman, Panjer, Willmot: Loss Models,
appendix A, lists them), so that no layer of a loss is ever integrated numerically.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from fairmark.errors import WrongUsageError
from fairmark.numerics.law import Floats, as_floats, require_amount, require_width

_TINY, _HUGE = 1e-300, 1e300


class _ScaledBeta(ABC):
    """A beta law with parameters ``alpha``, ``beta`` stretched over [low, low + width]."""

    __slots__ = ()

    @property
    @abstractmethod
    def support(self) -> tuple[float, float]:
        """The two ends."""

    @property
    @abstractmethod
    def shape(self) -> tuple[float, float]:
        """Alpha and beta of the law on [0, 1]."""

    @property
    def mean(self) -> float:
        """E X."""
        (low, high), (alpha, beta) = self.support, self.shape
        return low + (high - low) * alpha / (alpha + beta)

    @property
    def second_moment(self) -> float:
        """E X^2."""
        (low, high), (alpha, beta) = self.support, self.shape
        total = alpha + beta
        variance = (high - low) ** 2 * alpha * beta / (total**2 * (total + 1))
        return variance + self.mean**2

    def cdf(self, x: ArrayLike) -> Floats:
        """P(X <= x), the regularised incomplete beta function."""
        alpha, beta = self.shape
        return as_floats(special.betainc(alpha, beta, self._unit(x)))

    def quantile(self, p: ArrayLike) -> Floats:
        """Return the inverse of ``cdf``."""
        (low, high), (alpha, beta) = self.support, self.shape
        return as_floats(low + (high - low) * special.betaincinv(alpha, beta, as_floats(p)))

    def limited_mean(self, x: ArrayLike) -> Floats:
        """E min(X, x) through the incomplete beta function with alpha + 1."""
        x = as_floats(x)
        (low, high), (alpha, beta) = self.support, self.shape
        u = self._unit(x)
        below = special.betainc(alpha, beta, u)
        inner = low * below + (high - low) * alpha / (alpha + beta) * special.betainc(alpha + 1, beta, u)
        return as_floats(inner + np.where(x < high, x, high) * (1 - below))

    def limited_second_moment(self, x: ArrayLike) -> Floats:
        """E min(X, x)^2 through the incomplete beta functions with alpha + 1 and alpha + 2."""
        x = as_floats(x)
        (low, high), (alpha, beta) = self.support, self.shape
        u, width = self._unit(x), high - low
        first = alpha / (alpha + beta)
        second = first * (alpha + 1) / (alpha + beta + 1)
        below = special.betainc(alpha, beta, u)
        inner = low**2 * below + 2 * low * width * first * special.betainc(alpha + 1, beta, u)
        inner = inner + width**2 * second * special.betainc(alpha + 2, beta, u)
        return as_floats(inner + np.where(x < high, x, high) ** 2 * (1 - below))

    def _unit(self, x: ArrayLike) -> Floats:
        low, high = self.support
        return np.clip((as_floats(x) - low) / (high - low), 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Pert(_ScaledBeta):
    """A smallest, a likeliest and a largest amount: the PERT law (D. Vose, Risk Analysis).

    Alpha = 1 + gamma (mode - low)/(high - low), beta = 1 + gamma (high - mode)/(high - low), so the
    mean is (low + gamma mode + high)/(gamma + 2). A larger gamma trusts the mode more.
    """

    low: float
    mode: float
    high: float
    gamma: float = 4.0

    def __post_init__(self) -> None:
        """Refuse a mode outside the range and a gamma that is not positive."""
        require_width("pert", self.low, self.high)
        require_amount("pert.mode", self.mode)
        require_amount("pert.gamma", self.gamma, positive=True)
        if not self.low <= self.mode <= self.high:
            raise WrongUsageError(
                f"pert.mode: {self.mode:g} lies outside {self.low:g} to {self.high:g}",
                hint="The likeliest amount lies between the smallest and the largest.",
            )

    @property
    def support(self) -> tuple[float, float]:
        """Low and high."""
        return self.low, self.high

    @property
    def shape(self) -> tuple[float, float]:
        """Alpha and beta."""
        left = (self.mode - self.low) / (self.high - self.low)
        return 1 + self.gamma * left, 1 + self.gamma * (1 - left)


@dataclass(frozen=True, slots=True)
class BetaShare(_ScaledBeta):
    """A share between 0 and 1, beta distributed. Usually made by ``distributions.beta90``.

    ``top`` stretches it over 0 to ``top``.
    """

    alpha: float
    beta: float
    top: float = 1.0

    def __post_init__(self) -> None:
        """Refuse parameters that are not positive."""
        require_amount("beta.alpha", self.alpha, positive=True)
        require_amount("beta.beta", self.beta, positive=True)
        require_amount("beta.top", self.top, positive=True)

    @property
    def support(self) -> tuple[float, float]:
        """0 and top."""
        return 0.0, self.top

    @property
    def shape(self) -> tuple[float, float]:
        """Alpha and beta."""
        return self.alpha, self.beta


@dataclass(frozen=True, slots=True)
class LogNormal:
    """An amount whose logarithm is normal with mean ``mu`` and standard deviation ``sigma``.

    Usually made by ``distributions.ln90`` from the 5 % and 95 % points.
    """

    mu: float
    sigma: float

    def __post_init__(self) -> None:
        """Refuse a spread that is not positive, or moments beyond floating point."""
        require_amount("lognormal.sigma", self.sigma, positive=True)
        if not math.isfinite(self.mu):
            raise WrongUsageError(f"lognormal.mu: {self.mu} is not finite", hint="Give a finite number.")
        if abs(self.mu) + self.sigma**2 > 300:
            raise WrongUsageError("lognormal: the moments overflow", hint="Narrow the range from low to high.")

    @property
    def mean(self) -> float:
        """exp(mu + sigma^2 / 2)."""
        return math.exp(self.mu + self.sigma**2 / 2)

    @property
    def second_moment(self) -> float:
        """exp(2 mu + 2 sigma^2)."""
        return math.exp(2 * (self.mu + self.sigma**2))

    @property
    def support(self) -> tuple[float, float]:
        """Everything above 0."""
        return 0.0, math.inf

    def cdf(self, x: ArrayLike) -> Floats:
        """P(X <= x)."""
        x = as_floats(x)
        return np.where(x > 0, special.ndtr(self._standard(x)), 0.0)

    def quantile(self, p: ArrayLike) -> Floats:
        """Return the inverse of ``cdf``; infinite at p = 1."""
        return np.exp(self.mu + self.sigma * special.ndtri(as_floats(p)))

    def limited_mean(self, x: ArrayLike) -> Floats:
        """E min(X, x)."""
        x = as_floats(x)
        y = self._standard(x)
        inner = self.mean * special.ndtr(y - self.sigma) + np.minimum(x, _HUGE) * special.ndtr(-y)
        return np.where(x > 0, inner, x)

    def limited_second_moment(self, x: ArrayLike) -> Floats:
        """E min(X, x)^2."""
        x = as_floats(x)
        y = self._standard(x)
        # The square of the largest x overflows where nothing is left above it.
        above = np.exp(2 * np.log(np.clip(x, _TINY, _HUGE)) + special.log_ndtr(-y))
        return np.where(x > 0, self.second_moment * special.ndtr(y - 2 * self.sigma) + above, 0.0)

    def _standard(self, x: Floats) -> Floats:
        return (np.log(np.clip(x, _TINY, _HUGE)) - self.mu) / self.sigma


@dataclass(frozen=True, slots=True)
class Gamma:
    """A gamma law with ``shape`` and ``scale``; its mean is shape x scale."""

    shape: float
    scale: float

    def __post_init__(self) -> None:
        """Refuse parameters that are not positive."""
        require_amount("gamma.shape", self.shape, positive=True)
        require_amount("gamma.scale", self.scale, positive=True)

    @property
    def mean(self) -> float:
        """Shape x scale."""
        return self.shape * self.scale

    @property
    def second_moment(self) -> float:
        """Shape (shape + 1) scale^2."""
        return self.shape * (self.shape + 1) * self.scale**2

    @property
    def support(self) -> tuple[float, float]:
        """Everything above 0."""
        return 0.0, math.inf

    def cdf(self, x: ArrayLike) -> Floats:
        """P(X <= x)."""
        return as_floats(special.gammainc(self.shape, np.maximum(as_floats(x), 0.0) / self.scale))

    def quantile(self, p: ArrayLike) -> Floats:
        """Return the inverse of ``cdf``."""
        return as_floats(special.gammaincinv(self.shape, as_floats(p)) * self.scale)

    def limited_mean(self, x: ArrayLike) -> Floats:
        """E min(X, x) through the incomplete gamma function with shape + 1."""
        x = as_floats(x)
        y = np.clip(x, 0.0, _HUGE) / self.scale
        inner = self.mean * special.gammainc(self.shape + 1, y) + y * self.scale * special.gammaincc(self.shape, y)
        return np.where(x > 0, inner, x)

    def limited_second_moment(self, x: ArrayLike) -> Floats:
        """E min(X, x)^2 through the incomplete gamma function with shape + 2."""
        y = np.clip(as_floats(x), 0.0, _HUGE) / self.scale
        left = special.gammaincc(self.shape, y)
        above = np.where(left > 0, y * left, 0.0) * np.where(left > 0, y, 0.0)
        return as_floats(self.second_moment * special.gammainc(self.shape + 2, y) + self.scale**2 * above)


@dataclass(frozen=True, slots=True)
class GeneralisedPareto:
    """What lies above a threshold: P(X > x) = (1 + tail (x - threshold)/scale)^(-1/tail).

    ``tail`` is the tail index, below 1 so that the mean exists; above 1/2 the second moment is
    infinite. ``distributions.pareto`` gives the classic Pareto law.
    """

    threshold: float
    scale: float
    tail: float

    def __post_init__(self) -> None:
        """Refuse a tail without a mean."""
        require_amount("pareto.threshold", self.threshold)
        require_amount("pareto.scale", self.scale, positive=True)
        if not 0 < self.tail < 1:
            raise WrongUsageError(
                f"pareto.tail: {self.tail} is not between 0 and 1",
                hint="A tail of 1 or more has no mean and cannot be priced; for no tail use a gamma law.",
            )

    @property
    def mean(self) -> float:
        """E X."""
        return self.threshold + self.scale / (1 - self.tail)

    @property
    def second_moment(self) -> float:
        """E X^2, infinite for a tail of 1/2 or more."""
        if self.tail >= 0.5:
            return math.inf
        excess = 2 * self.scale**2 / ((1 - self.tail) * (1 - 2 * self.tail))
        return excess + self.threshold * (2 * self.mean - self.threshold)

    @property
    def support(self) -> tuple[float, float]:
        """Everything above the threshold."""
        return self.threshold, math.inf

    def cdf(self, x: ArrayLike) -> Floats:
        """P(X <= x)."""
        return -np.expm1(-self._log(as_floats(x)) / self.tail)

    def quantile(self, p: ArrayLike) -> Floats:
        """Return the inverse of ``cdf``; infinite at p = 1."""
        p = as_floats(p)
        finite = np.clip(p, 0.0, 1 - 2**-53)
        excess = np.expm1(-self.tail * np.log1p(-finite)) * self.scale / self.tail
        return np.where(p == 1, np.inf, np.where((p >= 0) & (p < 1), self.threshold + excess, np.nan))

    def limited_mean(self, x: ArrayLike) -> Floats:
        """E min(X, x)."""
        x = as_floats(x)
        excess = self.scale / (1 - self.tail) * -np.expm1((1 - 1 / self.tail) * self._log(x))
        return np.where(x > self.threshold, self.threshold + excess, x)

    def limited_second_moment(self, x: ArrayLike) -> Floats:
        """E min(X, x)^2: the integral of 2 t P(X > t) up to x, finite for every tail."""
        x = as_floats(x)
        logs = self._log(x)
        first = self.scale / (1 - self.tail) * -np.expm1((1 - 1 / self.tail) * logs)
        bend = 2 - 1 / self.tail
        rising = np.expm1(bend * logs) / bend if bend else logs
        second = 2 * (self.scale / self.tail) ** 2 * (rising - np.expm1((bend - 1) * logs) / (bend - 1))
        return np.where(x > self.threshold, self.threshold * (self.threshold + 2 * first) + second, x**2)

    def _log(self, x: Floats) -> Floats:
        return np.log1p(self.tail * np.clip(x - self.threshold, 0.0, _HUGE) / self.scale)
