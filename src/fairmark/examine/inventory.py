"""Which software components are in the image, at which version, and what shows it.

Package databases go first: where one exists it is complete. Version patterns add what no package
claims, and contradict the database where a binary names another version than its package does.
What files say of themselves and what libraries are called comes last, often without a version.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from fairmark.examine.inferred import LIBRARY_FILE, PROGRAM_FILE, inferred
from fairmark.examine.module_files import modules
from fairmark.examine.packages import Package, read_packages
from fairmark.examine.patterns import Pattern, component_name, component_of, cpe_products, patterns_by_id
from fairmark.examine.releases import os_release
from fairmark.examine.stated import stated
from fairmark.examine.subject import FileFacts, PatternHit, Subject
from fairmark.model.evidence import Evidence, EvidenceKind, Where
from fairmark.model.image import Component

_MAX_PATHS = 2_000  # paths that one component lists
_MENDING = frozenset({"debian", "ubuntu", "raspbian"})  # they mend old versions and keep the number
_MAX_EVIDENCE = 20  # places of one version that are shown


@dataclass(frozen=True, slots=True)
class Sight:
    """One version text in one file, with the rule that read it."""

    item: FileFacts
    hit: PatternHit
    rule: Pattern


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A package whose binary names another version than the package database."""

    package: Package
    sights: tuple[Sight, ...]


@dataclass(slots=True)
class _Found:
    """A component in the making."""

    component: Component
    paths: set[str] = field(default_factory=set)
    evidence: list[Evidence] = field(default_factory=list)


def inventory(subject: Subject) -> tuple[tuple[Component, ...], tuple[Evidence, ...]]:
    """Return the components, sorted by name and version, and the evidence that they name."""
    packages = read_packages(subject)
    owners = owners_of(packages)
    named = {(one.root, name) for one in packages if not one.paths for name in component_names(one)}
    found = [_of_package(subject, package) for package in packages]
    same = {
        (name, one.upstream): each for one, each in zip(packages, found, strict=True) for name in component_names(one)
    }
    groups: dict[tuple[str, str], list[Sight]] = defaultdict(list)
    for sight in sights(subject):
        item, what = sight.item, (sight.rule.name, sight.hit.version)
        if (item.root, item.path) in owners or (item.root, sight.rule.name) in named:
            continue
        if what in same:  # a copy of what a package installs, in another root file system for example
            same[what].paths.add(item.path)
        else:
            groups[what].append(sight)
    builders = _unlisted_builders(subject, packages)
    found += [_of_sights(subject, group, builders) for _, group in sorted(groups.items())]
    said = named | {(sight.item.root, name) for (name, _), group in groups.items() for sight in group}
    more = (*inferred(subject, owned=owners, said=said), *_unowned(modules(subject), owners))
    found += [_Found(_built(component, proofs, builders), set(component.paths), proofs) for component, proofs in more]
    found += [_Found(component, set(component.paths), [proof]) for component, proof in stated(subject)]
    components = _merged(found)
    evidence = {one.id: one for each in found for one in each.evidence}
    return components, tuple(evidence[key] for key in sorted(evidence))


def _unowned(
    found: Iterable[tuple[Component, list[Evidence]]], owners: Mapping[tuple[str, str], Package]
) -> Iterator[tuple[Component, list[Evidence]]]:
    """Leave out what a package brought along: the database has it."""
    for component, proofs in found:
        if not all((proof.where.root, proof.where.path) in owners for proof in proofs):
            yield component, proofs


def sights(subject: Subject) -> list[Sight]:
    """Return every version text, in the order of the files; the longer of two that agree in one file."""
    rules = patterns_by_id()
    found = []
    for item in subject.files:
        for hit in item.hits:
            if (rule := rules.get(hit.rule)) is None:  # a technique, no rule: see ``inferred``
                continue
            longer = (
                one
                for one in item.hits
                if component_of(one.rule) == rule.name
                and one.version != hit.version
                and one.version.startswith(hit.version)
            )
            if next(longer, None) is None:
                found.append(Sight(item, hit, rule))
    return found


def component_names(package: Package) -> tuple[str, ...]:
    """Return what the rules may call a package: after its own name, then after its source package."""
    return component_name(package.name), component_name(package.source)


def owners_of(packages: Sequence[Package]) -> Mapping[tuple[str, str], Package]:
    """Return the package that owns each file, by (root, path)."""
    return {(package.root, path): package for package in packages for path in package.paths}


def contradictions(subject: Subject) -> tuple[Contradiction, ...]:
    """Return the packages whose binary clearly names another upstream version than the database.

    A binary counts when the package owns it, or when the database lists no files at all and the
    names agree. If any of the binaries agrees with the database, the package is not contradicted.
    """
    packages = read_packages(subject)
    owners = owners_of(packages)
    by_name = {(one.root, name): one for one in packages if not one.paths for name in component_names(one)}
    groups: dict[tuple[str, str, str], list[Sight]] = defaultdict(list)
    chosen: dict[tuple[str, str, str], Package] = {}
    for sight in sights(subject):
        place = (sight.item.root, sight.item.path)
        package = owners.get(place) or by_name.get((sight.item.root, sight.rule.name))
        if package and package.upstream and sight.rule.name in component_names(package):
            key = (package.root, package.name, package.architecture)
            chosen[key] = package
            groups[key].append(sight)
    return tuple(
        Contradiction(chosen[key], tuple(group))
        for key, group in sorted(groups.items())
        if all(_disagrees(chosen[key], sight.hit.version) for sight in group)
    )


