"""Draws follow their law, and depend on nothing but seed and name."""

import numpy as np
import pytest

from fairmark.numerics.distributions import (
    BetaShare,
    Constant,
    Discrete,
    Distribution,
    Gamma,
    LogNormal,
    Pert,
    Triangular,
    Uniform,
    pareto,
)
from fairmark.numerics.mixture import Mixture
from fairmark.numerics.sampling import draw, stream

LAWS: list[Distribution] = [
    Pert(1, 2, 9),
    BetaShare(0.4, 3),
    LogNormal(1, 0.8),
    Gamma(2, 1),
    pareto(2, 0.25),
    Triangular(1, 2, 5),
    Uniform(1, 4),
    Discrete((0, 100, 1000), (0.2, 0.7, 0.1)),
    Mixture((Pert(1, 2, 5), LogNormal(3, 1)), (3, 1)),
]


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_draws_follow_their_law(law: Distribution) -> None:
    levels = np.array([0.1, 0.5, 0.9])
    edges = law.quantile(levels)

    drawn = draw(law, stream(1, "x"), 200_000)

    found = np.array([np.mean(drawn <= edge) for edge in edges])
    assert found == pytest.approx(law.cdf(edges), abs=4 * 0.5 / np.sqrt(200_000))


def test_a_constant_is_not_drawn() -> None:
    assert draw(Constant(7.0), stream(1, "x"), 3).tolist() == [7, 7, 7]


def test_a_stream_is_its_seed_its_name_and_its_block() -> None:
    def first(seed: int, name: str, block: int) -> float:
        return float(stream(seed, name, block).random())

    assert first(1, "a", 0) == first(1, "a", 0)
    assert len({first(1, "a", 0), first(2, "a", 0), first(1, "b", 0), first(1, "a", 1)}) == 4
