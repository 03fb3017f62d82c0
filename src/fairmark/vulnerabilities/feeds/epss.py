"""EPSS: how likely each CVE is to be exploited within 30 days; CSV, mostly packed with gzip.

Source: FIRST, "EPSS data": a comment line with the day of the scores, then cve, epss, percentile.
"""

import csv
import io
import re
import zlib
from collections.abc import Iterator

from fairmark.errors import UnreadableInputError
from fairmark.vulnerabilities.feeds.entry import Entry, Page, Skipped
from fairmark.vulnerabilities.feeds.plain import cve_id, day, number
from fairmark.vulnerabilities.record import Record

FEED = "epss"
_MOST = 2_000_000
_MOST_BYTES = 256 << 20


def read(content: bytes, name: str) -> Page:
    """Read the scores, packed or not.

    Raises:
        UnreadableInputError: when the file does not begin as the scores do, is cut off, or unpacks to too much.
    """
    document = unpacked(content, name).decode("utf-8", "replace")
    scored = re.search(r"score_date:([0-9-]{10})", document[:500])
    body = document.partition("\n")[2] if document.startswith("#") else document
    if not body.startswith("cve,epss"):
        raise UnreadableInputError(f"{name} holds no EPSS scores", hint="Give the CSV file as FIRST publishes it.")
    return Page(FEED, day(scored[1]) if scored else None, _entries(body))


def unpacked(content: bytes, name: str) -> bytes:
    """Return the content of a gzip file, or the bytes themselves where they are none."""
    if not content.startswith(b"\x1f\x8b"):
        return content
    decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        document = decoder.decompress(content, _MOST_BYTES)
    except zlib.error:
        document = b""
    if not decoder.eof:
        raise UnreadableInputError(f"{name} is cut off or unpacks to too much", hint="Fetch it again.")
    return document


def _entries(body: str) -> Iterator[Entry | Skipped]:
    reader = csv.DictReader(io.StringIO(body))
    try:
        for _, row in zip(range(_MOST), reader, strict=False):
            cve, score = cve_id(row.get("cve")), number(row.get("epss"), 0, 1)
            good = cve and score is not None
            yield Entry(Record(cve=cve, epss=score, feeds=(FEED,))) if good else Skipped("no CVE id or no score")
    except csv.Error:
        yield Skipped("a line is no CSV")
