"""NVD: pages of the CVE API 2.0, and the yearly files and single records that mirrors make of them.

Source: NVD CVE API 2.0 schema. NVD asks for the notice in ``feeds.yaml``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fairmark.errors import UnreadableInputError
from fairmark.vulnerabilities.feeds.cpe import affected_of
from fairmark.vulnerabilities.feeds.entry import Entry, Page, Skipped
from fairmark.vulnerabilities.feeds.plain import cve_id, day, mapping, number, parsed, rows, text, texts
from fairmark.vulnerabilities.record import Kev, Record

FEED = "nvd"
_MOST = 100_000
_METRICS = ("cvssMetricV31", "cvssMetricV30", "cvssMetricV40", "cvssMetricV2")


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page of the API stands: its first record, how many it holds, how many there are."""

    start: int
    count: int
    total: int


def read(content: bytes, name: str) -> Page:
    """Read a page of the API, a mirror's file (``cve_items``) or one record.

    Raises:
        UnreadableInputError: when it is none of them.
    """
    document = mapping(parsed(content, name))
    return Page(FEED, day(document.get("timestamp")), _entries(list(_items(document, name))))


def position(content: bytes, name: str) -> Position:
    """Return where a page of the API stands.

    Raises:
        UnreadableInputError: when it is no page, or its counts contradict each other.
    """
    document = mapping(parsed(content, name))
    counts = [document.get(key) for key in ("startIndex", "totalResults")]
    listed = document.get("vulnerabilities")
    if not isinstance(listed, list) or not all(isinstance(one, int) and 0 <= one < 100_000_000 for one in counts):
        raise UnreadableInputError(f"{name} is no page of the NVD API", hint="Is the address that of its CVE API 2.0?")
    start, total = counts
    assert isinstance(start, int) and isinstance(total, int)  # noqa: S101, PT018 - looked at above
    if start + len(listed) > total or (not listed and start < total):
        raise UnreadableInputError(f"{name} contradicts itself about its records", hint="Fetch it again.")
    return Position(start, len(listed), total)


def _items(document: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    if "vulnerabilities" in document:
        yield from (mapping(row.get("cve")) for row in rows(document["vulnerabilities"], _MOST))
    elif "cve_items" in document:
        yield from rows(document["cve_items"], _MOST)
    elif "vulnStatus" in document:
        yield document
    else:
        raise UnreadableInputError(f"{name} holds no NVD record", hint="Give pages of the CVE API 2.0.")


def _entries(items: list[Mapping[str, Any]]) -> Iterator[Entry | Skipped]:
    for item in items:
        cve = cve_id(item.get("id"))
        yield Entry(_record(cve, item)) if cve else Skipped("no CVE id")


def _record(cve: str, item: Mapping[str, Any]) -> Record:
    score, severity, vector = _rating(mapping(item.get("metrics")))
    added = day(item.get("cisaExploitAdd"))
    return Record(
        cve=cve,
        state=_state(item),
        description=_english(item),
        published=day(item.get("published")),
        modified=day(item.get("lastModified")),
        cwes=_cwes(item),
        score=score,
        severity=severity,
        vector=vector,
        affected=affected_of(item.get("configurations"), FEED),
        kev=Kev(added=added, due=day(item.get("cisaActionDue"))) if added else None,
        feeds=(FEED,),
    )


def _state(item: Mapping[str, Any]) -> str:
    if text(item.get("vulnStatus")).lower() == "rejected":
        return "rejected"
    tags = {tag for row in rows(item.get("cveTags"), 20) for tag in texts(row.get("tags"), 20)}
    return "disputed" if "disputed" in tags else "published"


def _english(item: Mapping[str, Any]) -> str:
    for row in rows(item.get("descriptions"), 50):
        if text(row.get("lang")) == "en":
            return text(row.get("value"), 2_000)
    return ""


def _cwes(item: Mapping[str, Any]) -> tuple[str, ...]:
    found = {
        text(one.get("value"), 20)
        for row in rows(item.get("weaknesses"), 20)
        for one in rows(row.get("description"), 20)
    }
    return tuple(sorted(one for one in found if one.startswith("CWE-")))


def _rating(metrics: Mapping[str, Any]) -> tuple[float | None, str, str]:
    """Return score, severity and vector: NVD's own (Primary) first, the newest common version first."""
    for kind in _METRICS:
        ratings = sorted(rows(metrics.get(kind), 20), key=lambda row: text(row.get("type")) != "Primary")
        for rating in ratings:
            data = mapping(rating.get("cvssData"))
            score = number(data.get("baseScore"), 0, 10)
            if score is not None:
                severity = text(data.get("baseSeverity") or rating.get("baseSeverity"), 20).lower()
                return score, "" if severity == "none" else severity, text(data.get("vectorString"))
    return None, "", ""
