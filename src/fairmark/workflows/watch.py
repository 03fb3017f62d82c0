"""Hold saved assessments against the data of today, without their images: what is new, and known since when."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from fairmark.model.assessment import Assessment
from fairmark.model.finding import Confidence, Finding, Reach
from fairmark.model.value import Value
from fairmark.model.vulnerability import Statement, Status
from fairmark.vulnerabilities.grade import LIKELY
from fairmark.vulnerabilities.match import match
from fairmark.vulnerabilities.needs import needs
from fairmark.vulnerabilities.record import Records
from fairmark.vulnerabilities.vex import SOURCE


class What(StrEnum):
    """Why a flaw is news, the gravest first."""

    EXPLOITED = "known to be exploited"
    LIKELY = "exploitation is likely"
    PUBLISHED = "new flaw"


class News(Value):
    """One thing that the maker of one device build could know now and that its assessment does not say."""

    assessment: str
    product: str
    what: What
    cve: str
    component: str
    version: str
    grade: Confidence
    reach: Reach
    severity: str
    known_since: date | None
    """The day from which the maker could know: the KEV entry's, else the record's; None where no source says."""
    epss: float | None
    fixed_in: str
    source: str
    title: str


class WatchReport(Value):
    """What is new, the gravest first, and what limits the silence about the rest."""

    news: tuple[News, ...] = ()
    assessments: int
    warnings: tuple[str, ...] = ()


def watch(
    saved: Sequence[tuple[str, Assessment]], records: Records, *, today: date, since: date | None = None
) -> WatchReport:
    """Match every saved assessment again and return what it does not say yet.

    ``saved`` pairs a name, such as the file's, with its assessment. With ``since``, what became known on
    that day or later counts as new even where the assessment says it already.
    """
    news: list[News] = []
    warnings: dict[str, None] = {}
    for name, assessment in saved:
        matched = match(assessment.components, assessment.build, records, today)
        old = {(one.cve, one.component): one for one in assessment.vulnerabilities.statements}
        findings = {one.id: one for one in matched.findings}
        for statement in matched.vulnerabilities.statements:
            finding = findings.get(statement.finding)
            before = old.get((statement.cve, statement.component))
            if finding is not None and (what := _news(statement, before, since)):
                news.append(_made(name, assessment, statement, finding, what))
        warnings |= dict.fromkeys(f"{name}: {one}" for one in _limits(assessment))
        warnings |= dict.fromkeys(matched.vulnerabilities.warnings)
    return WatchReport(
        news=tuple(sorted(news, key=_gravest_first)), assessments=len(saved), warnings=tuple(sorted(warnings))
    )


def _news(now: Statement, before: Statement | None, since: date | None) -> What | None:
    """Say in what a statement is new: exploited since, likely since, or not reported before."""
    if since is not None:
        return _since(now, since)
    if before is None or before.status is not Status.AFFECTED:
        return None if before is not None and _is_settled(before, now) else _kind(now)
    if now.kev and not before.kev:
        return What.EXPLOITED
    return What.LIKELY if _is_likely(now) and not _is_likely(before) else None


def _is_settled(before: Statement, now: Statement) -> bool:
    """Whether the maker, or a file that is not in the image, spoke against it then: neither is at hand now."""
    dropped = before.status in {Status.NOT_AFFECTED, Status.FIXED}
    return dropped and before.kev == now.kev and (before.source == SOURCE or now.cve in needs())


def _since(now: Statement, since: date) -> What | None:
    if now.kev_added and now.kev_added >= since:
        return What.EXPLOITED
    return _kind(now) if now.published and now.published >= since else None


def _kind(now: Statement) -> What:
    if now.kev:
        return What.EXPLOITED
    return What.LIKELY if _is_likely(now) else What.PUBLISHED


def _is_likely(one: Statement) -> bool:
    return (one.epss or 0) >= LIKELY


def _made(name: str, assessment: Assessment, one: Statement, finding: Finding, what: What) -> News:
    device = assessment.device
    product = " ".join(part for part in (device.maker, device.model, device.firmware_version) if part)
    return News(
        assessment=name,
        product=product or f"image {assessment.image.sha256[:12] or 'without a name'}",
        what=what,
        cve=one.cve,
        component=one.component,
        version=one.version,
        grade=finding.confidence,
        reach=finding.reach,
        severity=finding.severity.value,
        known_since=(one.kev_added or one.published) if what is What.EXPLOITED else one.published,
        epss=one.epss,
        fixed_in=one.fixed_in,
        source=one.source,
        title=one.title,
    )


def _limits(assessment: Assessment) -> list[str]:
    """Say what hides news: components that were seen without proof, and none at all."""
    if not assessment.components:
        return ["it lists no component, so nothing can be news"]
    if not any(one.evidence for one in assessment.components):
        return ["its components come from a list alone: matches are statements, none is news"]
    return []


def _gravest_first(one: News) -> tuple[int, str, float, str, str, str]:
    return list(What).index(one.what), one.grade, -(one.epss or 0), one.cve, one.assessment, one.component
