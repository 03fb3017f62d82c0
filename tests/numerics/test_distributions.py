"""Ranges that people give become laws, and say back what they imply."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.errors import WrongUsageError
from fairmark.numerics.distributions import (
    BetaShare,
    Constant,
    LogNormal,
    beta90,
    ci,
    echo,
    empirical,
    ln90,
    pareto,
    pert,
    triangular,
    uniform,
)


def test_a_lognormal_range_is_its_five_and_ninety_five_percent_points() -> None:
    law = ln90(1, 10)

    assert law.cdf([1, 10]) == pytest.approx([0.05, 0.95])
    assert law.mean == pytest.approx(4.040012826945718, rel=1e-12)


@pytest.mark.parametrize(
    ("low", "high"), [(0.3, 0.8), (1e-6, 0.5), (1e-9, 1 - 1e-9), (0.999, 0.9999), (1e-9, 1e-8), (0.01, 0.05)]
)
def test_a_share_is_fitted_with_both_parameters(low: float, high: float) -> None:
    law = beta90(low, high)

    assert isinstance(law, BetaShare)
    assert law.cdf([low, high]) == pytest.approx([0.05, 0.95], abs=1e-9)


@given(st.floats(1e-4, 0.9999), st.floats(1e-4, 0.9999))
@settings(max_examples=50, deadline=None)
def test_any_share_range_that_is_not_too_narrow_is_fitted(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)
    if high - low < 1e-4:
        return

    law = beta90(low, high)

    assert law.cdf([low, high]) == pytest.approx([0.05, 0.95], abs=1e-8)


def test_a_range_without_width_is_a_constant() -> None:
    laws = [pert(2, 2, 2), ln90(2, 2), ln90(0, 0), beta90(0.5, 0.5), beta90(1, 1), uniform(2, 2), triangular(2, 2, 2)]

    assert all(isinstance(law, Constant) for law in laws)


@pytest.mark.parametrize(
    "make",
    [
        lambda: ln90(0, 5, field="tef"),
        lambda: ln90(5, 3, field="tef"),
        lambda: ln90(math.nan, 3, field="tef"),
        lambda: ln90(-1, 3, field="tef"),
        lambda: ln90(1e-40, 1e40, field="tef"),
        lambda: pert(1, 9, 3, field="tef"),
        lambda: pert(1, 2, math.inf, field="tef"),
        lambda: pert(1, 2, 3, 0, field="tef"),
        lambda: beta90(0, 0.5, field="tef"),
        lambda: beta90(0.5, 1, field="tef"),
        lambda: beta90(0.5, 1.5, field="tef"),
        lambda: beta90(0.5, 0.5 + 1e-9, field="tef"),
        lambda: triangular(1, 9, 3, field="tef"),
        lambda: uniform(4, 3, field="tef"),
        lambda: pareto(0, 0.5, field="tef"),
    ],
)
def test_nonsense_is_refused_with_the_field_and_a_fix(make: object) -> None:
    with pytest.raises(WrongUsageError) as caught:
        make()  # type: ignore[operator]

    assert "tef" in caught.value.message or "lognormal" in caught.value.message
    assert caught.value.hint


def test_a_lognormal_whose_mean_runs_away_is_warned_about() -> None:
    modest, wild = echo(ln90(1, 10)), echo(ln90(1, 1e6))

    assert modest.warning == ""
    assert modest.p99 == pytest.approx(float(ln90(1, 10).quantile(0.99)))
    assert "three times" in wild.warning
    assert wild.mean > 3e6


def test_raising_the_lower_end_can_lower_the_mean() -> None:
    wide, narrow = ln90(1, 1e4), ln90(100, 1e4)

    assert isinstance(wide, LogNormal)
    assert narrow.mean < wide.mean


def test_observations_are_equally_likely() -> None:
    law = empirical([3, 1, 2, 2])

    assert law.mean == pytest.approx(2)
    assert law.cdf(2) == pytest.approx(0.75)


def test_an_interval_of_any_level_is_read_as_it_is_said() -> None:
    law = ci(10, 1000, 0.5)

    assert law.quantile([0.25, 0.75]) == pytest.approx([10, 1000])
    assert ci(7, 7, 0.8) == Constant(7)
    with pytest.raises(WrongUsageError, match=r"loss\.level: 1"):
        ci(1, 2, 1, field="loss")
