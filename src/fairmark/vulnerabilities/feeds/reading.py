"""Which feed a document belongs to, and the one way to read it."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.vulnerabilities.feeds import alpine, cve, debian, epss, euvd, kev, nvd, osv
from fairmark.vulnerabilities.feeds.entry import Entry, Page, Skipped
from fairmark.vulnerabilities.feeds.plain import day, mapping, parsed
from fairmark.vulnerabilities.record import Record

Reader = Callable[[bytes, str], Page]


def read_feed(content: bytes, name: str, feed: str = "") -> Page:
    """Read a document of ``feed``; without one, the feed is recognised by the content.

    Raises:
        UnreadableInputError: when the document is not what that feed publishes.
        WrongUsageError: when there is no such feed.
    """
    reader = READERS.get(feed or recognise(content, name))
    if reader is None:
        raise WrongUsageError(f"{feed!r} is not a feed", hint=f"Known: {', '.join(sorted(READERS))}.")
    return reader(content, name)


def recognise(content: bytes, name: str) -> str:
    """Return the feed that publishes documents like this one; only its beginning is looked at.

    Raises:
        UnreadableInputError: when none does.
    """
    head = content[:4_096].lstrip(b"\xef\xbb\xbf \t\r\n")
    for feed, marks in _MARKS:
        if all(any(one in head for one in alternatives) for alternatives in marks):
            return feed
    if content[:2] == b"\x1f\x8b":
        return epss.FEED
    return _by_members(content, name)


# What stands near the beginning of each feed's documents; of the words in one tuple, one must be there.
_MARKS: tuple[tuple[str, tuple[tuple[bytes, ...], ...]], ...] = (
    (cve.FEED, ((b'"CVE_RECORD"',),)),
    (nvd.FEED, ((b'"NVD_CVE"', b'"cve_items"', b'"vulnStatus"'),)),
    (kev.FEED, ((b'"catalogVersion"', b"cveID,vendorProject"),)),
    (epss.FEED, ((b"cve,epss",),)),
    (euvd.FEED, ((b'"EUVD-',),)),
    (alpine.FEED, ((b'"distroversion"', b'"secfixes"', b'"reponame"'),)),
    (debian.FEED, ((b'"releases"',), (b'"fixed_version"', b'"status"'))),
)


def _by_members(content: bytes, name: str) -> str:
    """Recognise documents whose telling members may stand anywhere."""
    document = mapping(parsed(content, name))
    if "cveMetadata" in document:
        return cve.FEED
    if "schema_version" in document or ("affected" in document and "id" in document):
        return osv.FEED
    if "catalogVersion" in document:
        return kev.FEED
    if "vulnStatus" in document or "totalResults" in document:
        return nvd.FEED
    if "secfixes" in str(document)[:100_000]:
        return alpine.FEED
    raise UnreadableInputError(
        f"{name} belongs to no feed that is known", hint=f"Known feeds: {', '.join(sorted(READERS))}."
    )


def _cve(feed: str) -> Reader:
    def read(content: bytes, name: str) -> Page:
        record = cve.read(content, name)
        if record is None:
            raise UnreadableInputError(f"{name} is no CVE record", hint="Give CVE records as JSON 5.")
        own = record if feed == cve.FEED else _owned(record, feed)
        return Page(feed, own.modified, (Entry(own),))

    return read


def _owned(record: Record, feed: str) -> Record:
    affected = tuple(replace(one, feed=feed) for one in record.affected)
    return replace(record, affected=affected, feeds=(feed,))


def _kev(content: bytes, name: str) -> Page:
    records = kev.read(content, name)
    listed = content.lstrip()[:1] == b"{"
    released = day(mapping(parsed(content, name)).get("dateReleased")) if listed else None
    newest = max((one.kev.added for one in records if one.kev), default=None)
    return Page(kev.FEED, released or newest, _each(records))


def _each(records: tuple[Record, ...]) -> Iterator[Entry | Skipped]:
    yield from (Entry(record) for record in records)


READERS: dict[str, Reader] = {
    "alpine": alpine.read,
    "cve": _cve("cve"),
    "debian": debian.read,
    "epss": epss.read,
    "euvd": euvd.read,
    "kev": _kev,
    "nvd": nvd.read,
    "openssl": _cve("openssl"),
    "osv": osv.read,
    "vulnrichment": _cve("vulnrichment"),
}
