"""A mixture behaves as the laws it is made of."""

import numpy as np
import pytest

from fairmark.errors import WrongUsageError
from fairmark.numerics.distributions import Constant, Gamma, LogNormal, Pert
from fairmark.numerics.mixture import Mixture

USUAL = Mixture((Pert(1, 2, 5), LogNormal(3, 1)), (3, 1))


def test_its_quantile_undoes_its_distribution_function() -> None:
    p = np.linspace(0.001, 0.999, 41)

    back = USUAL.cdf(USUAL.quantile(p))

    assert back == pytest.approx(p, abs=1e-9)


def test_a_certain_part_is_a_step() -> None:
    law = Mixture((Constant(0.0), Gamma(2, 10)), (0.7, 0.3))

    assert law.quantile([0.2, 0.7]).tolist() == [0, 0]
    assert float(law.quantile(0.85)) == pytest.approx(float(Gamma(2, 10).quantile(0.5)))


def test_its_moments_are_the_weighed_ones_of_its_parts() -> None:
    grid = USUAL.quantile((np.arange(400_000) + 0.5) / 400_000)

    assert USUAL.mean == pytest.approx(grid.mean(), rel=1e-3)
    assert USUAL.weights == (0.75, 0.25)
    assert USUAL.support == (0.0, np.inf)
    assert float(USUAL.limited_mean(10)) == pytest.approx(np.minimum(grid, 10).mean(), rel=1e-5)
    assert float(USUAL.limited_second_moment(10)) == pytest.approx((np.minimum(grid, 10) ** 2).mean(), rel=1e-5)


@pytest.mark.parametrize(
    ("parts", "weights"), [((), ()), ((Constant(1.0),), (1, 2)), ((Constant(1.0),), (0,)), ((Constant(1.0),), (-1,))]
)
def test_what_is_no_mixture_is_refused(parts: tuple[Constant, ...], weights: tuple[float, ...]) -> None:
    with pytest.raises(WrongUsageError, match="mixture"):
        Mixture(parts, weights)
