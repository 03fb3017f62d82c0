"""A law in other units, or lowered by a share: the law of k X."""

import math
from dataclasses import replace

from fairmark.errors import WrongUsageError
from fairmark.numerics.distributions import (
    BetaShare,
    Constant,
    Discrete,
    Distribution,
    Gamma,
    GeneralisedPareto,
    LogNormal,
    Mixture,
    Pert,
    Triangular,
    Uniform,
)
from fairmark.numerics.law import require_amount


def scaled(law: Distribution, factor: float) -> Distribution:  # noqa: C901, PLR0911 - one return for each law
    """Return the law of ``factor`` X for a factor of 0 or more.

    Raises:
        WrongUsageError: a factor that is none, or a law that does not know how to be scaled.
    """
    require_amount("factor", factor)
    if factor == 1:
        return law
    if factor == 0:
        return Constant(0.0)
    match law:
        case Constant():
            return Constant(law.value * factor)
        case Pert() | Triangular():
            return replace(law, low=law.low * factor, mode=law.mode * factor, high=law.high * factor)
        case Uniform():
            return Uniform(law.low * factor, law.high * factor)
        case LogNormal():
            return LogNormal(law.mu + math.log(factor), law.sigma)
        case Gamma():
            return Gamma(law.shape, law.scale * factor)
        case GeneralisedPareto():
            return GeneralisedPareto(law.threshold * factor, law.scale * factor, law.tail)
        case Discrete():
            return Discrete(tuple(value * factor for value in law.values), law.weights)
        case BetaShare():
            return BetaShare(law.alpha, law.beta, law.top * factor)
        case Mixture():
            return Mixture(tuple(scaled(part, factor) for part in law.parts), law.weights)
        case _:
            raise WrongUsageError(f"{type(law).__name__} cannot be scaled", hint="Use a law of numerics.distributions.")
