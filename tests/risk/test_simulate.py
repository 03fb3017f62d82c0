"""Drawn years agree with computed ones, and go where these cannot."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from fairmark.errors import WrongUsageError
from fairmark.numerics.distributions import Constant, Gamma, Pert, ln90
from fairmark.risk.engine import assess
from fairmark.risk.portfolio import Factor, Portfolio, Shock, assess_portfolio
from fairmark.risk.scenario import LossForm, Scenario, Secondary
from fairmark.risk.simulate import YEARS_OF_A_BLOCK, Draws, Years, share_of, simulate

CAMERA = Scenario(
    name="camera",
    tef=Pert(1, 3, 9),
    capability=Pert(0.2, 0.5, 0.9),
    resistance=Pert(0.4, 0.6, 0.95),
    primary={LossForm.RESPONSE: ln90(1e3, 4e4), LossForm.REPLACEMENT: Pert(1e2, 1e3, 1e4)},
    secondary=(Secondary(Pert(0.1, 0.2, 0.5), ln90(1e4, 3e5), LossForm.FINES_AND_JUDGMENTS),),
)
LOCK = Scenario(name="lock", contact=Pert(2, 5, 20), action=Constant(0.3), vulnerability=Pert(0.1, 0.2, 0.9),
                primary={LossForm.RESPONSE: Gamma(2, 1e4)})  # fmt: skip
TOGETHER = Portfolio(
    (CAMERA, LOCK),
    (Shock("shared kit", Constant(0.3), {"camera": 0.6, "lock": 0.5}),),
    (Factor(Gamma(4, 0.25), ("camera", "lock")),),
)
LEVELS = (0.5, 0.9, 0.95, 0.99)


def test_a_scenario_and_its_draws_agree() -> None:
    exact = assess(CAMERA)

    drawn = simulate(Portfolio((CAMERA,)), Draws(seed=3), years=1_000_000)

    assert drawn.mean().low <= exact.mean.value <= drawn.mean().high
    assert drawn.prob_zero().low <= exact.prob_zero.value <= drawn.prob_zero().high
    for level in LEVELS:
        assert drawn.var(level).low <= exact.var(level).value <= drawn.var(level).high


def test_a_portfolio_with_shocks_and_a_factor_and_its_draws_agree() -> None:
    exact = assess_portfolio(TOGETHER, cells=1 << 14)

    drawn = simulate(TOGETHER, Draws(seed=5), years=1_000_000)

    assert drawn.mean().low <= exact.mean.value <= drawn.mean().high
    for level in LEVELS:
        assert drawn.var(level).low <= exact.var(level).high
        assert drawn.var(level).high >= exact.var(level).low


def test_fifty_million_years_agree_with_the_transform() -> None:
    scenario = Scenario(name="published B", lef=Constant(0.7), primary={LossForm.RESPONSE: ln90(5e3, 8e5)})
    exact = assess(scenario, highest=0.9999)
    edges = [exact.var(level).value for level in (0.9, 0.95, 0.99, 0.999)]
    years = Years(Portfolio((scenario,)), Draws(seed=1))
    blocks = 50_000_000 // YEARS_OF_A_BLOCK + 1

    above = np.zeros(len(edges), dtype=np.int64)
    for number in range(blocks):
        losses = years.block(number)[0]
        above += [int(np.count_nonzero(losses > edge)) for edge in edges]

    for level, count in zip((0.9, 0.95, 0.99, 0.999), above.tolist(), strict=True):
        seen = share_of(count, blocks * YEARS_OF_A_BLOCK)
        assert seen.low <= 1 - level <= seen.high


def test_the_same_years_come_from_one_thread_and_from_two() -> None:
    with ThreadPoolExecutor(2) as pool:
        two = simulate(TOGETHER, Draws(seed=1), years=3 * YEARS_OF_A_BLOCK, spread=pool.map)
    one = simulate(TOGETHER, Draws(seed=1), years=3 * YEARS_OF_A_BLOCK)

    assert one.losses.tobytes() == two.losses.tobytes()


def test_a_scenario_loses_the_same_whoever_stands_beside_it() -> None:
    alone = simulate(Portfolio((LOCK,)), Draws(seed=1), years=1)
    beside = simulate(Portfolio((CAMERA, LOCK)), Draws(seed=1), years=1)

    assert alone.losses[0].tobytes() == beside.losses[1].tobytes()


def test_equal_scenarios_of_other_names_do_not_lose_together() -> None:
    pair = tuple(Scenario(name=name, lef=Constant(1), primary={LossForm.RESPONSE: ln90(1, 9)}) for name in ("a", "b"))

    drawn = simulate(Portfolio(pair), Draws(seed=1), years=1)

    assert abs(np.corrcoef(drawn.losses)[0, 1]) < 0.02


def test_a_cap_ends_what_a_year_may_cost() -> None:
    drawn = simulate(TOGETHER, Draws(seed=1, caps={"camera": 5e4}), years=1)

    assert drawn.losses[0].max() == 5e4
    assert drawn.losses[1].max() > 5e4


def test_levels_may_depend_on_each_other_in_any_way() -> None:
    def opposed(random: np.random.Generator, years: int) -> dict[str, np.ndarray]:
        first = random.random(years) < 0.5
        return {"camera": 2.0 * first, "lock": 2.0 * ~first}

    drawn = simulate(Portfolio((CAMERA, LOCK)), Draws(seed=1, levels=opposed), years=1)

    assert not np.any((drawn.losses[0] > 0) & (drawn.losses[1] > 0))


@pytest.mark.parametrize(
    ("draws", "years", "words"),
    [
        (Draws(seed=1), 0, "years: 0"),
        (Draws(seed=1, caps={"nobody": 1.0}), 1, "no scenario 'nobody'"),
        (Draws(seed=1, caps={"lock": float("nan")}), 1, "cap of 'lock'"),
    ],
)
def test_what_cannot_be_drawn_is_refused(draws: Draws, years: int, words: str) -> None:
    with pytest.raises(WrongUsageError, match=words):
        simulate(TOGETHER, draws, years=years)


def test_more_events_than_memory_holds_are_refused() -> None:
    busy = Scenario(name="busy", lef=Constant(1e6), primary={LossForm.RESPONSE: Constant(1)})

    with pytest.raises(WrongUsageError, match="too many to draw"):
        simulate(Portfolio((busy,)), Draws(seed=1), years=1)
