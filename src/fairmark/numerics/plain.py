"""Laws made of steps and straight lines: constant, uniform, triangular, discrete."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fairmark.errors import WrongUsageError
from fairmark.numerics.law import Floats, as_floats, require_amount, require_width

_TINY, _HUGE = 1e-300, 1e300


@dataclass(frozen=True, slots=True)
class Constant:
    """One certain amount."""

    value: float

    def __post_init__(self) -> None:
        """Refuse what is no amount."""
        require_amount("constant.value", self.value)

    @property
    def mean(self) -> float:
        """The value."""
        return self.value

    @property
    def second_moment(self) -> float:
        """The value squared."""
        return self.value**2

    @property
    def support(self) -> tuple[float, float]:
        """The value, twice."""
        return self.value, self.value

    def cdf(self, x: ArrayLike) -> Floats:
        """P(X <= x): a step."""
        return np.where(as_floats(x) >= self.value, 1.0, 0.0)

    def quantile(self, p: ArrayLike) -> Floats:
        """Return the value for every p."""
        p = as_floats(p)
        return np.where((p >= 0) & (p <= 1), self.value, np.nan)

    def limited_mean(self, x: ArrayLike) -> Floats:
        """E min(X, x)."""
        return np.minimum(as_floats(x), self.value)

    def limited_second_moment(self, x: ArrayLike) -> Floats:
        """E min(X, x)^2."""
        return np.minimum(as_floats(x), self.value) ** 2


@dataclass(frozen=True, slots=True)
class Uniform:
    """Any amount from ``low`` to ``high``, all alike."""

    low: float
    high: float

    def __post_init__(self) -> None:
        """Refuse a range that is none."""
        require_width("uniform", self.low, self.high)

    @property
    def mean(self) -> float:
        """The middle."""
        return (self.low + self.high) / 2

    @property
    def second_moment(self) -> float:
        """E X^2."""
        return (self.low**2 + self.low * self.high + self.high**2) / 3

    @property
    def support(self) -> tuple[float, float]:
        """Low and high."""
        return self.low, self.high

    def cdf(self, x: ArrayLike) -> Floats:
        """P(X <= x)."""
        return np.clip((as_floats(x) - self.low) / (self.high - self.low), 0.0, 1.0)

    def quantile(self, p: ArrayLike) -> Floats:
        """Return the inverse of ``cdf``."""
        p = as_floats(p)
        return np.where((p >= 0) & (p <= 1), self.low + (self.high - self.low) * p, np.nan)

    def limited_mean(self, x: ArrayLike) -> Floats:
        """E min(X, x)."""
        inside = np.clip(as_floats(x), self.low, self.high) - self.low
        return np.minimum(as_floats(x), self.low + inside) - inside**2 / (2 * (self.high - self.low))

    def limited_second_moment(self, x: ArrayLike) -> Floats:
        """E min(X, x)^2, the integral of 2 t P(X > t) up to x."""
        width = self.high - self.low
        capped = np.minimum(as_floats(x), self.high)
        inside = np.maximum(capped - self.low, 0.0)
        return capped**2 - inside**2 * (self.low + 2 * inside / 3) / width


@dataclass(frozen=True, slots=True)
class Triangular:
    """A smallest, a likeliest and a largest amount joined by straight lines."""

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        """Refuse a mode outside the range."""
        require_width("triangular", self.low, self.high)
        if not self.low <= self.mode <= self.high:
            raise WrongUsageError(
                f"triangular.mode: {self.mode:g} lies outside {self.low:g} to {self.high:g}",
                hint="The likeliest amount lies between the smallest and the largest.",
            )

    @property
    def mean(self) -> float:
        """(low + mode + high) / 3."""
        return (self.low + self.mode + self.high) / 3

    @property
    def second_moment(self) -> float:
        """E X^2."""
        low, mode, high = self.low, self.mode, self.high
        return (low**2 + mode**2 + high**2 + low * mode + low * high + mode * high) / 6

    @property
    def support(self) -> tuple[float, float]:
        """Low and high."""
        return self.low, self.high

    def cdf(self, x: ArrayLike) -> Floats:
        """P(X <= x)."""
        rise, fall, width = self._legs(x)
        below = np.where(rise > 0, rise, 0.0) ** 2 / (width * max(self.mode - self.low, _TINY))
        above = 1 - fall**2 / (width * max(self.high - self.mode, _TINY))
        return np.where(as_floats(x) < self.mode, below, above)

    def quantile(self, p: ArrayLike) -> Floats:
        """Return the inverse of ``cdf``."""
        p = np.where((as_floats(p) >= 0) & (as_floats(p) <= 1), p, np.nan)
        width = self.high - self.low
        left = self.low + np.sqrt(p * width * (self.mode - self.low))
        right = self.high - np.sqrt((1 - p) * width * (self.high - self.mode))
        return np.where(p * width < self.mode - self.low, left, right)

    def limited_mean(self, x: ArrayLike) -> Floats:
        """E min(X, x): the integral of P(X > t) up to x."""
        x = as_floats(x)
        rise, fall, width = self._legs(x)
        before = x - rise**3 / (3 * width * max(self.mode - self.low, _TINY))
        after = self.mean - fall**3 / (3 * width * max(self.high - self.mode, _TINY))
        return np.where(x < self.mode, before, after)

    def limited_second_moment(self, x: ArrayLike) -> Floats:
        """E min(X, x)^2: the integral of 2 t P(X > t) up to x."""
        x = as_floats(x)
        rise, fall, width = self._legs(x)
        before = x**2 - rise**3 * (2 * self.low / 3 + rise / 2) / (width * max(self.mode - self.low, _TINY))
        after = self.second_moment - fall**3 * (2 * self.high / 3 - fall / 2) / (
            width * max(self.high - self.mode, _TINY)
        )
        return np.where(x < self.mode, before, after)

    def _legs(self, x: ArrayLike) -> tuple[Floats, Floats, float]:
        """Return how far x has climbed from low (up to the mode) and has still to fall to high."""
        x = as_floats(x)
        rise = np.clip(x, self.low, self.mode) - self.low
        fall = self.high - np.clip(x, self.mode, self.high)
        return rise, fall, self.high - self.low


@dataclass(frozen=True, slots=True)
class Discrete:
    """Some amounts with their weights (any positive numbers; they are shared out to sum to 1).

    With equal weights: what was observed, the empirical law.
    """

    values: tuple[float, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse empty, unequal or negative lists, then sort by amount and normalise."""
        if not self.values or len(self.values) != len(self.weights):
            raise WrongUsageError(
                f"discrete: {len(self.values)} values and {len(self.weights)} weights",
                hint="Give at least one value, and one weight for each.",
            )
        for value, weight in zip(self.values, self.weights, strict=True):
            require_amount("discrete.values", value)
            require_amount("discrete.weights", weight)
        total = math.fsum(self.weights)
        if total <= 0:
            raise WrongUsageError("discrete.weights: all are 0", hint="Give at least one a positive weight.")
        pairs = sorted(zip(self.values, self.weights, strict=True))
        object.__setattr__(self, "values", tuple(value for value, _ in pairs))
        object.__setattr__(self, "weights", tuple(weight / total for _, weight in pairs))

    @property
    def mean(self) -> float:
        """E X."""
        return math.fsum(v * w for v, w in zip(self.values, self.weights, strict=True))

    @property
    def second_moment(self) -> float:
        """E X^2."""
        return math.fsum(v * v * w for v, w in zip(self.values, self.weights, strict=True))

    @property
    def support(self) -> tuple[float, float]:
        """The smallest and the largest amount."""
        return self.values[0], self.values[-1]

    def cdf(self, x: ArrayLike) -> Floats:
        """P(X <= x)."""
        return self._steps()[np.searchsorted(as_floats(self.values), as_floats(x), side="right")]

    def quantile(self, p: ArrayLike) -> Floats:
        """Return the smallest value with P(X <= value) >= p."""
        p = as_floats(p)
        # A p that equals a step but for rounding belongs to that step.
        index = np.searchsorted(self._steps()[1:], p - 1e-15)
        chosen = as_floats(self.values)[np.minimum(index, len(self.values) - 1)]
        return np.where((p >= 0) & (p <= 1), chosen, np.nan)

    def limited_mean(self, x: ArrayLike) -> Floats:
        """E min(X, x)."""
        x = as_floats(x)
        index = np.searchsorted(as_floats(self.values), x, side="right")
        paid = np.concatenate(([0.0], np.cumsum(as_floats(self.values) * as_floats(self.weights))))
        return paid[index] + np.minimum(x, _HUGE) * (1 - self._steps()[index])

    def limited_second_moment(self, x: ArrayLike) -> Floats:
        """E min(X, x)^2."""
        squares = np.minimum(as_floats(x)[..., np.newaxis], as_floats(self.values)) ** 2
        return np.asarray(np.einsum("...k,k->...", squares, as_floats(self.weights)))

    def _steps(self) -> Floats:
        steps = np.concatenate(([0.0], np.cumsum(as_floats(self.weights))))
        steps[-1] = 1.0
        return steps
