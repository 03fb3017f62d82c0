"""Laws side by side give what each gives alone."""

import numpy as np
import pytest

from fairmark.numerics import lattice, stacked
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
from fairmark.numerics.quadrature import nodes
from fairmark.risk.rate import success_probability

LAWS: list[Distribution] = [
    Pert(1e5, 1e6, 1e7),
    Pert(0, 0.01, 1),
    BetaShare(0.4, 3),
    LogNormal(8, 1.2),
    Gamma(2, 3e5),
    pareto(2e4, 0.6),
    Constant(7.7e5),
    Uniform(1e3, 5e5),
    Triangular(0, 1e5, 1e6),
    Discrete((0, 1e5, 3e5), (1, 2, 1)),
]
STEPS = np.array([law.mean / 41.3 for law in LAWS])
PAIRS = [
    (Pert(0.2, 0.5, 0.9), Pert(0.4, 0.6, 0.95)),
    (Pert(0.1, 0.2, 0.5), Pert(0.45, 0.6, 0.95)),
    (Pert(0.5, 0.7, 0.9), Pert(0.1, 0.2, 0.95)),
    (BetaShare(0.5, 3), Pert(0.1, 0.1, 0.95)),
    (Pert(0.1, 0.2, 0.3), Pert(0.4, 0.5, 0.6)),
    (Pert(0.4, 0.5, 0.6), Pert(0.1, 0.2, 0.3)),
]


def test_masses_are_those_of_each_law_alone() -> None:
    moved = stacked.shared(LAWS, STEPS, 512)

    for row, law in enumerate(LAWS):
        assert moved.masses[row] == pytest.approx(lattice.mean_preserving(law, STEPS[row], 512), abs=1e-8)


@pytest.mark.parametrize("sigma", [0.05, 0.39, 0.4, 0.7, 1.3, 3.0])
@pytest.mark.parametrize("mean", [0.1, 3, 300, 3000])
def test_wide_lognormal_laws_may_be_interpolated(sigma: float, mean: float) -> None:
    law = LogNormal(np.log(mean) - sigma**2 / 2, sigma)

    moved = stacked.shared([law], np.ones(1), 4096)

    exact = lattice.mean_preserving(law, 1.0, 4096)
    assert np.abs(np.cumsum(moved.masses[0]) - np.cumsum(exact)).max() < 1e-7


def test_the_excess_is_what_sharing_out_adds_to_the_second_moment() -> None:
    laws = [law for law in LAWS if law.support[1] < 1e9]
    steps = np.array([law.support[1] / 60.5 for law in laws])

    moved = stacked.shared(laws, steps, 64)

    on_lattice = moved.masses @ np.arange(64) ** 2
    assert moved.excess == pytest.approx(
        on_lattice - np.array([law.second_moment for law in laws]) / steps**2, abs=1e-9
    )


def test_an_exact_spread_keeps_mean_and_second_moment_of_many_tiny_losses() -> None:
    law, n = Pert(1, 2, 9), 1024
    moved = stacked.shared([law], np.array([50.0]), n)

    spectrum = stacked.transform(moved, exact_spread=np.ones(1, dtype=np.bool_))

    signed = lattice.invert(spectrum[0], n)[:4]
    points = np.arange(4) * 50.0
    assert signed @ points == pytest.approx(law.mean)
    assert signed @ points**2 == pytest.approx(law.second_moment)


def test_points_are_those_of_each_law_alone() -> None:
    values, weights = stacked.rules(LAWS, 6)

    for row, law in enumerate(LAWS):
        points, shares = nodes(law, 6)
        assert values[row, : points.size] == pytest.approx(points, rel=1e-9)
        assert weights[row, : points.size] == pytest.approx(shares, abs=1e-12)
        assert weights[row].sum() == pytest.approx(1)


def test_a_pert_law_without_trust_in_its_mode_has_legendre_points() -> None:
    values, _ = stacked.rules([Pert(-0.0, 0.5, 1, gamma=1e-12)], 5)

    assert values[0] == pytest.approx((np.polynomial.legendre.leggauss(5)[0] + 1) / 2, abs=1e-9)


def test_upper_points_are_quantiles() -> None:
    tails = np.geomspace(1e-6, 0.4, len(LAWS))

    found = stacked.upper_points(LAWS, tails)

    assert found == pytest.approx([float(law.quantile(1 - tail)) for law, tail in zip(LAWS, tails, strict=True)])


def test_chances_above_an_amount_are_what_the_distribution_functions_leave() -> None:
    found = stacked.chances_above(LAWS, 2.5e5)

    assert found == pytest.approx([1 - float(law.cdf(2.5e5)) for law in LAWS], abs=1e-12)


def test_success_of_many_pairs_is_that_of_each_pair() -> None:
    found = stacked.success_probabilities(*zip(*PAIRS, strict=True))

    alone = [success_probability(capability, resistance, n=200) for capability, resistance in PAIRS]
    assert found == pytest.approx(alone, rel=1e-7, abs=1e-14)
