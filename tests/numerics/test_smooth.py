"""Beta, PERT, lognormal, gamma and Pareto laws."""

import math

import numpy as np
import pytest

from fairmark.errors import WrongUsageError
from fairmark.numerics.smooth import BetaShare, Gamma, GeneralisedPareto, LogNormal, Pert


def test_pert_has_the_weighted_mean() -> None:
    law = Pert(20, 100, 900)

    assert law.mean == pytest.approx(220)
    assert Pert(0, 0.01, 1).shape == pytest.approx((1.04, 4.96))


def test_a_heavy_tail_has_a_mean_but_no_second_moment() -> None:
    law = GeneralisedPareto(0, 1, 0.5)

    assert law.mean == pytest.approx(2.0)
    assert math.isinf(law.second_moment)
    assert math.isinf(law.quantile(1.0))


def test_a_lognormal_below_zero_has_no_mass() -> None:
    law = LogNormal(0, 1)

    assert law.cdf(np.array([-1.0, 0.0])).tolist() == [0.0, 0.0]
    assert law.limited_mean(np.array([-1.0, 0.0])).tolist() == [-1.0, 0.0]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Pert(1, 1, 1),
        lambda: Pert(0, 2, 1),
        lambda: Pert(0, 0.5, 1, -10),
        lambda: Pert(0, math.nan, 1),
        lambda: BetaShare(0, 1),
        lambda: LogNormal(0, 0),
        lambda: LogNormal(math.inf, 1),
        lambda: LogNormal(0, 40),
        lambda: Gamma(-1, 1),
        lambda: GeneralisedPareto(0, 1, 1.0),
        lambda: GeneralisedPareto(0, 1, math.nan),
    ],
)
def test_what_is_no_law_is_refused(make: object) -> None:
    with pytest.raises(WrongUsageError):
        make()  # type: ignore[operator]
