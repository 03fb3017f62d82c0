"""What each further amount of money buys: the best set for each of many budgets."""

import numpy as np

from fairmark.errors import WrongUsageError
from fairmark.risk.selection.cuts import SECONDS, TOLERANCE, Selection, Selector
from fairmark.risk.selection.problem import Problem

BUDGETS = 12


def frontier(
    problem: Problem, *, count: int = BUDGETS, tolerance: float = TOLERANCE, seconds: float = SECONDS
) -> tuple[Selection, ...]:
    """Return the best sets for budgets from what is compulsory to everything that may be had together.

    Args:
        problem: what is chosen from.
        count: budgets, at least two, equally far apart.
        tolerance: of each gap, as a share of the loss without any control.
        seconds: for each run of the solver.

    Raises:
        WrongUsageError: fewer than two budgets.
    """
    if count < 2:
        raise WrongUsageError(f"{count} budgets are no frontier", hint="Give at least two; 12 is usual.")
    must = problem.cost(problem.closed(np.flatnonzero(problem.compulsory)))
    selector = Selector(problem, tolerance=tolerance, seconds=seconds)
    found: list[Selection] = []
    for budget in np.linspace(must, max(float(problem.costs.sum()), must), count):
        best = selector.under(float(budget))
        # A set that was found for less money may be better than an unproven one for more.
        if found and found[-1].residual < best.residual:
            best = found[-1]
        found.append(best)
    return tuple(found)
