"""Which assurance level is enough: law and exposure below, money above, and which answer would change it."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from fairmark.model.device import Asset, CraClass, Device, Network, PhysicalAccess
from fairmark.model.finding import Finding
from fairmark.model.risk import LevelPrice
from fairmark.model.standard import Level, Turn, Verdict
from fairmark.risk.calibration import Calibration
from fairmark.risk.circumstances import Settled
from fairmark.risk.levels import Step, price_levels
from fairmark.standards.level import floor_of, level, levels, required_level

ROUGH = 128
"""Nodes for the price under another answer: enough to see which level is cheapest."""

_CHOICES: Mapping[str, Sequence[object]] = {
    "network": tuple(Network),
    "physical_access": tuple(PhysicalAccess),
    "assets": tuple(Asset),
    "cra_class": tuple(CraClass),
}

Settle = Callable[[Device], Settled]
Broken = Mapping[str, tuple[str, ...]]


def enough_level(
    device: Device,
    settle: Settle,
    findings: Sequence[Finding],
    verdicts: Sequence[Verdict],
    law: Broken,
    admitted: Broken,
    calibration: Calibration,
) -> Level:
    """Return the level that is enough, with the price of every level and the answers that would change it.

    Args:
        device: the profile.
        settle: what the price takes a profile to be.
        findings: of this assessment.
        verdicts: of this assessment.
        law: finding id -> provisions of law that it breaks in the device's markets.
        admitted: capability -> such provisions that fail by the maker's own word.
        calibration: the numbers.
    """
    steps = _steps()

    def prices(of: Device, nodes: int) -> tuple[LevelPrice, ...]:
        return price_levels(settle(of), findings, law, admitted, calibration, steps, nodes=nodes)

    turns = []
    for field, value, other in _other_answers(device):
        # What evidence contradicts stays so whatever is answered; a floor that stays open gives no level to name.
        by_money = min(prices(other, ROUGH), key=lambda one: (one.social_total, one.level)).level
        if (required := required_level(floor_of(other, findings), by_money)) is not None:
            turns.append(Turn(field=field, value=value, level=required))
    return level(device, verdicts, findings, prices(device, 4 * ROUGH), turns)


def _steps() -> tuple[Step, ...]:
    looks = levels().looks
    return tuple(Step(number, frozenset(looks[number].controls), looks[number].cost) for number in sorted(looks))


def _other_answers(device: Device) -> Iterator[tuple[str, str, Device]]:
    """Yield every other answer to one of the questions that the floor rests on."""
    for field in levels().floor:
        given = getattr(device, field)
        several = field == "assets"
        for value in _CHOICES[field]:
            other = (value,) if several else value
            if other != given:
                yield field, str(value), device.model_copy(update={field: other})
