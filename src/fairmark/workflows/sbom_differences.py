"""Hold the maker's list of components against the image: what is only here, only there, or of another version.

Names differ more than software does, so both sides are first brought together: by the names that the component rules
give to packages, by source package, package URL and CPE. What shares one of these names is one *thing*; only its
versions are compared. Each cause gives one finding that lists the components, with the proofs of both sides.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from fairmark import __version__
from fairmark.examine.inventory import clearly_differ
from fairmark.examine.packages import upstream_version
from fairmark.examine.pattern_rules import component_name
from fairmark.examine.rule import Rule
from fairmark.model.evidence import Evidence, EvidenceKind, Tool, Where
from fairmark.model.finding import Confidence, Detection, Finding, Reach, Severity
from fairmark.model.image import Component
from fairmark.model.value import sha256_hex
from fairmark.vulnerabilities.identity import cpe_names, identity_of, squeezed
from fairmark.workflows.sbom_entries import Entry, Sbom, purl_of

_TOOL = Tool(name="fairmark", version=__version__)
_NAMED = 6  # components that a title names
_SHOWN = 40  # components whose proofs a finding holds
_COMMIT = re.compile(r"(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}(?:-dirty)?", re.ASCII)
_LETTERED = re.compile(r"\d+(?:\.\d+)+([a-z]{1,2})(?![a-z0-9])")
_KERNEL_PARTS = re.compile(r"(?:kernel-module|kmod|kernel-image|kernel-base|kernel-devicetree)(?:-|$)")
_OTHER_THAN_KERNEL = re.compile(r"linux-(?:firmware|libc|headers|atm|pam|user)")
_VERSIONED = re.compile(r"([a-z]{3,})\d+\.\d+(?:-[a-z]+)*")  # php8.2-cli, python3.11-minimal
_SOURCES = {"wpa": ("hostapd", "wpa_supplicant")}  # one source, several programs with a name of their own
_DATABASES = {"deb": "dpkg", "apk": "apk", "opkg": "opkg", "rpm": "rpm"}
_FALSE_NAME = (
    "A component that both sides know under names which no alias joins, or that was linked in without a trace."
)

MISSING = Rule(
    id="sbom-lacks-component",
    title="The image holds components that the maker's SBOM does not list",
    weakness="sbom-inaccurate",
    severity=Severity.LOW,
    what="A package database or a version text in the image names a component, and nothing in the maker's list has its "
    "name, source package, package URL or CPE. Nobody who watches the list will hear of its flaws.",
    false_positives=_FALSE_NAME,
    fix="Add the components to the SBOM, best by generating it from the build that makes the image.",
    cwe="CWE-1059",
)
VERSION = Rule(
    id="sbom-other-version",
    title="The maker's SBOM and the image name different versions of a component",
    weakness="sbom-inaccurate",
    severity=Severity.MEDIUM,
    what="Every version of the component that the image shows differs in a number, or in OpenSSL's letter, from every "
    "version that the list names. Watching the list then warns of the wrong flaws.",
    false_positives="A binary that carries the version text of a part it was built from.",
    fix="Generate the SBOM from the very build that is shipped.",
    cwe="CWE-1059",
)
SURPLUS = Rule(
    id="sbom-lists-absent-component",
    title="The maker's SBOM lists components that the image does not show",
    weakness="sbom-inaccurate",
    severity=Severity.LOW,
    what="The list names a component that no package database, version text or file name of the image shows. Grade B "
    "where the list names a package of the very database that the image holds and the database lacks it; else a hint.",
    false_positives="Components that are linked in, or data without a version, leave no trace that could be seen.",
    fix="Take out of the SBOM what the build does not install.",
    cwe="CWE-1059",
)
TWICE = Rule(
    id="sbom-lists-component-twice",
    title="The maker's SBOM lists components more than once",
    weakness="sbom-inaccurate",
    severity=Severity.LOW,
    what="The list names the same component at the same version several times, or beside the version of the image "
    "another one that the image does not show. A hint.",
    false_positives="A component that really is in the image several times.",
    fix="Merge the entries, and take out versions that are no longer built.",
    cwe="CWE-1059",
)
RULES = (MISSING, VERSION, SURPLUS, TWICE)


@dataclass(slots=True)
class _Thing:
    """Everything that shares a name: entries of the list and components of the image."""

    listed: list[Entry] = field(default_factory=list)
    seen: list[Component] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a finding: what it says, and its proofs."""

    text: str
    entries: tuple[Entry, ...] = ()
    components: tuple[Component, ...] = ()


