"""CVE records, JSON 5.x: the maker's own ``affected`` entries and what CISA adds to them.

Source: CVE JSON record format 5.1. ``versions`` say which ranges have which status, ``defaultStatus`` what
the rest is. Kernel records name the source files (``programFiles``) and give ranges as versions and as
commits; only the versions are read.
"""

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

from fairmark.vulnerabilities.feeds.cpe import affected_of, scheme_of
from fairmark.vulnerabilities.feeds.plain import cve_id, day, mapping, number, parsed, rows, text, texts
from fairmark.vulnerabilities.identity import squeezed
from fairmark.vulnerabilities.record import Affected, Range, Record, Scheme

FEED = "cve"
_MOST_RANGES = 500
_COMMITS = {"git", "original_commit_for_fix_hash"}
_NO_NAME = {"", "n/a", "unknown", "unspecified", "*", "-"}
_TEXT_RANGE = re.compile(
    r"(?:before|prior to|<)\s*(?:version\s*)?v?(\d[\w.]*\w)|through\s+v?(\d[\w.]*\w)", re.IGNORECASE
)

_BETWEEN = re.compile(r">=\s*v?(\d[\w.]{0,60})\s*,\s*(<=?)\s*v?(\d[\w.]{0,60})")
_AT_MOST = re.compile(r"<=\s*v?(\d[\w.]{0,60})")
_THROUGH = re.compile(r"\(Affected (\d[\w.]{0,60})-(\d[\w.]{0,60})\)")
_SINCE = re.compile(r"(?:since|from|starting with)\s+(?:version\s+)?v?(\d[\w.]{0,60})", re.IGNORECASE)
_NAMED = re.compile(r"(\D{1,60}?)\s+v?(\d[\w.]{0,60})")  # "Tinyproxy 1.10.0"
_NO_VERSION = {"n/a", "unspecified", "unknown", "none"}


def read(content: bytes, name: str) -> Record | None:
    """Return the record of one document; ``None`` for JSON that is no CVE record.

    Raises:
        UnreadableInputError: when it is not JSON.
    """
    document = mapping(parsed(content, name))
    about = mapping(document.get("cveMetadata"))
    cve = cve_id(about.get("cveId"))
    if not cve:
        return None
    containers = mapping(document.get("containers"))
    cna = mapping(containers.get("cna"))
    parts = [cna, *rows(containers.get("adp"), 20)]
    description = next((text(row.get("value"), 2_000) for row in rows(cna.get("descriptions"), 20)), "")
    record = Record(
        cve=cve,
        state=_state(about, cna, description),
        title=text(cna.get("title")),
        description=description,
        published=day(about.get("datePublished")),
        modified=day(about.get("dateUpdated")),
        cwes=tuple(sorted({found for part in parts for found in _cwes(part)})),
        affected=tuple(dict.fromkeys(one for part in parts for one in _products(part))),
        feeds=(FEED,),
    )
    for part in parts:
        record = _rated(record, part)
    return record


def _products(part: Mapping[str, Any]) -> Iterator[Affected]:
    """Give the products of a container: its own entries, and from 5.1 on what ``cpeApplicability`` says."""
    for row in rows(part.get("affected"), 200):
        yield from _affected(row)
    yield from affected_of(part.get("cpeApplicability"), FEED)


def _state(about: Mapping[str, Any], cna: Mapping[str, Any], description: str) -> str:
    if about.get("state") == "REJECTED":
        return "rejected"
    disputed = "disputed" in texts(cna.get("tags")) or description.startswith("** DISPUTED")
    return "disputed" if disputed else "published"


def _cwes(part: Mapping[str, Any]) -> Iterator[str]:
    for problem in rows(part.get("problemTypes"), 20):
        for row in rows(problem.get("descriptions"), 20):
            if found := text(row.get("cweId"), 20):
                yield found


def _rated(record: Record, part: Mapping[str, Any]) -> Record:
    """Add what a container says of severity and exploitation; the first to speak is believed."""
    for metric in rows(part.get("metrics"), 50):
        for key in ("cvssV3_1", "cvssV3_0", "cvssV4_0"):
            rating = mapping(metric.get(key))
            score = number(rating.get("baseScore"), 0, 10)
            if score is not None and record.score is None:
                severity, vector = text(rating.get("baseSeverity"), 20).lower(), text(rating.get("vectorString"))
                record = replace(record, score=score, severity=severity, vector=vector)
        other = mapping(metric.get("other"))
        if other.get("type") == "ssvc":
            record = _decided(record, mapping(other.get("content")))
    return record


def _decided(record: Record, decision: Mapping[str, Any]) -> Record:
    """Read the three answers of CISA's decision tree."""
    for option in rows(decision.get("options"), 10):
        if found := text(option.get("Exploitation"), 20).lower():
            record = replace(record, exploitation=found)
        if found := text(option.get("Automatable"), 20).lower():
            record = replace(record, automatable=found == "yes")
    return record


