"""The law of a year: an exact mixture that a large simulation of one node confirms."""

import numpy as np
import pytest

from fairmark.numerics.distributions import ln90
from fairmark.risk.year import Chance, Loud, Relief, Side, Sum, exceedance, exceedances

POINTS = np.array([0.0, 1e3, 1e4, 4e4, 1e5, 3e5, 1e6, 3e6])
RNG_YEARS = 400_000


def one(value: float) -> np.ndarray:
    return np.array([value])


def test_events_blows_publicity_and_the_flaw_make_one_law() -> None:
    small, large = ln90(100, 20_000), ln90(2_000, 1_000_000)
    follow = (Chance(one(0.3), one(2e5)), Chance(one(0.1), one(1e6)))
    side = Side(
        count=1,
        flaw=one(0.2),
        constant=(one(500.0), one(5_000.0)),
        quiet=(Sum(small, (one(2.0), one(20.0))),),
        chances=(Chance(one(0.05), one(4e5)),),
        loud=Loud(one(0.1), large, one(0.3), one(0.5), follow, one(3e4)),
    )

    exact = exceedance(side, POINTS)[0]

    rng = np.random.default_rng(1)
    flaw = rng.random(RNG_YEARS) < 0.2
    press = rng.poisson(0.3, RNG_YEARS) + (flaw & (rng.random(RNG_YEARS) < 0.5))
    loss = np.where(flaw, 5_000.0, 500.0) + (rng.random(RNG_YEARS) < 0.05) * 4e5 + (press > 0) * 3e4
    loss += sums(rng, rng.poisson(np.where(flaw, 20.0, 2.0)), small)
    loss += sums(rng, rng.poisson(0.1, RNG_YEARS) + press, large)
    for each in follow:
        loss += (rng.random(RNG_YEARS) < 1 - (1 - each.chance[0]) ** press) * each.amount[0]
    drawn = np.array([(loss > x).mean() for x in POINTS])
    assert exact == pytest.approx(drawn, abs=6e-3)


def sums(rng, counts, law) -> np.ndarray:
    owner = np.repeat(np.arange(counts.size), counts)
    drawn = np.exp(law.mu + law.sigma * rng.standard_normal(owner.size))
    return np.bincount(owner, weights=drawn, minlength=counts.size)


def test_relief_shifts_the_year_down_and_never_below_nothing() -> None:
    relief = Relief(one(0.5), one(0.0), one(0.4), one(1e5), one(1e3))
    side = Side(1, one(0.0), (one(1e4), one(1e4)), (), (), relief=relief)

    above = exceedance(side, np.array([0.0, 8_999.0, 9_001.0, 9_999.0, 10_001.0]))[0]

    silent, unpaid = np.exp(-0.5), np.exp(-0.5 * 0.4)
    assert above == pytest.approx([unpaid, unpaid, silent, silent, 0.0])


def test_a_year_without_anything_costs_its_constant() -> None:
    side = Side(2, one(0.0), (np.array([100.0, 1e6]), np.array([100.0, 1e6])), (), ())

    above = exceedance(side, np.array([0.0, 99.0, 101.0, 1e7]))

    assert above.tolist() == [[1, 1, 0, 0], [1, 1, 1, 0]]


def test_sides_that_share_their_quiet_sums_cost_together_what_they_cost_alone() -> None:
    quiet = (Sum(ln90(100, 20_000), (np.array([2.0, 30.0]), np.array([20.0, 40.0]))),)
    flaw, constant = np.array([0.2, 0.1]), (np.array([10.0, 20.0]), np.array([30.0, 40.0]))
    relief = Relief(np.full(2, 0.5), np.zeros(2), np.full(2, 0.4), np.full(2, 1e5), np.full(2, 1e3))
    loud = Loud(np.full(2, 0.1), ln90(2_000, 1_000_000), np.full(2, 0.3), np.full(2, 0.5), (), np.full(2, 3e4))
    both = (
        Side(2, flaw, constant, quiet, (), relief=relief),
        Side(2, flaw, constant, quiet, (Chance(np.full(2, 0.05), np.full(2, 4e5)),), loud=loud),
    )

    together = exceedances(both, (POINTS, POINTS[2:]))

    assert np.array_equal(together[0], exceedance(both[0], POINTS))
    assert np.array_equal(together[1], exceedance(both[1], POINTS[2:]))


def test_a_finer_lattice_changes_little() -> None:
    severity = ln90(2_000, 1_000_000)
    loud = Loud(np.full(3, 0.2), severity, np.full(3, 0.1), np.zeros(3), (), np.full(3, 1e3))
    side = Side(3, np.zeros(1), (np.zeros(1), np.zeros(1)), (), (), loud=loud)

    coarse, fine = exceedance(side, POINTS, 1024), exceedance(side, POINTS, 8192)

    assert coarse == pytest.approx(fine, abs=3e-3)


def test_nodes_do_not_disturb_each_other() -> None:
    severity = ln90(100, 20_000)
    rates = np.array([0.5, 500.0, 3.0])
    side = Side(3, np.zeros(1), (np.zeros(1), np.zeros(1)), (Sum(severity, (rates, rates)),), ())

    together = exceedance(side, POINTS)

    for node in range(3):
        assert exceedance(side.at(np.array([node])), POINTS)[0] == pytest.approx(together[node], abs=1e-12)
