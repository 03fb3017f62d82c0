"""Greedy keeps every demand and stops where nothing pays."""

import numpy as np

from fairmark.risk.selection.greedy import greedy
from fairmark.risk.selection.problem import problem


def test_the_best_for_its_money_comes_first() -> None:
    given = problem(np.array([100.0]), np.array([[0.5], [0.4]]), np.array([10.0, 30.0]))

    assert greedy(given, budget=30, price=0).tolist() == [True, False]


def test_an_addition_pays_for_what_it_requires() -> None:
    given = problem(np.array([100.0]), np.array([[0.1], [1.0]]), np.array([1.0, 200.0]), requires=[(0, 1)])

    assert greedy(given, budget=1e9, price=1).tolist() == [False, False]
    assert greedy(given, budget=201, price=0).tolist() == [True, True]


def test_one_of_two_that_exclude_each_other() -> None:
    given = problem(np.array([100.0]), np.array([[0.1], [0.2]]), np.array([1.0, 1.0]), excludes=[(0, 1)])

    assert greedy(given, budget=1e9, price=0).tolist() == [True, False]
