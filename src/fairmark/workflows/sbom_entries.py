"""What a maker's list of components says, in one shape whatever the format, and what was left out of it and why."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import unquote

from fairmark.examine.inventory import patterns_by_name
from fairmark.examine.packages import upstream_version
from fairmark.examine.pattern_rules import component_name
from fairmark.model.image import Component
from fairmark.vulnerabilities.identity import cpe_names
from fairmark.workflows.foreign_json import text

SOURCE = "maker's SBOM"
_RELEASES = {"buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13"}
_PACKAGED = frozenset({"deb", "apk", "rpm", "opkg"})
_COMMIT = re.compile(r"[0-9a-f]{12,64}(?:-dirty)?", re.ASCII)
_NO_VALUE = frozenset({"NOASSERTION", "NONE"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One component of the list, and its place in the document: ``components/3``, or a line number beside it."""

    component: Component
    place: str
    line: int | None = None
    document: str = ""
    """The member of an archive that it stands in."""


@dataclass(frozen=True)
class Sbom:
    """A whole list. ``left_out`` counts the entries that are no components of the device, by reason."""

    name: str
    format: str
    entries: tuple[Entry, ...]
    sha256: str = ""
    left_out: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def components(self) -> tuple[Component, ...]:
        """Return each component once, sorted."""
        found = {(one.component.name, one.component.version, one.component.purl): one.component for one in self.entries}
        return tuple(found[key] for key in sorted(found))


@dataclass(slots=True)
class Collected:
    """A list in the making."""

    entries: list[Entry] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Purl:
    """The parts of a package URL; empty where the text is none."""

    kind: str = ""
    namespace: str = ""
    name: str = ""
    version: str = ""
    qualifiers: Mapping[str, str] = field(default_factory=dict)


def purl_of(purl: str) -> Purl:
    """Take a package URL apart (package-url specification: ``pkg:type/namespace/name@version?qualifiers#subpath``).

    >>> purl_of("pkg:deb/debian/libssl3@3.0.11-1?distro=debian-12").qualifiers
    {'distro': 'debian-12'}
    """
    if not purl.startswith("pkg:"):
        return Purl()
    rest, _, query = purl[4:].partition("#")[0].partition("?")
    path, at, version = rest.rpartition("@") if "@" in rest.rpartition("/")[2] else (rest, "", "")
    parts = [unquote(one) for one in path.strip("/").split("/") if one]
    if len(parts) < 2:
        return Purl()
    pairs = (one.partition("=") for one in query.split("&")[:64] if one)
    qualifiers = {key.lower(): unquote(value) for key, _, value in pairs}
    return Purl(parts[0].lower(), "/".join(parts[1:-1]), parts[-1], unquote(version) if at else "", qualifiers)


def component_of(name: object, version: object, purl: object = "", cpe: object = "", licence: object = "") -> Component:
    """Return a component of the list; its identity comes from package URL and CPE before the name."""
    called, located, listed = text(name, 300), text(purl), text(cpe)
    given = _stated(version)
    parts = purl_of(located)
    said = given or parts.version
    if not said or _COMMIT.fullmatch(said):  # a commit orders nothing; the CPE often names the release
        said = _cpe_version(listed) or said
    return Component(
        name=called,
        version=said,
        purl=located if parts.kind else "",
        cpe=listed if listed.startswith("cpe:") else "",
        source=SOURCE,
        licence=_stated(licence),
        upstream=_upstream((cpe_names(listed)[1], parts.name, called)),
        upstream_version=upstream_version(said) if parts.kind in _PACKAGED else "",
        distribution=_distribution(parts),
        source_package=parts.qualifiers.get("upstream", "").partition("@")[0] if parts.kind in _PACKAGED else "",
    )


def _stated(value: object) -> str:
    found = text(value, 200)
    return "" if found in _NO_VALUE else found


def _cpe_version(cpe: str) -> str:
    parts = re.split(r"(?<!\\):", cpe)
    at = 5 if cpe.startswith("cpe:2.3:") else 4
    version = re.sub(r"\\(.)", r"\1", parts[at]) if len(parts) > at else ""
    return "" if version in {"*", "-"} else version


def _upstream(names: Iterable[str]) -> str:
    """Return the name that the rules give to the first of the names that they know; '' where they know none."""
    for name in names:
        low = name.lower()
        for spelt in (low, low.replace("_", "-"), re.sub(r"-(?:sources|deps)$", "", low)):
            if (known := component_name(spelt)) in patterns_by_name():
                return known
    return ""


def _distribution(purl: Purl) -> str:
    """Return 'debian 12', 'alpine 3.19': who builds and mends the package, where its URL says so."""
    if purl.kind not in {"deb", "apk"}:
        return ""
    name, _, release = purl.qualifiers.get("distro", "").lower().rpartition("-")
    if not name:
        name = purl.namespace.lower()
    release = _RELEASES.get(release, release)
    if marked := re.search(r"[+~]deb(\d{1,2})u\d", purl.version):
        name, release = "debian", marked[1]
    return f"{name} {release}" if name and release else ""
