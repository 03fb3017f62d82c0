"""The European vulnerability database of ENISA: pages of its search interface.

Source: EUVD API (items[].aliases, enisaIdProduct[].product_version). Versions are written for people, such as
"1.0 <1.2" or "2.0 ≤ 2.3"; what is not understood names the product without versions.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from fairmark.errors import UnreadableInputError
from fairmark.vulnerabilities.feeds.cpe import scheme_of
from fairmark.vulnerabilities.feeds.entry import Entry, Page, Skipped
from fairmark.vulnerabilities.feeds.plain import cve_id, day, mapping, number, parsed, rows, text
from fairmark.vulnerabilities.record import Affected, Range, Record

FEED = "euvd"
_MOST = 10_000
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_VERSION = r"v?(\d[\w.+~-]{0,60})"
_BETWEEN = re.compile(rf"(?:{_VERSION}\s*)?(<=|≤|<)\s*{_VERSION}")
_ALONE = re.compile(_VERSION)
_NOBODY = {"", "n/a", "unknown", "unspecified"}


def read(content: bytes, name: str) -> Page:
    """Read a page of the search, a list of records, or one record.

    Raises:
        UnreadableInputError: when there is no EUVD record in it.
    """
    document = parsed(content, name)
    items = mapping(document).get("items", document)
    found = list(rows(items if isinstance(items, list) else [items], _MOST))
    if not isinstance(items, list) and not text(mapping(items).get("id")).startswith("EUVD-"):
        raise UnreadableInputError(f"{name} holds no EUVD record", hint="Give pages of the EUVD search.")
    days = [one for item in found if (one := _day(item.get("dateUpdated")))]
    return Page(FEED, max(days, default=None), _entries(found))


def _entries(items: list[Mapping[str, Any]]) -> Iterator[Entry | Skipped]:
    for item in items:
        aliases = text(item.get("aliases"), 2_000).split()
        cves = sorted({cve for one in (*aliases, text(item.get("id"))) if (cve := cve_id(one))})
        if not cves:
            yield Skipped("no CVE id")
        for cve in cves:
            yield Entry(_record(cve, item), part=text(item.get("id"), 60))


def _record(cve: str, item: Mapping[str, Any]) -> Record:
    vendors = [text(mapping(row.get("vendor")).get("name"), 200).lower() for row in rows(item.get("enisaIdVendor"), 50)]
    vendor = vendors[0] if len(set(vendors)) == 1 and vendors[0] not in _NOBODY else ""
    return Record(
        cve=cve,
        description=text(item.get("description"), 2_000),
        published=_day(item.get("datePublished")),
        modified=_day(item.get("dateUpdated")),
        score=number(item.get("baseScore"), 0, 10),
        vector=text(item.get("baseScoreVector")),
        affected=tuple(_products(item, vendor)),
        feeds=(FEED,),
    )


def _products(item: Mapping[str, Any], vendor: str) -> Iterator[Affected]:
    for row in rows(item.get("enisaIdProduct"), 500):
        product = text(mapping(row.get("product")).get("name"), 200).lower()
        if product in _NOBODY:
            continue
        ranges, versions = _versions(text(row.get("product_version"), 200), product)
        ends = (one.end for one in ranges if not one.end_included)
        yield Affected(
            feed=FEED, product=product, vendor=vendor, ranges=ranges, versions=versions, fixed_in=next(ends, "")
        )


def _versions(words: str, product: str) -> tuple[tuple[Range, ...], tuple[str, ...]]:
    if match := _BETWEEN.fullmatch(words.strip()):
        start = "" if match[1] in {None, "0"} else match[1]
        return (Range(scheme_of(product), start, match[3], end_included=match[2] != "<"),), ()
    match = _ALONE.fullmatch(words.strip())
    return (), ((match[1],) if match else ())


def _day(value: object) -> date | None:
    """Read "Apr 15, 2025, 8:30:58 PM" as well as ISO 8601."""
    match = re.match(r"([A-Za-z]{3}) (\d{1,2}), (\d{4})", text(value, 60))
    if match is None or match[1].lower() not in _MONTHS:
        return day(value)
    return day(f"{match[3]}-{_MONTHS.index(match[1].lower()) + 1:02}-{int(match[2]):02}")
