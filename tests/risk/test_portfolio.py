"""Several scenarios in one year, with and without a common cause."""

import math

import numpy as np
import pytest

from fairmark.errors import WrongUsageError
from fairmark.numerics.distributions import Constant, Gamma, LogNormal, beta90, ln90, pert
from fairmark.risk.engine import assess
from fairmark.risk.portfolio import Factor, Portfolio, Shock, assess_portfolio, tail_shares
from fairmark.risk.scenario import LossForm, Scenario, Secondary
from fairmark.risk.simulate import Draws, simulate


def scenario(name: str, rate: float = 0.5, low: float = 100.0, currency: str = "USD") -> Scenario:
    return Scenario(name=name, lef=Constant(rate), primary={LossForm.RESPONSE: ln90(low, 30 * low)}, currency=currency)


def test_an_empty_portfolio_costs_nothing() -> None:
    assert assess_portfolio(Portfolio(())).prob_zero.value == 1.0
    assert assess_portfolio(Portfolio((scenario("a", rate=0.0),))).mean.value == 0.0


def test_one_scenario_is_a_portfolio() -> None:
    alone, total = assess(scenario("a"), cells=4096), assess_portfolio(Portfolio((scenario("a"),)))

    for p in (0.7, 0.9, 0.99):
        assert total.var(p) == alone.var(p)
    assert total.prob_zero == alone.prob_zero


def test_two_independent_halves_of_a_rate_leave_the_law_unchanged() -> None:
    whole = assess_portfolio(Portfolio((scenario("a", 3.0),)))
    halves = assess_portfolio(Portfolio((scenario("a", 1.5), scenario("b", 1.5))))

    assert halves.mean.value == pytest.approx(whole.mean.value, rel=1e-12)
    assert halves.variance.value == pytest.approx(whole.variance.value, rel=1e-12)
    for p in (0.1, 0.5, 0.9, 0.99, 0.999):
        assert halves.var(p).value == pytest.approx(whole.var(p).value, rel=1e-4)


def test_a_common_shock_keeps_the_mean_and_raises_the_tail() -> None:
    names = [f"s{k}" for k in range(20)]
    together = Portfolio(
        tuple(scenario(name, 0.1) for name in names), (Shock("kit", Constant(0.2), dict.fromkeys(names, 0.5)),)
    )
    apart = Portfolio(tuple(scenario(name, 0.1 + 0.2 * 0.5) for name in names))

    shocked, calm = assess_portfolio(together), assess_portfolio(apart)

    assert shocked.mean.value == pytest.approx(calm.mean.value)
    assert shocked.variance.value > calm.variance.value
    assert shocked.var(0.99).low > calm.var(0.99).high


def test_a_common_factor_of_gamma_shape_makes_a_negative_binomial_year() -> None:
    shared = Portfolio((scenario("a", 2.0), scenario("b", 3.0)), factors=(Factor(Gamma(2, 0.5), ("a", "b")),))
    known = Scenario(name="a", lef=Gamma(2, 2.5), primary={LossForm.RESPONSE: ln90(100, 3000)})

    mixed, single = assess_portfolio(shared), assess(known)

    assert mixed.mean.value == pytest.approx(single.mean.value)
    assert mixed.variance.value == pytest.approx(single.variance.value)
    assert mixed.prob_zero.value == pytest.approx(single.prob_zero.value, rel=1e-6)
    for p in (0.5, 0.9, 0.99):
        assert mixed.var(p).value == pytest.approx(single.var(p).value, rel=1e-4)


