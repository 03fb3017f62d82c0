"""From components to published flaws: what the ranges say, what is dropped and why, and how sure the rest is.

Every version that a range holds ends in exactly one statement, so a reader of ``vex.json`` sees what the
findings leave out. In this order: withdrawn records, the version (``ranges``), what the flaw needs
(``needs``), what the kernel was built from (``kernel``), reach, and last the maker's own word (``vex``).
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from fairmark.model.finding import Confidence, Finding, Reach
from fairmark.model.image import Build, Component
from fairmark.model.vulnerability import FeedState, Justification, Statement, Status, Vulnerabilities
from fairmark.vulnerabilities.freshness import warnings as age_warnings
from fairmark.vulnerabilities.grade import confidence, rule_of, severity
from fairmark.vulnerabilities.group import Group, grouped
from fairmark.vulnerabilities.identity import family, in_release, products_of, squeezed
from fairmark.vulnerabilities.kernel import Built, built
from fairmark.vulnerabilities.needs import Met, met
from fairmark.vulnerabilities.ranges import Answer, Told, told
from fairmark.vulnerabilities.record import Affected, Record, Records
from fairmark.vulnerabilities.vex import CONTRADICTION, Judged, MakerStatement, heard, said_of

_LONGEST_TITLE = 160  # characters of a record's title that are kept
_ENRICHING = ("kev", "epss")
_NOT_SEEN = "nothing that the device starts was seen to load it"
_RAN = {
    Reach.LINKED: "a program of the image loads it",
    Reach.STARTED: "a program that the device starts carries or loads it",
    Reach.EXPOSED: "a program that waits at a network port carries or loads it",
}
# Source files that are in every kernel.
_CORE = re.compile(
    r"(?:kernel|mm|ipc|lib|init|block)/[^/]+$|kernel/(?:sched|time|locking|futex)/|net/(?:core|ipv4)/|fs/[^/]+$"
)


Pair = tuple[Statement, Finding | None]
Settled = Callable[[Group, bool], Sequence[Pair] | None]
"""Asked for each group, with whether its distribution's own data is loaded: what is known of it already, or None."""


@dataclass(frozen=True, slots=True)
class Matched:
    """Findings and statements, the worst first."""

    findings: tuple[Finding, ...]
    vulnerabilities: Vulnerabilities


@dataclass(frozen=True, slots=True)
class _Context:
    """What is known beside components and records; the arguments of ``match``."""

    build: Build
    maker: Mapping[str, Sequence[MakerStatement]]
    """By CVE."""
    device: tuple[str, ...]
    files: Collection[str] | None
    loaded: frozenset[str]
    """Distributions of the components whose tracker is among the data."""
    dated: Sequence[FeedState]


def match(
    components: Sequence[Component],
    build: Build,
    records: Records,
    today: date,
    *,
    maker: Sequence[MakerStatement] = (),
    device: Sequence[str] = (),
    files: Collection[str] | None = None,
    settled: Settled | None = None,
) -> Matched:
    """Return what the records say of the components.

    ``today`` is the day by which the age of the data is judged. ``maker`` are the statements of the maker's
    own VEX documents, ``device`` the names under which they may speak of this device, ``files`` the paths
    of all files of the image (None: not known). A component without evidence gives statements only.
    What ``settled`` answers for a group is taken over, and the group is not judged again.
    """
    groups = grouped(components)
    found = tuple(records.of_products({name for group in groups for name in products_of(group.lead)}))
    states = records.feeds()
    said: dict[str, list[MakerStatement]] = defaultdict(list)
    for statement in maker:
        said[statement.cve].append(statement)
    context = _Context(build, said, tuple(device), files, _loaded(groups, found, states), states)
    made = sorted(_pairs(groups, found, context, settled), key=lambda pair: _worst_first(pair[0]))
    statements = tuple(statement for statement, _ in made)
    return Matched(
        findings=tuple(finding for _, finding in made if finding is not None),
        vulnerabilities=Vulnerabilities(
            feeds=states,
            statements=statements,
            database=records.digest(),
            warnings=(
                *_warnings(states, today),
                *_undecided(groups, context.loaded, statements),
                *_unversioned(components),
            ),
        ),
    )


def _pairs(
    groups: Sequence[Group], found: Sequence[Record], context: _Context, settled: Settled | None
) -> Iterable[Pair]:
    """Judge the groups that are not settled; give all pairs in the order of the flaws, then of the groups."""
    known: dict[int, Sequence[Pair]] = {}
    for index, group in enumerate(groups):
        answer = settled(group, group.lead.distribution in context.loaded) if settled else None
        if answer is not None:
            known[index] = answer
    pairs = [(pair[0].cve, index, pair) for index, taken in known.items() for pair in taken]
    for record, index in _candidates(groups, found):
        pair = None if index in known else _judged(groups[index], record, context)
        if pair is not None:
            pairs.append((record.cve, index, pair))
    return [pair for _, _, pair in sorted(pairs, key=lambda row: row[:2])]


