"""Constant, uniform, triangular and discrete laws."""

import pytest

from fairmark.errors import WrongUsageError
from fairmark.numerics.plain import Constant, Discrete, Triangular, Uniform


def test_a_discrete_law_is_sorted_and_its_weights_shared_out() -> None:
    law = Discrete((1000, 100, 500), (1, 20, 4))

    assert law.values == (100, 500, 1000)
    assert law.weights == pytest.approx((0.8, 0.16, 0.04))
    assert law.mean == pytest.approx(200)
    assert law.quantile([0.0, 0.8, 0.81, 0.97, 1.0]).tolist() == [100, 100, 500, 1000, 1000]


def test_a_constant_takes_one_step() -> None:
    law = Constant(5.0)

    assert law.cdf([4.999, 5.0]).tolist() == [0.0, 1.0]
    assert law.limited_mean([3.0, 7.0]).tolist() == [3.0, 5.0]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Constant(-1.0),
        lambda: Uniform(2.0, 2.0),
        lambda: Uniform(3.0, 2.0),
        lambda: Triangular(1.0, 5.0, 3.0),
        lambda: Discrete((), ()),
        lambda: Discrete((1.0,), (1.0, 2.0)),
        lambda: Discrete((1.0,), (0.0,)),
        lambda: Discrete((-1.0,), (1.0,)),
    ],
)
def test_what_is_no_law_is_refused(make: object) -> None:
    with pytest.raises(WrongUsageError):
        make()  # type: ignore[operator]
