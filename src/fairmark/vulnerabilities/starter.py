"""The starter set: a few dozen facts about flaws that matter in devices, so that a first run offline shows real ones.

It is no substitute for the feeds: ``match`` says so in its warnings.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from fairmark.model.data import digest_of, load_yaml
from fairmark.model.vulnerability import FeedState
from fairmark.vulnerabilities.known import KnownRecords
from fairmark.vulnerabilities.record import Affected, Kev, Range, Record, Scheme

FEED = "starter"
_PACKAGE, _FILE = "fairmark.vulnerabilities", "starter.yaml"


@cache
def starter() -> KnownRecords:
    """Return the records of ``starter.yaml``."""
    data = load_yaml(_PACKAGE, _FILE)
    records = tuple(_record(row) for row in data["records"])
    state = FeedState(name=FEED, updated=data["date"], records=len(records), note="facts inside the program")
    return KnownRecords(records, (state,), digest_of(_PACKAGE, _FILE))


def _record(row: Mapping[str, Any]) -> Record:
    kev = row.get("kev")
    return Record(
        cve=row["cve"],
        state=row.get("state", "published"),
        title=row["title"],
        description=row.get("text", ""),
        published=row["published"],
        cwes=tuple(row.get("cwe", ())),
        severity=_severity(row["score"]),
        score=row["score"],
        affected=tuple(_affected(row)),
        kev=Kev(added=_day(kev)) if kev else None,
        exploitation="active" if kev else "",
        feeds=(FEED,),
    )


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _severity(score: float) -> str:
    """Name the score as CVSS 3.1 section 5 does."""
    steps = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"))
    return next((word for limit, word in steps if score >= limit), "low")


def _affected(row: Mapping[str, Any]) -> Iterator[Affected]:
    """Read ``affected``: product, ranges as [from, before] or [from, through, inclusive]."""
    for entry in row["affected"]:
        scheme = Scheme(entry.get("scheme", "generic"))
        ranges = tuple(_range(scheme, one) for one in entry["ranges"])
        yield Affected(
            feed=entry.get("feed", FEED),
            product=entry["product"],
            vendor=entry.get("vendor", ""),
            ecosystem=entry.get("ecosystem", ""),
            ranges=ranges,
            fixed_in=entry.get("fixed", next((one.end for one in reversed(ranges) if not one.end_included), "")),
            program_files=tuple(entry.get("files", ())),
        )


def _range(scheme: Scheme, text: str) -> Range:
    """Read "1.0 <= v < 2.0" in its short form: "1.0..2.0" ends before 2.0, "1.0..=2.0" with it."""
    start, _, end = text.partition("..")
    return Range(scheme, start, end.removeprefix("="), end_included=end.startswith("="))
