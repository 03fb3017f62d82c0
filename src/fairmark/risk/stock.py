"""A stock: units that are in a bad state for a share of the year, and cost something as long as they are.

Not every loss is an event. A camera under a stranger's control is lost once, until somebody cleans it; a million
attempts more change nothing. Such a loss is the number of units times the share of the year (or of the units) in the
state times what one unit costs in a year of it. Share and cost are unknown constants of the year: nothing is counted,
so no Poisson law comes in.
"""

import math

from fairmark.numerics.distributions import Constant, Distribution, Mixture
from fairmark.numerics.quadrature import nodes
from fairmark.numerics.scaling import scaled

POINTS = 64
"""Values of the narrower factor: means and variances are exact for PERT, beta, uniform and discrete laws."""


def stock_law(state: Distribution, units: float, cost: Distribution) -> Distribution:
    """Return the law of ``units`` x ``state`` x ``cost``, in money a year.

    The narrower of the two ranges is taken at Gauss points, so that the wider one smooths the result.

    Args:
        state: share of the year, or of the units, in the state; 0 to 1.
        units: how many there are.
        cost: of one unit in one year of the state, in money.
    """
    if isinstance(state, Constant):
        return scaled(cost, units * state.value)
    if isinstance(cost, Constant):
        return scaled(state, units * cost.value)
    narrow, wide = sorted((state, cost), key=_spread)
    values, weights = nodes(narrow, POINTS)
    kept = [(float(value), float(weight)) for value, weight in zip(values, weights, strict=True) if weight > 0]
    return Mixture(tuple(scaled(wide, units * value) for value, _ in kept), tuple(weight for _, weight in kept))


def _spread(law: Distribution) -> float:
    """Return the coefficient of variation; infinite where the law has no variance."""
    if not law.mean:
        return 0.0
    return math.sqrt(max(law.second_moment / law.mean**2 - 1, 0.0))
