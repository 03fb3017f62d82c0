import math
from collections.abc import Callable

import pytest

from fairmark.errors import FairmarkError
from fairmark.numerics.roots import root


@pytest.mark.parametrize(
    ("function", "low", "high", "where"),
    [
        (lambda x: x * x - 2.0, 0.0, 2.0, math.sqrt(2.0)),
        (lambda x: math.exp(x) - 5.0, -80.0, 80.0, math.log(5.0)),
        (lambda x: x**9, -1.0, 3.0, 0.0),
        (lambda x: math.tanh(50.0 * (x - 0.3)), -80.0, 80.0, 0.3),
        (lambda x: 1.0 if x > 1.25 else -1.0, 0.0, 2.0, 1.25),
        (lambda x: 4.0 - x, 4.0, 9.0, 4.0),
    ],
    ids=["square", "exponential", "flat", "steep", "jump", "at an end"],
)
def test_the_root_between_two_signs_is_found(
    function: Callable[[float], float], low: float, high: float, where: float
) -> None:
    tries = 0

    def counted(x: float) -> float:
        nonlocal tries
        tries += 1
        return function(x)

    assert root(counted, low, high, tolerance=1e-13) == pytest.approx(where, abs=2e-2 if where == 0.0 else 1e-11)
    assert tries < 100


def test_two_ends_of_one_sign_are_refused() -> None:
    with pytest.raises(FairmarkError, match="sign"):
        root(lambda x: x * x + 1.0, -1.0, 1.0, tolerance=1e-9)
