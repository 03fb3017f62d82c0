"""What may be asked of every uncertain amount, and what no law accepts.

Every quantity is zero or positive: money, a rate, a share, a duration. A law refuses NaN,
infinity, negative parameters and crossed bounds when it is made, with a sentence that names
the field.
"""

import math
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fairmark.errors import WrongUsageError

Floats = NDArray[np.float64]

_LARGEST = 1e50
"""No amount is larger; its square and products with other amounts stay finite."""


class Distribution(Protocol):
    """What every law can answer. X is the uncertain amount, at least zero."""

    @property
    def mean(self) -> float:
        """E X, always finite."""
        ...

    @property
    def second_moment(self) -> float:
        """E X^2; infinite for the heaviest Pareto tails."""
        ...

    @property
    def support(self) -> tuple[float, float]:
        """The smallest and the largest possible amount (the latter may be infinite)."""
        ...

    def cdf(self, x: ArrayLike) -> Floats:
        """P(X <= x)."""
        ...

    def quantile(self, p: ArrayLike) -> Floats:
        """Return the smallest x with P(X <= x) >= p."""
        ...

    def limited_mean(self, x: ArrayLike) -> Floats:
        """E min(X, x): what is left to pay under a limit of x."""
        ...

    def limited_second_moment(self, x: ArrayLike) -> Floats:
        """E min(X, x)^2, for x of zero or more; finite where ``second_moment`` is not."""
        ...


def require_amount(field: str, value: float, *, positive: bool = False) -> None:
    """Refuse NaN, infinity, negative and absurdly large numbers, and zero too if ``positive``.

    Raises:
        WrongUsageError: naming ``field``.
    """
    if not math.isfinite(value):
        raise WrongUsageError(f"{field}: {value} is not a number one can reckon with", hint="Give a finite number.")
    if value < 0:
        raise WrongUsageError(f"{field}: {value:g} is negative", hint="Money, rates and shares start at 0.")
    if value > _LARGEST:
        raise WrongUsageError(f"{field}: {value:g} is beyond {_LARGEST:g}", hint="Check the unit.")
    if positive and value == 0:
        raise WrongUsageError(f"{field}: must be above 0", hint="Give a small positive number.")


def require_range(field: str, low: float, high: float) -> None:
    """Refuse amounts that are not finite, are negative or crossed. Equal bounds pass."""
    require_amount(f"{field}.low", low)
    require_amount(f"{field}.high", high)
    if low > high:
        raise WrongUsageError(f"{field}: low {low:g} lies above high {high:g}", hint="Swap low and high.")


def require_width(field: str, low: float, high: float) -> None:
    """Refuse what ``require_range`` refuses, and equal bounds too."""
    require_range(field, low, high)
    if low == high:
        raise WrongUsageError(f"{field}: low and high are both {low:g}", hint="Use a constant.")


def as_floats(x: ArrayLike) -> Floats:
    """Return x as a float64 array."""
    return np.asarray(x, dtype=np.float64)
