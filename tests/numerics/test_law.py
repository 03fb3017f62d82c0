"""Every law keeps the same promises, whatever its shape."""

import math

import numpy as np
import pytest

from fairmark.errors import WrongUsageError
from fairmark.numerics.distributions import (
    BetaShare,
    Constant,
    Discrete,
    Distribution,
    Gamma,
    GeneralisedPareto,
    LogNormal,
    Mixture,
    Pert,
    Triangular,
    Uniform,
    pareto,
)
from fairmark.numerics.law import require_amount, require_range

SMOOTH: list[Distribution] = [
    Pert(0, 0.01, 1),
    Pert(1e5, 1e6, 1e7),
    BetaShare(0.4, 3),
    LogNormal(1, 0.8),
    Gamma(2, 1),
    Gamma(0.3, 5),
    GeneralisedPareto(1, 2, 0.2),
    pareto(2, 0.25),
    Triangular(1, 1, 3),
    Triangular(1, 3, 3),
    Triangular(1, 2, 5),
    Uniform(1, 4),
    Mixture((Uniform(1, 4), LogNormal(1, 0.8)), (1, 3)),
]
STEPPED: list[Distribution] = [Constant(3.0), Constant(0.0), Discrete((0, 100, 1000), (0.2, 0.7, 0.1))]


@pytest.mark.parametrize("law", SMOOTH, ids=repr)
def test_quantile_undoes_the_distribution_function(law: Distribution) -> None:
    p = np.linspace(0.001, 0.999, 37)

    back = law.cdf(law.quantile(p))

    assert back == pytest.approx(p, abs=1e-12)


@pytest.mark.parametrize("law", SMOOTH + STEPPED, ids=repr)
def test_moments_and_limited_means_agree_with_a_fine_grid_of_quantiles(law: Distribution) -> None:
    grid = law.quantile((np.arange(200_000) + 0.5) / 200_000)
    limits = law.quantile([0.1, 0.5, 0.9])

    limited, squared = law.limited_mean(limits), law.limited_second_moment(limits)

    assert law.mean == pytest.approx(grid.mean(), rel=2e-4)
    assert law.second_moment == pytest.approx((grid**2).mean(), rel=2e-2)
    assert limited == pytest.approx([np.minimum(grid, x).mean() for x in limits], rel=1e-6)
    assert squared == pytest.approx([(np.minimum(grid, x) ** 2).mean() for x in limits], rel=1e-5)


@pytest.mark.parametrize("law", SMOOTH + STEPPED, ids=repr)
def test_the_ends_are_exact_and_silent(law: Distribution) -> None:
    low, high = law.support

    at_ends = law.limited_mean([0.0, low, 1e300])

    assert at_ends == pytest.approx([0.0, low, law.mean], rel=1e-9)
    assert law.cdf([-1.0, 1e300]).tolist() == [0.0, 1.0]
    assert law.quantile(1.0) == high
    assert np.isnan(law.quantile([-0.1, 1.1])).all()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -1.0, 1e60])
def test_what_is_no_amount_is_refused_by_name(value: float) -> None:
    with pytest.raises(WrongUsageError, match=r"^loss: ") as caught:
        require_amount("loss", value)

    assert caught.value.hint


def test_crossed_bounds_are_refused_and_equal_ones_pass() -> None:
    require_range("loss", 2.0, 2.0)

    with pytest.raises(WrongUsageError, match="loss: low 3 lies above high 2"):
        require_range("loss", 3.0, 2.0)
