"""Thousands of scenarios at once say what each says alone."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from fairmark.errors import WrongUsageError
from fairmark.numerics.distributions import Constant, Discrete, Gamma, LogNormal, Pert, ln90, pareto, pert
from fairmark.risk.engine import assess
from fairmark.risk.many import Block, assess_many, price_block
from fairmark.risk.portfolio import Portfolio, assess_portfolio
from fairmark.risk.scenario import LossForm, Scenario, Secondary


def six_inputs(count: int) -> list[Scenario]:
    """Draw scenarios with the six FAIR inputs, as published case D11f does."""
    rng = np.random.default_rng(7)

    def three(low: float, high: float) -> list[float]:
        return sorted(rng.uniform(low, high, 3).tolist())

    found = []
    for number in range(count):
        tef, tc, cs = pert(*three(0.05, 8)), pert(*three(0.1, 0.9)), pert(*three(0.2, 0.95))
        pl = pert(*(10 ** np.array(three(3.5, 6))).tolist())
        slef, slm = pert(*three(0.01, 0.6)), pert(*(10 ** np.array(three(4, 7))).tolist())
        found.append(
            Scenario(
                name=f"s{number}",
                tef=tef,
                capability=tc,
                resistance=cs,
                primary={LossForm.RESPONSE: pl},
                secondary=(Secondary(slef, slm, LossForm.FINES_AND_JUDGMENTS),),
            )
        )
    return found


def plain(name: str, lef: object, loss: object) -> Scenario:
    return Scenario(name=name, lef=lef, primary={LossForm.RESPONSE: loss})  # type: ignore[arg-type]


MIXED = [
    plain("rare", Constant(0.02), Pert(1e5, 1e6, 1e7)),
    plain("often", Constant(50), Pert(1e3, 1e4, 1e5)),
    plain("heavy", Pert(0.5, 2, 4), ln90(1e3, 5e6)),
    plain("very heavy", Gamma(2, 0.4), pareto(1e4, 0.6)),
    plain("uncertain", LogNormal(0, 1.5), Gamma(2, 1e4)),
    plain("stepped rate", Discrete(tuple(range(1, 40)), (1,) * 39), Gamma(2, 5e3)),
    plain("thousands", Pert(4e3, 5e3, 7e3), ln90(1, 500)),
]


def test_the_published_portfolio_of_a_hundred_scenarios() -> None:
    total = assess_many(six_inputs(100), levels=(0.5, 0.9, 0.95, 0.99, 0.995), total_cells=2048).total

    assert total.mean == pytest.approx(7.3735e7, rel=1e-3)
    assert total.variance**0.5 == pytest.approx(1.239e7, rel=1e-3)
    found = [total.var(level) for level in (0.5, 0.9, 0.95, 0.99, 0.995)]
    assert found == pytest.approx([7.3101e7, 8.9976e7, 9.5138e7, 1.05272e8, 1.09128e8], rel=4e-4)


@pytest.mark.parametrize("scenario", MIXED, ids=lambda each: each.name)
def test_a_scenario_among_many_is_worth_what_it_is_alone(scenario: Scenario) -> None:
    alone = assess(scenario, cells=1 << 16)

    years = assess_many([*six_inputs(3), scenario]).years

    assert years.mean[3] == pytest.approx(alone.mean.value, rel=1e-9)
    assert years.prob_zero[3] == pytest.approx(alone.prob_zero.value, abs=1e-6)
    assert years.var[3, 3] == pytest.approx(alone.var(0.99).value, rel=1e-3)
    assert years.tvar[3, 2] == pytest.approx(alone.tvar(0.95).value, rel=1e-3)


def test_the_total_is_that_of_the_portfolio() -> None:
    scenarios = [*six_inputs(10), *(each for each in MIXED if each.name not in {"very heavy", "thousands"})]
    exact = assess_portfolio(Portfolio(tuple(scenarios)), cells=1 << 15)

    total = assess_many(scenarios).total

    for level in (0.5, 0.95, 0.99):
        assert total.var(level) == pytest.approx(exact.var(level).value, rel=1e-3)
        assert total.tvar(level) == pytest.approx(exact.tvar(level).value, rel=1e-3)


def test_the_lattice_of_a_large_total_does_not_begin_at_zero_and_does_not_widen_its_law() -> None:
    scenarios = [plain(f"s{k}", Pert(200, 300 + k, 900), ln90(10, 1000 + 10 * k)) for k in range(40)]

    coarse, fine = assess_many(scenarios, total_cells=2048).total, assess_many(scenarios, total_cells=1 << 15).total

    assert coarse.window.start > 0
    assert [coarse.var(x) for x in (0.01, 0.5, 0.99)] == pytest.approx([fine.var(x) for x in (0.01, 0.5, 0.99)], 2e-4)
    assert coarse.masses @ np.arange(2048) * coarse.window.step + coarse.window.start == pytest.approx(fine.mean, 1e-4)


def test_the_same_bytes_come_from_one_thread_and_from_two() -> None:
    scenarios = six_inputs(150)

    with ThreadPoolExecutor(2) as pool:
        two = assess_many(scenarios, spread=pool.map)
    one = assess_many(scenarios)

    assert one.years.var.tobytes() == two.years.var.tobytes()
    assert one.total.masses.tobytes() == two.total.masses.tobytes()


def test_a_block_travels_and_gives_the_same() -> None:
    block = Block(tuple(six_inputs(3)), (0.95,), 512, None)

    there = pickle.loads(pickle.dumps(block))

    assert price_block(there).years.var.tobytes() == price_block(block).years.var.tobytes()


def test_what_never_happens_costs_nothing() -> None:
    never = plain("never", Constant(0), Pert(1, 2, 3))
    beaten = Scenario(
        name="beaten",
        tef=Constant(5),
        capability=Pert(0.1, 0.2, 0.3),
        resistance=Pert(0.4, 0.5, 0.6),
        primary={LossForm.RESPONSE: Constant(10)},
    )

    found = assess_many([never, beaten])

    assert found.years.mean.tolist() == [0, 0]
    assert found.years.var.max() == 0
    assert found.years.prob_zero.tolist() == [1, 1]
    assert (found.total.mean, found.total.var(0.99)) == (0, 0)


@pytest.mark.parametrize(
    ("scenarios", "levels", "words"),
    [
        ([], (0.9,), "no scenario"),
        (MIXED[:1], (), "no level"),
        (MIXED[:1], (1.0,), "level 1.0"),
        (MIXED[:1], (float("nan"),), "level nan"),
        (
            [MIXED[0], Scenario(name="e", lef=Constant(1), primary={LossForm.RESPONSE: Constant(1)}, currency="EUR")],
            (0.9,),
            "currencies are mixed",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(scenarios: list[Scenario], levels: tuple[float, ...], words: str) -> None:
    with pytest.raises(WrongUsageError, match=words):
        assess_many(scenarios, levels=levels)
