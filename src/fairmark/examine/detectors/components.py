"""Components: those that their makers no longer mend, and binaries that contradict the package database."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache

from fairmark.examine.inventory import (
    Contradiction,
    component_names,
    contradictions,
    owners_of,
    package_evidence,
    sight_evidence,
    sights,
)
from fairmark.examine.linkage import Key, reach_by_file
from fairmark.examine.packages import Package, package_gaps, read_packages
from fairmark.examine.releases import read_releases
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.stated import release_evidence
from fairmark.examine.subject import Subject
from fairmark.model.data import load_yaml
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Detection, Finding, Reach, Severity

END_OF_LIFE = Rule(
    id="component-end-of-life",
    title="A component is no longer mended by its makers",
    weakness="end-of-life-component",
    severity=Severity.MEDIUM,
    what="The version belongs to a branch whose upstream support has ended, so new flaws in it stay open. The date is "
    "a fact of the rule pack; it counts when it lies before the newest file of the image, or more than a year back.",
    false_positives="A maker or supplier that ports fixes to the old branch itself, under a paid contract for example.",
    fix="Move to a branch that is still supported, or buy support for this one and name its end date.",
    cwe="CWE-1104",
)
VERSION_MISMATCH = Rule(
    id="component-version-mismatch",
    title="A binary names another version than the package database",
    weakness="no-sbom",
    severity=Severity.MEDIUM,
    what="The database says one upstream version, the binary that the package owns says another one. Whoever watches "
    "the component list for new flaws watches the wrong version. Epochs, revisions and patch marks of distributions "
    "are left out of the comparison, and a version that stands in the package's name counts as told.",
    false_positives="A package that takes its version from something else than upstream's release.",
    fix="Rebuild the package so that its entry and its files agree; find out which of the two is wrong.",
    cwe="CWE-1395",
)

_PACKAGE, _FILE = "fairmark.examine.rules", "end_of_life.yaml"
_ONE_YEAR = 366
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class SupportEnd:
    """When upstream support of a branch ended, and where that is written."""

    name: str
    branch: tuple[str, ...]
    ended: date
    severity: Severity
    source: str
    is_last_release: bool

    def covers(self, version: str) -> bool:
        """Whether a version belongs to this branch, compared number by number."""
        return tuple(re.findall(r"\d+", version)[: len(self.branch)]) == self.branch


@cache
def support_ends() -> tuple[SupportEnd, ...]:
    """Return the entries of ``rules/end_of_life.yaml`` for components."""
    return tuple(_entry(row, row["name"], row["branch"]) for row in load_yaml(_PACKAGE, _FILE)["components"])


@cache
def distribution_ends() -> tuple[SupportEnd, ...]:
    """Return the entries for whole distributions; their name is the id of os-release."""
    return tuple(_entry(row, row["id"], row["release"]) for row in load_yaml(_PACKAGE, _FILE)["distributions"])


def _entry(row: Mapping[str, str], name: str, branch: str) -> SupportEnd:
    return SupportEnd(
        name,
        tuple(branch.split(".")),
        date.fromisoformat(row["ended"]),
        Severity(row["severity"]),
        row["source"],
        row.get("basis") == "last release",
    )


@dataclass(frozen=True, slots=True)
class _Sighting:
    """One component at one version, with what shows it and where it lies."""

    name: str
    version: str
    evidence: tuple[Evidence, ...]
    reach: Reach


def detect(subject: Subject) -> Detection:
    """Return findings on end of support and on contradictions."""
    packages = read_packages(subject)
    reach = reach_by_file(subject)
    cut = counted_before(subject)
    outcome = _Outcome()
    for found in _sightings(subject, packages, reach):
        entry = next((one for one in support_ends() if one.name == found.name and one.covers(found.version)), None)
        if entry and entry.ended < cut:
            outcome.add(_ended(entry, found), found.evidence)
    for finding, evidence in _ended_distributions(subject, packages, cut):
        outcome.add(finding, evidence)
    for one in contradictions(subject):
        outcome.add(*_mismatch(subject, one, reach))
    numbered = (release_evidence(subject, one) for one in read_releases(subject) if not one.builder)
    whole = outcome.detection()
    return whole.model_copy(update={"evidence": (*whole.evidence, *numbered), "gaps": package_gaps(subject)})


class _Outcome:
    """Findings so far, with the evidence they name."""

    def __init__(self) -> None:
        self._findings: list[Finding] = []
        self._evidence: dict[str, Evidence] = {}

    def add(self, finding: Finding, evidence: Iterable[Evidence]) -> None:
        self._findings.append(finding)
        self._evidence.update({one.id: one for one in evidence})

    def detection(self) -> Detection:
        return Detection(findings=tuple(self._findings), evidence=tuple(self._evidence.values()))


def counted_before(subject: Subject) -> date:
    """Return the day before which an end of support counts for this image.

    It is the newest file of the image, no later than the date of the rule pack and no earlier than a
    year before it: no clock is read, and a file from the future moves nothing.
    """
    known = date.fromisoformat(load_yaml(_PACKAGE, _FILE)["date"])
    newest = max((entry.mtime for tree in subject.trees for entry in tree.entries()), default=0)
    made = datetime.fromtimestamp(min(max(newest, 0), 1 << 32), UTC).date()
    return max(min(made, known), date.fromordinal(known.toordinal() - _ONE_YEAR))


def _sightings(subject: Subject, packages: tuple[Package, ...], reach: Mapping[Key, Reach]) -> Iterator[_Sighting]:
    """Return what no distribution keeps: packages of the maker's own build, and versions in files that none owns."""
    groups: dict[tuple[str, str], list[Evidence]] = defaultdict(list)
    levels: dict[tuple[str, str], Reach] = {}

    def note(name: str, version: str, evidence: Evidence, places: Iterable[Key]) -> None:
        key = (name, version)
        groups[key].append(evidence)
        levels[key] = max(levels.get(key, Reach.PRESENT), _nearest(reach, places, name), key=lambda one: one.rank)

    known = {one.name for one in support_ends()}
    for package in packages:
        name = next((name for name in component_names(package) if name in known), "")
        if name and package.upstream and _is_makers_own(package):
            places = [(package.root, path) for path in package.paths]
            note(name, package.upstream, package_evidence(subject, package), places)
    owners = owners_of(packages)
    listed = {(one.root, name) for one in packages for name in component_names(one)}
    for sight in sights(subject):
        place = (sight.item.root, sight.item.path)
        if place not in owners and (sight.item.root, sight.rule.name) not in listed:
            note(sight.rule.name, sight.hit.version, sight_evidence(subject, sight), [place])
    for key, evidence in sorted(groups.items()):
        yield _Sighting(*key, tuple(evidence[:_SHOWN]), levels[key])


