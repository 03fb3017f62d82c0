"""Which assurance level law and exposure ask for, and which one this assessment reaches.

``required`` is here the floor alone: the comparison in money joins it once the price of
each level is known. ``reached`` counts kinds of evidence, so a run that a maker makes on
its own ends at level 1: nobody else looked.
"""

from collections.abc import Iterable, Mapping
from functools import cache

from pydantic import Field

from fairmark.model.data import load_yaml
from fairmark.model.device import Device
from fairmark.model.finding import Confidence, Finding
from fairmark.model.standard import Level, Outcome, Verdict
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


class Levels(Value):
    """The scale, and the floor under it."""

    id: str
    version: str
    date: str
    source: str
    assumed: bool
    levels: tuple[LevelEntry, ...]
    floor: dict[str, dict[str, int]]
    self_run: int
    contradicts: dict[str, str]


@cache
def levels() -> Levels:
    """Return the levels, read once."""
    return Levels.model_validate(load_yaml(PACKAGE, FILE))


def level(device: Device, verdicts: Iterable[Verdict], findings: Iterable[Finding]) -> Level:
    """Return the required and the reached level, with the reasons for both.

    ``required`` is None while a field that nobody filled in, or that evidence contradicts,
    could still raise it.
    """
    required, why_required = _required(device, tuple(findings))
    reached, why_reached = _reached(device, tuple(verdicts))
    money = "The comparison of loss with the cost of each level joins later; until then the floor stands alone."
    return Level(required=required, reached=reached, why=(why_required, money, why_reached))


def _required(device: Device, findings: tuple[Finding, ...]) -> tuple[int | None, str]:
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
    if could_be > least:
        missing = ", ".join(sorted(field for field, most in unknown.items() if most > least))
        return None, f"Required: at least {least}; not decided, because {missing} could raise it and nobody stated it."
    if least == 1:
        return 1, "Required by law and exposure: 1, because nothing in the profile asks for more."
    return least, f"Required by law and exposure: {least}, because {' and '.join(rests_on[least])}."


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
