"""One scenario: the year is right, bracketed, and silent at the edges."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.errors import WrongUsageError
from fairmark.numerics.distributions import (
    Constant,
    Discrete,
    Distribution,
    Gamma,
    LogNormal,
    Pert,
    Triangular,
    Uniform,
    beta90,
    ln90,
    pareto,
    pert,
)
from fairmark.risk.annual import Annual, Figure
from fairmark.risk.engine import assess, within
from fairmark.risk.scenario import LossForm, Scenario, Secondary
from tests.doubles.simulate import simulate

LEVELS = (0.5, 0.9, 0.95, 0.99, 0.999)


def scenario(lef: Distribution, loss: Distribution, *secondary: Secondary) -> Scenario:
    return Scenario(name="x", lef=lef, primary={LossForm.RESPONSE: loss}, secondary=secondary)


def figures(year: Annual) -> list[Figure]:
    asked = [year.var(p) for p in LEVELS] + [year.tvar(p) for p in LEVELS]
    asked += [year.exceedance(year.var(p).value * 1.01) for p in LEVELS]
    return [year.mean, year.variance, year.prob_zero, *asked]


CASES = {
    "rare": scenario(Constant(0.02), pert(1e5, 1e6, 1e7)),
    "busy": scenario(Constant(50), pert(1e3, 1e4, 1e5)),
    "heavy": scenario(Constant(2), pareto(1e4, 0.7)),
    "points": scenario(Constant(5), Discrete((100, 500, 1000), (0.8, 0.16, 0.04))),
    "one amount": scenario(Uniform(0, 40), Constant(250.0)),
    "uncertain": scenario(ln90(0.01, 10), ln90(10, 1000)),
    "wide": scenario(ln90(1, 1e4), Triangular(1, 2, 3)),
    "many": scenario(Constant(1e5), ln90(10, 1000)),
    "secondary only": scenario(
        Gamma(0.3, 5), Constant(0.0), Secondary(beta90(0.1, 0.4), LogNormal(8, 2), LossForm.REPUTATION)
    ),
    "taxonomy": Scenario(
        name="x",
        contact=ln90(5, 50),
        action=beta90(0.1, 0.5),
        capability=Pert(0.2, 0.5, 0.9),
        resistance=Pert(0.4, 0.6, 0.95),
        primary={LossForm.RESPONSE: ln90(1, 10), LossForm.REPLACEMENT: ln90(1e2, 1e4)},
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_brackets_enclose_the_value_and_a_far_finer_computation(case: Scenario) -> None:
    coarse, fine = assess(case, cells=2048), assess(case, cells=2**17)

    for p in LEVELS:
        for rough, exact in ((coarse.var(p), fine.var(p)), (coarse.tvar(p), fine.tvar(p))):
            assert rough.low <= rough.value <= rough.high
            assert rough.low * (1 - 1e-5) <= exact.value <= rough.high * (1 + 1e-5)
    for figure in figures(coarse):
        assert figure.low <= figure.value <= figure.high


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_quantiles_rise_and_tail_means_lie_above_them(case: Scenario) -> None:
    year = assess(case, cells=2048)

    quantiles = [year.var(p).value for p in np.linspace(0.02, 0.999, 40)]

    assert all(a <= b for a, b in pairwise(quantiles))
    assert all(year.tvar(p).value >= year.var(p).value for p in LEVELS)


@pytest.mark.parametrize("name", ["points", "uncertain", "taxonomy", "secondary only"])
def test_an_event_driven_simulation_agrees(name: str) -> None:
    years, case = 60_000, CASES[name]
    losses = np.sort(simulate(case, years, seed=1))

    year = assess(case)

    for p in (0.9, 0.95, 0.99):
        spread = 4 * np.sqrt(years * p * (1 - p))
        low, high = losses[int(years * p - spread)], losses[int(years * p + spread)]
        assert low * 0.999 <= year.var(p).value <= high * 1.001
    chance = year.prob_zero.value
    assert np.mean(losses == 0) == pytest.approx(chance, abs=4 * np.sqrt(chance * (1 - chance) / years))


@pytest.mark.parametrize(
    "case",
    [
        scenario(Constant(0), ln90(10, 1000)),
        scenario(Constant(3), Constant(0)),
        Scenario(name="x", tef=Constant(3), vulnerability=Constant(0), primary={LossForm.RESPONSE: Constant(5)}),
        Scenario(
            name="x",
            tef=ln90(1, 9),
            capability=Uniform(0, 0.2),
            resistance=Uniform(0.2, 1),
            primary={LossForm.RESPONSE: pareto(1, 0.9)},
        ),
    ],
)
def test_what_never_happens_or_costs_nothing_has_no_loss_and_no_warning(case: Scenario) -> None:
    year = assess(case)

    assert year.prob_zero.value == 1.0
    assert year.mean.value == 0.0
    assert year.var(0.999).high == 0.0
    assert year.tvar(0.99).high == 0.0


def test_a_secondary_loss_without_probability_changes_nothing() -> None:
    never = Secondary(Constant(0), pareto(1e3, 0.9), LossForm.REPUTATION)

    bare, with_none = (assess(scenario(Constant(3), ln90(10, 1000), *extra)) for extra in ((), (never,)))

    assert figures(with_none) == figures(bare)


def test_a_control_with_residual_one_changes_nothing() -> None:
    tries, loss = pert(0.1, 0.5, 3), {LossForm.RESPONSE: ln90(10, 1000)}
    bare = Scenario(name="x", lef=tries, primary=loss)
    controlled = Scenario(name="x", tef=tries, vulnerability=Constant(1.0), primary=loss)

    before, after = assess(bare), assess(controlled)

    for one, other in zip(figures(before), figures(after), strict=True):
        assert other.value == pytest.approx(one.value, rel=1e-9)


def test_a_vanishing_rate_is_no_division_by_zero() -> None:
    year = assess(scenario(Constant(1e-300), ln90(10, 1000)))

    assert year.var(0.999).value == 0.0
    assert 0 < year.mean.value < 1e-290


def test_a_tail_without_variance_has_quantiles_all_the_same() -> None:
    year = assess(CASES["heavy"])

    assert year.variance.value == float("inf")
    assert year.var(0.99).high < year.var(0.99).low * 1.01


@given(st.floats(1e-3, 1e3), st.floats(1, 1e5), st.floats(1.5, 1e3), st.floats(0, 1))
@settings(max_examples=25, deadline=None)
def test_money_scales(factor: float, low: float, ratio: float, chance: float) -> None:
    def year(unit: float) -> Annual:
        later = Secondary(Constant(chance), ln90(low * unit, low * ratio * unit), LossForm.REPUTATION)
        return assess(scenario(pert(0.1, 0.5, 3), pert(0, low * unit, 3 * low * unit), later), cells=1024)

    one, scaled = year(1.0), year(factor)

    for a, b in zip(figures(one), figures(scaled), strict=True):
        if a is not one.variance and a.value > 1:
            assert b.value == pytest.approx(a.value * factor, rel=1e-5)
    assert scaled.prob_zero == one.prob_zero


def test_the_same_scenario_gives_the_same_bytes_on_one_thread_and_two() -> None:
    cases = [CASES[name] for name in ("rare", "busy", "uncertain", "taxonomy")]

    alone = [assess(case, cells=1024).laws.middle.tobytes() for case in cases]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(lambda case: assess(case, cells=1024).laws.middle.tobytes(), cases))

    assert together == alone


def test_the_simulation_gives_the_same_bytes_in_any_order() -> None:
    first, again = (simulate(CASES["uncertain"], 2000, seed=7).tobytes() for _ in range(2))

    other = simulate(CASES["uncertain"], 2000, seed=8).tobytes()

    assert first == again
    assert first != other


@pytest.mark.parametrize(
    ("cells", "highest"), [(8, 0.999), (2**23, 0.999), (1024, 1.0), (1024, 0.0), (1024, 0.9999999)]
)
def test_a_lattice_that_makes_no_sense_is_refused(cells: int, highest: float) -> None:
    with pytest.raises(WrongUsageError):
        assess(CASES["rare"], cells=cells, highest=highest)


def test_a_wanted_error_chooses_the_lattice() -> None:
    seen = []

    def compute(cells: int) -> Annual:
        seen.append(cells)
        return assess(scenario, cells=cells)

    scenario = Scenario(name="a", lef=Constant(0.7), primary={LossForm.RESPONSE: ln90(5e3, 8e5)})

    year = within(0.002, (0.95, 0.99), compute)

    for level in (0.95, 0.99):
        figure = year.var(level)
        assert figure.high - figure.low <= 0.004 * figure.value
    assert seen == [1_024 * 4**k for k in range(len(seen))]
    assert len(seen) > 1


def test_a_wanted_error_that_cannot_be_had_ends_at_the_finest_lattice() -> None:
    scenario = Scenario(name="a", lef=Constant(0.7), primary={LossForm.RESPONSE: ln90(5e3, 8e5)})

    year = within(1e-9, (0.99,), lambda cells: assess(scenario, cells=cells), most_cells=4_096)

    assert year.laws.middle.size == 4_096
    with pytest.raises(WrongUsageError, match="error: 0"):
        within(0, (0.99,), lambda cells: assess(scenario, cells=cells))