def differences(
    sbom: Sbom, image: Sequence[Component], evidence: Sequence[Evidence], paths: Collection[str]
) -> Detection:
    """Return the differences as findings, with the proofs of both sides.

    ``image`` are the components that were seen and ``evidence`` what shows them; ``paths`` are all files of the
    image. Where nothing was seen nothing is compared: the silence of an image that could not be opened says nothing.
    """
    seen = tuple(one for one in image if one.evidence)
    if not seen:
        return Detection()
    compared = _Comparison(sbom, seen, frozenset(path.rpartition("/")[2].lower() for path in paths))
    findings, proofs = compared.findings()
    known = {item.id: item for item in (*evidence, *proofs)}
    named = sorted({name for finding in findings for name in finding.evidence})
    return Detection(findings=findings, evidence=tuple(known[name] for name in named))


@dataclass(frozen=True)
class _Comparison:
    sbom: Sbom
    image: tuple[Component, ...]
    files: frozenset[str]

    @cached_property
    def things(self) -> tuple[_Thing, ...]:
        """Bring both sides together by their names."""
        joined = _Union()
        named = [(_names(one.component), one) for one in self.sbom.entries]
        shown = [(_names(one), one) for one in self.image]
        for names, _ in (*named, *shown):
            joined.join(names)
        found: dict[str, _Thing] = defaultdict(_Thing)
        for names, entry in named:
            found[joined.root(names[0])].listed.append(entry)
        for names, component in shown:
            found[joined.root(names[0])].seen.append(component)
        return tuple(found[key] for key in sorted(found))

    @cached_property
    def whole(self) -> Evidence:
        """The list as a whole: it shows what it does not hold."""
        names = {squeezed(one.component.name) for one in self.sbom.entries}
        said = f"The maker's list ({self.sbom.format}) names {len(names):,} components, and this one not among them."
        return _evidence(self.sbom, "", None, said)

    def findings(self) -> tuple[tuple[Finding, ...], list[Evidence]]:
        """Compare, and put each cause into one finding; give the evidence of the list with them."""
        rows: dict[tuple[str, Confidence], list[_Row]] = defaultdict(list)
        for thing in self.things:
            for rule, grade, row in self._compared(thing):
                rows[rule.id, grade].append(row)
        kinds = {rule.id: rule for rule in RULES}
        made = [self._finding(kinds[rule], grade, found) for (rule, grade), found in sorted(rows.items())]
        return tuple(finding for finding, _ in made), [item for _, proofs in made for item in proofs]

    def _compared(self, thing: _Thing) -> Iterable[tuple[Rule, Confidence, _Row]]:
        if not thing.seen:
            yield from self._surplus(thing)
        elif not thing.listed:
            grade = Confidence.B if any(map(self._is_comparable, thing.seen)) else Confidence.C
            yield MISSING, grade, _Row(_labels(thing.seen), components=tuple(thing.seen))
        else:
            yield from _versions(thing)
        if thing.seen and (twice := _repeated(thing.listed)):
            yield TWICE, Confidence.C, _Row(_listed(twice), entries=twice)

    def _is_comparable(self, component: Component) -> bool:
        """Whether the list would name it: a known upstream project, or a package of a kind that the list names."""
        return bool(component.upstream) or purl_of(component.purl).kind in self._listed_kinds

    @cached_property
    def _listed_kinds(self) -> frozenset[str]:
        kinds = {purl_of(one.component.purl).kind for one in self.sbom.entries}
        return frozenset(kinds & set(_DATABASES))

    def _surplus(self, thing: _Thing) -> Iterable[tuple[Rule, Confidence, _Row]]:
        gone = [one for one in thing.listed if not self._shows_in_files(one.component)]
        for grade in (Confidence.B, Confidence.C):
            if found := tuple(
                one for one in gone if (Confidence.B if self._is_packaged(one) else Confidence.C) is grade
            ):
                yield SURPLUS, grade, _Row(_listed(found), entries=found)

    def _is_packaged(self, entry: Entry) -> bool:
        """Whether the image holds the very database that would list this package."""
        database = _DATABASES.get(purl_of(entry.component.purl).kind, "-")
        return f"package database {database}" in self._databases

    @cached_property
    def _databases(self) -> frozenset[str]:
        return frozenset(one.source for one in self.image)

    def _shows_in_files(self, component: Component) -> bool:
        """Whether a file, a library, a kernel module or the kernel shows that it is there after all."""
        name = component.name.lower()
        if _KERNEL_PARTS.match(name) or (name.startswith("linux-") and not _OTHER_THAN_KERNEL.match(name)):
            return any(one.upstream == "linux" or one.name == "linux" for one in self.image)
        known = (component.name, purl_of(component.purl).name, component.upstream)
        wanted = {squeezed(one) for name in known for one in (name, re.sub(r"(?:[-.]?\d+)+$", "", name))} - {""}
        return any(one in self._stems or one.removeprefix("lib") in self._stems for one in wanted)

    @cached_property
    def _stems(self) -> frozenset[str]:
        """File names without what follows the first dot or the version, and without "lib"."""
        stems = set()
        for name in self.files:
            stem = squeezed(re.split(r"\.|-\d", name, maxsplit=1)[0])
            stems |= {stem, stem.removeprefix("lib")}
        return frozenset(stems - {""})

    def _finding(self, rule: Rule, grade: Confidence, rows: Sequence[_Row]) -> tuple[Finding, list[Evidence]]:
        ordered = sorted(rows, key=lambda row: row.text)
        named = "; ".join(row.text for row in ordered[:_NAMED])
        more = f" and {len(ordered) - _NAMED} more" if len(ordered) > _NAMED else ""
        proofs = [self.whole] if rule is MISSING else []
        proofs += [self._entry_evidence(entry) for row in ordered[:_SHOWN] for entry in row.entries[:3]]
        seen = [name for row in ordered[:_SHOWN] for one in row.components[:3] for name in one.evidence[:2]]
        reach = max((one.reach for row in ordered for one in row.components), key=_rank, default=Reach.PRESENT)
        # The title names the first few and the number; the digest of all of them keeps the id apart.
        count = f"{len(ordered)} in all, list {sha256_hex('; '.join(r.text for r in ordered).encode())[:8]}"
        title = f"{rule.title}: {named}{more}" + (f" ({count})" if more else "")
        near = rule is MISSING and reach in {Reach.STARTED, Reach.EXPOSED}
        finding = rule.finding(
            title,
            tuple(dict.fromkeys((*(one.id for one in proofs), *seen))),
            confidence=grade,
            reach=reach,
            severity=Severity.MEDIUM if near and grade is Confidence.B else rule.severity,
        )
        return finding, proofs

    def _entry_evidence(self, entry: Entry) -> Evidence:
        one = entry.component
        place = f"{entry.document}#{entry.place}" if entry.document else entry.place
        said = f"The maker's SBOM lists {one.name} {one.version}".strip() + "."
        return _evidence(self.sbom, place if entry.line is None else "", entry.line, said)


