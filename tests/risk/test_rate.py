"""How often a year brings a loss."""

import numpy as np
import pytest

from fairmark.numerics import lattice
from fairmark.numerics.distributions import Constant, Discrete, Distribution, LogNormal, Pert, Uniform, beta90, ln90
from fairmark.risk.rate import Rate, mixing, rate_of, success_probability
from fairmark.risk.scenario import LossForm, Scenario


def test_the_success_probability_of_two_perts_is_known() -> None:
    v = success_probability(Pert(0.2, 0.5, 0.9), Pert(0.4, 0.6, 0.95))

    assert v == pytest.approx(0.26606993, rel=1e-7)


@pytest.mark.parametrize(
    ("capability", "resistance", "expected"),
    [
        (Uniform(0.1, 0.9), Uniform(0.5, 0.6), 0.4375),
        (Uniform(0.1, 0.5), Uniform(0.4, 1.6), 0.01041666667),
        (Uniform(0, 1), Constant(0.25), 0.75),
        (Constant(0.3), Uniform(0, 1), 0.3),
        (Constant(0.2), Constant(0.2), 0.0),
        (Constant(0.3), Constant(0.2), 1.0),
        (Uniform(0, 0.1), Uniform(0.2, 0.3), 0.0),
        (Uniform(0.4, 0.5), Uniform(0.2, 0.3), 1.0),
        (LogNormal(0, 1), LogNormal(0, 2), 0.5),
        (Discrete((1, 3), (0.5, 0.5)), Discrete((2, 3), (0.5, 0.5)), 0.25),
    ],
)
def test_success_has_its_closed_form(capability: Distribution, resistance: Distribution, expected: float) -> None:
    assert success_probability(capability, resistance) == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_the_rate_is_the_product_of_its_branch() -> None:
    scenario = Scenario(
        name="x",
        contact=Pert(1, 2, 9),
        action=beta90(0.1, 0.4),
        vulnerability=Constant(0.5),
        primary={LossForm.RESPONSE: Constant(1.0)},
    )

    rate = rate_of(scenario)

    assert rate.mean == pytest.approx(Pert(1, 2, 9).mean * beta90(0.1, 0.4).mean / 2)
    assert rate.variance > 0
    assert Rate((Constant(3.0), Constant(0.1)), certain=0.3).variance == 0.0


@pytest.mark.parametrize("law", [Pert(20, 100, 900), ln90(100, 900), ln90(0.01, 10), Uniform(0, 40)], ids=repr)
def test_points_are_doubled_until_the_mixture_is_exact(law: Distribution) -> None:
    z = lattice.transform(lattice.mean_preserving(ln90(10, 1000), 20.0, 4096))
    grid = law.quantile((np.arange(40_000) + 0.5) / 40_000)

    below, near, above = mixing(Rate((law,), certain=1.0), z)

    probe = z[[0, 1, 5, 30, 200]]
    exact = np.exp(np.outer(probe - 1, grid)).mean(axis=1)
    assert below is near is above
    assert near.pgf(probe) == pytest.approx(exact, abs=1e-5)


def test_a_rate_over_four_orders_of_magnitude_is_cut_into_strata_that_bracket_it() -> None:
    z = lattice.transform(lattice.mean_preserving(ln90(90, 110), 100.0, 4096))

    below, near, above = mixing(Rate((ln90(1, 10_000),), certain=1.0), z)

    nothing = np.zeros(1, dtype=np.complex128)
    assert above.pgf(nothing).real < near.pgf(nothing).real < below.pgf(nothing).real
    assert near.weights @ near.rates == pytest.approx(ln90(1, 10_000).mean, rel=1e-9)
