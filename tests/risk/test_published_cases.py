"""Published figures, and a reference computed with 2^18 points, that the engine has to meet.

Sources: Klugman, Panjer, Willmot, Loss Models (examples 9.3, 9.4, 9.34, 9.35); Frees, Loss Data
Analytics (5.3.1, 5.3.2, 5.3.5); the aggregate vignette of the R package actuar; Gordon and Loeb 2002.
"""

import math

import numpy as np
import pytest
from scipy import special

from fairmark.numerics import lattice
from fairmark.numerics.distributions import Constant, Discrete, Distribution, Gamma, LogNormal, Uniform, ln90, pert
from fairmark.numerics.law import Floats
from fairmark.risk import gordon_loeb
from fairmark.risk.annual import Annual
from fairmark.risk.engine import assess
from fairmark.risk.portfolio import Portfolio, Shock, assess_portfolio
from fairmark.risk.scenario import LossForm, Scenario, Secondary

ONE = np.ones(1)


def poisson_total(severity: Distribution, rate: float, step: float, n: int) -> Floats:
    return lattice.compound(lattice.transform(lattice.mean_preserving(severity, step, n)), np.array([rate]), ONE, n)


def scenario(lef: Distribution, loss: Distribution, *secondary: Secondary, name: str = "x") -> Scenario:
    return Scenario(name=name, lef=lef, primary={LossForm.RESPONSE: loss}, secondary=secondary)


def test_d1_aggregate_mean_and_spread_and_two_approximations() -> None:
    mean, variance = lattice.total_moments((6.7, 2.3**2), 179_247, 179_247**2 + 52_141**2)
    spread = math.log1p(variance / mean**2)
    log_normal = LogNormal(math.log(mean) - spread / 2, math.sqrt(spread))

    assert mean == pytest.approx(1_200_954.9, rel=1e-9)
    assert math.sqrt(variance) == pytest.approx(433_797.38, rel=1e-8)
    assert special.ndtr(-0.4 * mean / math.sqrt(variance)) == pytest.approx(0.134063, abs=1e-6)
    assert 1 - log_normal.cdf(1.4 * mean) == pytest.approx(0.127997, abs=1e-6)


def test_d2_poisson_total_of_three_amounts() -> None:
    law = poisson_total(Discrete((100, 500, 1000), (0.8, 0.16, 0.04)), 5.0, 100.0, 128)

    assert law[6] == pytest.approx(0.0598928621, abs=1e-9)


def test_d3_negative_binomial_number_of_uniform_losses() -> None:
    severity, n = Uniform(0, 8), 2**15
    mean, variance = lattice.total_moments((96, 672), severity.mean, severity.second_moment)
    step = 1200 / n

    transform = lattice.transform(lattice.mean_preserving(severity, step, n))
    law = lattice.total(transform, lattice.NegativeBinomial(16, 6), n)

    assert (mean, variance) == pytest.approx((384, 11_264), rel=1e-12)
    assert mean + 1.645 * math.sqrt(variance) == pytest.approx(558.587, abs=1e-3)
    assert lattice.quantile(law, step, 0.95) == pytest.approx(572.41, rel=2e-5)


def test_d4_variance_of_a_poisson_total() -> None:
    law = Discrete((1, 2, 3), (1 / 2, 1 / 3, 1 / 6))

    _, variance = lattice.total_moments((12, 12), law.mean, law.second_moment)
    masses, points = poisson_total(law, 12.0, 1.0, 128), np.arange(128)

    assert variance == pytest.approx(40, rel=1e-9)
    assert masses @ points**2 - (masses @ points) ** 2 == pytest.approx(40, rel=1e-4)


def test_d5_given_counts() -> None:
    law, n = Discrete((0, 100, 1000), (0.2, 0.7, 0.1)), 64

    transform = lattice.transform(lattice.mean_preserving(law, 100.0, n))
    masses = lattice.total(transform, lattice.Counts((0.0, 0.8, 0.2)), n)

    points = np.arange(n) * 100.0
    mean = masses @ points
    assert mean + math.sqrt(masses @ points**2 - mean**2) == pytest.approx(517.598469, rel=1e-6)
    exact, variance = lattice.total_moments((1.2, 0.16), law.mean, law.second_moment)
    assert exact + math.sqrt(variance) == pytest.approx(517.598469, rel=1e-9)


def test_d6_poisson_number_of_uniform_losses() -> None:
    law = Uniform(5, 95)
    mean, variance = lattice.total_moments((25, 25), law.mean, law.second_moment)

    year = assess(scenario(Constant(25), law))

    assert (mean, variance) == pytest.approx((1250, 79_375), rel=1e-9)
    assert special.ndtr(-750 / math.sqrt(variance)) == pytest.approx(0.003883, abs=1e-6)
    assert year.exceedance(2000).value == pytest.approx(0.006982, rel=1e-3)


