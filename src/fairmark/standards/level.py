"""Which assurance level is enough, and which one this assessment reaches.

``required`` is the level whose cost and loss to everybody make the smallest sum, and never less than the floor that
law and exposure put under it. ``reached`` counts kinds of evidence, so a run that a maker makes on
its own ends at level 1: nobody else looked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pydantic import Field

from fairmark.model.amounts import short
from fairmark.model.asked import BASELINE
from fairmark.model.data import load_yaml
from fairmark.model.device import Device
from fairmark.model.finding import Confidence, Finding
from fairmark.model.risk import LevelPrice
from fairmark.model.standard import Level, Outcome, Turn, Verdict
from fairmark.model.value import Value
from fairmark.standards.claims import claim_of
from fairmark.standards.summary import is_binding

PACKAGE, FILE = "fairmark.standards", "levels.yaml"


class LevelEntry(Value):
    """One assurance level: what evidence it rests on, which attacker it reckons with, what it is near."""

    level: int = Field(ge=1, le=4)
    name: str
    evidence: str
    attacker: str
    near: tuple[str, ...]


class Look(Value):
    """What examining a device for one level leads to, and what it costs."""

    controls: tuple[str, ...]
    cost: tuple[str, ...] = Field(description="ids of the calibration")


class ByComponent(Value):
    """Where the highest level is reached through the certificate of a component."""

    cra_class: str
    network: tuple[str, ...]


class Levels(Value):
    """The scale, and the floor under it."""

    id: str
    version: str
    date: str
    source: str
    assumed: bool
    levels: tuple[LevelEntry, ...]
    looks: dict[int, Look]
    by_component: ByComponent
    floor: dict[str, dict[str, int]]
    self_run: int
    contradicts: dict[str, str]


@cache
def levels() -> Levels:
    """Return the levels, read once."""
    return Levels.model_validate(load_yaml(PACKAGE, FILE))


def level(
    device: Device,
    verdicts: Iterable[Verdict],
    findings: Iterable[Finding],
    prices: Sequence[LevelPrice] = (),
    turns: Sequence[Turn] = (),
) -> Level:
    """Return the required and the reached level, with the reasons for both.

    Args:
        device: the profile.
        verdicts: of this assessment.
        findings: of this assessment.
        prices: of every level, lowest first; without them the floor stands alone.
        turns: what other answers of the profile would make of it.

    ``required`` is None while a field that nobody filled in, or that evidence contradicts,
    could still raise it.
    """
    floor = _floor(device, tuple(findings))
    reached, why_reached = _reached(device, tuple(v for v in verdicts if v.catalogue in BASELINE))
    social, private = _cheapest(prices, social=True), _cheapest(prices, social=False)
    required = required_level(floor, social)
    why = [floor.why, _money(social, private, prices), *_decided(floor, social, required)]
    if required == max(levels().looks) and _is_by_component(device):
        why.append(_BY_COMPONENT)
    return Level(
        required=required,
        reached=reached,
        why=(*why, why_reached),
        floor=floor.level,
        by_money=social,
        by_private_money=private,
        prices=tuple(prices),
        turns=tuple(one for one in turns if one.level != required),
    )


@dataclass(frozen=True, slots=True)
class Floor:
    """The level under which law and exposure let nothing fall."""

    least: int
    could_be: int
    why: str

    @property
    def level(self) -> int | None:
        """The floor, or None while unknown fields could raise it."""
        return self.least if self.least == self.could_be else None


def required_level(floor: Floor, by_money: int | None) -> int | None:
    """Return the higher of floor and money; None while an unknown field could still raise it."""
    required = max(floor.least, by_money or 1)
    return None if floor.could_be > required else required


def floor_of(device: Device, findings: Iterable[Finding]) -> Floor:
    """Return the floor that law and exposure put under a device."""
    return _floor(device, tuple(findings))


_BY_COMPONENT = (
    "Level 4 is reached here by the certificate of a component, such as EUCC with AVA_VAN.5 or FIPS 140-3 for the chip "
    "or module that holds the keys; its digest binds it to the device."
)


def _floor(device: Device, findings: tuple[Finding, ...]) -> Floor:
    scale = levels()
    least, could_be = 1, 1
    rests_on: dict[int, list[str]] = {}
    unknown: dict[str, int] = {}
    for field, table in scale.floor.items():
        values = _values(device, field, findings)
        if values is None:
            unknown[field] = max(table.values())
            could_be = max(could_be, unknown[field])
            continue
        for value in values:
            number = table.get(value, 1)
            rests_on.setdefault(number, []).append(f"{field} is {value}")
            least = max(least, number)
    could_be = max(could_be, least)
    if could_be > least:
        missing = ", ".join(sorted(field for field, most in unknown.items() if most > least))
        told = (
            f"Law and exposure: at least {least}; not decided, because {missing} could raise it and nobody stated it."
        )
    elif least == 1:
        told = "Law and exposure ask for 1, because nothing in the profile asks for more."
    else:
        told = f"Law and exposure ask for {least}, because {' and '.join(rests_on[least])}."
    return Floor(least, could_be, told)


def _cheapest(prices: Sequence[LevelPrice], *, social: bool) -> int | None:
    """Return the level with the smallest sum of cost and loss, the lower one if equal; None where no loss is known."""
    if not any(one.social.mean for one in prices):
        return None
    return min(prices, key=lambda one: (one.social_total if social else one.private_total, one.level)).level


def _money(social: int | None, private: int | None, prices: Sequence[LevelPrice]) -> str:
    if social is None or private is None:
        return "The price knows no loss of such a device, so money says nothing here; law and exposure stand alone."
    total = {one.level: one.social_total for one in prices}
    sums = ", ".join(f"{level} USD {short(value)}" for level, value in total.items())
    maker = "the same" if private == social else f"{private}, which is what incentives pay for, not advice"
    return f"Cost and loss to everybody are least at level {social} ({sums} a year); to the maker alone at {maker}."


def _decided(floor: Floor, by_money: int | None, required: int | None) -> tuple[str, ...]:
    if required is None or by_money is None:
        return ()
    if required > by_money:
        return (f"Required: {required}, by law and exposure; money alone would ask for {by_money}.",)
    if required > floor.least:
        return (f"Required: {required}, by money; law and exposure alone would ask for {floor.least}.",)
    return (f"Required: {required}, by money as by law and exposure.",)


def _is_by_component(device: Device) -> bool:
    rule = levels().by_component
    return str(device.cra_class) == rule.cra_class and str(device.network) in rule.network


def _values(device: Device, field: str, findings: tuple[Finding, ...]) -> tuple[str, ...] | None:
    """Return what the profile says in a field; None when it says nothing, or says what evidence contradicts."""
    weakness = levels().contradicts.get(field)
    if any(f.weakness == weakness and f.confidence is not Confidence.C for f in findings):
        return None
    given = getattr(device, field)
    if given is None:
        return None
    return tuple(str(item) for item in given) if isinstance(given, tuple) else (str(given),)


def _reached(device: Device, verdicts: tuple[Verdict, ...]) -> tuple[int, str]:
    """Return 0 or the most a self-run can reach, and why."""
    failed = [f"{v.catalogue} {v.provision}" for v in verdicts if is_binding(v) and v.outcome is Outcome.FAIL]
    if failed:
        named = ", ".join(failed[:5]) + (f" and {len(failed) - 5} more" if len(failed) > 5 else "")
        return 0, f"Reached: 0, because mandatory provisions fail: {named}."
    scale = levels()
    asked = _asked(verdicts)
    declared = [name for name, ids in asked.items() if all(_is_claimed(device, name, p) for p in ids)]
    if not declared:
        missing = {name: sum(not _is_claimed(device, name, p) for p in ids) for name, ids in asked.items()}
        counts = ", ".join(f"{name} {number}" for name, number in missing.items()) or "no catalogue was judged"
        return 0, f"Reached: 0, because claims for mandatory provisions are missing ({counts})."
    name = next(entry.name for entry in scale.levels if entry.level == scale.self_run)
    claims = f"every applicable mandatory provision of {' and '.join(declared)} is claimed and none fails"
    return scale.self_run, f"Reached: {scale.self_run} ({name}), because {claims}; a run by the maker gives no more."


def _asked(verdicts: tuple[Verdict, ...]) -> Mapping[str, list[str]]:
    """Return catalogue -> its mandatory provisions that are not out of play."""
    asked: dict[str, list[str]] = {}
    for verdict in verdicts:
        if is_binding(verdict) and verdict.outcome is not Outcome.NOT_APPLICABLE:
            asked.setdefault(verdict.catalogue, []).append(verdict.provision)
    return asked


def _is_claimed(device: Device, catalogue: str, provision: str) -> bool:
    claim = claim_of(device, catalogue, provision)
    return claim is not None and claim.implemented is True
