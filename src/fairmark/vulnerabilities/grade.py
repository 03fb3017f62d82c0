"""How sure a match is, how bad it is, and the two rules that findings about published flaws belong to."""

from dataclasses import dataclass

from fairmark.model.finding import Confidence, Reach, Severity
from fairmark.vulnerabilities.record import Record

LIKELY = 0.1  # EPSS from which exploitation within 30 days counts as likely
_STEPS = (Severity.LOW, Severity.MEDIUM, Severity.HIGH)


@dataclass(frozen=True, slots=True)
class VulnerabilityRule:
    """One kind of finding about published flaws, with its documentation."""

    id: str
    title: str
    weakness: str
    capability: str
    severity: Severity
    what: str
    false_positives: str
    fix: str
    cwe: str = "CWE-1395"
    references: tuple[str, ...] = ()


KNOWN_EXPLOITED = VulnerabilityRule(
    id="known-exploited-vulnerability",
    title="A flaw that is being exploited is in a component that runs",
    weakness="kev-cve-exposed",
    capability="no-known-vulns",
    severity=Severity.HIGH,
    what="The version of the component lies in the affected range of a flaw that CISA lists as known to be exploited, "
    "and a program that the device starts carries or loads it (grade A). Where the maker's own VEX document says that "
    "it is not affected, both stand and the grade is B.",
    false_positives="A flaw that was mended in the old version itself, without a change of the version and outside a "
    "distribution whose tracker is loaded: say so in a VEX document.",
    fix="Move the component to the first version without the flaw before anything else.",
    references=("CISA, Known Exploited Vulnerabilities catalogue",),
)
KNOWN = VulnerabilityRule(
    id="known-vulnerability",
    title="A published flaw is in a component that is used",
    weakness="cve-exposed",
    capability="no-known-vulns",
    severity=Severity.MEDIUM,
    what="The version of the component lies in the affected range of a published flaw, and something that runs loads "
    "it (grade B). The range is the distribution's own where the package is a distribution's, else upstream's. The "
    "severity follows the published score; where exploitation is likely (EPSS of 0.1 or more) or goes on, one step up.",
    false_positives="Fixes ported back without a change of the version, and flaws that need a configuration which the "
    "device does not have. Where the data tells, both are dropped or lowered to hints; vex.json names each with the "
    "reason.",
    fix="Move the component to the first version without the flaw.",
    references=("FIRST, EPSS", "CISA, SSVC"),
)
RULES = (KNOWN_EXPLOITED, KNOWN)


def rule_of(record: Record, confidence: Confidence, reach: Reach) -> VulnerabilityRule:
    """Return the rule of a finding: the exploited flaw counts as such only where it runs and is no mere hint."""
    runs = reach in {Reach.STARTED, Reach.EXPOSED}
    return KNOWN_EXPLOITED if record.kev and runs and confidence is not Confidence.C else KNOWN


def confidence(record: Record, reach: Reach, *, doubtful: bool) -> Confidence:
    """Return A for what is exploited and runs, B for what runs or is linked, C for all else and for every doubt."""
    if doubtful or reach is Reach.PRESENT:
        return Confidence.C
    if record.kev and reach in {Reach.STARTED, Reach.EXPOSED}:
        return Confidence.A
    return Confidence.B


def severity(record: Record) -> Severity:
    """Return high for what is exploited; else by the published score, one step up where exploitation is likely."""
    if record.kev:
        return Severity.HIGH
    step = _step(record)
    if (record.epss or 0) >= LIKELY or record.exploitation == "active":
        step = min(2, step + 1)
    return _STEPS[step]


def _step(record: Record) -> int:
    if record.score is None:
        return {"critical": 2, "high": 2, "low": 0, "none": 0}.get(record.severity, 1)
    return 2 if record.score >= 7 else 1 if record.score >= 4 else 0