def _evidence(sbom: Sbom, place: str, line: int | None, said: str) -> Evidence:
    path = f"{sbom.name}#{place}" if place else sbom.name
    where = Where(path=path, line=line, sha256=sbom.sha256)
    return Evidence(kind=EvidenceKind.DOCUMENT, where=where, tool=_TOOL, statement=said)


def _rank(reach: Reach) -> int:
    return reach.rank


class _Union:
    """Joins names into things: two that stand together anywhere are one."""

    def __init__(self) -> None:
        self._up: dict[str, str] = {}

    def root(self, name: str) -> str:
        """Return the name that stands for the whole thing."""
        self._up.setdefault(name, name)
        while self._up[name] != name:
            self._up[name] = self._up[self._up[name]]
            name = self._up[name]
        return name

    def join(self, names: Sequence[str]) -> None:
        """Say that these names are one thing."""
        first = self.root(names[0])
        for other in names[1:]:
            low, high = sorted((first, self.root(other)))
            self._up[high] = first = low


def _names(one: Component) -> tuple[str, ...]:
    """Return all names of a component, squeezed, its own first; never empty."""
    purl = purl_of(one.purl)
    plain = [one.name, one.upstream, one.source_package, purl.name, cpe_names(one.cpe)[1]]
    known = [component_name(name.lower()) for name in plain if name]
    known += [match[1] for name in plain if (match := _VERSIONED.fullmatch(name.lower()))]
    known += [program for name in plain for program in _SOURCES.get(name.lower(), ())]
    if _is_kernel(one.name.lower()):
        known.append("linux")
    spelt = [squeezed(name) for name in (*plain, *known)] + sorted(identity_of(one).names)
    return tuple(dict.fromkeys(name for name in spelt if name)) or (f"?{sha256_hex(one.name.encode())[:16]}",)


