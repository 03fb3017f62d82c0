"""Totals of random numbers of losses by fast Fourier transform."""

import math

import numpy as np
import pytest
from scipy import stats

from fairmark.numerics import lattice
from fairmark.numerics.distributions import Constant, Discrete, Gamma, Uniform, ln90
from fairmark.numerics.lattice import Counts, NegativeBinomial, Poisson

ONE = np.ones(1)


def test_a_gamma_number_of_unit_losses_is_negative_binomial() -> None:
    unit = lattice.transform(lattice.mean_preserving(Constant(1.0), 1.0, 64))

    law = lattice.total(unit, NegativeBinomial(3.0, 1.5), 64)

    assert law == pytest.approx(stats.nbinom(3, 0.4).pmf(np.arange(64)), abs=1e-7)


def test_a_poisson_number_of_unit_losses_is_poisson() -> None:
    unit = lattice.transform(lattice.rounded(Constant(1.0), 1.0, 64))

    law = lattice.compound(unit, np.array([5.0]), ONE, 64)

    assert law == pytest.approx(stats.poisson(5).pmf(np.arange(64)), abs=1e-7)


def test_given_counts_are_convolved() -> None:
    severity = lattice.transform(lattice.rounded(Discrete((0, 1, 10), (0.2, 0.7, 0.1)), 1.0, 64))

    law = lattice.total(severity, Counts((0.0, 0.8, 0.2)), 64)

    assert law[20] == pytest.approx(0.2 * 0.01, abs=1e-8)
    assert law[2] == pytest.approx(0.2 * 0.49, abs=1e-8)


def test_what_lies_beyond_the_range_does_not_come_back() -> None:
    heavy = lattice.transform(lattice.rounded(ln90(1, 1000), 1.0, 256))
    wide = lattice.transform(lattice.rounded(ln90(1, 1000), 1.0, 8192))

    short, long = (lattice.compound(x, np.array([4.0]), ONE, n) for x, n in ((heavy, 256), (wide, 8192)))

    assert np.cumsum(short) == pytest.approx(np.cumsum(long)[:256], abs=lattice.NOISE)


def test_sharing_out_keeps_the_mean_and_moving_brackets_it() -> None:
    law, points = Gamma(2, 1), np.arange(512) * 0.1

    means = [float(f(law, 0.1, 512) @ points) for f in (lattice.lower, lattice.mean_preserving, lattice.upper)]

    assert means[1] == pytest.approx(2.0, rel=1e-10)
    assert means[0] < 2.0 < means[2]
    assert means[2] - means[0] == pytest.approx(0.1, rel=1e-9)


def test_amounts_on_the_lattice_stay_where_they_are() -> None:
    law = Discrete((0, 2, 5), (0.2, 0.5, 0.3))

    laws = [f(law, 1.0, 8) for f in (lattice.lower, lattice.rounded, lattice.mean_preserving, lattice.upper)]

    for masses in laws:
        assert masses == pytest.approx([0.2, 0, 0.5, 0, 0, 0.3, 0, 0], abs=1e-12)


def test_tiny_losses_by_the_thousand_keep_their_variance() -> None:
    law, rate, step, n = Uniform(0, 1), 10_000.0, 20.0, 512

    masses = lattice.compound(lattice.smooth_transform(law, step, n), np.array([rate]), ONE, n)
    points = np.arange(n) * step
    mean = masses @ points

    assert mean == pytest.approx(5000, rel=1e-6)
    assert masses @ points**2 - mean**2 == pytest.approx(rate / 3, rel=1e-3)


def test_quantiles_rise_and_end() -> None:
    severity = lattice.transform(lattice.rounded(ln90(1, 50), 0.5, 512))
    law = lattice.compound(severity, np.array([0.5, 3.0]), np.array([0.4, 0.6]), 512)
    levels = np.linspace(0.01, 0.99, 60)

    quantiles = [lattice.quantile(law, 0.5, p) for p in levels]

    assert quantiles == sorted(quantiles)
    assert lattice.quantile(law, 0.5, 0.05) == 0.0
    assert math.isinf(lattice.quantile(law, 0.5, 1 - 1e-12))
    assert math.isinf(lattice.step_quantile(law, 0.5, 1 - 1e-12))


def test_exceedance_is_what_is_left() -> None:
    masses = np.array([0.5, 0.3, 0.2, 0.0])

    left = lattice.exceedance(masses, 10.0, np.array([0.0, 9.0, 10.0, 25.0, 99.0]))

    assert left == pytest.approx([0.5, 0.5, 0.2, 0.0, 0.0])


def test_uncertain_rates_are_mixed() -> None:
    unit = lattice.transform(lattice.rounded(Constant(1.0), 1.0, 64))
    frequency = Poisson(np.array([0.0, 4.0]), np.array([0.25, 0.75]))

    law = lattice.total(unit, frequency, 64)

    assert law[0] == pytest.approx(0.25 + 0.75 * math.exp(-4), abs=1e-9)


def test_moved_losses_wander_as_the_root_of_their_number() -> None:
    few, many = (lattice.wander(lambda u, n=n: u * n, 1e-6) for n in (100.0, 10_000.0))

    assert few == pytest.approx(math.sqrt(100 * math.log(1e6) / 2), rel=1e-2)
    assert many == pytest.approx(10 * few, rel=1e-2)