def _is_makers_own(package: Package) -> bool:
    """Whether upstream's support counts: OpenWrt and builds from source take upstream's releases as they are."""
    return package.kind in {"opkg", "openwrt", "buildroot", "yocto"} or (package.kind == "rpm" and not package.builder)


def _nearest(reach: Mapping[Key, Reach], places: Iterable[Key], name: str) -> Reach:
    """Return the nearest reach of any of the files; the kernel always runs."""
    levels = [reach.get(place, Reach.PRESENT) for place in places]
    return max([*levels, Reach.STARTED if name == "linux" else Reach.PRESENT], key=lambda one: one.rank)


def _ended(entry: SupportEnd, found: _Sighting) -> Finding:
    ending = "last release was on" if entry.is_last_release else "upstream support ended on"
    return END_OF_LIFE.finding(
        f"{found.name} {found.version}: {ending} {entry.ended.isoformat()}",
        tuple(one.id for one in found.evidence),
        confidence=Confidence.B,
        reach=found.reach,
        severity=entry.severity,
    )


def _ended_distributions(
    subject: Subject, packages: tuple[Package, ...], cut: date
) -> Iterator[tuple[Finding, tuple[Evidence, ...]]]:
    """Packages of dpkg are mended by their distribution for as long as that release is kept."""
    first = {(one.root, one.distribution, one.release): one for one in reversed(packages) if one.kind == "dpkg"}
    for (_, distribution, release), package in sorted(first.items()):
        entry = next((one for one in distribution_ends() if one.name == distribution and one.covers(release)), None)
        if entry and entry.ended < cut:
            evidence = package_evidence(subject, package)
            title = f"The distribution {distribution} {release}: support ended on {entry.ended.isoformat()}"
            yield (
                END_OF_LIFE.finding(
                    title, (evidence.id,), confidence=Confidence.B, reach=Reach.STARTED, severity=entry.severity
                ),
                (evidence,),
            )


def _mismatch(subject: Subject, one: Contradiction, reach: Mapping[Key, Reach]) -> tuple[Finding, tuple[Evidence, ...]]:
    seen = [sight_evidence(subject, sight) for sight in one.sights[:_SHOWN]]
    evidence = (package_evidence(subject, one.package), *seen)
    versions = " and ".join(sorted({sight.hit.version for sight in one.sights}))
    finding = VERSION_MISMATCH.finding(
        f"{one.package.name}: the {one.package.origin.rpartition(' ')[0]} says {one.package.upstream}, "
        f"the binary says {versions}",
        tuple(item.id for item in evidence),
        confidence=Confidence.B,
        reach=_nearest(reach, ((sight.item.root, sight.item.path) for sight in one.sights), one.package.name),
    )
    return finding, evidence


DETECTOR = Detector(
    id="components",
    title="Components: support and consistency",
    rules=(END_OF_LIFE, VERSION_MISMATCH),
    detect=detect,
)
