"""What is chosen from: losses that controls shrink by shares, and what the controls cost and demand.

A set of controls multiplies a loss by the product of their multipliers r, which is exp of a sum of logarithms: the
expected residual, a sum of such terms, is a convex function of a linear one. That is what lets ``cuts`` prove optima.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from fairmark.errors import WrongUsageError
from fairmark.numerics.law import Floats, as_floats

LEAST_LOG = -12.0
"""A control that takes a loss away altogether counts as leaving exp(-12), six millionths, of it."""

Chosen = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Losses and controls.

    Attributes:
        losses: expected yearly loss of each term without any control, in money, shape (terms,).
        logs: logarithm of each control's multiplier for each term, 0 or below, sparse, shape (controls, terms).
        costs: yearly cost of each control, in money, shape (controls,).
        requires: pairs (a, b): a works only with b.
        excludes: pairs (a, b): not both.
        compulsory: controls that must be there, whatever they cost, shape (controls,).
    """

    losses: Floats
    logs: sparse.csr_array
    costs: Floats
    requires: tuple[tuple[int, int], ...]
    excludes: tuple[tuple[int, int], ...]
    compulsory: Chosen

    def __post_init__(self) -> None:
        """Refuse shapes that do not fit, numbers that are none, and demands that nothing can meet."""
        controls, terms = self.logs.shape
        if self.losses.shape != (terms,) or self.costs.shape != (controls,) or self.compulsory.shape != (controls,):
            raise WrongUsageError("controls and losses do not fit together", hint="Give one row for each control.")
        for what, values in (("losses", self.losses), ("costs", self.costs), ("multipliers", -self.logs.data)):
            if not np.all(np.isfinite(values) & (values >= 0)):
                raise WrongUsageError(f"{what}: not all are finite and 0 or more", hint="Check the units.")
        if not self.allows(self.closed(np.flatnonzero(self.compulsory))):
            raise WrongUsageError(
                "the compulsory controls exclude each other", hint="Say which of them the law really demands."
            )

    @property
    def count(self) -> int:
        """How many controls there are."""
        return int(self.costs.size)

    def residual(self, chosen: Chosen) -> float:
        """Return the expected yearly loss that a set of controls leaves, in money."""
        return float(np.sum(self.losses * np.exp(self.exponents(chosen))))

    def exponents(self, chosen: Chosen) -> Floats:
        """Return the logarithm of what is left of each term, shape (terms,)."""
        return as_floats(np.maximum(self.logs.T @ chosen.astype(np.float64), LEAST_LOG))

    def cost(self, chosen: Chosen) -> float:
        """Return the yearly cost of a set."""
        return float(np.sum(self.costs[chosen]))

    def closed(self, controls: Iterable[int]) -> Chosen:
        """Return a set with everything that it requires."""
        chosen = np.zeros(self.count, dtype=np.bool_)
        chosen[list(controls)] = True
        while True:
            missing = [b for a, b in self.requires if chosen[a] and not chosen[b]]
            if not missing:
                return chosen
            chosen[missing] = True

    def allows(self, chosen: Chosen) -> bool:
        """Say whether a set keeps every demand but the budget."""
        needs = all(chosen[b] or not chosen[a] for a, b in self.requires)
        return (
            needs
            and not any(chosen[a] and chosen[b] for a, b in self.excludes)
            and bool(np.all(chosen[self.compulsory]))
        )


def problem(
    losses: Floats,
    multipliers: Floats,
    costs: Floats,
    *,
    requires: Iterable[tuple[int, int]] = (),
    excludes: Iterable[tuple[int, int]] = (),
    compulsory: Iterable[int] = (),
) -> Problem:
    """Return a problem from multipliers between 0 and 1, shape (controls, terms); 1 where a control does nothing.

    Raises:
        WrongUsageError: as ``Problem``, or a multiplier outside 0 to 1.
    """
    if not np.all((multipliers >= 0) & (multipliers <= 1)):
        raise WrongUsageError("multipliers: not all lie between 0 and 1", hint="0.2 leaves a fifth of the loss.")
    must = np.zeros(costs.size, dtype=np.bool_)
    must[list(compulsory)] = True
    logs = np.log(np.maximum(multipliers, np.exp(LEAST_LOG)))
    return Problem(losses, sparse.csr_array(logs), costs, tuple(requires), tuple(excludes), must)
