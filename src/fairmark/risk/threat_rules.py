"""The rules of threats (``threats.yaml``), read and checked: what an entry point can be, and what may be done there."""

from collections.abc import Iterator
from functools import cache

from pydantic import Field

from fairmark.model.data import digest_of, load_yaml
from fairmark.model.finding import Method
from fairmark.model.threat import Boundary, Day, Stride
from fairmark.model.value import Value
from fairmark.model.vocabulary import Vocabulary
from fairmark.risk.fleet import SCENARIOS

PACKAGE, FILE = "fairmark.risk", "threats.yaml"
NETWORK = "network"
"""In ``boundaries`` of a kind: what ``networks`` gives for the device stands in its place."""


class AssetRule(Value):
    """What an attacker may want, and what shows that it is there."""

    id: str
    title: str
    facts: tuple[str, ...]
    weaknesses: tuple[str, ...]
    always: bool = False


class KindRule(Value):
    """A kind of entry point.

    ``fixed`` kinds are looked at in every device, whatever it starts; the others are what a
    started service can be.
    """

    id: str
    title: str
    services: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    ports: bool = False
    goes_out: bool = False
    fixed: bool = False
    always: bool = False
    facts: tuple[str, ...] = ()
    weaknesses: tuple[str, ...] = ()
    unknown: str = ""
    device_wide: bool
    source: str
    boundaries: tuple[str, ...]
    assets: tuple[str, ...]
    protection: str


class SurfaceRule(Value):
    """What no image shows, and who could look at it."""

    id: str
    title: str
    why: str
    settled_by: str
    facts: tuple[str, ...]


class ThreatRule(Value):
    """One thing that may be done at some kinds of entry points."""

    id: str
    stride: Stride
    title: str
    what: str
    at: tuple[str, ...]
    weaknesses: tuple[str, ...]
    capabilities: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    unowned: bool = False
    needs: tuple[str, ...]
    source: str = Field(default="", description="empty: that of the file")
    date: Day | None = Field(default=None, description="none: that of the file")


class RulingOut(Value):
    """What a complete observation of a capability by one method rules out."""

    capability: str
    method: Method
    weaknesses: tuple[str, ...]


class ThreatRules(Value):
    """All of it."""

    id: str
    version: str
    date: Day
    source: str
    assumed: bool
    review_months: int = Field(ge=1)
    boundaries: tuple[Boundary, ...]
    networks: dict[str, tuple[str, ...]]
    assets: tuple[AssetRule, ...]
    kinds: tuple[KindRule, ...]
    surfaces: tuple[SurfaceRule, ...]
    facts_of_controls: dict[str, str]
    ruled_out_by: tuple[RulingOut, ...]
    no_threat: dict[str, str]
    rules: tuple[ThreatRule, ...]

    def kind(self, name: str) -> KindRule:
        """Return the kind of that id."""
        return next(one for one in self.kinds if one.id == name)


@cache
def threat_rules() -> ThreatRules:
    """Return the rules, read once."""
    return ThreatRules.model_validate(load_yaml(PACKAGE, FILE))


def rules_digest() -> str:
    """Return the SHA-256 of the rules' file."""
    return digest_of(PACKAGE, FILE)


def faults(rules: ThreatRules, words: Vocabulary) -> Iterator[str]:
    """Yield every name that leads nowhere, every weakness without a threat, and every kind without a rule."""
    known = {
        "weakness": words.weaknesses.keys(),
        "capability": words.capabilities.keys(),
        "fact": words.facts.keys(),
        "control": words.controls.keys(),
        "scenario": SCENARIOS.keys(),
        "kind": {one.id for one in rules.kinds},
        "asset": {one.id for one in rules.assets},
        "boundary": {one.id for one in rules.boundaries} | {NETWORK},
    }
    for what, where, names in _named(rules):
        yield from (f"{where}: {name} is no {what}" for name in names if name not in known[what])
    threatened = {name for rule in rules.rules for name in rule.weaknesses} | rules.no_threat.keys()
    yield from (f"{name}: no threat needs this weakness" for name in words.weaknesses if name not in threatened)
    tried = {name for rule in rules.rules for name in rule.at}
    yield from (f"{kind.id}: no rule speaks of this kind" for kind in rules.kinds if kind.id not in tried)
    yield from (f"{rule.id}: leads to no scenario" for rule in rules.rules if not (rule.weaknesses or rule.scenarios))
    for of, ids in (("rule", [one.id for one in rules.rules]), ("kind", [one.id for one in rules.kinds])):
        yield from (f"{name}: stands twice among the {of}s" for name in sorted(set(ids)) if ids.count(name) > 1)


def _named(rules: ThreatRules) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield what is named, where, and the names."""
    for asset in rules.assets:
        yield from (("fact", asset.id, asset.facts), ("weakness", asset.id, asset.weaknesses))
    for kind in rules.kinds:
        yield from (("fact", kind.id, kind.facts), ("weakness", kind.id, kind.weaknesses))
        yield from (("boundary", kind.id, kind.boundaries), ("asset", kind.id, kind.assets))
    for rule in rules.rules:
        yield from (("weakness", rule.id, rule.weaknesses), ("capability", rule.id, rule.capabilities))
        yield from (("fact", rule.id, rule.needs), ("scenario", rule.id, rule.scenarios), ("kind", rule.id, rule.at))
    yield from (("fact", one.id, one.facts) for one in rules.surfaces)
    yield from (("boundary", f"networks.{name}", given) for name, given in rules.networks.items())
    yield from (
        pair
        for one in rules.ruled_out_by
        for pair in (("capability", "ruled_out_by", (one.capability,)), ("weakness", "ruled_out_by", one.weaknesses))
    )
    yield "control", "facts_of_controls", tuple(rules.facts_of_controls)
    yield "fact", "facts_of_controls", tuple(rules.facts_of_controls.values())
    yield "weakness", "no_threat", tuple(rules.no_threat)
