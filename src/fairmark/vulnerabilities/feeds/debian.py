"""Debian's security tracker: for each source package and CVE, the status in every release.

Source: the tracker's JSON (package -> CVE -> releases -> status, fixed_version, urgency, nodsa). A
``fixed_version`` of 0 says that the release never had the flaw. The file is large, so its packages are
read one after the other.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from fairmark.errors import UnreadableInputError
from fairmark.vulnerabilities.feeds.entry import Entry, Page, Skipped
from fairmark.vulnerabilities.feeds.plain import cve_id, mapping, text
from fairmark.vulnerabilities.record import Affected, Range, Record, Scheme

FEED = "debian"
RELEASES = {
    "wheezy": "7",
    "jessie": "8",
    "stretch": "9",
    "buster": "10",
    "bullseye": "11",
    "bookworm": "12",
    "trixie": "13",
    "forky": "14",
    "sid": "sid",
}
_SPACE = re.compile(r"[ \t\r\n]*")


def read(content: bytes, name: str) -> Page:
    """Read the tracker's file.

    Raises:
        UnreadableInputError: when it is no JSON object of packages; a file that is cut off raises while its entries
            are taken.
    """
    try:
        document = content.decode()
    except UnicodeDecodeError:
        raise _damaged(name) from None
    if not document.lstrip()[:1] == "{":
        raise _damaged(name)
    return Page(FEED, None, _entries(document, name))


def _entries(document: str, name: str) -> Iterator[Entry | Skipped]:
    for package, rows in members(document, name):
        for issue, about in mapping(rows).items():
            cve = cve_id(issue)
            if not cve:
                yield Skipped("no CVE id")
                continue
            releases = mapping(mapping(about).get("releases"))
            affected = [
                _affected(text(package, 200).lower(), release, mapping(releases[codename]))
                for codename, release in RELEASES.items()
                if codename in releases
            ]
            description = text(mapping(about).get("description"), 2_000)
            record = Record(cve=cve, description=description, affected=tuple(filter(None, affected)), feeds=(FEED,))
            yield Entry(record, part=text(package, 200).lower())


def members(document: str, name: str) -> Iterator[tuple[str, Any]]:
    """Give the members of a JSON object one after the other, so that a large one is never a tree as a whole."""
    decoder = json.JSONDecoder()
    at = _after(document, 0, "{", name)
    if document[at : at + 1] == "}":
        return
    while True:
        try:
            key, at = decoder.raw_decode(document, at)
            value, at = decoder.raw_decode(document, _after(document, at, ":", name))
        except (ValueError, RecursionError):
            raise _damaged(name) from None
        yield str(key), value
        at = _skip(document, at)
        if document[at : at + 1] == "}":
            return
        at = _after(document, at, ",", name)


def _after(document: str, at: int, sign: str, name: str) -> int:
    at = _skip(document, at)
    if document[at : at + 1] != sign:
        raise _damaged(name)
    return _skip(document, at + 1)


def _skip(document: str, at: int) -> int:
    space = _SPACE.match(document, at)
    return space.end() if space else at


def _damaged(name: str) -> UnreadableInputError:
    return UnreadableInputError(
        f"{name} is not the JSON of Debian's tracker", hint="It may be cut off: fetch it again."
    )


def _affected(package: str, release: str, about: Mapping[str, Any]) -> Affected | None:
    """Say what the status of one release means: before the fix, never, always, or not yet known."""
    status, fixed = text(about.get("status"), 40), text(about.get("fixed_version"), 200)
    if status not in {"resolved", "open", "undetermined"}:
        return None
    every = (Range(Scheme.DPKG),)
    ranges: tuple[Range, ...] = every if status == "open" else ()
    never: tuple[Range, ...] = ()
    if status == "resolved" and fixed == "0":
        never = every
    elif status == "resolved" and fixed:
        ranges = (Range(Scheme.DPKG, end=fixed),)
    return Affected(
        feed=FEED,
        product=package,
        ecosystem=f"debian {release}",
        ranges=ranges,
        unaffected=never,
        fixed_in="" if never or status != "resolved" else fixed,
        note=_note(status, about),
    )


def _note(status: str, about: Mapping[str, Any]) -> str:
    """Keep what Debian's security team decided: undetermined, unimportant, end of life, no advisory."""
    urgency = text(about.get("urgency"), 40).strip("*")
    parts = ["undetermined"] if status == "undetermined" else []
    if urgency in {"unimportant", "end-of-life"}:
        parts.append(urgency)
    if "nodsa" in about:
        parts.append(f"no advisory: {text(about.get('nodsa_reason') or about.get('nodsa'), 100)}".rstrip(": "))
    return "; ".join(parts)
