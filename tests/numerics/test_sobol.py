"""The fixed points for many uncertain inputs."""

import numpy as np
import pytest
from scipy import special

from fairmark.errors import WrongUsageError
from fairmark.numerics.law import Floats
from fairmark.numerics.sobol import outer_nodes

EXPECTED = [
    0.7639320225002102,
    0.4721359549995796,
    0.2917960675006306,
    0.2360679774997898,
    0.5278640450005696,
    0.7082039324991456,
    0.2639320225002102,
    0.027864045000569604,
    0.20820393249937297,
    0.7360679774997898,
    0.9721359550003399,
    0.7917960675003997,
]


def test_points_are_the_same_on_every_machine() -> None:
    points = outer_nodes(3, 4)

    assert points.shape == (4, 3)
    assert points.ravel().tolist() == EXPECTED


def test_points_lie_inside_the_open_cube_and_fill_each_side_evenly() -> None:
    points = outer_nodes(128, 4096)

    assert points.min() > 0
    assert points.max() < 1
    assert points.mean(axis=0) == pytest.approx(np.full(128, 0.5), abs=1e-3)


@pytest.mark.parametrize(("dimensions", "sigma"), [(10, 0.5), (30, 0.3), (100, 0.15), (100, 0.3)])
@pytest.mark.parametrize("count", [1024, 4096])
def test_a_product_of_lognormals_errs_less_than_one_monte_carlo_standard_error(
    dimensions: int, sigma: float, count: int
) -> None:
    scores = special.ndtri(outer_nodes(dimensions, count))

    mean = float(np.exp((sigma * scores - sigma**2 / 2).sum(axis=1)).mean())

    standard_error = np.sqrt(np.expm1(dimensions * sigma**2) / count)
    assert abs(mean - 1) < 0.8 * standard_error


@pytest.mark.parametrize("dimensions", [10, 30, 100])
def test_a_sum_of_heavy_lognormals_errs_less_than_a_third_of_it(dimensions: int) -> None:
    def mean(scores: Floats) -> float:
        return float(np.exp(1.5 * scores - 1.125).mean())

    error = mean(special.ndtri(outer_nodes(dimensions, 4096))) - 1

    assert abs(error) < np.sqrt(np.expm1(2.25) / dimensions / 4096) / 3


@pytest.mark.parametrize(("dimensions", "count"), [(0, 8), (129, 8), (3, 0), (3, 2**21)])
def test_what_cannot_be_made_is_refused(dimensions: int, count: int) -> None:
    with pytest.raises(WrongUsageError):
        outer_nodes(dimensions, count)
