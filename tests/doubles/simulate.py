"""An event-driven simulation of a scenario's years: slow, obvious, and independent of the engine.

Every event is drawn: whether it happens, whether it succeeds, what it costs. The stream of random
numbers is counter-based and keyed by seed and scenario name, so that results depend neither on
threads nor on other scenarios.
"""

import hashlib

import numpy as np

from fairmark.numerics.distributions import Distribution, Floats
from fairmark.risk.scenario import Scenario


def stream(seed: int, name: str) -> np.random.Generator:
    """The random numbers of one scenario under one seed."""
    key = int.from_bytes(hashlib.sha256(f"{seed}/{name}".encode()).digest()[:16], "big")
    return np.random.Generator(np.random.Philox(key=key))


def simulate(scenario: Scenario, years: int, seed: int) -> Floats:
    """Return the loss of each simulated year, shape (years,)."""
    rng = stream(seed, scenario.name)

    def draw(law: Distribution, size: int) -> Floats:
        return law.quantile(rng.random(size))

    attempts = np.ones(years)
    for factor in (scenario.lef, scenario.tef, scenario.contact, scenario.action, scenario.vulnerability):
        if factor is not None:
            attempts = attempts * draw(factor, years)
    counts = rng.poisson(attempts)
    year = np.repeat(np.arange(years), counts)
    if scenario.capability is not None and scenario.resistance is not None:
        year = year[draw(scenario.capability, year.size) > draw(scenario.resistance, year.size)]
    loss = np.zeros(year.size)
    for law in scenario.primary.values():
        loss += draw(law, year.size)
    for item in scenario.secondary:
        loss += draw(item.severity, year.size) * (rng.random(year.size) < draw(item.probability, year.size))
    return np.bincount(year, weights=loss, minlength=years)
