"""Pass or fail a build: what blocks it, what a waiver covers, and what could not be decided."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from pydantic import Field, ValidationError

from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.model.asked import is_asked
from fairmark.model.assessment import SCHEMA, Assessment
from fairmark.model.device import Market
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Finding, Severity
from fairmark.model.reported import Reported, ReportedLevel
from fairmark.model.standard import Outcome, Status, Verdict
from fairmark.model.value import Value
from fairmark.standards.library import catalogues
from fairmark.standards.summary import is_to_come
from fairmark.workflows.mapping import read_mapping
from fairmark.workflows.standards import gone_editions

MAX_BYTES = 256 << 20
REPORTED = "reported"
_WAIVERS_EXAMPLE = (
    "waivers: [{waives: service-telnet-started, owner: QA lead, reason: removed in 1.5, expires: 2027-01-31}]"
)


class Result(StrEnum):
    """What the gate says. ``undecided`` does not open it: unknown is not good."""

    PASSED = "passed"
    FAILED = "failed"
    UNDECIDED = "undecided"


class Waiver(Value):
    """Leave to ship with one known flaw: who took it, why, and until when."""

    waives: str = Field(min_length=1, description="id of a finding, a rule, or 'catalogue provision'")
    owner: str = Field(min_length=1)
    reason: str = Field(min_length=10)
    expires: date


class Waivers(Value):
    """The waivers file."""

    waivers: tuple[Waiver, ...]


class Reason(Value):
    """One thing that closes the gate, or would without a waiver."""

    subject: str
    text: str
    result: Result = Result.FAILED
    waived_by: str = ""


class GateReport(Value):
    """What the gate looked at and what it says."""

    result: Result
    reasons: tuple[Reason, ...] = ()
    waived: tuple[Reason, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the user asks of the build."""

    minimum: bool = False
    """Only what the law of the device's markets requires."""
    level: int | None = None
    standards: tuple[str, ...] = field(default=())
    max_loss: float | None = None
    """Greatest accepted loss of one year in 20 to the maker (private P95), in the assessment's currency."""
    reported: ReportedLevel | None = None
    """Results of code scanners count from this level on, unless the team set them aside; None: they do not count."""


def read_assessment(content: bytes, name: str) -> Assessment:
    """Read ``assessment.json`` back; a damaged or foreign file is refused with the place of the fault."""
    if len(content) > MAX_BYTES:
        raise UnreadableInputError(f"{name} is larger than {MAX_BYTES} bytes", hint="Is it an assessment.json?")
    try:
        return Assessment.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise UnreadableInputError(
            f"{name} is no assessment of the form {SCHEMA}: {place}: {first['msg']}",
            hint="Give the assessment.json that `fairmark assess` wrote.",
        ) from None


def read_waivers(content: bytes, name: str) -> tuple[Waiver, ...]:
    """Read a waivers file; every waiver needs an owner, a reason and an end."""
    hint = f"Write {_WAIVERS_EXAMPLE}"
    try:
        return Waivers.model_validate(read_mapping(content, name, hint=hint)).waivers
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, one['loc'])) or name}: {one['msg']}" for one in error.errors(include_url=False)]
        raise WrongUsageError("\n  ".join([f"{name} is not a list of waivers:", *faults]), hint=hint) from None


def gate(
    assessment: Assessment,
    conditions: Conditions,
    *,
    today: date,
    baseline: Assessment | None = None,
    waivers: tuple[Waiver, ...] = (),
) -> GateReport:
    """Say whether the build may go on.

    Closed by a grade A finding of high severity, by a FAIL of a mandatory provision of a catalogue that the
    device is asked to meet (``model.asked``) or that ``conditions`` name, and by what they add.
    With a ``baseline`` only what is new or worse since then counts.
    """
    _refuse_unknown(conditions)
    reasons = _blocking(assessment, conditions)
    notes = list(gone_editions(assessment))
    if baseline is not None:
        # A report that is missing today is no old noise because it was missing then.
        known = {one.subject for one in _blocking(baseline, conditions) if one.subject.split(" ")[0] != REPORTED}
        old = [reason for reason in reasons if reason.subject in known]
        reasons = [reason for reason in reasons if reason.subject not in known]
        notes.append(f"{len(old)} known from the baseline, not counted; they are still there")
    aliases = _aliases(assessment)
    open_reasons, waived = [], []
    for reason in reasons:
        waiver = next((w for w in waivers if w.waives in aliases.get(reason.subject, {reason.subject})), None)
        if waiver is None:
            open_reasons.append(reason)
        elif waiver.expires < today:
            text = f"{reason.text} (waiver of {waiver.owner} ended on {waiver.expires.isoformat()})"
            open_reasons.append(reason.model_copy(update={"text": text}))
        else:
            by = f"{waiver.owner} until {waiver.expires.isoformat()}: {waiver.reason}"
            waived.append(reason.model_copy(update={"waived_by": by}))
    notes += _unused(waivers, reasons, aliases)
    return GateReport(
        result=_result(open_reasons), reasons=tuple(open_reasons), waived=tuple(waived), notes=tuple(notes)
    )