def _worst_first(one: Statement) -> tuple[bool, bool, float, float, str, str, str]:
    dropped = one.status in {Status.NOT_AFFECTED, Status.FIXED}
    return dropped, not one.kev, -(one.epss or 0), -(one.score or 0), one.cve, one.component, one.version


def _candidates(groups: Sequence[Group], records: Iterable[Record]) -> Iterable[tuple[Record, int]]:
    """Pair every record with the numbers of the groups that one of its products may name."""
    by_name: dict[str, list[int]] = defaultdict(list)
    for index, group in enumerate(groups):
        package = group.lead.source_package or group.lead.name
        for name in {*group.identity.names, squeezed(package)}:
            by_name[name].append(index)
    for record in records:
        wanted = {index for one in record.affected for index in by_name.get(squeezed(one.product), ())}
        yield from ((record, index) for index in sorted(wanted))


def _loaded(groups: Sequence[Group], records: Iterable[Record], states: Iterable[FeedState]) -> frozenset[str]:
    """Return the distributions of the components whose tracker is loaded and speaks of their release."""
    feeds = {one.name for one in states}
    ecosystems = {one.ecosystem for record in records for one in record.affected if one.ecosystem}
    wanted = {group.lead.distribution for group in groups if group.lead.distribution}
    return frozenset(
        one for one in wanted if family(one) in feeds and any(in_release(one, ecosystem) for ecosystem in ecosystems)
    )


def _judged(group: Group, record: Record, context: _Context) -> Pair | None:
    """Judge one pair; None where no version range holds the component."""
    answer = told(group.lead, group.identity, record, context.loaded)
    if answer.answer is Answer.MISS or answer.entry is None:
        return None
    source = _source(answer.entry, context.dated)
    ours = replace(_ours(group, record, answer, context), source=source)
    judged = heard(ours, said_of(context.maker.get(record.cve, ()), record.cve, group.lead, context.device))
    finding = None
    if judged.confidence is not None and group.evidence:
        finding = _finding(group, record, answer.entry, judged)
    return _statement(group, record, answer.entry, judged, finding), finding


def _ours(group: Group, record: Record, answer: Told, context: _Context) -> Judged:
    """Decide without the maker: proven absences first, then doubts, then what runs."""
    need, needed = met(record.cve, context.build, context.files)
    is_built, not_built = _built(group, record, context.build)
    gone = [answer.why if answer.answer is Answer.NEVER else ""]
    gone += [needed if need is Met.NO else "", not_built if is_built is Built.ABSENT else ""]
    doubts = [answer.why if answer.answer is Answer.DOUBTFUL else "", needed if need is Met.UNUSUAL else ""]
    doubts += [not_built if is_built is Built.UNLIKELY else "", _NOT_SEEN if group.reach is Reach.PRESENT else ""]
    if record.state == "rejected":
        return Judged(Status.NOT_AFFECTED, "the record was withdrawn by its authority: it is no flaw", None)
    if answer.answer is Answer.FIXED:
        return Judged(Status.FIXED, answer.why, None)
    if reason := next(filter(None, gone), ""):
        return Judged(Status.NOT_AFFECTED, reason, None, Justification.CODE_NOT_PRESENT)
    if record.state == "disputed":
        return Judged(Status.UNDER_INVESTIGATION, "the record is disputed: who published it is contradicted", None)
    if doubt := next(filter(None, doubts), ""):
        return Judged(Status.UNDER_INVESTIGATION, doubt, Confidence.C)
    return _affected(group, record, needed if need is Met.UNKNOWN else _unchecked(group, record, context.build))


def _affected(group: Group, record: Record, unchecked: str) -> Judged:
    """The version is affected and the code runs; what the flaw needs beside that may be unchecked."""
    reason = f"the version is affected, and {_RAN[group.reach]}"
    if unchecked:
        return Judged(Status.AFFECTED, f"{reason}; {unchecked}, which was not checked", Confidence.B)
    return Judged(Status.AFFECTED, reason, confidence(record, group.reach, doubtful=False))


def _built(group: Group, record: Record, build: Build) -> tuple[Built, str]:
    """Ask for the source files that the record names, where the component is the kernel."""
    if group.identity.upstream != "linux":
        return Built.POSSIBLE, ""
    files = sorted({file for one in record.affected for file in one.program_files})
    return built(files, build, group.lead.upstream_version or group.lead.version)


