"""What one event costs."""

import pytest

from fairmark.numerics import lattice
from fairmark.numerics.distributions import Constant, Pert, ln90, pareto
from fairmark.risk.scenario import LossForm, Scenario, Secondary
from fairmark.risk.severity import Severity, severity_of


def test_moments_follow_the_formula_of_primary_and_secondary_loss() -> None:
    first, second, p = Pert(1, 2, 9), ln90(5, 50), 0.2
    scenario = Scenario(
        name="x",
        lef=Constant(1.0),
        primary={LossForm.RESPONSE: first},
        secondary=(Secondary(Constant(p), second, LossForm.REPUTATION),),
    )

    severity = severity_of(scenario)

    expected = first.second_moment + 2 * p * first.mean * second.mean + p * second.second_moment
    assert severity.mean == pytest.approx(first.mean + p * second.mean)
    assert severity.second_moment == pytest.approx(expected)


def test_a_secondary_loss_that_never_comes_changes_nothing() -> None:
    bare, with_none = Severity(((1.0, Constant(5.0)),)), Severity(((1.0, Constant(5.0)), (0.0, pareto(1, 0.9))))

    assert with_none.mean == bare.mean
    assert with_none.second_moment == bare.second_moment
    assert with_none.prob_zero == bare.prob_zero == 0.0
    assert with_none.top(1e-3) == bare.top(1e-3)
    one, other = (s.transform(lattice.rounded, 1.0, 16) for s in (bare, with_none))
    assert (one == other).all()


def test_an_event_may_cost_nothing() -> None:
    severity = Severity(((1.0, Constant(0.0)), (0.3, Constant(7.0))))

    assert severity.prob_zero == pytest.approx(0.7)
