"""The input that would change the answer most comes first."""

import pytest

from fairmark.errors import WrongUsageError
from fairmark.numerics.distributions import Constant, Gamma, Pert, beta90, ln90
from fairmark.risk.portfolio import Factor, Portfolio, Shock, assess_portfolio
from fairmark.risk.scenario import LossForm, Scenario, Secondary
from fairmark.risk.sensitivity import swings

CAMERA = Scenario(
    name="camera",
    tef=Pert(1, 4, 10),
    capability=Pert(0.1, 0.4, 0.9),
    resistance=Pert(0.4, 0.7, 0.95),
    primary={LossForm.RESPONSE: ln90(5e3, 8e4), LossForm.REPLACEMENT: Constant(100)},
    secondary=(Secondary(beta90(0.05, 0.3), ln90(2e4, 5e5), LossForm.REPUTATION),),
)
LOCK = Scenario(name="lock", contact=Pert(5, 20, 60), action=beta90(0.01, 0.1), vulnerability=beta90(0.1, 0.6),
                primary={LossForm.REPLACEMENT: Gamma(2, 4e3)})  # fmt: skip
PORTFOLIO = Portfolio(
    (CAMERA, LOCK),
    (Shock("kit", Pert(0.05, 0.2, 0.6), {"camera": 0.7}),),
    (Factor(Gamma(4, 0.25), ("camera", "lock")),),
)


def test_every_uncertain_input_is_moved_and_the_widest_comes_first() -> None:
    found = swings(PORTFOLIO)

    assert {(swing.scenario, swing.field) for swing in found} == {
        ("camera", "tef"),
        ("camera", "capability"),
        ("camera", "resistance"),
        ("camera", "primary.response"),
        ("camera", "secondary.reputation.probability"),
        ("camera", "secondary.reputation"),
        ("lock", "contact"),
        ("lock", "action"),
        ("lock", "vulnerability"),
        ("lock", "primary.replacement"),
        ("kit", "rate"),
        ("factor", "level"),
    }
    assert [swing.of_mean for swing in found] == sorted((swing.of_mean for swing in found), reverse=True)


def test_an_end_is_the_year_with_the_input_held_there() -> None:
    swing = next(swing for swing in swings(Portfolio((LOCK,))) if swing.field == "contact")

    held = Scenario(name="lock", contact=Constant(swing.high.at), action=LOCK.action, vulnerability=LOCK.vulnerability,
                    primary=LOCK.primary)  # fmt: skip
    year = assess_portfolio(Portfolio((held,)), cells=2048)
    assert swing.high.at == pytest.approx(float(Pert(5, 20, 60).quantile(0.95)))
    assert (swing.high.mean, swing.high.p95) == (year.mean.value, year.var(0.95).value)


def test_resistance_moves_the_loss_the_other_way() -> None:
    swing = next(swing for swing in swings(Portfolio((CAMERA,))) if swing.field == "resistance")

    assert swing.low.mean > swing.high.mean


def test_what_is_certain_does_not_move() -> None:
    sure = Scenario(name="sure", lef=Constant(1), primary={LossForm.RESPONSE: Constant(5)})

    assert swings(Portfolio((sure,))) == ()


def test_too_many_inputs_are_refused() -> None:
    many = tuple(Scenario(name=f"s{k}", lef=Pert(1, 2, 3), primary={LossForm.RESPONSE: ln90(1, 2)}) for k in range(201))

    with pytest.raises(WrongUsageError, match="402 uncertain inputs"):
        swings(Portfolio(many))
