"""Where a function of one variable crosses zero, between two places where its signs differ.

Own code, because the library's package of solvers takes longer to load than an image takes to examine.
"""

from collections.abc import Callable

from fairmark.errors import FairmarkError

_MOST_STEPS = 400  # bisection alone needs about 60 for any bracket of double precision


def root(function: Callable[[float], float], low: float, high: float, *, tolerance: float) -> float:
    """Return a root to within ``tolerance`` (absolute, and relative to its size).

    Inverse quadratic interpolation where three points allow it, else bisection (T. Chandrupatla, A new hybrid
    quadratic/bisection algorithm, Advances in Engineering Software 28, 1997). The root stays bracketed throughout.

    Raises:
        FairmarkError: the function has the same sign at both ends.
    """
    new, other = low, high
    at_new, at_other = function(new), function(other)
    if at_new == 0.0 or at_other == 0.0:
        return low if at_new == 0.0 else high
    if at_new * at_other > 0.0:
        raise FairmarkError("a function does not change its sign where a root was expected")
    share = 0.5
    for _ in range(_MOST_STEPS):
        place = new + share * (other - new)
        at_place = function(place)
        if (at_place > 0.0) == (at_new > 0.0):
            third, at_third = new, at_new
        else:
            third, at_third = other, at_other
            other, at_other = new, at_new
        new, at_new = place, at_place
        best = new if abs(at_new) < abs(at_other) else other
        least = (tolerance + tolerance * abs(best)) / abs(other - new) if other != new else 1.0
        if least >= 0.5 or at_new == 0.0 or at_other == 0.0:
            return best
        share = min(1.0 - least, max(least, _next((new, other, third), (at_new, at_other, at_third))))
    return best


def _next(places: tuple[float, float, float], values: tuple[float, float, float]) -> float:
    """Return where between the first two places to look next: where a quadratic through all three says, if it may."""
    (a, b, c), (fa, fb, fc) = places, values
    across, rising = (a - b) / (c - b), (fa - fb) / (fc - fb)
    if not rising**2 < across or not (1.0 - rising) ** 2 < 1.0 - across:
        return 0.5
    return fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
