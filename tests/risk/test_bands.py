"""What we do not know and what varies are two bands."""

import numpy as np
import pytest

from fairmark.errors import WrongUsageError
from fairmark.numerics.distributions import Constant, Gamma, LogNormal, Pert, ln90
from fairmark.risk.bands import bands
from fairmark.risk.engine import assess
from fairmark.risk.portfolio import Factor, Portfolio, Shock, assess_portfolio
from fairmark.risk.scenario import LossForm, Scenario

LOSS = {LossForm.RESPONSE: ln90(1e3, 3e4)}


def test_a_known_frequency_leaves_no_doubt_about_the_mean() -> None:
    portfolio = Portfolio((Scenario(name="a", lef=Constant(2), primary=LOSS),))
    year = assess_portfolio(portfolio)

    found = bands(portfolio, year, [0, 1e4])

    assert found.mean == (pytest.approx(year.mean.value), pytest.approx(year.mean.value))
    assert found.low == pytest.approx(found.high)
    assert found.low == pytest.approx([year.exceedance(x).value for x in (0, 1e4)], rel=2e-2)
    assert found.yearly[1] == pytest.approx(year.var(0.95).value, rel=1e-3)


def test_the_band_of_one_uncertain_frequency_is_that_of_its_ends() -> None:
    rate = Pert(0.2, 1, 6)
    portfolio = Portfolio((Scenario(name="a", lef=rate, primary=LOSS),))
    ends = [assess(Scenario(name="a", lef=Constant(float(x)), primary=LOSS)) for x in rate.quantile([0.05, 0.5, 0.95])]

    found = bands(portfolio, assess_portfolio(portfolio), [2e4])

    assert found.mean == pytest.approx((ends[0].mean.value, ends[2].mean.value), rel=2e-2)
    assert found.low[0] == pytest.approx(ends[0].exceedance(2e4).value, rel=3e-2)
    assert found.high[0] == pytest.approx(ends[2].exceedance(2e4).value, rel=3e-2)
    assert found.yearly[1] == pytest.approx(ends[1].var(0.95).value, rel=3e-3)


def test_the_band_averages_to_the_curve_that_carries_both_doubts() -> None:
    portfolio = Portfolio(
        tuple(Scenario(name=name, lef=LogNormal(0, 0.8), primary=LOSS) for name in "ab"),
        (Shock("kit", Gamma(2, 0.2), {"a": 0.5, "b": 1.0}),),
        (Factor(Gamma(4, 0.25), ("a",)),),
    )
    year = assess_portfolio(portfolio)

    found = bands(portfolio, year, [0, 1e4, 1e5])

    whole = np.array([year.exceedance(x).value for x in (0, 1e4, 1e5)])
    assert np.all(found.low < whole)
    assert np.all(whole < found.high)
    assert found.mean[0] < year.mean.value < found.mean[1]
    assert found.left_out == 0


def test_of_too_many_uncertain_frequencies_the_least_stay_at_their_means() -> None:
    scenarios = tuple(Scenario(name=f"s{k}", lef=Pert(0.1, 1, 2 + k), primary=LOSS) for k in range(130))
    portfolio = Portfolio(scenarios)

    found = bands(portfolio, assess_portfolio(portfolio, cells=256), [1e5])

    assert found.left_out == 2


def test_what_costs_nothing_has_no_band() -> None:
    portfolio = Portfolio((Scenario(name="a", lef=Constant(0), primary=LOSS),))

    found = bands(portfolio, assess_portfolio(portfolio), [0, 5])

    assert (found.mean, found.yearly, found.high.tolist()) == ((0, 0), (0, 0), [0, 0])


def test_a_curve_has_points_from_zero_on() -> None:
    portfolio = Portfolio((Scenario(name="a", lef=Constant(1), primary=LOSS),))

    with pytest.raises(WrongUsageError, match="from 0 on"):
        bands(portfolio, assess_portfolio(portfolio), [float("nan")])
