"""The notebook reads well, shows itself, and says what the engine says."""

import pytest

from fairmark.errors import WrongUsageError
from fairmark.notebook import Control, Dist, Portfolio, Scenario

CAMERA = Scenario(
    "camera taken over",
    tef=Dist.pert(2, 6, 20),
    vulnerability=Dist.beta90(0.1, 0.4),
    primary={"response": Dist.ln90(5e3, 8e4)},
    secondary=[(0.1, Dist.ln90(2e4, 5e5), "reputation")],
)
LOCK = Scenario("lock opened", lef=0.5, primary={"replacement": Dist.gamma(2, 4e3)})
TOGETHER = Portfolio(
    [CAMERA, LOCK],
    shocks=[("shared kit", Dist.pert(0.05, 0.2, 0.6), {"camera taken over": 0.7, "lock opened": 0.5})],
    factors=[(Dist.gamma(4, 0.25), ["camera taken over"])],
)
UPDATES = Control("updates", [(["camera taken over"], "vulnerability", Dist.beta90(0.4, 0.8))], once=3e4, per_year=8e3)
PLAN = Control("plan", [(["camera taken over", "lock opened"], "primary", 0.2)], per_year=2e3)


def test_a_year_has_figures_with_their_brackets() -> None:
    year = TOGETHER.assess()

    assert year.mean.low <= year.mean.value <= year.mean.high
    assert year.var(0.95).low <= year.var(0.95).value <= year.var(0.95).high
    assert year.tvar(0.95).value > year.var(0.95).value
    assert 0 < year.any_loss < 1
    assert year.exceedance(year.var(0.95).value).value == pytest.approx(0.05, rel=1e-2)


def test_a_scenario_alone_is_a_portfolio_of_one() -> None:
    assert CAMERA.assess().mean == Portfolio([CAMERA]).assess().mean


def test_shares_of_the_worst_years_add_up() -> None:
    assert sum(TOGETHER.tail_shares().values()) == pytest.approx(TOGETHER.assess().tvar(0.95).value, rel=1e-2)


def test_controls_are_chosen_and_priced() -> None:
    best = TOGETHER.select([UPDATES, PLAN])
    nothing = TOGETHER.select([UPDATES, PLAN], budget=0)

    after = TOGETHER.what_if([control for control in (UPDATES, PLAN) if control.name in best.controls])
    assert best.found.residual == pytest.approx(after.mean.value, rel=1e-6)
    assert nothing.controls == ()
    assert len(TOGETHER.frontier([UPDATES, PLAN], points=3).points) == 3


@pytest.mark.parametrize(
    "thing",
    [
        Dist.ln90(1e3, 5e6),
        TOGETHER.assess(),
        TOGETHER.sensitivity(),
        TOGETHER.select([UPDATES, PLAN]),
        TOGETHER.frontier([UPDATES, PLAN], points=3),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_everything_shows_itself_as_words_and_as_a_page(thing: object) -> None:
    page = thing._repr_html_()  # type: ignore[attr-defined]

    assert len(repr(thing)) > 20
    assert page.startswith('<div class="fairmark">')
    assert "<script" not in page


def test_a_range_warns_of_its_own_mean() -> None:
    assert "more than three times the upper end" in repr(Dist.ln90(1, 1e7))


@pytest.mark.parametrize(
    "made",
    [
        Dist.const(3),
        Dist.ci(1, 9, 0.5),
        Dist.uniform(1, 2),
        Dist.triangular(1, 2, 3),
        Dist.pareto(1e3, 0.4),
        Dist.empirical([1, 2, 9]),
        Dist.mixture((9, Dist.const(1)), (1, Dist.ln90(10, 100))),
    ],
    ids=repr,
)
def test_every_way_to_say_a_number_says_its_mean(made: object) -> None:
    assert ": mean " in repr(made)


def test_a_branch_that_is_none_is_refused() -> None:
    with pytest.raises(WrongUsageError, match="x: tsf is no branch"):
        Scenario("x", tsf=1, primary={"response": 1})


def test_an_empty_portfolio_costs_nothing() -> None:
    assert Portfolio([]).assess().mean.value == 0
