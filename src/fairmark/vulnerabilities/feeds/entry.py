"""What a parser hands on: entries, what was skipped and why, and the day the content is from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from fairmark.vulnerabilities.record import Record


@dataclass(frozen=True, slots=True)
class Entry:
    """What one feed says of one CVE.

    ``part`` tells entries of one feed on one CVE apart: the package for a distribution, the advisory for
    OSV. (feed, cve, part) names an entry; a later one of that name replaces it.
    """

    record: Record
    part: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """One item that became no entry."""

    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """One document of a feed.

    ``updated`` is the day its content is from, None where the document does not say. ``entries`` are made one by
    one while they are taken.
    """

    feed: str
    updated: date | None
    entries: Iterable[Entry | Skipped]
