"""Two kinds of doubt, kept apart: what we do not know, and what varies from year to year.

*Epistemic*: frequencies are ranges because nobody knows them. Each way they could really be gives a yearly mean and a
curve of its own; the band holds 90 of 100 of them. *Yearly*: even if every frequency were known to lie at its middle,
one year differs from the next. A decision about more knowledge looks at the first, one about reserves at the second;
the figures of ``annual`` carry both.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fairmark.errors import WrongUsageError
from fairmark.numerics import lattice
from fairmark.numerics.distributions import Constant, Distribution
from fairmark.numerics.law import Floats, as_floats
from fairmark.numerics.sobol import outer_nodes
from fairmark.risk.annual import Annual
from fairmark.risk.portfolio import Portfolio
from fairmark.risk.spectra import Spectra, spectra

NODES = 512
_MOST_INPUTS = 128
_ENDS = (0.05, 0.95)
_NONE = (0.0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """90 % ranges of a year, in money.

    Attributes:
        mean: of the yearly mean, over what is not known of frequencies.
        yearly: of one year's loss, with every frequency at its median.
        losses: where the curve was asked for, shape (points,).
        low: 5 % point of P(loss of one year > losses) over what is not known.
        high: 95 % point of the same.
        left_out: uncertain frequencies held at their means because there are too many; those that matter least.
    """

    mean: tuple[float, float]
    yearly: tuple[float, float]
    losses: Floats
    low: Floats
    high: Floats
    left_out: int


def bands(portfolio: Portfolio, year: Annual, losses: Sequence[float]) -> Bands:
    """Return both bands of a portfolio's year.

    Args:
        portfolio: scenarios and what they have in common.
        year: what ``assess_portfolio`` gave for it; its lattice is used again.
        losses: where the band of the exceedance curve is wanted, from 0 on.

    Raises:
        WrongUsageError: a loss that is none.
    """
    points = as_floats(losses)
    if not np.all(np.isfinite(points) & (points >= 0)):
        raise WrongUsageError("losses: the curve has points from 0 on", hint="Give finite losses of 0 or more.")
    if year.mean.value == 0:
        return Bands(_NONE, _NONE, points, np.zeros_like(points), np.zeros_like(points), 0)
    whole = spectra(portfolio, year.laws.step, year.laws.middle.size)
    laws, left_out = _varied(whole)
    values = {slot: law.quantile(column) for (slot, law), column in zip(laws, _nodes(len(laws)), strict=True)}
    means, curves = [], []
    for node in range(NODES if laws else 1):
        known = {slot: float(column[node]) for slot, column in values.items()}
        means.append(whole.mean(known))
        curves.append(lattice.exceedance(whole.law(known), year.laws.step, points))
    middle = whole.law({slot: float(law.quantile(0.5)) for slot, law in whole.uncertain})
    low, high = np.quantile(curves, _ENDS, axis=0)
    first, last = np.quantile(means, _ENDS).tolist()
    usual = [lattice.quantile(middle, year.laws.step, level) for level in _ENDS]
    return Bands((first, last), (usual[0], usual[1]), points, low, high, left_out)


def _varied(whole: Spectra) -> tuple[list[tuple[str, Distribution]], int]:
    """Return the uncertain frequencies that move the mean most, as many as can be varied at once."""
    moving = [(slot, law) for slot, law in whole.uncertain if not isinstance(law, Constant)]
    at_means = {slot: law.mean for slot, law in moving}

    def reach(entry: tuple[str, Distribution]) -> float:
        slot, law = entry
        low, high = law.quantile(list(_ENDS)).tolist()
        return -abs(whole.mean(at_means | {slot: high}) - whole.mean(at_means | {slot: low}))

    chosen = sorted(moving, key=reach)[:_MOST_INPUTS]
    return chosen, len(moving) - len(chosen)


def _nodes(count: int) -> Sequence[Floats]:
    return list(outer_nodes(count, NODES).T) if count else []
