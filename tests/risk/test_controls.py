"""Controls lower what they act on, and cost what they cost."""

import numpy as np
import pytest

from fairmark.errors import WrongUsageError
from fairmark.numerics.distributions import BetaShare, Constant, Gamma, Pert, ln90
from fairmark.risk.controls import Acts, Choice, Control, Effect
from fairmark.risk.portfolio import Factor, Portfolio, Shock, assess_portfolio
from fairmark.risk.scenario import LossForm, Scenario, Secondary
from fairmark.risk.selection.cuts import Selector

CAMERA = Scenario(
    name="camera",
    tef=Pert(1, 4, 10),
    vulnerability=BetaShare(2, 8),
    primary={LossForm.RESPONSE: ln90(1e4, 2e5)},
    secondary=(Secondary(BetaShare(2, 6), ln90(1e5, 1e6), LossForm.FINES_AND_JUDGMENTS),),
)
LOCK = Scenario(name="lock", lef=Constant(0.4), primary={LossForm.REPLACEMENT: Gamma(2, 4e4)})
PORTFOLIO = Portfolio(
    (CAMERA, LOCK), (Shock("kit", Constant(0.2), {"camera": 0.5, "lock": 0.8}),), (Factor(Gamma(4, 0.3), ("camera",)),)
)
SURE = Constant(1.0)


def effect(acts: Acts, share: float, *scenarios: str) -> Effect:
    return Effect(scenarios or ("camera",), acts, SURE, SURE, Constant(share))


UPDATES = Control("updates", (effect(Acts.VULNERABILITY, 0.8, "camera", "lock"),), once=3e4, per_year=1e4)
PLAN = Control("incident plan", (effect(Acts.PRIMARY, 0.3), effect(Acts.SECONDARY_CHANCE, 0.5)), per_year=5e3)
MONITOR = Control("monitoring", (effect(Acts.FREQUENCY, 0.2),), per_year=9e4, requires=("incident plan",))
CHOICE = Choice(PORTFOLIO, (UPDATES, PLAN, MONITOR))


def test_the_effect_is_coverage_times_reliability_times_intention() -> None:
    partly = Effect(("camera",), Acts.PRIMARY, Constant(0.5), Constant(0.8), BetaShare(1, 1))

    assert partly.multiplier == pytest.approx(1 - 0.5 * 0.8 * 0.5)


@pytest.mark.parametrize("chosen", [(), ("updates",), ("incident plan",), ("updates", "incident plan", "monitoring")])
def test_what_is_chosen_from_is_the_mean_of_the_portfolio_with_it(chosen: tuple[str, ...]) -> None:
    given = CHOICE.problem()
    mask = np.array([control.name in chosen for control in CHOICE.controls])

    year = assess_portfolio(CHOICE.with_controls(chosen))

    assert given.residual(mask) == pytest.approx(year.mean.value, rel=1e-9)


def test_one_time_costs_are_shared_over_the_years_they_serve() -> None:
    assert CHOICE.costs().tolist() == [2e4, 5e3, 9e4]


def test_the_choice_knows_what_it_chose() -> None:
    found = Selector(CHOICE.problem()).enough()

    assert CHOICE.names(found.chosen) == ("updates", "incident plan")


def test_only_what_one_side_bears_counts_for_it() -> None:
    both, lock = CHOICE.problem(), CHOICE.problem(counted={"lock"})

    nothing = np.zeros(3, dtype=np.bool_)
    assert lock.residual(nothing) == pytest.approx((0.4 + 0.2 * 0.8) * 8e4)
    assert lock.residual(nothing) < both.residual(nothing)


def test_a_control_that_does_nothing_changes_nothing() -> None:
    idle = Choice(PORTFOLIO, (Control("idle", (effect(Acts.PRIMARY, 0.0),)),))

    same = idle.with_controls(["idle"])

    assert same.scenarios[0].primary == CAMERA.primary
    assert same.shocks == PORTFOLIO.shocks


@pytest.mark.parametrize(
    ("controls", "words"),
    [
        ((UPDATES, UPDATES), "there twice"),
        ((MONITOR,), "no other control 'incident plan'"),
        ((Control("x", (), excludes=("x",)),), "no other control 'x'"),
        ((Control("x", (effect(Acts.PRIMARY, 0.1, "nobody"),)),), "no scenario 'nobody'"),
    ],
)
def test_a_choice_that_does_not_hang_together_is_refused(controls: tuple[Control, ...], words: str) -> None:
    with pytest.raises(WrongUsageError, match=words):
        Choice(PORTFOLIO, controls)


def test_a_share_above_one_and_a_negative_cost_are_refused() -> None:
    with pytest.raises(WrongUsageError, match="intended: may exceed 1"):
        Effect(("camera",), Acts.PRIMARY, SURE, SURE, Constant(1.1))
    with pytest.raises(WrongUsageError, match="x: once"):
        Control("x", (), once=-1)


def test_an_unknown_control_is_refused() -> None:
    with pytest.raises(WrongUsageError, match="no control 'magic'"):
        CHOICE.with_controls(["magic"])
