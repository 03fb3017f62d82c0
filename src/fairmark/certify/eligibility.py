"""Whether a certificate may be issued, and every reason against it.

Law comes first, then what a standard demands, then levels. A run by the maker alone gives at most level Declared,
whatever was decided. Levels above need an independent evaluation, their kinds of evidence, and not one mandatory
provision of the scheme or of law in force that stayed open. What a decision may accept all the same becomes a condition
of the certificate.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import Field

from fairmark.certify.certificate import Condition, latest_end
from fairmark.certify.decision import Accepted, Decision, Outcome
from fairmark.certify.label_verdict import DECLARED
from fairmark.certify.trust import DEMO, Id, Name
from fairmark.model.asked import BASELINE
from fairmark.model.assessment import Assessment
from fairmark.model.evidence import EvidenceKind
from fairmark.model.finding import Confidence, Severity
from fairmark.model.standard import Outcome as Verdicted
from fairmark.model.standard import Status, Verdict
from fairmark.model.value import Value

_NAMED = 12


class Rules(Value):
    """A scheme: its levels, and the catalogues that a device must meet beside those the law asks for."""

    id: Id
    name: Name
    levels: tuple[Name, ...] = Field(min_length=1, max_length=9)
    catalogues: tuple[Name, ...] = Field(default=(), max_length=100)

    @property
    def is_demo(self) -> bool:
        """Whether nobody answers for it."""
        return self.name == DEMO


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that the answer rests on."""

    assessment: Assessment
    digest: str
    """SHA-256 of the assessment's file."""
    decision: Decision
    rules: Rules
    issuer: str
    asked: frozenset[str]
    """Catalogues that the scheme or a law asks the device to meet."""
    law: frozenset[str]
    """Those of them that are law in a market of the device."""
    old_data: tuple[str, ...]
    """Sentences: which data of published flaws is too old or too little to be silent about."""
    doubts: tuple[str, ...]
    """Sentences: where the assessment contradicts itself, or is not as it was written."""
    today: date

    @property
    def self_run(self) -> bool:
        """Whether nobody independent of the maker evaluated, or nobody answers for it."""
        maker = self.assessment.device.maker or ""
        return self.rules.is_demo or self.decision.is_by(maker) or _same(maker, self.issuer)


@dataclass(frozen=True, slots=True)
class Answer:
    """No certificate as long as there are reasons; with conditions otherwise."""

    reasons: tuple[str, ...]
    conditions: tuple[Condition, ...]
    reached: int
    self_run: bool


def eligible(case: Case) -> Answer:
    """Return whether a certificate may be issued, with every reason against it and every condition."""
    reached, why = _reached(case)
    conditions: list[Condition] = []
    reasons = [
        *_decided(case),
        *case.doubts,
        *_formal(case),
        *_law(case),
        *_demands(case),
        *_flaws(case),
        *_level(case, reached, why),
    ]
    for what, says in _acceptable(case):
        accepted = case.decision.accepted(what)
        if accepted:
            conditions.append(Condition(id=what, says=says, why=accepted))
        else:
            reasons.append(f"{says} The decision does not accept that ({what}).")
    return Answer(tuple(dict.fromkeys(reasons)), tuple(conditions), reached, case.self_run)


def is_binding(verdict: Verdict) -> bool:
    """Whether the provision demands: mandatory, or mandatory under its condition."""
    return verdict.status in {Status.MANDATORY, Status.CONDITIONAL}


def _decided(case: Case) -> Iterator[str]:
    decision = case.decision
    if decision.assessment != case.digest:
        yield (
            f"The decision is about another assessment ({decision.assessment[:16]}...): this file has the digest "
            f"{case.digest}."
        )
    if decision.outcome is Outcome.REFUSE:
        yield f"It was decided to refuse: {decision.why}"
    if decision.decided > case.today:
        yield f"The decision is of {decision.decided}, and today is {case.today}."
    if decision.decided < case.assessment.created.date():
        yield f"The decision is of {decision.decided}, before the assessment of {case.assessment.created.date()}."
    if not case.rules.is_demo and (problem := decision.four_eyes):
        yield f"{problem[0].upper()}{problem[1:]}: somebody else must decide than who evaluated."


def _formal(case: Case) -> Iterator[str]:
    device = case.assessment.device
    for field in ("maker", "model", "support_until"):
        if getattr(device, field) is None:
            yield f"The profile states no {field}: a certificate must."
    if device.support_until is not None and device.support_until < case.today:
        yield f"The support of the device ended on {device.support_until}."
    if not case.assessment.image.sha256:
        yield "No image was examined: a certificate covers builds by their digest."
    judged = {one.catalogue for one in case.assessment.verdicts}
    for missing in sorted(case.asked - judged):
        yield f"{missing} was not judged, and the scheme or a law asks for it."