def _refuse_unknown(conditions: Conditions) -> None:
    known = [one.id for one in catalogues()]
    for standard in conditions.standards:
        if standard not in known:
            raise WrongUsageError(f"{standard!r} is not a catalogue", hint=f"Known: {', '.join(known)}.")


def _blocking(assessment: Assessment, conditions: Conditions) -> list[Reason]:
    reasons = [] if conditions.minimum else [_proven(f) for f in assessment.findings if _is_proven_high(f)]
    reasons += [
        _failed(v, assessment.created.date()) for v in assessment.verdicts if _counts(v, assessment, conditions)
    ]
    reached = assessment.level.reached
    if conditions.level is not None and reached < conditions.level:
        text = f"level {conditions.level} asked, level {reached} reached: {'; '.join(assessment.level.why)}"
        reasons.append(Reason(subject="level", text=text))
    if conditions.max_loss is not None and (reason := _dear(assessment, conditions.max_loss)):
        reasons.append(reason)
    if conditions.reported is not None:
        reasons += _reported(assessment, conditions.reported)
    return reasons


def _reported(assessment: Assessment, level: ReportedLevel) -> list[Reason]:
    """Return the open results of code scanners; without a whole report nothing can be said of the sources."""
    proofs = {item.id: item for item in assessment.evidence}
    counted = [one for one in assessment.reported if not one.suppressed and one.level.rank >= level.rank]
    reasons = [Reason(subject=one.id, text=_told(one, proofs[one.evidence])) for one in counted]
    if not assessment.scanners:
        text = "no report of a code scanner was read (assess --sarif FILE)"
        reasons.append(Reason(subject=REPORTED, text=text, result=Result.UNDECIDED))
    for tool in sorted({one.tool.name for one in assessment.scanners if not one.complete}):
        text = f"{tool} did not finish: what it would have reported is not known"
        reasons.append(Reason(subject=f"{REPORTED} {tool}", text=text, result=Result.UNDECIDED))
    return reasons


def _told(one: Reported, proof: Evidence) -> str:
    where = f"{proof.where.path}:{proof.where.line}" if proof.where.line else proof.where.path
    return f"{proof.tool.name} reports {one.level} {one.rule} in {where}: {proof.statement}"


def _is_proven_high(finding: Finding) -> bool:
    return finding.confidence is Confidence.A and finding.severity is Severity.HIGH


def _proven(finding: Finding) -> Reason:
    return Reason(subject=finding.id, text=f"proven flaw: {finding.title}")


def _failed(verdict: Verdict, today: date) -> Reason:
    text = f"{verdict.catalogue} {verdict.provision} fails: {verdict.title}"
    text += f" (law from {verdict.applies_from})" if is_to_come(verdict, today) else ""
    return Reason(subject=f"{verdict.catalogue} {verdict.provision}", text=text)


def _counts(verdict: Verdict, assessment: Assessment, conditions: Conditions) -> bool:
    if verdict.outcome is not Outcome.FAIL or verdict.status is Status.RECOMMENDED:
        return False
    if conditions.standards and verdict.catalogue not in conditions.standards:
        return False
    catalogue = next((one for one in catalogues() if one.id == verdict.catalogue), None)
    if catalogue is None:  # taken away since: where it was law is not known here, that it was one the verdict tells
        return not conditions.minimum or verdict.applies_from is not None
    sold = set(assessment.device.markets) or set(Market)  # not stated: the law of every market counts
    if conditions.minimum:
        return bool(set(catalogue.markets) & sold)
    return bool(conditions.standards) or is_asked(catalogue, assessment.device)


def _dear(assessment: Assessment, limit: float) -> Reason | None:
    """Compare the interval of the private P95 with the limit: above, below, or not to be decided."""
    low, high = assessment.risk.private.bounds.p95
    if high <= limit:
        return None
    amount = f"private P95 of {low:,.0f} to {high:,.0f} {assessment.risk.currency}"
    if low > limit:
        return Reason(subject="max-loss", text=f"{amount} is above {limit:,.0f}")
    return Reason(subject="max-loss", text=f"{amount} cannot be told from {limit:,.0f}", result=Result.UNDECIDED)


def _aliases(assessment: Assessment) -> dict[str, set[str]]:
    """Names under which a waiver may speak of a reason: a finding or a result by its id or its rule."""
    named: list[Finding | Reported] = [*assessment.findings, *assessment.reported]
    return {one.id: {one.id, one.rule} for one in named}


def _unused(waivers: tuple[Waiver, ...], reasons: list[Reason], aliases: dict[str, set[str]]) -> list[str]:
    spoken = {name for reason in reasons for name in aliases.get(reason.subject, {reason.subject})}
    return [
        f"waiver for {w.waives!r} of {w.owner} covers nothing any more: remove it"
        for w in waivers
        if w.waives not in spoken
    ]


def _result(reasons: list[Reason]) -> Result:
    if not reasons:
        return Result.PASSED
    return Result.FAILED if any(reason.result is Result.FAILED for reason in reasons) else Result.UNDECIDED
