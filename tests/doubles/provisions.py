"""Builders for verdicts: a device with its claims, one finding, one observation, an image that was seen whole."""

from fairmark.model.device import Claim, Device
from fairmark.model.finding import Confidence, Finding, Method, Observation, Reach, SeenFact, Severity
from fairmark.model.gap import Gap, GapReason
from fairmark.model.image import Coverage
from fairmark.model.standard import Outcome, Verdict
from fairmark.model.vocabulary import declared_facts, vocabulary
from fairmark.standards.contradictions import noted, settle
from fairmark.standards.judge import judge
from fairmark.standards.library import catalogues

WORDS = vocabulary()
SEEN_WHOLE = Coverage(image_bytes=100, opened_bytes=100, files=3, root_file_systems=("main",), detectors=("accounts",))
GAP = Gap(where="0.1", reason=GapReason.ENCRYPTED_OR_RANDOM, detail="cannot be opened", bytes=40)
BETTER = {Outcome.FAIL: 0, Outcome.INCONCLUSIVE: 1, Outcome.NOT_APPLICABLE: 2, Outcome.PASS: 3}


def finding(weakness: str, *, confidence: Confidence = Confidence.A, evidence: str = "ev-1", **more: object) -> Finding:
    """A finding of this weakness."""
    values = {
        "rule": f"rule-{weakness}",
        "title": f"{WORDS.weaknesses[weakness].title}",
        "capability": WORDS.weaknesses[weakness].capability,
        "severity": Severity.HIGH,
        "reach": Reach.STARTED,
        "fix": "Mend it.",
    }
    return Finding.model_validate(
        {"weakness": weakness, "confidence": confidence, "evidence": (evidence,), **values, **more}
    )


def observation(
    capability: str, *, complete: bool = True, method: Method = Method.FIRMWARE_STATIC, rule: str = ""
) -> Observation:
    """An observation that speaks for this capability."""
    return Observation(
        rule=rule or f"rule-{capability}",
        method=method,
        capability=capability,
        statement="Seen to be right.",
        complete=complete,
        evidence=("ev-9",),
    )


def seen(fact: str, *, value: bool | str = True, evidence: str = "ev-5") -> SeenFact:
    """A fact that the image proves."""
    return SeenFact(fact=fact, value=value, statement=f"{fact} was seen.", evidence=(evidence,))


def device(
    facts: dict[str, bool] | None = None,
    claims: dict[str, dict[str, tuple[bool | None, str]]] | None = None,
    **more: object,
) -> Device:
    """A device; claims are catalogue -> provision -> (implemented, reason)."""
    rows = {c: {p: Claim(implemented=i, reason=r) for p, (i, r) in part.items()} for c, part in (claims or {}).items()}
    return Device.model_validate({"facts": facts or {}, "claims": rows, **more})


def verdicts(
    subject: Device,
    *findings: Finding,
    observations: tuple[Observation, ...] = (),
    facts: tuple[SeenFact, ...] = (),
    coverage: Coverage = SEEN_WHOLE,
) -> dict[tuple[str, str], Verdict]:
    """The verdicts by catalogue and provision, judged the way the workflow does it."""
    settled, contradictions = settle(declared_facts(subject, WORDS), facts)
    judged = judge(subject, findings, observations, settled, coverage)
    told = noted(judged, contradictions, catalogues())
    return {(verdict.catalogue, verdict.provision): verdict for verdict in told}
