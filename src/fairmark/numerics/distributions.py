"""The front door to uncertain amounts: ranges that people give, made into laws.

``from fairmark.numerics.distributions import ...`` gives the protocol, every law, and the
functions below, which take what a person says: two or three points, and perhaps a range of no
width, which becomes a ``Constant``. ``echo`` says back what a range implies, because a range
that looks modest can have a mean far above its upper end.

All methods of a law take arrays (or plain numbers) and return float64 arrays of the same
shape. A probability p outside [0, 1] gives NaN.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from scipy import special

from fairmark.errors import WrongUsageError
from fairmark.numerics.law import Distribution, Floats, require_amount, require_range
from fairmark.numerics.mixture import Mixture
from fairmark.numerics.plain import Constant, Discrete, Triangular, Uniform
from fairmark.numerics.roots import root
from fairmark.numerics.smooth import BetaShare, Gamma, GeneralisedPareto, LogNormal, Pert

__all__ = [
    "BetaShare",
    "Constant",
    "Discrete",
    "Distribution",
    "Echo",
    "Floats",
    "Gamma",
    "GeneralisedPareto",
    "LogNormal",
    "Mixture",
    "Pert",
    "Triangular",
    "Uniform",
    "beta90",
    "ci",
    "echo",
    "empirical",
    "ln90",
    "pareto",
    "pert",
    "triangular",
    "uniform",
]

Z90 = 1.6448536269514722
"""The 95 % point of the standard normal law."""


@dataclass(frozen=True, slots=True)
class Echo:
    """What a law implies, to be shown to whoever gave the range."""

    mean: float
    p99: float
    warning: str


def echo(distribution: Distribution) -> Echo:
    """Say back the mean and the 99 % point, with a warning when a lognormal mean lies above 3 x its 95 % point."""
    p99 = float(distribution.quantile(0.99))
    warning = ""
    if isinstance(distribution, LogNormal):
        high = float(distribution.quantile(0.95))
        if distribution.mean > 3 * high:
            warning = (
                f"The mean {distribution.mean:.3g} is more than three times the upper end {high:.3g} of the range: "
                "rare, huge amounts decide it. Narrow the range, or raise its lower end if that is what you meant."
            )
    return Echo(mean=distribution.mean, p99=p99, warning=warning)


def pert(low: float, mode: float, high: float, gamma: float = 4.0, *, field: str = "pert") -> Pert | Constant:
    """Return the PERT law between a MINIMUM and a MAXIMUM.

    Raises:
        WrongUsageError: naming ``field``.
    """
    require_range(field, low, high)
    require_amount(f"{field}.mode", mode)
    require_amount(f"{field}.gamma", gamma, positive=True)
    _require_mode(field, low, mode, high)
    return Constant(low) if low == high else Pert(low, mode, high, gamma)


def triangular(low: float, mode: float, high: float, *, field: str = "triangular") -> Triangular | Constant:
    """Return the triangular law between a minimum and a maximum."""
    require_range(field, low, high)
    require_amount(f"{field}.mode", mode)
    _require_mode(field, low, mode, high)
    return Constant(low) if low == high else Triangular(low, mode, high)


def uniform(low: float, high: float, *, field: str = "uniform") -> Uniform | Constant:
    """Return the uniform law between a minimum and a maximum."""
    require_range(field, low, high)
    return Constant(low) if low == high else Uniform(low, high)


def ln90(low: float, high: float, *, field: str = "ln90") -> LogNormal | Constant:
    """Return the lognormal law with its 5 % point at ``low`` and its 95 % point at ``high``.

    Raises:
        WrongUsageError: naming ``field``; a lognormal amount is never 0, so ``low`` must be above 0.
    """
    require_range(field, low, high)
    if low == high:
        return Constant(low)
    require_amount(f"{field}.low", low, positive=True)
    log_low, log_high = math.log(low), math.log(high)
    return LogNormal((log_low + log_high) / 2, (log_high - log_low) / (2 * Z90))


def ci(low: float, high: float, level: float, *, field: str = "ci") -> LogNormal | Constant:
    """Return the lognormal law that lies between ``low`` and ``high`` with chance ``level``, as often below as above.

    Raises:
        WrongUsageError: naming ``field``.
    """
    if not 0 < level < 1:
        raise WrongUsageError(f"{field}.level: {level} is not between 0 and 1", hint="A 90 % interval has level 0.9.")
    width = ln90(low, high, field=field)
    if isinstance(width, Constant):
        return width
    return LogNormal(width.mu, width.sigma * Z90 / float(special.ndtri((1 + level) / 2)))


def beta90(low: float, high: float, *, field: str = "beta90") -> BetaShare | Constant:
    """Return the beta law on [0, 1] with its 5 % point at ``low`` and its 95 % point at ``high``.

    Raises:
        WrongUsageError: naming ``field``; both points must lie strictly between 0 and 1.
    """
    require_range(field, low, high)
    if high > 1:
        raise WrongUsageError(f"{field}.high: {high:g} is above 1", hint="A share lies between 0 and 1.")
    if low == high:
        return Constant(low)
    if low == 0 or high == 1:
        raise WrongUsageError(
            f"{field}: {low:g} to {high:g} touches 0 or 1, which no share reaches in one of twenty cases",
            hint="Give points strictly inside, such as 0.001 or 0.999, or use pert with a minimum and a maximum.",
        )
    if high - low < 1e-6 * min(high, 1 - low):
        raise WrongUsageError(f"{field}: {low} to {high} is too narrow to fit", hint="Use one value.")
    return BetaShare(*_beta_through(low, high))


def pareto(minimum: float, tail: float, *, field: str = "pareto") -> GeneralisedPareto:
    """Return the classic Pareto law P(X > x) = (minimum / x)^(1 / tail) above ``minimum``; 0 < tail < 1."""
    require_amount(f"{field}.minimum", minimum, positive=True)
    return GeneralisedPareto(minimum, minimum * tail, tail)


def empirical(values: Sequence[float]) -> Discrete:
    """Return the law of what was observed: every value equally likely."""
    return Discrete(tuple(values), (1.0,) * len(values))


def _require_mode(field: str, low: float, mode: float, high: float) -> None:
    if not low <= mode <= high:
        raise WrongUsageError(
            f"{field}.mode: {mode:g} lies outside {low:g} to {high:g}",
            hint="The likeliest amount lies between the smallest and the largest.",
        )


@lru_cache(maxsize=4096)
def _beta_through(low: float, high: float) -> tuple[float, float]:
    """Find alpha and beta with P(X <= low) = 0.05 and P(X <= high) = 0.95.

    Two nested bisections that cannot fail: for a given concentration alpha + beta, P(X <= low)
    falls as the mean rises; with P(X <= low) held at 0.05, P(X <= high) rises with the
    concentration.
    """

    def shape(log_total: float) -> tuple[float, float]:
        total = math.exp(log_total)

        def excess(logit: float) -> float:
            return float(special.betainc(total * special.expit(logit), total * special.expit(-logit), low)) - 0.05

        logit = root(excess, -80.0, 80.0, tolerance=1e-13)
        return total * float(special.expit(logit)), total * float(special.expit(-logit))

    def missing(log_total: float) -> float:
        return float(special.betainc(*shape(log_total), high)) - 0.95

    return shape(root(missing, math.log(1e-3), math.log(1e14), tolerance=1e-12))
