"""OSV: advisories of many ecosystems with ranges of versions.

Source: Open Source Vulnerability schema 1.6. Ranges of commits say nothing about a binary and are left out; where
nothing else is there, the listed versions are taken.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from fairmark.errors import UnreadableInputError
from fairmark.vulnerabilities.feeds.cpe import scheme_of
from fairmark.vulnerabilities.feeds.entry import Entry, Page, Skipped
from fairmark.vulnerabilities.feeds.plain import cve_id, day, mapping, parsed, rows, text, texts
from fairmark.vulnerabilities.record import Affected, Range, Record, Scheme

FEED = "osv"
_MOST_AFFECTED = 500
_MOST_EVENTS = 1_000
_MOST_VERSIONS = 2_000
_UPSTREAM = {"", "oss-fuzz", "git", "linux"}
_SCHEMES = {
    "debian": Scheme.DPKG,
    "ubuntu": Scheme.DPKG,
    "openwrt": Scheme.OPKG,
    "alpine": Scheme.APK,
    "wolfi": Scheme.APK,
    "chainguard": Scheme.APK,
    "rocky linux": Scheme.RPM,
    "almalinux": Scheme.RPM,
    "red hat": Scheme.RPM,
    "suse": Scheme.RPM,
    "opensuse": Scheme.RPM,
}


def read(content: bytes, name: str) -> Page:
    """Read one advisory.

    Raises:
        UnreadableInputError: when it has no id of an advisory.
    """
    document = mapping(parsed(content, name))
    advisory = text(document.get("id"), 100)
    if not advisory or not isinstance(document.get("affected", []), list):
        raise UnreadableInputError(f"{name} is no OSV advisory", hint="Give the JSON files as OSV publishes them.")
    return Page(FEED, day(document.get("modified")), _entries(document, advisory))


def _entries(document: Mapping[str, Any], advisory: str) -> Iterator[Entry | Skipped]:
    if document.get("withdrawn"):
        yield Skipped("withdrawn")
        return
    names = [advisory, *texts(document.get("aliases"), 100), *texts(document.get("upstream"), 100)]
    cves = sorted({cve for name in names if (cve := cve_id(name))})
    if not cves:
        yield Skipped("no CVE id")
        return
    affected = tuple(
        one for row in rows(document.get("affected"), _MOST_AFFECTED) if (one := _affected(row)) is not None
    )
    for cve in cves:
        record = Record(
            cve=cve,
            title=text(document.get("summary")),
            description=text(document.get("details"), 2_000),
            published=day(document.get("published")),
            modified=day(document.get("modified")),
            affected=affected,
            feeds=(FEED,),
        )
        yield Entry(record, part=advisory)


def _affected(row: Mapping[str, Any]) -> Affected | None:
    package = mapping(row.get("package"))
    product = text(package.get("name"), 200).lower() or _from_repository(row)
    if not product:
        return None
    system, _, release = text(package.get("ecosystem"), 100).lower().partition(":")
    upstream = system in _UPSTREAM
    scheme = scheme_of(product) if upstream else _SCHEMES.get(system, Scheme.GENERIC)
    ranges = tuple(found for one in rows(row.get("ranges"), 200) for found in _ranges(one, scheme))
    return Affected(
        feed=FEED,
        product=product,
        ecosystem="" if upstream else f"{system} {release.removeprefix('v')}".strip(),
        ranges=ranges,
        versions=() if ranges else texts(row.get("versions"), _MOST_VERSIONS),
        fixed_in=next((one.end for one in reversed(ranges) if one.end and not one.end_included), ""),
    )


def _from_repository(row: Mapping[str, Any]) -> str:
    """Name an upstream project by the last part of its repository's address."""
    for one in rows(row.get("ranges"), 20):
        if found := text(one.get("repo"), 300).rstrip("/").rpartition("/")[2]:
            return found.removesuffix(".git").lower()
    return ""


def _ranges(row: Mapping[str, Any], scheme: Scheme) -> Iterator[Range]:
    """Turn a list of events into ranges: each ``introduced`` opens one, ``fixed`` or ``last_affected`` closes it."""
    kind = text(row.get("type"), 20)
    if kind == "GIT":
        return
    scheme = Scheme.SEMVER if kind == "SEMVER" and scheme is Scheme.GENERIC else scheme
    start: str | None = None
    for event in rows(row.get("events"), _MOST_EVENTS):
        if opened := text(event.get("introduced"), 200):
            start = "" if opened == "0" else opened
        fixed, last = text(event.get("fixed"), 200), text(event.get("last_affected"), 200)
        if start is not None and (fixed or last):
            yield Range(scheme, start, fixed or last, end_included=not fixed)
            start = None
    if start is not None:
        yield Range(scheme, start)