def _unchecked(group: Group, record: Record, build: Build) -> str:
    """Return what nobody could check of a kernel: whether a part that not every kernel has was built in."""
    known = build.kernel_config is not None or build.kernel_built_in is not None
    files = sorted({file for one in record.affected for file in one.program_files})
    if group.identity.upstream != "linux" or known or any(_CORE.match(file) for file in files):
        return ""
    return f"it needs {files[0]} to be built in" if files else "it may need a part that not every kernel has"


def _source(entry: Affected, states: Sequence[FeedState]) -> str:
    """Name the feed that made the match, and the day its data is from."""
    day = next((one.updated for one in states if one.name == entry.feed and one.updated), None)
    return f"{entry.feed} {day.isoformat()}" if day else entry.feed


def _statement(group: Group, record: Record, entry: Affected, judged: Judged, finding: Finding | None) -> Statement:
    lead = group.lead
    reported = finding is not None and finding.confidence is not Confidence.C
    return Statement(
        cve=record.cve,
        component=lead.name,
        version=lead.version or lead.upstream_version,
        purl=lead.purl,
        status=judged.status,
        justification=judged.justification,
        reason=judged.reason,
        source=judged.source,
        title=record.title[:_LONGEST_TITLE],
        severity=record.severity,
        score=record.score,
        published=record.published,
        kev=record.kev is not None,
        kev_added=record.kev.added if record.kev else None,
        epss=record.epss,
        exploitation=record.exploitation,
        fixed_in=entry.fixed_in,
        finding=finding.id if finding is not None and reported else "",
    )


def _finding(group: Group, record: Record, entry: Affected, judged: Judged) -> Finding:
    lead = group.lead
    grade = judged.confidence or Confidence.C
    rule = rule_of(record, grade, group.reach)
    known = ", known to be exploited" if record.kev else ""
    contradicted = ", denied by the maker's VEX" if CONTRADICTION in judged.reason else ""
    name = group.identity.upstream
    fix = f"Update {name} to {entry.fixed_in} or newer." if entry.fixed_in else ""
    return Finding(
        rule=rule.id,
        weakness=rule.weakness,
        capability=rule.capability,
        title=f"{record.cve} in {lead.name} {lead.version or lead.upstream_version}{known}{contradicted}",
        severity=severity(record),
        confidence=grade,
        reach=group.reach,
        cwe=next((one for one in record.cwes if one.startswith("CWE-")), rule.cwe),
        cve=record.cve,
        kev=record.kev is not None,
        epss=record.epss,
        fix=fix or f"Update {name} to a version without {record.cve}; the sources name none.",
        evidence=group.evidence,
    )


def _warnings(states: Sequence[FeedState], today: date) -> Iterable[str]:
    """Say what a reader must know of the data before trusting silence."""
    names = {one.name for one in states}
    if names <= {"starter"}:
        yield (
            "Only the starter set inside the program was used: it knows few flaws, so silence means nothing. Run "
            "`fairmark db update`, or `fairmark db import` with a bundle."
        )
    else:
        missing = [one for one in _ENRICHING if one not in names]
        if missing:
            yield f"No data of {' and '.join(missing)} is loaded: what is exploited cannot be told from the rest."
    yield from age_warnings(states, today)
    for one in states:
        if one.updated and one.updated > today:
            yield f"The {one.name} data is dated {one.updated}, after this assessment: is the clock right?"
    for one in states:
        if one.without_product:
            yield f"{one.without_product:,} of {one.records:,} records of {one.name} name no product and match nothing."


def _undecided(groups: Sequence[Group], loaded: frozenset[str], statements: Sequence[Statement]) -> Iterable[str]:
    """Say which distributions have no data of their own, and which exploited flaws are only hints."""
    missing = sorted({one.lead.distribution for one in groups if one.lead.distribution} - loaded)
    for one in missing:
        yield f"No data of {one} is loaded: whether its packages were mended is not known, so their matches are hints."
    open_kev = sorted({one.cve for one in statements if one.kev and one.status is Status.UNDER_INVESTIGATION})
    if open_kev:
        more = " ..." if len(open_kev) > 10 else ""
        yield f"Known to be exploited and not decided: {', '.join(open_kev[:10])}{more}."


def _unversioned(components: Sequence[Component]) -> Iterable[str]:
    bare = sum(not one.version and not one.upstream_version for one in components)
    if bare:
        yield f"{bare} components have no known version: no flaw can be matched to them."