def test_d7_poisson_number_of_gamma_losses() -> None:
    year = assess(scenario(Constant(10), Gamma(2, 1)), cells=2**15)

    for level, expected in ((0.5, 19.32801), (0.9, 30.29586), (0.95, 33.79422), (0.99, 40.81179), (0.995, 43.52801)):
        assert year.var(level).value == pytest.approx(expected, rel=1e-6)
        assert year.var(level).low <= expected <= year.var(level).high
    for level, expected in ((0.9, 34.99589), (0.95, 38.11443), (0.99, 44.58095)):
        assert year.tvar(level).value == pytest.approx(expected, rel=1e-6)
        assert year.tvar(level).low <= expected * (1 + 1e-6)
        assert expected * (1 - 1e-6) <= year.tvar(level).high


def test_d7_on_a_coarse_lattice_with_the_recursion_of_the_source() -> None:
    law, step, n = Gamma(2, 1), 0.5, 1024
    severity = np.zeros(n)
    severity[:44] = lattice.mean_preserving(law, step, 44)
    before, end = law.limited_mean([21.5, 22.0])
    severity[44] = (end - before) / step - (1 - law.cdf(22.0))  # the source puts the end of the range here

    total = lattice.compound(lattice.transform(severity), np.array([10.0]), ONE, n)

    levels = (0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99, 0.995)
    found = [lattice.step_quantile(total, step, level) for level in levels]
    assert found == [14.5, 19.5, 25, 30.5, 34, 37, 41, 43.5]
    # The source stops its recursion where 1e-6 of the mass is left, which its means miss.
    points = np.arange(n) * step
    kept = total * (np.arange(n) <= np.searchsorted(np.cumsum(total), 1 - 1e-6))
    assert kept @ points == pytest.approx(19.99994, abs=1e-5)
    for level, expected in ((0.9, 35.41874), (0.95, 38.54920), (0.99, 45.01066)):
        beyond = points > lattice.step_quantile(total, step, level)
        assert (kept @ (points * beyond)) / kept[beyond].sum() == pytest.approx(expected, abs=1e-4)


def test_d8_means_of_lognormal_ranges() -> None:
    assert 0.1 * ln90(1, 10).mean == pytest.approx(0.4040012826945718, rel=1e-9)
    assert ln90(635_000, 19_000_000).mean == pytest.approx(5_922_706.83351131, rel=1e-9)
    assert 0.1 * ln90(1e5, 1e6).mean == pytest.approx(40_400.128269457266, rel=1e-9)


def test_d9_frequency_times_magnitude() -> None:
    case = Scenario(
        name="x",
        lef=pert(20, 100, 900),
        primary={LossForm.PRODUCTIVITY: pert(3e6, 3.5e6, 5e6), LossForm.REPUTATION: Constant(3.5e6)},
    )

    year = assess(case, cells=4096)

    assert year.mean.value == pytest.approx(220 * (22e6 / 6 + 3.5e6), rel=1e-9)
    assert year.mean.value == pytest.approx(1_576_666_667, rel=1e-9)


def test_d10_gordon_loeb() -> None:
    assert gordon_loeb.ceiling(0.15 * 0.8, 1e6) == pytest.approx(44_145.53, abs=5e-3)
    assert gordon_loeb.class_one(0.65, 4e5, 1e-5, 1).best == pytest.approx(61_245.155, rel=1e-8)
    assert gordon_loeb.class_two(0.65, 1e6, 1e-5).best == pytest.approx(239_018.575, rel=1e-8)


FINES = Secondary(Constant(0.2), ln90(1e4, 3e6), LossForm.FINES_AND_JUDGMENTS)
D11 = {
    # name: scenario, mean, P(0), q95, q99, q99.9, TVaR95, tolerance
    "A": (scenario(Constant(0.02), pert(1e5, 1e6, 1e7)), 47_000, 0.98019867, 0, 2.03567e6, 5.4417e6, 940_000, 3e-4),
    "B": (
        scenario(Constant(0.7), ln90(5e3, 8e5)),
        145_529.43,
        0.49658530,
        665_859,
        1.97758e6,
        6.46788e6,
        1.6427e6,
        3e-4,
    ),
    "C": (
        scenario(pert(0.1, 0.7, 3), ln90(5e3, 8e5), FINES),
        357_567.52,
        0.41963,
        1.53880e6,
        4.64621e6,
        1.71695e7,
        4.0312e6,
        3e-4,
    ),
    "D": (scenario(Constant(50), pert(1e3, 1e4, 1e5)), 1_175_000, 0, 1.51521e6, 1.66984e6, 1.85047e6, 1.6102e6, 3e-4),
    "E": (
        scenario(Constant(2), ln90(1e3, 5e6)),
        4_037_235,
        0.13533528,
        1.20873e7,
        5.76445e7,
        3.57633e8,
        6.0863e7,
        1e-3,
    ),
}


