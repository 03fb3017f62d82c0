"""A law that is one of several laws: "usually this, sometimes that"."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fairmark.errors import WrongUsageError
from fairmark.numerics.law import Distribution, Floats, as_floats, require_amount

_HALVINGS = 200


@dataclass(frozen=True, slots=True)
class Mixture:
    """Laws with the chance of each (any positive numbers; they are shared out to sum to 1)."""

    parts: tuple[Distribution, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse empty and unequal lists and weights that are none, then normalise."""
        if not self.parts or len(self.parts) != len(self.weights):
            raise WrongUsageError(
                f"mixture: {len(self.parts)} laws and {len(self.weights)} weights",
                hint="Give at least one law, and one weight for each.",
            )
        for weight in self.weights:
            require_amount("mixture.weights", weight, positive=True)
        total = math.fsum(self.weights)
        object.__setattr__(self, "weights", tuple(weight / total for weight in self.weights))

    @property
    def mean(self) -> float:
        """E X."""
        return math.fsum(w * law.mean for w, law in zip(self.weights, self.parts, strict=True))

    @property
    def second_moment(self) -> float:
        """E X^2."""
        return math.fsum(w * law.second_moment for w, law in zip(self.weights, self.parts, strict=True))

    @property
    def support(self) -> tuple[float, float]:
        """The smallest and the largest amount of any part."""
        lows, highs = zip(*(law.support for law in self.parts), strict=True)
        return min(lows), max(highs)

    def cdf(self, x: ArrayLike) -> Floats:
        """P(X <= x)."""
        return self._weighed([law.cdf(x) for law in self.parts])

    def quantile(self, p: ArrayLike) -> Floats:
        """Return the smallest x with P(X <= x) >= p, by halving what the parts' own quantiles leave open."""
        p = as_floats(p)
        own = np.stack([law.quantile(p) for law in self.parts])
        low, high = own.min(axis=0), own.max(axis=0)
        for _ in range(_HALVINGS):
            middle = low + (high - low) / 2
            open_still = (middle > low) & (middle < high) & np.isfinite(high)
            if not np.any(open_still):
                break
            enough = self.cdf(np.where(open_still, middle, 0.0)) >= p
            high = np.where(open_still & enough, middle, high)
            low = np.where(open_still & ~enough, middle, low)
        return as_floats(np.where(self.cdf(low) >= p, low, high))

    def limited_mean(self, x: ArrayLike) -> Floats:
        """E min(X, x)."""
        return self._weighed([law.limited_mean(x) for law in self.parts])

    def limited_second_moment(self, x: ArrayLike) -> Floats:
        """E min(X, x)^2."""
        return self._weighed([law.limited_second_moment(x) for law in self.parts])

    def _weighed(self, values: list[Floats]) -> Floats:
        return as_floats(sum(w * value for w, value in zip(self.weights, values, strict=True)))