def _disagrees(package: Package, version: str) -> bool:
    """Whether a binary names another version; a kernel is named after the interface it keeps, as its package is."""
    return version not in package.name and clearly_differ(package.upstream, version)


def clearly_differ(one: str, other: str) -> bool:
    """Whether two upstream versions differ in a number that both of them name.

    >>> clearly_differ("1.36", "1.36.1"), clearly_differ("1.36.1", "1.31.1"), clearly_differ("1.1.1", "1.1.1k")
    (False, True, False)
    """
    first, second = ([int(part) for part in re.findall(r"\d{1,9}", text)] for text in (one, other))
    return any(a != b for a, b in zip(first, second, strict=False))


@cache
def patterns_by_name() -> frozenset[str]:
    """Return the names of all upstream components that a rule knows."""
    return frozenset(rule.name for rule in patterns_by_id().values())


def package_evidence(subject: Subject, package: Package) -> Evidence:
    """Return the evidence that points at a package's entry in its database."""
    item = subject.file(package.database, package.root)
    where = Where(path=package.database, root=package.root, line=package.line, sha256=item.sha256 if item else "")
    statement = f"{package.lister} lists {package.name} {package.version}".strip() + "."
    return Evidence(kind=EvidenceKind.PACKAGE, where=where, tool=subject.tool, statement=statement)


def sight_evidence(subject: Subject, sight: Sight) -> Evidence:
    """Return the evidence that points at a version text."""
    statement = f"The file names itself {sight.rule.name} {sight.hit.version}."
    return subject.evidence(sight.item, statement, offset=sight.hit.offset)


def _of_package(subject: Subject, package: Package) -> _Found:
    product = next((cpe_products()[name] for name in component_names(package) if name in cpe_products()), "")
    component = Component(
        name=package.name,
        version=package.version,
        purl=package.purl,
        cpe=_cpe(product, package.upstream),
        source=package.origin,
        licence=package.licence,
        upstream=next((name for name in component_names(package) if name in patterns_by_name()), ""),
        upstream_version=package.upstream,
        distribution=package.builder,
        source_package=package.source,
        source_version=package.source_version,
    )
    return _Found(component, set(package.paths), [package_evidence(subject, package)])


def _unlisted_builders(subject: Subject, packages: Sequence[Package]) -> Mapping[str, str]:
    """Return who built each root file system without a package database that names itself after such a distribution."""
    listed = {one.root for one in packages}
    named = {tree.name: os_release(tree) for tree in subject.trees if tree.name not in listed}
    return {root: f"{name} {release}".strip() for root, (name, release) in named.items() if name in _MENDING}


def _built(component: Component, proofs: Sequence[Evidence], builders: Mapping[str, str]) -> Component:
    """Say who built a file that only its name tells about."""
    builder = builders.get(proofs[0].where.root, "") if proofs and not component.distribution else ""
    is_file = component.source in {LIBRARY_FILE, PROGRAM_FILE}
    return component.model_copy(update={"distribution": builder}) if builder and is_file else component


def _of_sights(subject: Subject, group: Sequence[Sight], builders: Mapping[str, str]) -> _Found:
    rule, version = group[0].rule, group[0].hit.version
    licence = next((sight.rule.licence for sight in group if sight.rule.licence), "")
    component = Component(
        name=rule.name,
        version=version,
        purl=f"{rule.purl}@{version}",
        cpe=_cpe(rule.cpe, version),
        source="version pattern",
        licence=licence,
        upstream=rule.name,
        upstream_version=version,
        distribution=builders.get(group[0].item.root, ""),
    )
    shown = [sight_evidence(subject, sight) for sight in group[:_MAX_EVIDENCE]]
    return _Found(component, {sight.item.path for sight in group}, shown)


def _cpe(product: str, version: str) -> str:
    """Write a CPE 2.3 name; '' without a product or a version that upstream would know."""
    if not product or not version:
        return ""
    escaped = re.sub(r"([^\w.-])", r"\\\1", version.lower())
    return f"cpe:2.3:{product}:{escaped}:*:*:*:*:*:*:*"


def _merged(found: Sequence[_Found]) -> tuple[Component, ...]:
    """Join what is the same component at the same version in several root file systems."""
    groups: dict[tuple[str, str, str, str], list[_Found]] = defaultdict(list)
    for one in found:
        what = one.component
        groups[what.name, what.version, what.source, what.purl].append(one)
    return tuple(
        group[0].component.model_copy(
            update={
                "paths": tuple(sorted({path for one in group for path in one.paths})[:_MAX_PATHS]),
                "evidence": tuple(sorted({item.id for one in group for item in one.evidence})),
            }
        )
        for _, group in sorted(groups.items())
    )
