"""What may be asked of a year."""

import math

import pytest

from fairmark.errors import WrongUsageError
from fairmark.numerics.distributions import Constant, ln90
from fairmark.risk.annual import nothing
from fairmark.risk.engine import assess
from fairmark.risk.scenario import LossForm, Scenario

SCENARIO = Scenario(name="x", lef=Constant(0.7), primary={LossForm.RESPONSE: ln90(5e3, 8e5)})


def test_a_year_without_loss_answers_zero_to_everything() -> None:
    year = nothing()

    figures = [year.mean, year.variance, year.var(0.5), year.var(0.999), year.tvar(0.99), year.exceedance(0.0)]

    assert all((figure.low, figure.value, figure.high) == (0.0, 0.0, 0.0) for figure in figures)
    assert year.prob_zero.value == 1.0


@pytest.mark.parametrize("level", [0.0, 1.0, -0.1, 1.5, math.nan, 0.999999])
def test_a_level_that_was_not_computed_is_refused(level: float) -> None:
    year = assess(SCENARIO, cells=1024)

    for ask in (year.var, year.tvar):
        with pytest.raises(WrongUsageError, match="level"):
            ask(level)


def test_exceedance_undoes_the_quantile() -> None:
    year = assess(SCENARIO, cells=4096)

    for level in (0.6, 0.9, 0.99, 0.999):
        assert year.exceedance(year.var(level).value).value == pytest.approx(1 - level, rel=1e-3)
    assert year.exceedance(0.0).value == pytest.approx(1 - year.prob_zero.value, rel=5e-3)
    assert year.exceedance(-1.0).value == 1.0


def test_beyond_the_lattice_the_curve_is_only_bounded() -> None:
    year = assess(SCENARIO, cells=1024)

    far = year.exceedance(1e15)

    assert far.low == 0.0
    assert far.value <= far.high < 1e-3


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_loss_that_is_no_amount_is_refused(loss: float) -> None:
    with pytest.raises(WrongUsageError, match="exceedance"):
        nothing().exceedance(loss)
