"""The price of every level: nested sets, what law requires in each, and the look on top."""

import pytest

from fairmark.model.device import Device
from fairmark.model.finding import Finding
from fairmark.model.risk import LevelPrice
from fairmark.risk.calibration import load
from fairmark.risk.circumstances import settle
from fairmark.risk.levels import Step, price_levels
from tests.doubles.cameras import FLAWS, camera

STEPS = (
    Step(1, frozenset(), ()),
    Step(2, frozenset({"unique-passwords", "patch-kev"}), ("cost-look-tested",)),
    Step(3, frozenset({"penetration-test"}), ("cost-look-attacked",)),
)
LAW = {FLAWS[0].id: ("psti 1-2",)}


def priced(
    *findings: Finding, device: Device | None = None, law: dict[str, tuple[str, ...]] | None = None
) -> tuple[LevelPrice, ...]:
    settled = settle(device or camera(), findings, load())
    return price_levels(settled, findings, law or {}, {}, load(), STEPS, nodes=128)


def test_each_level_holds_the_measures_of_those_below_it() -> None:
    held = [set(one.controls) for one in priced(*FLAWS)]

    assert held[0] <= held[1] <= held[2]
    assert "penetration-test" in held[2] - held[1]


def test_what_law_requires_is_in_the_lowest_level_too() -> None:
    assert "unique-passwords" in priced(*FLAWS, law=LAW)[0].controls
    assert "unique-passwords" not in priced(*FLAWS)[0].controls


def test_only_measures_that_the_device_lacks_are_paid_for() -> None:
    assert not [one for one in priced()[1].controls if one == "patch-kev"]


def test_the_looks_add_up_over_three_years() -> None:
    calibration = load()
    tested, attacked = (calibration.entry(name).mean for name in ("cost-look-tested", "cost-look-attacked"))

    looks = [one.evaluation.mean for one in priced()]

    assert looks == pytest.approx([0.0, tested / 3, (tested + attacked) / 3])


def test_a_sum_is_cost_and_look_and_loss() -> None:
    for one in priced(*FLAWS):
        assert one.social_total == pytest.approx(one.cost.mean + one.evaluation.mean + one.social.mean)
        assert one.private_total == pytest.approx(one.cost.mean + one.evaluation.mean + one.private.mean)
