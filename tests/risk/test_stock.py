"""A state that lasts: nothing is counted, and the year's loss is units times share times cost."""

import math

import numpy as np
import pytest

from fairmark.errors import WrongUsageError
from fairmark.numerics.distributions import BetaShare, Constant, Discrete, Distribution, LogNormal, Pert, Uniform, ln90
from fairmark.risk.bands import bands
from fairmark.risk.common_causes import Factor, Shock
from fairmark.risk.controls import Acts, Choice, Control, Effect
from fairmark.risk.engine import assess
from fairmark.risk.many import assess_many
from fairmark.risk.portfolio import Portfolio, assess_portfolio, tail_shares
from fairmark.risk.scenario import LossForm, Scenario, Secondary
from fairmark.risk.sensitivity import swings
from fairmark.risk.simulate import Draws, simulate
from fairmark.risk.stock import stock_law

SHARE, COST = BetaShare(2.0, 6.0), ln90(2.0, 40.0)
BOTS = Scenario(name="bots", state=SHARE, units=20_000, primary={LossForm.PRODUCTIVITY: COST})
RANSOM = Scenario(name="ransom", lef=Pert(0.05, 0.2, 1.0), primary={LossForm.RESPONSE: ln90(1e4, 1e6)})
BOTH = Portfolio((BOTS, RANSOM))


@pytest.mark.parametrize(
    ("state", "cost"),
    [
        (SHARE, COST),
        (Pert(0.1, 0.2, 0.5), Pert(1.0, 5.0, 30.0)),
        (Discrete((0.0, 0.5), (0.3, 0.7)), LogNormal(1.0, 1.0)),
        (Constant(0.25), COST),
        (SHARE, Constant(7.0)),
    ],
)
def test_mean_and_variance_are_those_of_a_product_of_independent_factors(
    state: Distribution, cost: Distribution
) -> None:
    law = stock_law(state, 1_000.0, cost)

    assert law.mean == pytest.approx(1_000 * state.mean * cost.mean, rel=1e-9)
    assert law.second_moment == pytest.approx(1e6 * state.second_moment * cost.second_moment, rel=1e-6)


def test_the_product_of_two_uniform_laws_is_the_known_one() -> None:
    law = stock_law(Uniform(0.0, 1.0), 1.0, Uniform(0.0, 1.0))
    x = np.array([0.01, 0.1, 0.3, 0.7, 0.95])

    assert law.cdf(x) == pytest.approx(x * (1 - np.log(x)), abs=2e-4)


def test_the_product_of_two_lognormal_laws_is_lognormal() -> None:
    narrow, wide = LogNormal(-3.0, 0.3), LogNormal(2.0, 1.0)
    exact = LogNormal(-1.0 + math.log(500.0), math.hypot(0.3, 1.0))

    law = stock_law(narrow, 500.0, wide)

    levels = np.array([0.01, 0.1, 0.5, 0.9, 0.99])
    assert law.quantile(levels) == pytest.approx(exact.quantile(levels), rel=1e-5)


def test_the_year_of_a_state_is_its_law() -> None:
    law = stock_law(SHARE, 20_000, COST)

    year = assess(BOTS)

    assert year.mean.value == pytest.approx(law.mean)
    assert year.prob_zero.value == 0
    for level in (0.1, 0.5, 0.9, 0.99):
        figure = year.var(level)
        assert figure.low <= float(law.quantile(level)) <= figure.high


def test_drawn_years_with_states_and_events_agree() -> None:
    exact = assess_portfolio(BOTH, cells=1 << 14)

    drawn = simulate(BOTH, Draws(seed=4), years=1_000_000)

    assert drawn.mean().low <= exact.mean.value <= drawn.mean().high
    for level in (0.5, 0.9, 0.99):
        assert drawn.var(level).low <= exact.var(level).high
        assert drawn.var(level).high >= exact.var(level).low


