"""A problem is whole before it is solved."""

import numpy as np
import pytest

from fairmark.errors import WrongUsageError
from fairmark.risk.selection.problem import Problem, problem


def two(**more: object) -> Problem:
    return problem(np.array([100.0, 10.0]), np.array([[0.5, 1.0], [0.5, 0.1]]), np.array([3.0, 4.0]), **more)  # type: ignore[arg-type]


def test_controls_multiply_what_they_leave() -> None:
    given = two()

    assert given.residual(np.array([False, False])) == pytest.approx(110)
    assert given.residual(np.array([True, True])) == pytest.approx(100 * 0.25 + 10 * 0.1)
    assert given.cost(np.array([True, True])) == 7


def test_what_is_required_comes_along() -> None:
    assert two(requires=[(0, 1)]).closed([0]).tolist() == [True, True]


@pytest.mark.parametrize(
    ("losses", "multipliers", "costs", "words"),
    [
        ([1.0, 2.0], [[0.5]], [1.0], "do not fit"),
        ([1.0], [[1.5]], [1.0], "multipliers"),
        ([1.0], [[float("nan")]], [1.0], "multipliers"),
        ([float("inf")], [[0.5]], [1.0], "losses"),
        ([1.0], [[0.5]], [-1.0], "costs"),
    ],
)
def test_numbers_that_are_none_are_refused(
    losses: list[float], multipliers: list[list[float]], costs: list[float], words: str
) -> None:
    with pytest.raises(WrongUsageError, match=words):
        problem(np.array(losses), np.array(multipliers), np.array(costs))


def test_compulsory_controls_that_exclude_each_other_are_refused() -> None:
    with pytest.raises(WrongUsageError, match="exclude each other"):
        two(excludes=[(0, 1)], compulsory=[0, 1])
