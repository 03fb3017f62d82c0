"""The table of reference cameras comes out of findings and facts, row by row."""

import pytest

from fairmark.risk.calibration import load
from fairmark.risk.costs import cost_of
from tests.doubles.cameras import ROWS, Row
from tests.doubles.pricing import priced

SIDES = ("private", "external", "social")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_each_reference_camera_costs_what_the_equations_say(row: Row) -> None:
    calibration = load()

    risk = priced(row.device, row.findings, calibration, nodes=1024, in_place=row.in_place)

    for side in SIDES:
        mean, median, high = getattr(row, side)
        loss = getattr(risk, side)
        assert loss.mean == pytest.approx(mean, rel=0.1)
        # The simulated medians are given with one or two digits, and seven dollars as "less than a hundred".
        assert loss.p50 == pytest.approx(median, rel=0.12, abs=100)
        assert loss.p95 == pytest.approx(high, rel=0.1)


def test_the_maker_bears_a_fiftieth_of_what_a_flawed_camera_costs() -> None:
    flawed = ROWS[0]

    risk = priced(flawed.device, flawed.findings, load(), nodes=256)

    assert risk.private.mean / flawed.device.economics.units_in_field == pytest.approx(0.8, rel=0.05)
    assert risk.external.mean / flawed.device.economics.units_in_field == pytest.approx(42, rel=0.05)


def test_private_loss_of_the_flawed_camera_has_the_known_parts() -> None:
    flawed = ROWS[0]

    risk = priced(flawed.device, flawed.findings, load(), nodes=1024)

    private = {scenario.id: scenario.private for scenario in risk.scenarios}
    assert private["botnet-recruitment"] == pytest.approx(17e3, rel=0.05)
    assert private["cloud-abuse"] == pytest.approx(15e3, rel=0.05)
    assert private["bricking"] == pytest.approx(3.4e3, rel=0.1)
    # Response 23 k, recall 16 k, order 2.8 k, claims 2.0 k, sales 1.4 k.
    assert private["recall-regulator"] == pytest.approx(45.2e3, rel=0.05)


def test_the_first_step_costs_twelve_thousand_and_the_rest_a_hundred_and_thirty_three() -> None:
    calibration = load()

    def yearly(*controls: str) -> float:
        return sum(cost_of(name, calibration, units=100_000, sales=40_000).annualised for name in controls)

    assert yearly("unique-passwords", "remove-telnet") == pytest.approx(12e3, rel=0.03)
    rest = ("signed-updates", "automatic-updates", "penetration-test", "patch-desk", "sbom-watch")
    assert yearly(*rest) == pytest.approx(133e3, rel=0.01)
