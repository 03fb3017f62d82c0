"""Hold saved assessments against the data of today, without their images: what is new, and known since when."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pydantic import Field

from fairmark.model.assessment import Assessment
from fairmark.model.finding import Confidence, Finding, Reach
from fairmark.model.image import Component
from fairmark.model.value import Value
from fairmark.model.vulnerability import Statement, Status
from fairmark.render.wording import count
from fairmark.vulnerabilities.grade import LIKELY
from fairmark.vulnerabilities.match import Matched, match
from fairmark.vulnerabilities.needs import needs
from fairmark.vulnerabilities.record import Records
from fairmark.vulnerabilities.vex import SOURCE, MakerStatement
from fairmark.workflows.vex import about, told, word_of

Place = tuple[str, str, str]
"""CVE, component and version: what a flaw means for one build."""

_DROPPED = frozenset({Status.NOT_AFFECTED, Status.FIXED})


class What(StrEnum):
    """Why a flaw is news, the gravest first."""

    EXPLOITED = "known to be exploited"
    LIKELY = "exploitation is likely"
    PUBLISHED = "new flaw"


class News(Value):
    """One thing that the maker of one device build could know now and that its assessment does not say."""

    assessment: str
    build: str = Field(description="names the build whatever its file is called: SHA-256 of the image or of the list")
    product: str
    what: What
    cve: str
    component: str
    version: str
    grade: Confidence
    reach: Reach
    severity: str
    known_since: date | None
    """The day from which the maker could know: of the KEV entry, else of the record, else of the first sight."""
    first_seen: date | None = None
    """The day on which a watch with a state file saw it first."""
    epss: float | None
    fixed_in: str
    source: str
    title: str


class Closed(Value):
    """One flaw that an assessment or an earlier watch told, and that today's data or the maker's word takes back."""

    assessment: str
    build: str
    product: str
    cve: str
    component: str
    version: str
    why: str


class WatchReport(Value):
    """What is new, the gravest first, what was taken back, and what limits the silence about the rest."""

    news: tuple[News, ...] = ()
    closed: tuple[Closed, ...] = ()
    assessments: int
    unreadable: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Subject:
    """One assessment, and what the data of today says of it."""

    name: str
    assessment: Assessment
    matched: Matched

    @property
    def product(self) -> str:
        device = self.assessment.device
        named = " ".join(part for part in (device.maker, device.model, device.firmware_version) if part)
        return named or f"image {self.assessment.image.sha256[:12] or 'without a name'}"

    @property
    def build(self) -> str:
        inputs = self.assessment.inputs
        return inputs.image or inputs.sbom or self.product


def watch(
    saved: Sequence[tuple[str, Assessment]],
    records: Records,
    *,
    today: date,
    since: date | None = None,
    maker: Sequence[MakerStatement] = (),
    unreadable: Sequence[str] = (),
    earlier: Mapping[str, Collection[Place]] | None = None,
) -> WatchReport:
    """Match every saved assessment again and return what it does not say yet.

    ``saved`` pairs a name, such as the file's, with its assessment. With ``since``, what became known on
    that day or later counts as new even where the assessment says it already. ``maker`` are the statements of
    the maker's VEX documents, ``unreadable`` sentences about assessments that could not be read, ``earlier`` what
    earlier runs told, by build.
    """
    earlier = earlier or {}
    news: list[News] = []
    closed: list[Closed] = []
    warnings: dict[str, None] = {}
    for name, assessment in saved:
        kept, names = about(maker, assessment.device, assessment.image.sha256)
        matched = match(assessment.components, assessment.build, records, today, maker=kept, device=names)
        subject = _Subject(name, assessment, matched)
        found, hidden = _news_of(subject, since)
        news += found
        closed += _closed(subject, earlier.get(subject.build, ()), records)
        limits = (*_limits(subject, hidden), *told(word_of(maker, kept, matched.vulnerabilities.statements)))
        warnings |= dict.fromkeys(f"{name}: {one}" for one in limits)
        warnings |= dict.fromkeys(matched.vulnerabilities.warnings)
    return WatchReport(
        news=tuple(sorted(news, key=_gravest_first)),
        closed=tuple(sorted(closed, key=lambda one: (one.cve, one.assessment, one.component))),
        assessments=len(saved),
        unreadable=tuple(unreadable),
        warnings=tuple(sorted(warnings)),
    )


def _news_of(subject: _Subject, since: date | None) -> tuple[list[News], int]:
    """Return the news of one assessment, and how many flaws of merely listed components are not told."""
    old = _by_place(subject.assessment.vulnerabilities.statements)
    seen = {(one.name, version) for one in subject.assessment.components if one.evidence for version in _versions(one)}
    findings = {one.id: one for one in subject.matched.findings}
    news, hidden = [], 0
    for statement in subject.matched.vulnerabilities.statements:
        before = old.get(_place(statement))
        finding = findings.get(statement.finding)
        if finding is not None:
            if what := _news(statement, before, since):
                news.append(_made(subject, statement, finding, what))
        elif (statement.component, statement.version) not in seen and statement.status not in _DROPPED:
            what = _of_listed(statement, before, since)
            if what is What.PUBLISHED:
                hidden += 1
            elif what is not None:
                news.append(_made(subject, statement, None, what))
    return news, hidden


def _by_place(statements: Sequence[Statement]) -> dict[Place, Statement]:
    return {_place(one): one for one in statements}


def _place(one: Statement) -> Place:
    return one.cve, one.component, one.version


def _versions(one: Component) -> tuple[str, str]:
    return one.version, one.upstream_version


def _news(now: Statement, before: Statement | None, since: date | None) -> What | None:
    """Say in what a statement is new: exploited since, likely since, or not reported before."""
    if since is not None:
        return _since(now, since)
    if before is None or before.status is not Status.AFFECTED:
        return None if before is not None and _is_settled(before, now) else _kind(now)
    return _worse(now, before)


def _of_listed(now: Statement, before: Statement | None, since: date | None) -> What | None:
    """Do the same for a component that only a list names: nobody reported it, and nobody knows its reach."""
    if since is not None:
        return _since(now, since)
    return _kind(now) if before is None else _worse(now, before)


def _worse(now: Statement, before: Statement) -> What | None:
    if now.kev and not before.kev:
        return What.EXPLOITED
    return What.LIKELY if _is_likely(now) and not _is_likely(before) else None


def _is_settled(before: Statement, now: Statement) -> bool:
    """Whether the maker, or a file that is not in the image, spoke against it then: neither is at hand now."""
    dropped = before.status in _DROPPED
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


def _made(subject: _Subject, one: Statement, finding: Finding | None, what: What) -> News:
    return News(
        assessment=subject.name,
        build=subject.build,
        product=subject.product,
        what=what,
        cve=one.cve,
        component=one.component,
        version=one.version,
        grade=finding.confidence if finding else Confidence.C,
        reach=finding.reach if finding else Reach.PRESENT,
        severity=finding.severity.value if finding else one.severity or "not rated",
        known_since=(one.kev_added or one.published) if what is What.EXPLOITED else one.published,
        epss=one.epss,
        fixed_in=one.fixed_in,
        source=one.source,
        title=one.title,
    )


def _closed(subject: _Subject, earlier: Iterable[Place], records: Records) -> Iterator[Closed]:
    """Give the flaws that the assessment or an earlier watch told and that are withdrawn, mended or denied by now."""
    now = _by_place(subject.matched.vulnerabilities.statements)
    if _lost_feeds(subject):
        return  # what is missing may be missing from the data alone
    reported = {_place(one) for one in subject.assessment.vulnerabilities.statements if one.status is Status.AFFECTED}
    told_before = sorted(reported | set(earlier))
    gone = {place[0] for place in told_before if place not in now}
    withdrawn = {one.cve for one in records.of_cves(gone) if one.state == "rejected"} if gone else set()
    for cve, component, version in told_before:
        current = now.get((cve, component, version))
        if current and current.status not in _DROPPED:
            continue
        why = "no source names it for this version any more"
        if current or cve in withdrawn:  # a withdrawn record names no product any more
            why = f"{current.reason} ({current.source})" if current else "the record was withdrawn by its authority"
        yield Closed(
            assessment=subject.name,
            build=subject.build,
            product=subject.product,
            cve=cve,
            component=component,
            version=version,
            why=why,
        )


def _lost_feeds(subject: _Subject) -> list[str]:
    """Return the feeds that the assessment used and that are not loaded today."""
    loaded = {one.name for one in subject.matched.vulnerabilities.feeds}
    if loaded & {"cve", "nvd"}:
        loaded.add("starter")  # what it says, they say too
    return sorted({one.name for one in subject.assessment.vulnerabilities.feeds} - loaded)


def _limits(subject: _Subject, hidden: int) -> list[str]:
    """Say what hides news: components that were seen without proof, none at all, and data that is gone."""
    components = subject.assessment.components
    limits = []
    if not components:
        limits.append("it lists no component, so nothing can be news")
    elif not any(one.evidence for one in components):
        limits.append("its components come from a list alone: only what is or will probably be exploited is news")
    if hidden:
        limits.append(
            f"{count(hidden, 'more flaw')} of components that only a list names: no reach is known, so none is told"
        )
    if lost := _lost_feeds(subject):
        limits.append(f"it was made with data of {', '.join(lost)}, which is not loaded now: silence means less")
    return limits


def _gravest_first(one: News) -> tuple[int, str, float, str, str, str]:
    return list(What).index(one.what), one.grade, -(one.epss or 0), one.cve, one.assessment, one.component
