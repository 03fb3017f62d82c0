"""A few points stand for a law."""

import numpy as np
import pytest

from fairmark.numerics.distributions import (
    Constant,
    Discrete,
    Distribution,
    Gamma,
    Mixture,
    Pert,
    Triangular,
    Uniform,
    beta90,
    ln90,
    pareto,
)
from fairmark.numerics.quadrature import nodes, product


@pytest.mark.parametrize("law", [Pert(0.1, 0.7, 3), beta90(0.1, 0.6), Uniform(1, 4), Gamma(2, 3)], ids=repr)
def test_gauss_points_keep_mean_and_second_moment(law: Distribution) -> None:
    values, weights = nodes(law, 6)

    assert weights.sum() == pytest.approx(1)
    assert weights @ values == pytest.approx(law.mean, rel=1e-12)
    assert weights @ values**2 == pytest.approx(law.second_moment, rel=1e-12)
    assert (np.diff(values) > 0).all()


@pytest.mark.parametrize("law", [ln90(1, 10), Triangular(1, 2, 4), Gamma(0.5, 3), pareto(1, 0.2)], ids=repr)
def test_many_points_come_close_for_any_law(law: Distribution) -> None:
    values, weights = nodes(law, 64)

    assert weights @ values == pytest.approx(law.mean, rel=1e-3)


def test_laws_of_points_are_their_own_rule() -> None:
    constant, few = nodes(Constant(3.0), 9), nodes(Discrete((1, 2), (0.5, 0.5)), 9)

    assert constant[0].tolist() == [3.0]
    assert few[0].tolist() == [1.0, 2.0]


def test_a_large_product_is_reduced_without_losing_moments() -> None:
    laws: list[Distribution] = [Pert(1, 2, 9), beta90(0.1, 0.6), Uniform(0, 1)]

    values, weights = product([nodes(law, 12) for law in laws], 24)

    assert values.size == 24
    for power in range(1, 7):
        exact = np.prod([w @ v**power for v, w in (nodes(law, 12) for law in laws)])
        assert weights @ values**power == pytest.approx(exact, rel=1e-9)


def test_a_product_with_nothing_is_nothing() -> None:
    values, weights = product([nodes(Constant(0.0), 6), nodes(Pert(0, 1, 2), 30)], 8)

    assert weights @ values == 0.0
    assert weights.sum() == pytest.approx(1)


def test_a_mixture_keeps_the_moments_of_its_parts() -> None:
    law = Mixture((Pert(1, 2, 9), Gamma(2, 10)), (0.8, 0.2))

    values, weights = nodes(law, 6)

    assert values.size == 6
    assert weights @ values == pytest.approx(law.mean)
    assert weights @ values**2 == pytest.approx(law.second_moment)
