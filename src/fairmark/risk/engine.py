"""The law of a year, exact but for a lattice whose error is shown.

No sampling: the law of one loss is put on a lattice, and the year is its compound Poisson law,
mixed over what is not known about the rate (``numerics.lattice``). Besides the best lattice, others
are run that enclose the truth, so that every figure carries its bracket.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fairmark.errors import WrongUsageError
from fairmark.numerics import lattice
from fairmark.numerics.lattice import Complexes, Discretisation
from fairmark.numerics.law import Floats
from fairmark.risk.annual import DOUBT, Annual, Figure, Laws, exactly, nothing
from fairmark.risk.rate import mixing, rate_of
from fairmark.risk.scenario import Scenario
from fairmark.risk.severity import Severity, severity_of

CELLS = 16_384
HIGHEST = 0.999
_WIDENINGS = 80
_COARSE = 1_024

Joint = Callable[[Sequence[Complexes]], Complexes]
"""The transform of the year from the transforms of one loss of each source."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a year's losses come from.

    Attributes:
        name: for messages.
        severities: the law of one loss of each source.
        events: expected losses a year of each source, above 0.
        mean: of the year, above 0.
        variance: of the year, possibly infinite.
        mix: from transforms of one loss (to see how fine the rates must be cut): how the sources join,
            with the rates at their lower bounds, best values and upper bounds; thrice the same if the
            rates are exact.
    """

    name: str
    severities: tuple[Severity, ...]
    events: tuple[float, ...]
    mean: float
    variance: float
    mix: Callable[[Sequence[Complexes]], tuple[Joint, Joint, Joint]]


def assess(scenario: Scenario, *, cells: int = CELLS, highest: float = HIGHEST) -> Annual:
    """Return the law of one scenario's loss in one year.

    Args:
        scenario: what may happen.
        cells: lattice points; the brackets narrow in proportion.
        highest: the highest level that will be asked.

    Raises:
        WrongUsageError: ``highest`` or ``cells`` make no sense, or no range holds the law.
    """
    rate, severity = rate_of(scenario), severity_of(scenario)
    if rate.mean == 0:
        return nothing()

    def mix(transforms: Sequence[Complexes]) -> tuple[Joint, Joint, Joint]:
        below, near, above = mixing(rate, transforms[0])

        def joint(frequency: lattice.Losses) -> Joint:
            return lambda z: frequency.pgf(z[0])

        exact = joint(near)
        return (exact, exact, exact) if below is above else (joint(below), exact, joint(above))

    count = rate.mean, rate.count_variance
    mean, variance = lattice.total_moments(count, severity.mean, severity.second_moment)
    return year_of(Sources(scenario.name, (severity,), (rate.mean,), mean, variance, mix), cells=cells, highest=highest)


def year_of(sources: Sources, *, cells: int, highest: float) -> Annual:
    """Return the law of the year that the sources make together. Arguments and errors as ``assess``."""
    if not 16 <= cells <= 2**22:
        raise WrongUsageError(f"cells: {cells} is not between 16 and {2**22}", hint="16384 is usual.")
    if not 0 < highest <= 1 - 1e-5:
        raise WrongUsageError(f"highest: {highest} is not between 0 and 0.99999", hint="0.999 is usual.")
    if sources.mean <= 0:
        return nothing()
    step = _range_of(sources, min(cells, _COARSE), highest) / cells
    shared = _transforms(sources, lattice.mean_preserving, step, cells)
    joints = sources.mix(shared)
    laws = _enclose(sources, joints, shared, _middle(sources, joints[1], shared, step, cells), step)
    return Annual(exactly(sources.mean), exactly(sources.variance), _prob_zero(sources, joints), laws)


def _range_of(sources: Sources, cells: int, highest: float) -> float:
    """Widen the range until it holds three quarters of what lies above ``highest``; a few points show that."""
    reach = _first_range(sources, (1 - highest) / 2)
    for _ in range(_WIDENINGS):
        step = reach / cells
        shared = _transforms(sources, lattice.mean_preserving, step, cells)
        law = _middle(sources, sources.mix(shared)[1], shared, step, cells)
        if lattice.cumulative(law)[-1] >= (1 + 3 * highest) / 4:
            return reach
        reach *= 1.5
    raise WrongUsageError(f"{sources.name}: no range holds {highest:.3%} of years", hint="Narrow its widest input.")


def _first_range(sources: Sources, tail: float) -> float:
    pairs = list(zip(sources.severities, sources.events, strict=True))
    top = max(severity.top(tail / events) for severity, events in pairs)
    ordinary = sum(events * min(severity.second_moment, top**2) for severity, events in pairs)
    if math.isfinite(sources.variance):  # what uncertain rates add
        ordinary += max(sources.variance - sum(events * severity.second_moment for severity, events in pairs), 0.0)
    spread = math.sqrt(ordinary)
    return lattice.first_range(sources.mean, sources.variance, top, spread, tail)


def _middle(sources: Sources, near: Joint, shared: list[Complexes], step: float, cells: int) -> Floats:
    if _is_coarse(sources, step):
        return lattice.invert(near([severity.smooth_transform(step, cells) for severity in sources.severities]), cells)
    return lattice.invert(near(shared), cells)


def _is_coarse(sources: Sources, step: float) -> bool:
    """Say whether sharing losses between points would add more than a thousandth to the variance of the year."""
    added = sum(
        events * sum(p * min(step / 4, law.mean) for p, law in severity.parts)
        for severity, events in zip(sources.severities, sources.events, strict=True)
    )
    return added * step > 1e-3 * sources.variance


def _transforms(sources: Sources, discretise: Discretisation, step: float, cells: int) -> list[Complexes]:
    return [severity.transform(discretise, step, cells) for severity in sources.severities]


def _enclose(
    sources: Sources, joints: tuple[Joint, Joint, Joint], shared: list[Complexes], middle: Floats, step: float
) -> Laws:
    below, near, above = joints
    cells = middle.size
    shared_low = lattice.invert(below(shared), cells)
    shared_high = shared_low if below is above else lattice.invert(above(shared), cells)

    def log_moment(u: Floats) -> Floats:
        z = [np.exp(u * len(severity.parts)).astype(np.complex128) for severity in sources.severities]
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            return np.asarray(np.log(np.maximum(above(z).real, near(z).real)))

    moved = sum(
        events * sum(p for p, _ in severity.parts)
        for severity, events in zip(sources.severities, sources.events, strict=True)
    )
    if below is not above:  # the slope of a convex function from 0 on is no less than its derivative there, the mean
        at_zero, beside = np.exp(np.minimum(log_moment(np.array([0.0, 1e-6])), 700.0))
        moved = max(moved, float(beside - at_zero) * 1e6)
    return Laws(
        step=step,
        middle=middle,
        lower=lattice.invert(below(_transforms(sources, lattice.lower, step, cells)), cells),
        upper=lattice.invert(above(_transforms(sources, lattice.upper, step, cells)), cells),
        shared_low=shared_low,
        shared_high=shared_high,
        wander=step * lattice.wander(log_moment, DOUBT),
        blur=step * math.sqrt(moved) / 4,
    )


def _prob_zero(sources: Sources, joints: tuple[Joint, Joint, Joint]) -> Figure:
    at_zero = [np.array([severity.prob_zero], dtype=np.complex128) for severity in sources.severities]
    below, near, above = (float(joint(at_zero).real[0]) for joint in joints)
    low, high = exactly(min(above, near)).low, exactly(max(below, near)).high
    return Figure(near, max(low, 0.0), min(high, 1.0))


def within(
    error: float, levels: Sequence[float], compute: Callable[[int], Annual], *, most_cells: int = 2**18
) -> Annual:
    """Return the year on the coarsest lattice whose brackets are narrow enough, or on the finest that is allowed.

    Args:
        error: half the width of each bracket, as a share of the value.
        levels: of the quantiles that count; one that lies at 0 counts as exact.
        compute: cells -> year, such as ``lambda cells: assess(scenario, cells=cells)``.
        most_cells: where to stop; the bracket of every figure then still says how much is left open.

    Raises:
        WrongUsageError: an error that is none.
    """
    if not error > 0:
        raise WrongUsageError(f"error: {error} is not above 0", hint="0.001 is a thousandth of each figure.")
    cells = 1_024
    while True:
        year = compute(cells)
        figures = [year.var(level) for level in levels]
        if cells >= most_cells or all(x.high - x.low <= 2 * error * x.value for x in figures):
            return year
        cells *= 4
