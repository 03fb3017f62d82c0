"""Make one record of what several feeds say of one CVE."""

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce

from fairmark.vulnerabilities.record import Record

_STATES = ("published", "disputed", "rejected")


def merged(records: Iterable[Record]) -> tuple[Record, ...]:
    """Return one record per CVE, sorted. Order does not matter: sorted by feed, the first to speak is believed."""
    groups: dict[str, list[Record]] = {}
    for record in records:
        groups.setdefault(record.cve, []).append(record)
    return tuple(reduce(_joined, sorted(groups[cve], key=lambda one: one.feeds)) for cve in sorted(groups))


def _joined(one: Record, other: Record) -> Record:
    return replace(
        one,
        state=max(one.state, other.state, key=_STATES.index),
        title=one.title or other.title,
        description=one.description or other.description,
        published=one.published or other.published,
        modified=max(filter(None, (one.modified, other.modified)), default=None),
        cwes=tuple(sorted({*one.cwes, *other.cwes})),
        severity=one.severity or other.severity,
        score=other.score if one.score is None else one.score,
        vector=one.vector or other.vector,
        affected=tuple(dict.fromkeys((*one.affected, *other.affected))),
        kev=one.kev or other.kev,
        epss=other.epss if one.epss is None else one.epss,
        exploitation=one.exploitation or other.exploitation,
        automatable=other.automatable if one.automatable is None else one.automatable,
        feeds=tuple(sorted({*one.feeds, *other.feeds})),
    )
