"""The few things that every document counts, taken from an assessment once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fairmark.model.asked import is_asked
from fairmark.model.assessment import Assessment
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Finding, Severity
from fairmark.model.standard import Catalogue, Outcome, Status, Verdict

CONTRADICTED = "claim-contradicted"
"""The weakness of a claim that does not hold."""
_SEVERITY_ORDER = list(Severity)


@dataclass(frozen=True, slots=True)
class Summary:
    """What is proven, what failed, and how the two hang together.

    ``breaks`` maps the id of a finding to the verdicts that FAIL because of it, law first.
    ``laws`` holds the ids of the catalogues that are law, ``asked`` those that the device is asked to meet. A claim of
    the maker that evidence contradicts is no flaw beside the one that contradicts it, so ``contradicted`` stands
    apart from ``proven`` and ``strong``.
    """

    proven: tuple[Finding, ...]
    strong: tuple[Finding, ...]
    contradicted: tuple[Finding, ...]
    evidence: dict[str, Evidence]
    counts: dict[Outcome, int]
    failed: tuple[Verdict, ...]
    laws: frozenset[str]
    asked: frozenset[str]
    breaks: dict[str, tuple[Verdict, ...]]
    today: date

    @property
    def mandatory_failed(self) -> tuple[Verdict, ...]:
        """Failed provisions that are mandatory, always or under their condition, of catalogues that are asked for."""
        asked = (verdict for verdict in self.failed if verdict.catalogue in self.asked)
        return tuple(verdict for verdict in asked if verdict.status is not Status.RECOMMENDED)

    @property
    def law_broken(self) -> tuple[Verdict, ...]:
        """Failed provisions of catalogues that are law, now or from a day to come."""
        return tuple(verdict for verdict in self.failed if verdict.catalogue in self.laws)

    @property
    def law_to_come(self) -> tuple[Verdict, ...]:
        """Those of them that do not apply yet."""
        return tuple(one for one in self.law_broken if one.applies_from is not None and one.applies_from > self.today)

    @property
    def blocking(self) -> bool:
        """Whether the build must not ship: a proven flaw of high severity, or a mandatory provision that failed."""
        return bool(self.mandatory_failed) or any(one.severity is Severity.HIGH for one in self.proven)


def summarise(assessment: Assessment, catalogues: Sequence[Catalogue] = ()) -> Summary:
    """Count what the documents need. Without ``catalogues`` only what the plan calls law is known to be law.

    A law counts in the markets where the device is sold; while these are not stated, every law counts.
    """
    sold = frozenset(map(str, assessment.device.markets))
    binding = (
        one for one in catalogues if one.kind == "law" and (not sold or not one.markets or sold & set(one.markets))
    )
    laws = frozenset(one.id for one in binding) | _laws_of_plan(assessment)
    order = sorted(assessment.verdicts, key=lambda one: (one.catalogue not in laws, one.catalogue))
    failed = tuple(one for one in order if one.outcome is Outcome.FAIL)
    tally = Counter(one.outcome for one in assessment.verdicts)
    findings = sorted(assessment.findings, key=worst_first)
    flaws = [one for one in findings if one.weakness != CONTRADICTED]
    return Summary(
        proven=tuple(one for one in flaws if one.confidence is Confidence.A),
        strong=tuple(one for one in flaws if one.confidence is Confidence.B),
        contradicted=tuple(one for one in findings if one.weakness == CONTRADICTED),
        evidence={one.id: one for one in assessment.evidence},
        counts={outcome: tally[outcome] for outcome in Outcome},
        failed=failed,
        laws=laws,
        asked=frozenset(one.id for one in catalogues if is_asked(one, assessment.device)) or _judged(assessment),
        today=assessment.created.date(),
        breaks={one.id: tuple(v for v in failed if one.id in v.because) for one in findings},
    )


def _judged(assessment: Assessment) -> frozenset[str]:
    return frozenset(verdict.catalogue for verdict in assessment.verdicts)


def worst_first(finding: Finding) -> tuple[str, int, int, str, str]:
    """Sort key: proof before suspicion, then severity, then reach."""
    severity = _SEVERITY_ORDER.index(finding.severity)
    return finding.confidence, severity, -finding.reach.rank, finding.rule, finding.id


def _laws_of_plan(assessment: Assessment) -> frozenset[str]:
    items = (*assessment.plan.required_by_law, *assessment.plan.worth_it, *assessment.plan.not_worth_it)
    return frozenset(provision.split(" ", 1)[0] for item in items for provision in item.law)