def _law(case: Case) -> Iterator[str]:
    """Law that fails now, or that will apply before the certificate would end."""
    support = case.assessment.device.support_until
    end = latest_end(case.today, support) if support else case.today
    for one in _failed(case, case.law):
        if _is_in_force(case, one):
            yield f"Law is broken, {one.catalogue} {one.provision}: {one.title}"
        elif one.applies_from and one.applies_from <= end:
            yield f"Law of {one.applies_from} will be broken, {one.catalogue} {one.provision}: {one.title}"


def _demands(case: Case) -> Iterator[str]:
    failed: dict[str, list[str]] = {}
    for one in _failed(case, case.asked - case.law):
        failed.setdefault(one.catalogue, []).append(one.provision)
    for catalogue, provisions in failed.items():
        yield f"Mandatory provisions of {catalogue} fail: {_listed(provisions)}."


def _flaws(case: Case) -> Iterator[str]:
    for one in case.assessment.findings:
        if one.kev and one.confidence is not Confidence.C:
            yield f"A flaw that is exploited is open: {one.title}."
        elif one.confidence is Confidence.A and one.severity is Severity.HIGH:
            yield f"A flaw is proven: {one.title}."


def _level(case: Case, reached: int, why: str) -> Iterator[str]:
    granted = case.decision.level
    if granted > len(case.rules.levels):
        yield f"The scheme {case.rules.name} has no level {granted}."
    if case.self_run and granted > DECLARED:
        why = f"nobody answers for the scheme {DEMO}" if case.rules.is_demo else "the maker ran the assessment itself"
        yield f"Level {granted} was decided, but {why}: that gives at most {DECLARED}."
    elif granted > reached:
        yield f"Level {granted} was decided, level {reached} is reached: {why}"


def _acceptable(case: Case) -> Iterator[tuple[Accepted, str]]:
    required, granted = case.assessment.level.required, case.decision.level
    if required is None:
        yield Accepted.REQUIRED_UNKNOWN, "Which level would be enough is not known: the profile leaves it open."
    elif granted < required:
        yield Accepted.BELOW_REQUIRED, f"Level {required} would be enough, level {granted} was decided."
    if case.old_data:
        yield Accepted.OLD_DATA, " ".join(case.old_data)


def _reached(case: Case) -> tuple[int, str]:
    """Return the highest level whose kinds of evidence are all there, and what keeps it from the next."""
    assessment = case.assessment
    if assessment.level.reached < DECLARED:
        why = assessment.level.why[-1] if assessment.level.why else "the assessment does not say why."
        return 0, why.removeprefix("Reached: 0, because ")
    if case.self_run:
        return DECLARED, "a run by the maker gives no more."
    reached = DECLARED
    for level, needs in _NEEDS.items():
        missing = next((text for is_there, text in needs if not is_there(case)), "")
        if missing:
            return reached, f"{missing}."
        reached = level
    return reached, "for the next, nothing here counts as evidence: a laboratory for hardware, component certificates."


def _open(case: Case) -> bool:
    """Whether a mandatory provision of the scheme's catalogues, or of law in force, is inconclusive."""
    own = case.rules.catalogues or BASELINE
    return any(
        one.outcome is Verdicted.INCONCLUSIVE and is_binding(one) and (one.catalogue in own or _is_in_force(case, one))
        for one in case.assessment.verdicts
    )


def _is_in_force(case: Case, verdict: Verdict) -> bool:
    return verdict.catalogue in case.law and (verdict.applies_from is None or verdict.applies_from <= case.today)


def _has(kind: EvidenceKind) -> Callable[[Case], bool]:
    return lambda case: any(one.kind is kind for one in case.assessment.evidence)


def _sources_were_read(case: Case) -> bool:
    scanners = case.assessment.scanners
    return bool(scanners) and all(one.complete for one in scanners)


_NEEDS: dict[int, tuple[tuple[Callable[[Case], bool], str], ...]] = {
    2: (
        (_has(EvidenceKind.NETWORK), "level 2 needs tests of the running device in its network"),
        (
            lambda case: not _open(case),
            "level 2 needs every mandatory provision of scheme and law in force decided, and some are inconclusive",
        ),
    ),
    3: (
        (_has(EvidenceKind.PERSON), "level 3 needs tests by hand"),
        (_sources_were_read, "level 3 needs a whole review of the sources"),
    ),
}


def _failed(case: Case, catalogues: frozenset[str]) -> Iterator[Verdict]:
    for one in case.assessment.verdicts:
        if one.catalogue in catalogues and is_binding(one) and one.outcome is Verdicted.FAIL:
            yield one


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _same(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())