def _affected(row: Mapping[str, Any]) -> Iterator[Affected]:
    """Turn one entry into ours; an entry without a product says nothing."""
    product = (text(row.get("product")) or text(row.get("packageName"))).lower()
    vendor = text(row.get("vendor")).lower()
    cpes = texts(row.get("cpes"), 50)
    if product in _NO_NAME:
        return
    kernel = vendor == product == "linux"
    scheme = Scheme.KERNEL if kernel else scheme_of(product)
    hit: list[Range] = []
    spared: list[Range] = []
    for version in list(rows(row.get("versions"), _MOST_RANGES)):
        if _names_commits(version):
            continue
        found = _range(version, scheme, {squeezed(one) for one in (product, vendor, "version")})
        if found:
            (hit if version.get("status") == "affected" else spared).append(found)
    if row.get("defaultStatus") == "affected" and (spared or not hit) and (kernel or spared):
        hit = [Range(scheme)]
    if hit:
        names = {(product, vendor)} | {(parts[4], parts[3]) for cpe in cpes if len(parts := cpe.split(":")) > 5}
        for name, maker in sorted(names):
            yield Affected(
                feed=FEED,
                product=name.lower(),
                vendor="" if maker in _NO_NAME else maker.lower(),
                ranges=tuple(hit),
                unaffected=tuple(spared),
                fixed_in=next((one.end for one in reversed(hit) if one.end and not one.end_included), ""),
                program_files=texts(row.get("programFiles"), 200),
                platforms=texts(row.get("platforms"), 50),
            )


def _names_commits(version: Mapping[str, Any]) -> bool:
    """Whether an entry is about commits. Some call dotted versions "git" too."""
    limits = [text(version.get(name)) for name in ("version", "lessThan", "lessThanOrEqual")]
    if any(re.fullmatch(r"[0-9a-f]{12,40}", one) for one in limits):
        return True
    return text(version.get("versionType"), 40) in _COMMITS and not any("." in one for one in limits)


def _range(version: Mapping[str, Any], scheme: Scheme, names: AbstractSet[str]) -> Range | None:
    """Read one entry of ``versions``. "6.11.*" as an end means all of 6.11; "*" means no end.

    ``names`` are words that may stand before a version. "unspecified" is no limit, wherever it stands.
    """
    start = text(version.get("version"))
    below, through = (_limit(version.get(name)) for name in ("lessThan", "lessThanOrEqual"))
    if start.lower() in _NO_VERSION:
        if not below and not through:
            return None
        start = ""
    if start.startswith(("<", ">")) or " " in start:
        return _from_words(start, scheme, names)
    if below == start:  # some authorities write "before 8.4.0" as from 8.4.0 to before 8.4.0
        start = ""
    start = "" if start in {"0", "*", "0.0"} else start.removeprefix("v")
    below = _mended(version) or below
    if not below and not through:
        return Range(scheme, start, start, end_included=True) if start else None
    if through and through != "*" and through.endswith(".*"):
        return Range(scheme, start, _following(through.removesuffix(".*")))
    if through:
        return Range(scheme, start, "" if through == "*" else through, end_included=through != "*")
    return Range(scheme, start, "" if below == "*" else below)


def _limit(value: object) -> str:
    limit = text(value)
    return "" if limit.lower() in _NO_VERSION else limit


def _mended(version: Mapping[str, Any]) -> str:
    """Return the version from which an affected range is mended, by its ``changes``."""
    if version.get("status") != "affected":
        return ""
    ends = (text(one.get("at")) for one in rows(version.get("changes"), 50) if one.get("status") == "unaffected")
    return next(ends, "")


def _from_words(words: str, scheme: Scheme, names: AbstractSet[str]) -> Range | None:
    """Read "< 1.2", "<= 1.2", "before 1.2", "through 1.2", ">= 1.0, < 1.2", "(Affected 1.0-1.2)" and a few more.

    These are "since 1.0", which has no end, and a version after the product's name. Nothing else is read.
    """
    if between := _BETWEEN.fullmatch(words):
        return Range(scheme, between[1], between[3], end_included=between[2] == "<=")
    if last := _AT_MOST.fullmatch(words):
        return Range(scheme, "", last[1], end_included=True)
    if between := _THROUGH.search(words):
        return Range(scheme, between[1], between[2], end_included=True)
    match = _TEXT_RANGE.search(words)
    if match is None:
        return _from_start(words, scheme, names)
    if words.count("<") + words.count(">") > 1:
        return None
    return Range(scheme, "", match[1] or match[2], end_included=not match[1])


def _from_start(words: str, scheme: Scheme, names: AbstractSet[str]) -> Range | None:
    if since := _SINCE.fullmatch(words):
        return Range(scheme, since[1])
    named = _NAMED.fullmatch(words)
    if named is None or squeezed(named[1]) not in names:
        return None
    return Range(scheme, named[2], named[2], end_included=True)


def _following(branch: str) -> str:
    head, dot, last = branch.rpartition(".")
    return f"{head}{dot}{int(last) + 1}" if last.isascii() and last.isdigit() and len(last) < 9 else branch


def text_ranges(description: str) -> tuple[str, ...]:
    """Return the versions that a description says the flaw ends before: "before 1.35" gives 1.35."""
    return tuple(match[1] for match in _TEXT_RANGE.finditer(description) if match[1])
