"""The law of a year's loss: every figure with its bracket.

The brackets are proven bounds for what the lattice does to losses, and for rates that had to be cut
into strata. Not bounded, only driven below notice: quadrature points for rates and for a common
factor, which are doubled until nothing changes (``rate``), and, where several factors of a rate are uncertain and
one is cut into strata, the six points of the others.
"""

import math
from dataclasses import dataclass

import numpy as np

from fairmark.errors import WrongUsageError
from fairmark.numerics import lattice
from fairmark.numerics.law import Floats

DOUBT = 1e-6
"""Probability, on each side, that moved losses add up to more than ``Laws.wander``."""

_PANEL = 1e-9  # relative doubt in a closed form


@dataclass(frozen=True, slots=True)
class Figure:
    """A value and the ends of what the computation leaves open. What is unknown about the inputs is in the value."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Laws:
    """Laws of the year on one lattice, each as masses at 0, step, 2 step, ...; what lies beyond is missing.

    Attributes:
        step: distance of the points, in money.
        middle: the best approach to the truth.
        lower: of a total that is never larger than the true one.
        upper: of a total that is never smaller.
        shared_low: with each loss shared between its neighbours, and the rates at their lower bounds.
        shared_high: the same with the rates at their upper bounds.
        wander: how far, in money, the shared losses may add up away from the truth, but for ``DOUBT``.
        blur: mean of how far they exceed it.
    """

    step: float
    middle: Floats
    lower: Floats
    upper: Floats
    shared_low: Floats
    shared_high: Floats
    wander: float
    blur: float


@dataclass(frozen=True, slots=True, eq=False)
class Annual:
    """The loss S of one year.

    Attributes:
        mean: E S, in money.
        variance: Var S; may be infinite.
        prob_zero: probability of a year without loss.
        laws: the lattice behind the other figures.
    """

    mean: Figure
    variance: Figure
    prob_zero: Figure
    laws: Laws

    @property
    def reach(self) -> float:
        """The highest level whose quantile lies within the lattice."""
        return float(lattice.cumulative(self.laws.middle)[-1])

    def var(self, level: float) -> Figure:
        """Value at risk: the loss that a share ``level`` of years does not exceed.

        Raises:
            WrongUsageError: level outside 0 to 1, or above ``reach``.
        """
        self._require_level(level)
        if level <= self.prob_zero.low:
            return Figure(0.0, 0.0, 0.0)
        laws = self.laws
        below, above, end = level - lattice.NOISE, level + lattice.NOISE, laws.step * laws.middle.size
        lows = [min(lattice.step_quantile(laws.lower, laws.step, below), end)]
        highs = [lattice.step_quantile(laws.upper, laws.step, above)]
        lows.append(min(lattice.step_quantile(laws.shared_low, laws.step, below - DOUBT), end) - laws.wander)
        highs.append(lattice.step_quantile(laws.shared_high, laws.step, above + DOUBT) + laws.wander)
        if math.isfinite(self.variance.value):  # Cantelli's inequality
            spread = math.sqrt(self.variance.high)
            lows.append(self.mean.low - spread * math.sqrt((1 - level) / level))
            highs.append(self.mean.high + spread * math.sqrt(level / (1 - level)))
        return _within(lattice.quantile(laws.middle, laws.step, level), max(0.0, *lows), min(highs))

    def tvar(self, level: float) -> Figure:
        """Tail value at risk: the mean loss of the worst 1 - level of years. Errors as ``var``.

        TVaR is the least q + E(S - q)+ / (1 - level) over all q. Sharing losses out can only raise
        E(S - q)+, and by no more than ``Laws.blur``.
        """
        self._require_level(level)
        laws, mean = self.laws, self.mean.value
        value = lattice.tail_mean(laws.middle, laws.step, level, self.var(level).value, mean)
        lows = [mean, self._tail(laws.upper, level, -1.0)]
        lows.append(self._tail(laws.shared_high, level, -1.0) - laws.blur / (1 - level))
        highs = [self._tail(laws.lower, level, 1.0), self._tail(laws.shared_low, level, 1.0)]
        if math.isfinite(self.variance.value):
            highs.append(self.mean.high + math.sqrt(self.variance.high * level / (1 - level)))
        return _within(value, max(lows), min(highs))

    def exceedance(self, loss: float) -> Figure:
        """P(S > loss), for a loss of any size; beyond the lattice it is known to be no more than what is left there."""
        if not math.isfinite(loss):
            raise WrongUsageError(f"exceedance: {loss} is no amount", hint="Give a finite loss.")
        if loss < 0:
            return Figure(1.0, 1.0, 1.0)
        laws = self.laws
        highs = [1 - self.prob_zero.low, self._above(laws.upper, loss) + lattice.NOISE]
        highs.append(self._above(laws.shared_high, loss - laws.wander) + lattice.NOISE + DOUBT)
        lows = [0.0]
        if loss < laws.step * (laws.middle.size - 1):
            lows.append(self._above(laws.lower, loss) - lattice.NOISE)
        if loss + laws.wander < laws.step * (laws.middle.size - 1):
            lows.append(self._above(laws.shared_low, loss + laws.wander) - lattice.NOISE - DOUBT)
        edges = (np.arange(laws.middle.size) + 0.5) * laws.step
        below = float(np.interp(loss, edges, lattice.cumulative(laws.middle)))
        return _within(1 - below, max(lows), min(highs))

    def _above(self, masses: Floats, loss: float) -> float:
        return float(lattice.exceedance(masses, self.laws.step, np.array([loss]))[0])

    def _tail(self, masses: Floats, level: float, sign: float) -> float:
        """Bound TVaR by a law: from below (sign -1) if the law lies above the truth, from above if below (sign 1)."""
        q = lattice.step_quantile(masses, self.laws.step, level)
        if math.isinf(q):
            return sign * math.inf
        return lattice.tail_mean(masses, self.laws.step, level, q, self.mean.value) + sign * (
            lattice.NOISE * q / (1 - level) + _PANEL * self.mean.value
        )

    def _require_level(self, level: float) -> None:
        if not 0 < level < 1:
            raise WrongUsageError(f"level {level}: not between 0 and 1", hint="Give a share of years, such as 0.95.")
        if level > max(self.reach, self.prob_zero.low):
            raise WrongUsageError(
                f"level {level}: the computed range ends at {self.reach:.6f}", hint="Compute with a higher `highest`."
            )


def nothing() -> Annual:
    """Return the year of something that never costs anything."""
    none, whole = Figure(0.0, 0.0, 0.0), np.ones(1)
    laws = Laws(1.0, whole, whole, whole, whole, whole, wander=0.0, blur=0.0)
    return Annual(none, none, Figure(1.0, 1.0, 1.0), laws)


def exactly(value: float) -> Figure:
    """Return a closed form, with its last digits in doubt."""
    return Figure(value, value * (1 - _PANEL), value * (1 + _PANEL))


def _within(value: float, low: float, high: float) -> Figure:
    return Figure(min(max(value, low), high), low, max(low, high))