def _is_kernel(name: str) -> bool:
    """Whether a name is one that builds give to the kernel itself: linux-yocto, linux-imx, kernel-image."""
    return name in {"kernel", "kernel-image", "linux-kernel"} or bool(
        re.fullmatch(r"linux-(?:yocto|imx|raspberrypi|fslc|ti|stable|custom|xlnx|socfpga|at91)(?:-\w+)*", name)
    )


def _upstream(one: Component) -> str:
    """Return the version to compare; '' where there is none or it is a commit."""
    version = one.upstream_version or upstream_version(one.version) or one.version
    return "" if _COMMIT.fullmatch(version) else version


def _differ(one: str, other: str) -> bool:
    """Whether two versions differ in a number, or in a letter that both carry (1.1.1k and 1.1.1n)."""
    letters = (_LETTERED.match(one), _LETTERED.match(other))
    return clearly_differ(one, other) or bool(letters[0] and letters[1] and letters[0][1] != letters[1][1])


def _versions(thing: _Thing) -> Iterable[tuple[Rule, Confidence, _Row]]:
    """Compare the versions of one thing that both sides name."""
    listed = {_upstream(one.component) for one in thing.listed} - {""}
    shown = {_upstream(one) for one in thing.seen} - {""}
    if not listed or not shown:
        return
    unlisted = {one for one in shown if all(_differ(one, other) for other in listed)}
    stale = {one for one in listed if all(_differ(one, other) for other in shown)}
    seen = tuple(one for one in thing.seen if _upstream(one) in unlisted)
    entries = tuple(one for one in thing.listed if _upstream(one.component) in stale)
    if unlisted == shown:
        text = f"{_labels(seen)} in the image, {_listed(entries)} in the list"
        yield VERSION, Confidence.B, _Row(text, entries, seen)
    elif seen:
        known = tuple(thing.listed)
        yield MISSING, Confidence.B, _Row(f"{_labels(seen)} beside {_listed(known)}", known, seen)
    elif entries:
        yield (
            TWICE,
            Confidence.C,
            _Row(f"{_listed(entries)}, which the image does not show", entries, tuple(thing.seen)),
        )


def _repeated(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the entries of a component that stands in the list several times with the same words."""
    groups: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
    for one in entries:
        groups[one.component.name, one.component.version, one.component.purl].append(one)
    return tuple(one for _, group in sorted(groups.items()) if len(group) > 1 for one in group)


def _labels(components: Iterable[Component]) -> str:
    return ", ".join(sorted({f"{one.name} {one.version}".strip() for one in components})[:4])


def _listed(entries: Iterable[Entry]) -> str:
    return _labels(one.component for one in entries)