def test_the_variance_adds_up() -> None:
    whole = assess_portfolio(BOTH)

    assert whole.variance.value == pytest.approx(assess(BOTS).variance.value + assess(RANSOM).variance.value)


def test_many_at_once_say_the_same() -> None:
    many = assess_many([BOTS, RANSOM], levels=(0.9, 0.99))

    for row, alone in enumerate((assess(BOTS), assess(RANSOM))):
        assert many.years.mean[row] == pytest.approx(alone.mean.value)
        assert many.years.variance[row] == pytest.approx(alone.variance.value)
        assert many.years.var[row] == pytest.approx([alone.var(0.9).value, alone.var(0.99).value], rel=1e-3)


def test_the_shares_of_the_tail_add_up_to_it() -> None:
    year = assess_portfolio(BOTH, cells=1 << 14)

    shares = tail_shares(BOTH, year, 0.95)

    assert sum(shares.values()) == pytest.approx(year.tvar(0.95).value, rel=1e-3)
    assert shares["bots"] > 0


def test_what_a_state_costs_is_not_known_but_does_not_vary_with_the_year() -> None:
    alone = Portfolio((BOTS,))
    law, year = stock_law(SHARE, 20_000, COST), assess_portfolio(alone)

    found = bands(alone, year, [float(law.quantile(0.5))])

    assert found.mean == pytest.approx((float(law.quantile(0.05)), float(law.quantile(0.95))), rel=0.02)
    assert found.yearly[1] - found.yearly[0] < 3 * year.laws.step


def test_the_share_of_the_state_is_an_input_of_its_own() -> None:
    found = {(swing.scenario, swing.field): swing for swing in swings(BOTH)}

    swing = found["bots", "state"]
    assert swing.low.mean < swing.high.mean


def test_a_control_takes_away_from_the_share_of_the_state() -> None:
    effect = Effect(("bots",), Acts.FREQUENCY, Constant(1.0), Constant(1.0), Constant(0.75))
    choice = Choice(BOTH, (Control("isolate", (effect,)),))

    after = assess_portfolio(choice.with_controls(["isolate"]))

    mask = np.array([True])
    assert choice.problem().residual(mask) == pytest.approx(after.mean.value, rel=1e-9)
    gone = 0.75 * stock_law(SHARE, 20_000, COST).mean
    assert after.mean.value == pytest.approx(assess_portfolio(BOTH).mean.value - gone)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"lef": Constant(1.0)}, "lef"),
        ({"vulnerability": Constant(0.1)}, "vulnerability"),
        ({"state": Constant(1.5)}, "state"),
        ({"units": -1.0}, "units"),
        ({"units": math.inf}, "units"),
        ({"secondary": (Secondary(Constant(0.1), COST, LossForm.RESPONSE),)}, "secondary"),
        ({"primary": {LossForm.RESPONSE: COST, LossForm.REPLACEMENT: COST}}, "primary"),
        ({"primary": {}}, "primary"),
    ],
)
def test_what_makes_no_sense_beside_a_state_is_refused(more: dict[str, object], field: str) -> None:
    given = {"name": "bots", "state": SHARE, "units": 10.0, "primary": {LossForm.RESPONSE: COST}} | more

    with pytest.raises(WrongUsageError, match=field):
        Scenario(**given)  # type: ignore[arg-type]


def test_nothing_strikes_or_drives_a_state() -> None:
    with pytest.raises(WrongUsageError, match="is a state"):
        Portfolio((BOTS,), (Shock("kit", Constant(0.1), {"bots": 0.5}),))
    with pytest.raises(WrongUsageError, match="is a state"):
        Portfolio((BOTS,), (), (Factor(Constant(1.0), ("bots",)),))


def test_a_state_that_nobody_is_in_costs_nothing() -> None:
    never = Scenario(name="never", state=Constant(0.0), units=10, primary={LossForm.RESPONSE: COST})

    assert assess(never).mean.value == 0
    assert assess_portfolio(Portfolio((never,))).mean.value == 0
