"""CISA's catalogue of known exploited vulnerabilities, JSON or CSV.

Source: Known Exploited Vulnerabilities Catalog, fields cveID, dateAdded, dueDate, knownRansomwareCampaignUse.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from fairmark.errors import UnreadableInputError
from fairmark.vulnerabilities.feeds.plain import cve_id, day, mapping, parsed, rows, text
from fairmark.vulnerabilities.record import Kev, Record

FEED = "kev"
MOST = 100_000


def read(content: bytes, name: str) -> tuple[Record, ...]:
    """Return one record per entry that has an id and a date.

    Raises:
        UnreadableInputError: when it is neither the JSON nor the CSV form.
    """
    entries = list(_json(content, name) if content.lstrip()[:1] == b"{" else _csv(content))
    if not entries:
        raise UnreadableInputError(
            f"{name} holds no known exploited vulnerability", hint="Give the catalogue as CISA publishes it."
        )
    found = {record.cve: record for entry in entries if (record := _record(entry))}
    return tuple(found[cve] for cve in sorted(found))


def _json(content: bytes, name: str) -> Iterator[Mapping[str, Any]]:
    yield from rows(mapping(parsed(content, name)).get("vulnerabilities"), MOST)


def _csv(content: bytes) -> Iterator[Mapping[str, Any]]:
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig", "replace")))
    try:
        for _, row in zip(range(MOST), reader, strict=False):
            yield row
    except csv.Error:
        return


def _record(entry: Mapping[str, Any]) -> Record | None:
    cve, added = cve_id(entry.get("cveID")), day(entry.get("dateAdded"))
    if not cve or added is None:
        return None
    ransomware = text(entry.get("knownRansomwareCampaignUse")).lower() == "known"
    kev = Kev(added=added, due=day(entry.get("dueDate")), ransomware=ransomware)
    return Record(cve=cve, title=text(entry.get("vulnerabilityName")), kev=kev, feeds=(FEED,))
