"""The set found is the best there is."""

from itertools import product

import numpy as np
import pytest

from fairmark.errors import WrongUsageError
from fairmark.risk.selection.cuts import Selector
from fairmark.risk.selection.problem import Problem, problem


def random_problem(seed: int, controls: int, terms: int, *, demands: bool = True) -> Problem:
    random = np.random.default_rng(seed)
    touches = random.random((controls, terms)) < 0.4
    multipliers = np.where(touches, random.uniform(0.0, 1.0, (controls, terms)), 1.0)
    losses, costs = 10 ** random.uniform(2, 6, terms), 10 ** random.uniform(2, 5, controls)
    pairs = [(int(a), int(b)) for a, b in random.integers(0, controls, (2, 2)) if a != b] if demands else []
    others = [(int(a), int(b)) for a, b in random.integers(0, controls, (2, 2)) if a != b] if demands else []
    return problem(losses, multipliers, costs, requires=pairs[:1], excludes=others[:1])


def by_brute_force(given: Problem, budget: float, price: float) -> float:
    sets = (np.array(bits, dtype=np.bool_) for bits in product([False, True], repeat=given.count))
    allowed = [x for x in sets if given.allows(x) and given.cost(x) <= budget]
    return min(given.residual(x) + price * given.cost(x) for x in allowed)


@pytest.mark.parametrize("seed", range(100))
def test_a_budget_is_spent_as_brute_force_would(seed: int) -> None:
    given = random_problem(seed, controls=3 + seed % 8, terms=1 + seed % 7)
    budget = float(given.costs.sum()) * (0.2 + 0.6 * (seed % 5) / 5)

    found = Selector(given, tolerance=1e-7).under(budget)

    best = by_brute_force(given, budget, 0.0)
    whole = float(given.losses.sum())
    assert found.proven
    assert found.residual == pytest.approx(best, abs=2e-7 * whole)
    assert found.bound <= best + 1e-9 * whole
    assert found.cost <= budget * (1 + 1e-9)


@pytest.mark.parametrize("seed", [3, 14, 41, 92])
def test_sixteen_controls_are_still_brute_force(seed: int) -> None:
    given = random_problem(seed, controls=16, terms=12)
    budget = float(given.costs.sum()) * 0.4

    found = Selector(given, tolerance=1e-7).under(budget)

    assert found.residual == pytest.approx(by_brute_force(given, budget, 0.0), abs=2e-7 * float(given.losses.sum()))


@pytest.mark.parametrize("seed", range(20))
def test_enough_is_where_cost_and_loss_together_are_least(seed: int) -> None:
    given = random_problem(seed, controls=9, terms=6)

    found = Selector(given, tolerance=1e-7).enough()

    best = by_brute_force(given, np.inf, 1.0)
    assert found.residual + found.cost == pytest.approx(best, abs=2e-7 * float(given.losses.sum()))


def test_what_is_compulsory_is_chosen_though_it_saves_nothing() -> None:
    given = problem(np.array([1e3]), np.array([[1.0], [0.5]]), np.array([1e6, 1e9]), compulsory=[0])

    found = Selector(given).enough()

    assert found.chosen == (0,)
    assert found.residual == 1e3


def test_a_budget_below_what_is_compulsory_is_refused() -> None:
    given = problem(np.array([1e3]), np.array([[0.5]]), np.array([50.0]), compulsory=[0])

    with pytest.raises(WrongUsageError, match="does not pay for what is compulsory, 50"):
        Selector(given).under(49.0)


def test_a_control_that_takes_everything_away_leaves_next_to_nothing() -> None:
    given = problem(np.array([1e6]), np.array([[0.0]]), np.array([1.0]))

    found = Selector(given).under(1.0)

    assert found.residual < 7.0
    assert found.proven


def test_no_loss_needs_no_control() -> None:
    given = problem(np.zeros(2), np.full((3, 2), 0.5), np.ones(3))

    found = Selector(given).enough()

    assert (found.chosen, found.residual, found.cost) == ((), 0.0, 0.0)
