"""Builders of vulnerability records and components: name only what the test is about."""

from collections.abc import Iterable
from datetime import date

from fairmark.model.finding import Reach
from fairmark.model.image import Component
from fairmark.model.vulnerability import FeedState
from fairmark.vulnerabilities.known import KnownRecords
from fairmark.vulnerabilities.record import Affected, Kev, Range, Record, Scheme

TODAY = date(2026, 11, 20)
KEV = Kev(added=date(2026, 11, 1))


def component(name: str = "dropbear", version: str = "2016.70", **changes: object) -> Component:
    """A started component that a version pattern showed."""
    given = {"source": "version pattern", "reach": Reach.STARTED, "evidence": (f"ev-{name}",), "upstream": name}
    return Component.model_validate({"name": name, "version": version} | given | changes)


def package(**changes: object) -> Component:
    """A package of Debian 12."""
    given = {
        "name": "libssl3",
        "version": "3.0.11-1~deb12u1",
        "upstream": "openssl",
        "upstream_version": "3.0.11",
        "distribution": "debian 12",
        "source_package": "openssl",
        "source": "package database dpkg",
    }
    return component(**(given | changes))  # type: ignore[arg-type]


def before(end: str, scheme: Scheme = Scheme.GENERIC) -> Range:
    """All versions before ``end``."""
    return Range(scheme, end=end)


def record(product: str = "dropbear", end: str = "2016.74", **changes: object) -> Record:
    """A flaw of every version before ``end``, as the CVE record itself says."""
    entry = Affected("cve", product, product, ranges=(before(end),), fixed_in=end)
    given: dict[str, object] = {"cve": "CVE-2026-0001", "title": "A flaw", "score": 5.0, "affected": (entry,)}
    return Record(**(given | changes))  # type: ignore[arg-type]


def store(*records: Record, feeds: Iterable[str] = ("cve", "kev", "epss"), updated: date = TODAY) -> KnownRecords:
    """Records in memory, with the feeds that were loaded."""
    states = tuple(FeedState(name=name, updated=updated, records=len(records)) for name in sorted(feeds))
    return KnownRecords(records, states, "d" * 64)
