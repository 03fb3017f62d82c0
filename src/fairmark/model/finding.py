"""Findings (something is wrong), observations (something is right) and facts that were seen."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from fairmark.model.evidence import Evidence
from fairmark.model.gap import Gap
from fairmark.model.value import Value, content_id


class Severity(StrEnum):
    """How bad it is when it is real."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Confidence(StrEnum):
    """A: proven in the image. B: strong. C: a hint, shown on request and never part of a verdict."""

    A = "A"
    B = "B"
    C = "C"


class Reach(StrEnum):
    """How near an attacker it lies: present < linked < started < exposed."""

    PRESENT = "present"
    LINKED = "linked"
    STARTED = "started"
    EXPOSED = "exposed"

    @property
    def rank(self) -> int:
        """0 (present) to 3 (exposed)."""
        return list(Reach).index(self)


class Method(StrEnum):
    """How something was looked at: the methods that the vocabulary's ``settled_by`` names."""

    FIRMWARE_STATIC = "firmware_static"
    NETWORK_PROBE = "network_probe"
    DOCUMENT = "document"
    FEED_OR_HISTORY = "feed_or_history"
    HUMAN = "human"


class Finding(Value):
    """One thing that is wrong, with its proof.

    A finding without evidence is an opinion, and opinions cannot fail a device; so
    ``evidence`` may not be empty. The id rests on the rule, the title and the evidence:
    the same flaw in the same place keeps its id.
    """

    id: str = ""
    rule: str
    weakness: str
    capability: str
    title: str
    severity: Severity
    confidence: Confidence
    reach: Reach
    cwe: str = ""
    cve: str = ""
    kev: bool = False
    epss: float | None = Field(default=None, ge=0, le=1)
    fix: str
    evidence: tuple[str, ...] = Field(min_length=1, description="ids of evidence")

    @model_validator(mode="after")
    def _name_itself(self) -> Self:
        object.__setattr__(self, "id", content_id(self.rule, self.title, sorted(self.evidence)))
        return self


class Observation(Value):
    """One thing that is right, seen in every place where it could have been wrong.

    ``complete`` says that all places that could hold the opposite were examined: only then
    may the observation help a provision to PASS.
    """

    rule: str
    capability: str
    statement: str
    complete: bool
    method: Method = Method.FIRMWARE_STATIC
    evidence: tuple[str, ...] = Field(min_length=1)


class SeenFact(Value):
    """A fact about the device that the examination proved, such as ``auth.password`` is true."""

    fact: str
    value: bool | str
    statement: str
    evidence: tuple[str, ...] = Field(min_length=1)


class Detection(Value):
    """What one detector returns: findings, observations and facts with the evidence they name; what it left unseen."""

    findings: tuple[Finding, ...] = ()
    observations: tuple[Observation, ...] = ()
    facts: tuple[SeenFact, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    gaps: tuple[Gap, ...] = ()
    unseen: tuple[str, ...] = Field(default=(), description="what this image does not show, in a sentence each")

    @model_validator(mode="after")
    def _know_your_evidence(self) -> Self:
        known = {item.id for item in self.evidence}
        speakers: tuple[Finding | Observation | SeenFact, ...] = (*self.findings, *self.observations, *self.facts)
        named = {i for thing in speakers for i in thing.evidence}
        if missing := sorted(named - known):
            raise ValueError(f"evidence {missing} is named but not given")
        return self


def joined(detections: Iterable[Detection]) -> Detection:
    """Join detections into one: evidence once each, everything in a fixed order."""
    found = tuple(detections)
    evidence = {item.id: item for one in found for item in one.evidence}
    findings = {item.id: item for one in found for item in one.findings}
    return Detection(
        findings=tuple(sorted(findings.values(), key=_worst_first)),
        observations=tuple(sorted((o for one in found for o in one.observations), key=lambda o: (o.rule, o.statement))),
        facts=tuple(sorted((f for one in found for f in one.facts), key=lambda f: (f.fact, f.statement))),
        evidence=tuple(evidence[key] for key in sorted(evidence)),
        gaps=tuple(dict.fromkeys(gap for one in found for gap in one.gaps)),
        unseen=tuple(sorted({sentence for one in found for sentence in one.unseen})),
    )


def _worst_first(finding: Finding) -> tuple[int, str, int, str, str]:
    severity = list(Severity).index(finding.severity)
    return severity, finding.confidence, -finding.reach.rank, finding.rule, finding.id
