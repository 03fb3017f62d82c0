"""Read the package databases of an image: opkg, dpkg, apk and rpm; where there is none, build manifests.

Where a database exists, the list of components is complete, so it goes before every pattern. The formats
are in :mod:`fairmark.examine.package_databases`.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from fairmark.examine.package_databases.apk import apk
from fairmark.examine.package_databases.control import dpkg, opkg
from fairmark.examine.package_databases.manifests import manifests
from fairmark.examine.package_databases.package import Package, upstream_version
from fairmark.examine.package_databases.reading import MAX_PACKAGES
from fairmark.examine.package_databases.rpm import rpm
from fairmark.examine.releases import os_release
from fairmark.examine.subject import Subject
from fairmark.examine.tree import Tree
from fairmark.model.gap import Gap

__all__ = ["Package", "package_gaps", "read_packages", "upstream_version"]


@dataclass(frozen=True, slots=True)
class _Listed:
    """What the databases of one tree list, and what could not be read of them."""

    packages: tuple[Package, ...]
    gaps: tuple[Gap, ...]


def read_packages(subject: Subject) -> tuple[Package, ...]:
    """Return the installed packages of every root file system, sorted by root, kind and name."""
    found = [package for listed in _listed(subject) for package in listed.packages]
    return tuple(sorted(found, key=lambda one: (one.root, one.kind, one.name, one.version, one.architecture)))


def package_gaps(subject: Subject) -> tuple[Gap, ...]:
    """Return what could not be read of package databases and build manifests."""
    return tuple(gap for listed in _listed(subject) for gap in listed.gaps)


def _listed(subject: Subject) -> tuple[_Listed, ...]:
    """Read the databases of every tree; once for a subject, as several steps of an examination ask for it."""
    return subject.once("packages", lambda: tuple(_list(tree) for tree in subject.trees))


def _list(tree: Tree) -> _Listed:
    gaps: list[Gap] = []
    packages = tuple(_of_tree(tree, gaps))
    return _Listed(packages, tuple(gaps))


def _of_tree(tree: Tree, gaps: list[Gap]) -> Iterator[Package]:
    distribution, release = os_release(tree)
    seen: set[tuple[str, str, str]] = set()
    from_dpkg = tuple(dpkg(tree, gaps))
    builders = Counter(package.builder for package in from_dpkg if package.builder)
    mostly = min(builders, key=lambda one: (-builders[one], one), default="")
    marked = (replace(package, built_for=mostly) for package in from_dpkg)
    for package in (*opkg(tree, gaps), *marked, *apk(tree, gaps), *rpm(tree, gaps)):
        key = (package.kind, package.name, package.architecture)
        # rpm keeps several versions of one package side by side: kernels, above all.
        key = (*key[:2], f"{key[2]} {package.version}") if package.kind == "rpm" else key
        if key not in seen and len(seen) < MAX_PACKAGES:
            seen.add(key)
            yield replace(package, distribution=distribution, release=release)
    if not seen:
        for package in manifests(tree, gaps):
            yield replace(package, distribution=distribution, release=release)