@pytest.mark.parametrize("name", D11)
@pytest.mark.parametrize("cells", [4096, 16_384])
def test_d11_one_scenario(name: str, cells: int) -> None:
    case, mean, none, q95, q99, q999, tail, tolerance = D11[name]

    year = assess(case, cells=cells)

    assert year.mean.value == pytest.approx(mean, rel=1e-7)
    assert year.prob_zero.value == pytest.approx(none, abs=5e-6)
    for level, expected in ((0.95, q95), (0.99, q99), (0.999, q999)):
        assert year.var(level).value == pytest.approx(expected, rel=tolerance)
        assert year.var(level).low * (1 - 1e-5) <= expected <= year.var(level).high * (1 + 1e-5)
    assert year.tvar(0.95).value == pytest.approx(tail, rel=1e-3)
    assert year.tvar(0.95).low * (1 - 1e-4) <= tail <= year.tvar(0.95).high * (1 + 1e-4)


def hundred_scenarios() -> tuple[Scenario, ...]:
    rng = np.random.default_rng(7)

    def triple(values: Floats) -> Distribution:
        low, mode, high = np.sort(values).tolist()
        return pert(low, mode, high)

    def one(name: str) -> Scenario:
        tef = triple(rng.uniform(0.05, 8, 3))
        capability, resistance = triple(rng.uniform(0.1, 0.9, 3)), triple(rng.uniform(0.2, 0.95, 3))
        loss = triple(10 ** rng.uniform(3.5, 6, 3))
        chance, later = triple(rng.uniform(0.01, 0.6, 3)), triple(10 ** rng.uniform(4, 7, 3))
        return Scenario(
            name=name,
            tef=tef,
            capability=capability,
            resistance=resistance,
            primary={LossForm.RESPONSE: loss},
            secondary=(Secondary(chance, later, LossForm.FINES_AND_JUDGMENTS),),
        )

    return tuple(one(f"s{k}") for k in range(100))


def agrees(year: Annual, mean: float, quantiles: dict[float, float], tolerance: float) -> None:
    assert year.mean.value == pytest.approx(mean, rel=tolerance)
    for level, expected in quantiles.items():
        assert year.var(level).value == pytest.approx(expected, rel=tolerance)
        assert year.var(level).low <= expected <= year.var(level).high


def test_d11f_portfolio_of_a_hundred() -> None:
    year = assess_portfolio(Portfolio(hundred_scenarios()))

    quantiles = {0.5: 7.3101e7, 0.9: 8.9976e7, 0.95: 9.5138e7, 0.99: 1.05272e8, 0.995: 1.09128e8}
    agrees(year, 7.3735e7, quantiles, 3e-4)
    assert math.sqrt(year.variance.value) == pytest.approx(1.239e7, rel=1e-3)


def test_d11g_common_shock() -> None:
    rng, count, rate = np.random.default_rng(0), 50, 0.3
    low = 10 ** rng.uniform(3, 5, count)
    high = low * 10 ** rng.uniform(0.7, 1.6, count)
    own, hit = rng.uniform(0.05, 0.4, count), rng.uniform(0.1, 0.7, count)
    names = [f"s{k}" for k in range(count)]

    def part(k: int, lef: float) -> Scenario:
        return scenario(Constant(lef), ln90(float(low[k]), float(high[k])), name=names[k])

    shock = Shock("kit", Constant(rate), dict(zip(names, hit.tolist(), strict=True)))
    struck = assess_portfolio(Portfolio(tuple(part(k, float(own[k])) for k in range(count)), (shock,)))
    apart = assess_portfolio(Portfolio(tuple(part(k, float(own[k] + rate * hit[k])) for k in range(count))))

    together = {0.5: 2.12292e6, 0.95: 8.34847e6, 0.99: 12.8359e6, 0.995: 14.9837e6}
    agrees(struck, 3_047_112.67, together, 3e-4)
    agrees(apart, 3_047_112.67, {0.5: 2.60754e6, 0.95: 6.46720e6, 0.99: 9.98728e6, 0.995: 11.9417e6}, 3e-4)
