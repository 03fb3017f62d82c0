"""The best set: what a search over all sets finds, proven with a fraction of them."""

import math
from itertools import chain, combinations

import numpy as np
import pytest

from fairmark.risk.calibration import load
from fairmark.risk.circumstances import settle
from fairmark.risk.costs import cost_of
from fairmark.risk.enough import TOLERANCE, Search
from fairmark.risk.variants import Money, Weighing
from fairmark.risk.weaknesses import EFFECTS, read
from tests.doubles.cameras import camera, finding


class Ways:
    """Ways into one device that compete: lost = 1 - product(1 - p); each control shrinks some of them."""

    def __init__(self, chance: np.random.Generator, controls: int, ways: int, *, raising: bool = False) -> None:
        self.structural = 0
        self.weighed = 0
        self._open = chance.uniform(0.05, 0.95, ways)
        self._left = np.where(chance.random((controls, ways)) < 0.5, chance.uniform(0.0, 0.9, (controls, ways)), 1.0)
        if raising:
            self._left[0] = 1.5
        self._known: dict[int, Money] = {}

    def means(self, sets) -> list[Money]:
        for each in sets:
            if each not in self._known:
                rows = [k for k in range(self._left.shape[0]) if each >> k & 1]
                left = np.minimum(1.0, self._open * self._left[rows].prod(axis=0))
                lost = 1.0 - float(np.prod(1.0 - left))
                self._known[each] = Money(private=20.0 * lost, external=400.0 * lost**1.5)
                self.weighed += 1
        return [self._known[each] for each in sets]

    def mean(self, chosen: int) -> Money:
        return self.means([chosen])[0]


def brute(weighing, costs, must: int, *, social: bool, budget: float = math.inf) -> float:
    """The smallest objective of all sets."""
    best = math.inf
    for picked in chain.from_iterable(combinations(range(len(costs)), n) for n in range(len(costs) + 1)):
        each = sum(1 << k for k in picked)
        cost = sum(costs[k] for k in picked)
        if each & must == must and cost <= max(budget, sum(c for k, c in enumerate(costs) if must >> k & 1)):
            money = weighing.mean(each)
            best = min(best, (money.social if social else money.private) + (cost if budget == math.inf else 0.0))
    return best


@pytest.mark.parametrize("seed", range(60))
def test_the_search_finds_what_looking_at_every_set_finds(seed: int) -> None:
    chance = np.random.default_rng(seed)
    size = int(chance.integers(1, 10))
    ways, costs = Ways(chance, size, 5), (chance.lognormal(2.0, 1.2, size)).tolist()
    must = int(chance.integers(0, 1 << size)) & int(chance.integers(0, 1 << size))
    search = Search(ways, costs, must)

    for social in (False, True):
        found = search.enough(social=social)
        assert found.objective == pytest.approx(brute(ways, costs, must, social=social))
        assert found.chosen & must == must
        assert found.proven
        assert found.bound == pytest.approx(found.objective)
    for budget in np.linspace(0.0, sum(costs), 4):
        found, best = search.under(float(budget)), brute(ways, costs, must, social=True, budget=float(budget))
        assert found.proven
        assert found.bound <= best + 1e-9 <= found.objective + 2e-9
        assert found.gap <= TOLERANCE * ways.mean(0).social * (1 + 1e-9)
        assert search.cost(found.chosen) <= max(budget, search.cost(must)) + 1e-6


@pytest.mark.parametrize("seed", range(12))
def test_on_devices_too_with_the_controls_that_change_the_equations(seed: int) -> None:
    chance = np.random.default_rng(seed)
    picked = chance.choice(sorted(EFFECTS), 5, replace=False)
    findings = tuple(finding(str(weakness)) for weakness in (*picked, "update-unsigned"))
    now = settle(camera(), findings, load()).now
    names = ("automatic-updates", "unique-passwords", "remove-telnet", "signed-updates", "penetration-test", "tls")
    names += tuple(sorted({"mfa", "patch-kev", "rate-limit"}))
    weighing = Weighing(load(), 32, now, read(findings), names)
    costs = [cost_of(name, load(), units=now.units, sales=now.sales).annualised for name in names]

    for social in (False, True):
        found = Search(weighing, costs, 0).enough(social=social)
        assert found.objective == pytest.approx(brute(weighing, costs, 0, social=social))
        assert found.proven


def test_a_search_that_is_cut_short_says_how_far_off_it_may_be() -> None:
    chance = np.random.default_rng(7)
    ways, costs = Ways(chance, 14, 8), chance.lognormal(2.0, 0.4, 14).tolist()

    found = Search(ways, costs, 0).enough(social=True, most=1)

    assert not found.proven
    assert found.gap > 0
    best = Search(Ways(np.random.default_rng(7), 14, 8), costs, 0).enough(social=True, most=100_000)
    assert found.bound <= best.objective <= found.objective


def test_a_control_that_raises_the_loss_takes_the_proof_away() -> None:
    ways = Ways(np.random.default_rng(5), 6, 3, raising=True)

    found = Search(ways, [1.0] * 6, 0).enough(social=True)

    assert not found.proven


def test_what_is_compulsory_stays_whatever_it_costs() -> None:
    ways = Ways(np.random.default_rng(2), 4, 3)

    search = Search(ways, [1e12, 1.0, 1.0, 1.0], 0b0001)

    assert search.enough(social=False).chosen & 1
    assert search.under(0.0).chosen == 1


def test_nothing_to_choose_from_is_enough() -> None:
    found = Search(Ways(np.random.default_rng(1), 0, 3), [], 0).enough(social=True)

    assert (found.chosen, found.gap, found.proven) == (0, 0.0, True)
