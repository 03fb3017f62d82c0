"""What each assurance level costs a year, and what loss it leaves: the level that is enough has the smallest sum.

A level is a promise that somebody looked as hard as its attacker would. So a device at a level has the open controls
for what such a look finds, whatever a law requires besides, and it pays for the look. Which controls a level's look
leads to is data (``standards/levels.yaml``); what the look costs are entries of the calibration.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fairmark.model.finding import Finding
from fairmark.model.risk import Estimate, LevelPrice
from fairmark.numerics.distributions import Floats
from fairmark.risk.calibration import Calibration
from fairmark.risk.circumstances import Settled, counting
from fairmark.risk.costs import cost_of, price_of, range_of
from fairmark.risk.open_controls import candidates, owed_by_law
from fairmark.risk.variants import Weighing
from fairmark.risk.weaknesses import read

NODES = 512


@dataclass(frozen=True, slots=True)
class Step:
    """What one level adds to those below it."""

    level: int
    controls: frozenset[str]
    """Controls of the vocabulary that its look leads to, where the device lacks them."""
    looks: tuple[str, ...]
    """Entries of the calibration: what the look costs, once in ``ref-horizon-years``."""


def price_levels(
    settled: Settled,
    findings: Sequence[Finding],
    law: Mapping[str, tuple[str, ...]],
    admitted: Mapping[str, tuple[str, ...]],
    calibration: Calibration,
    steps: Sequence[Step],
    *,
    nodes: int = NODES,
) -> tuple[LevelPrice, ...]:
    """Return the price of every level, in the order of ``steps``, lowest first.

    Args:
        settled: what the device is taken to be.
        findings: what was found; hints (grade C) count for nothing.
        law: finding id -> provisions of law that fail because of it.
        admitted: capability -> provisions of law that fail by the maker's own word.
        calibration: the numbers.
        steps: the levels.
        nodes: outer nodes; fewer are quicker and rougher.
    """
    counted, now = counting(findings), settled.now
    owed = set(owed_by_law(counted, law, admitted, now, calibration))
    lacking = sorted(owed | candidates(counted, now, calibration))
    chosen: list[int] = []
    held = owed
    for step in steps:
        held = held | (step.controls & set(lacking))
        chosen.append(sum(1 << k for k, name in enumerate(lacking) if name in held))
    signals = read(findings)
    money = Weighing(calibration, nodes, now, signals, lacking).means(chosen)
    drawn = Weighing(calibration, nodes, now, signals, lacking, linear_at_mean=False)
    at_nodes = zip(*drawn.at_nodes(chosen), strict=True)
    prices, looks = [], Estimate(mean=0.0, range=(0.0, 0.0))
    for step, each, loss, (private, external) in zip(steps, chosen, money, at_nodes, strict=True):
        looks = _plus(looks, [price_of(name, calibration, units=now.units) for name in step.looks], calibration)
        costs = [cost_of(name, calibration, units=now.units, sales=now.sales) for name in drawn.names(each)]
        cost = Estimate(mean=sum(one.annualised for one in costs), range=range_of(costs))
        prices.append(
            LevelPrice(
                level=step.level,
                controls=drawn.names(each),
                cost=cost,
                evaluation=looks,
                private=_estimate(loss.private, private),
                external=_estimate(loss.external, external),
                social=_estimate(loss.social, private + external),
                private_total=loss.private + cost.mean + looks.mean,
                social_total=loss.social + cost.mean + looks.mean,
            )
        )
    return tuple(prices)


def _plus(below: Estimate, looks: Sequence[tuple[float, float, float]], calibration: Calibration) -> Estimate:
    """Add looks, given at their 5 % point, mean and 95 % point, spread over the years that they serve."""
    years = calibration.entry("ref-horizon-years").mean
    low, mean, high = (sum(one[k] for one in looks) / years for k in range(3))
    return Estimate(mean=below.mean + mean, range=(below.range[0] + low, below.range[1] + high))


def _estimate(mean: float, at_nodes: Floats) -> Estimate:
    low, high = np.quantile(at_nodes, (0.05, 0.95))
    return Estimate(mean=mean, range=(float(low), float(high)))
