"""What controls cost: every one has a price with a range around it."""

import pytest

from fairmark.model.vocabulary import vocabulary
from fairmark.risk.calibration import load
from fairmark.risk.costs import cost_of, range_of


@pytest.mark.parametrize("control", list(vocabulary().controls))
def test_every_control_has_a_cost_inside_its_range(control: str) -> None:
    cost = cost_of(control, load(), units=1_000, sales=400)

    assert 0 < cost.range[0] < cost.annualised < cost.range[1]
    assert cost.annualised == pytest.approx(cost.once / 3 + cost.per_unit * 400 + cost.per_year)


def test_the_range_of_several_has_every_part_at_its_end() -> None:
    one, other = (cost_of(name, load(), units=1_000, sales=400) for name in ("mfa", "tls"))

    together = range_of([one, other])

    assert together == (one.range[0] + other.range[0], one.range[1] + other.range[1])