def test_moments_match_the_lattice_with_everything_in_common_at_once() -> None:
    later = Secondary(beta90(0.1, 0.4), pert(10, 2000, 9000), LossForm.REPUTATION)
    rich = Scenario(name="c", lef=pert(0.1, 1, 4), primary={LossForm.RESPONSE: pert(0, 50, 700)}, secondary=(later,))
    portfolio = Portfolio(
        (scenario("a"), scenario("b", 1.5), rich),
        (Shock("kit", ln90(0.1, 0.9), {"a": 0.5, "c": 1.0}), Shock("never", Constant(0), {"b": 1.0})),
        (Factor(LogNormal(-0.08, 0.4), ("b", "c")),),
    )

    year = assess_portfolio(portfolio, cells=2**15, highest=0.9999)

    points = np.arange(2**15) * year.laws.step
    mean = year.laws.middle @ points
    deviation = math.sqrt(year.laws.middle @ points**2 - mean**2)
    assert mean == pytest.approx(year.mean.value, rel=2e-3)
    assert deviation == pytest.approx(math.sqrt(year.variance.value), rel=3e-2)
    for p in (0.1, 0.5, 0.9, 0.99):
        assert year.var(p).low <= year.var(p).value <= year.var(p).high
        assert year.tvar(p).low <= year.tvar(p).value <= year.tvar(p).high


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: Portfolio((scenario("a"), scenario("a"))), "twice"),
        (lambda: Portfolio((scenario("a"), scenario("b", currency="EUR"))), "mixed"),
        (lambda: Portfolio((scenario("a"),), (Shock("s", Constant(1), {"z": 0.5}),)), "'z'"),
        (lambda: Portfolio((scenario("a"),), (Shock("s", Constant(1), {"a": 1.5}),)), "probability"),
        (lambda: Portfolio((scenario("a"),), (Shock("s", Constant(1), {"a": math.nan}),)), "probability"),
        (lambda: Portfolio((scenario("a"),), factors=(Factor(Constant(1), ("z",)),)), "'z'"),
    ],
)
def test_what_does_not_fit_together_is_refused(make: object, word: str) -> None:
    with pytest.raises(WrongUsageError, match=word):
        make()  # type: ignore[operator]


def test_shares_of_the_tail_add_up_to_it_and_agree_with_drawn_years() -> None:
    members = (scenario("often", 3.0, 100.0), scenario("rare", 0.2, 3000.0), scenario("apart", 0.5, 500.0))
    portfolio = Portfolio(
        members,
        (Shock("kit", Constant(0.3), {"often": 0.8, "rare": 0.5}), Shock("storm", Constant(0.1), {"apart": 1.0})),
        (Factor(Gamma(4, 0.25), ("often", "rare")),),
    )
    year = assess_portfolio(portfolio, cells=1 << 14)

    shares = tail_shares(portfolio, year, 0.95)

    drawn = simulate(portfolio, Draws(seed=2), years=2_000_000)
    bad = drawn.total > year.var(0.95).value
    assert sum(shares.values()) == pytest.approx(year.tvar(0.95).value, rel=1e-3)
    assert [shares[name] for name in drawn.names] == pytest.approx(drawn.losses[:, bad].mean(axis=1), rel=2e-2)


def test_who_costs_nothing_has_no_share_of_the_tail() -> None:
    portfolio = Portfolio((scenario("a", 1.0), scenario("never", 0.0)))

    shares = tail_shares(portfolio, assess_portfolio(portfolio), 0.95)

    assert shares["never"] == 0.0
    assert shares["a"] > 0
    assert tail_shares(Portfolio((scenario("never", 0.0),)), assess_portfolio(Portfolio(())), 0.95) == {"never": 0.0}


def test_several_factors_drive_groups_of_their_own() -> None:
    members = (scenario("a", 2.0), scenario("b", 1.0), scenario("c", 0.5), scenario("d", 1.5))
    portfolio = Portfolio(
        members,
        factors=(
            Factor(Gamma(4, 0.25), ("a", "b"), "attackers"),
            Factor(LogNormal(-0.08, 0.4), ("c",), "mood of regulators"),
        ),
    )
    year = assess_portfolio(portfolio, cells=1 << 13)

    drawn = simulate(portfolio, Draws(seed=9), years=1_000_000)

    assert drawn.mean().low <= year.mean.value <= drawn.mean().high
    assert year.variance.value == pytest.approx(drawn.total.var(), rel=2e-2)
    for level in (0.5, 0.95, 0.99):
        assert drawn.var(level).low <= year.var(level).high
        assert drawn.var(level).high >= year.var(level).low
    assert sum(tail_shares(portfolio, year, 0.95).values()) == pytest.approx(year.tvar(0.95).value, rel=1e-3)


def test_nobody_follows_two_factors() -> None:
    with pytest.raises(WrongUsageError, match="'a' follows two factors"):
        Portfolio((scenario("a"),), factors=(Factor(Constant(1), ("a",), "x"), Factor(Constant(1), ("a",), "y")))
