"""More money never leaves more loss."""

from itertools import pairwise

import numpy as np
import pytest

from fairmark.errors import WrongUsageError
from fairmark.risk.selection.frontier import frontier
from fairmark.risk.selection.problem import problem


def test_a_frontier_falls_from_what_is_compulsory_to_everything() -> None:
    random = np.random.default_rng(5)
    given = problem(
        10 ** random.uniform(3, 6, 8), random.uniform(0.2, 1, (10, 8)), 10 ** random.uniform(2, 5, 10), compulsory=[2]
    )

    points = frontier(given, count=6)

    assert points[0].chosen == (2,)
    assert points[-1].residual == pytest.approx(given.residual(np.ones(10, dtype=np.bool_)), rel=1e-2)
    assert all(a.residual >= b.residual for a, b in pairwise(points))
    assert all(2 in point.chosen for point in points)


def test_one_budget_is_no_frontier() -> None:
    with pytest.raises(WrongUsageError, match="no frontier"):
        frontier(problem(np.ones(1), np.ones((1, 1)), np.ones(1)), count=1)
