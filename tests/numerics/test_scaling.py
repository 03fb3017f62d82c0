"""A scaled law is the law of the scaled amount."""

import numpy as np
import pytest

from fairmark.errors import WrongUsageError
from fairmark.numerics.distributions import BetaShare, Constant, Distribution
from fairmark.numerics.scaling import scaled
from tests.numerics.test_law import SMOOTH, STEPPED

P = np.linspace(0.01, 0.99, 25)


@pytest.mark.parametrize("law", SMOOTH + STEPPED, ids=repr)
def test_a_scaled_law_is_the_law_of_the_scaled_amount(law: Distribution) -> None:
    smaller = scaled(law, 0.3)

    assert smaller.quantile(P) == pytest.approx(0.3 * law.quantile(P), rel=1e-9)
    assert smaller.mean == pytest.approx(0.3 * law.mean)
    assert type(smaller) is type(law)


def test_nothing_is_left_of_what_is_scaled_to_zero() -> None:
    assert scaled(BetaShare(2, 3), 0.0) == Constant(0.0)


def test_the_whole_is_the_law_itself() -> None:
    law = BetaShare(2, 3)

    assert scaled(law, 1) is law


def test_a_negative_factor_is_refused() -> None:
    with pytest.raises(WrongUsageError, match="factor"):
        scaled(Constant(1), -1)
