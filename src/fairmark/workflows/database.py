"""The journey of vulnerability data: from feeds into the database, out as a signed bundle, and what is in it."""

import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import IO, Protocol
from urllib.parse import urlsplit

from pydantic import Field, TypeAdapter, ValidationError

from fairmark.errors import FairmarkError, UnreadableInputError, WrongUsageError
from fairmark.model.value import Value
from fairmark.model.vulnerability import FeedState
from fairmark.vulnerabilities.bundle import Row, read_rows, verified, write_bundle
from fairmark.vulnerabilities.feeds.reading import READERS, read_feed
from fairmark.vulnerabilities.freshness import Source, age_days, is_stale, sources, warnings
from fairmark.vulnerabilities.record import Record
from fairmark.vulnerabilities.sync import (
    Response,
    Shelf,
    Tally,
    World,
    request,
    update_document,
    update_euvd,
    update_nvd,
)

_PAGE = 2_000  # records in one transaction
_SHOWN_FAULTS = 20
_PAUSE, _PAUSE_WITH_KEY = 6.0, 0.6  # seconds: NVD allows 5 requests in 30 seconds, and 50 with a key
_LONGEST_KEY = 200
_RECORD: TypeAdapter[Record] = TypeAdapter(Record)

Documents = Callable[[Path], Iterable[tuple[str, bytes]]]


class Database(Shelf, Protocol):
    """The part of the store that these journeys need."""

    def feeds(self) -> tuple[FeedState, ...]:
        """Return the state of each feed."""
        ...

    def words(self) -> Iterator[tuple[str, str, str]]:
        """Give (feed, part, record as JSON) of everything, in a fixed order."""
        ...

    def digest(self) -> str:
        """Return the SHA-256 over the content."""
        ...


@dataclass(frozen=True, slots=True)
class Outside:
    """What these journeys take from the adapters."""

    world: World
    documents: Documents
    """Name and content of each document of a file, a folder or an archive."""
    archive: Callable[[str, str, Mapping[str, str]], tuple[Response, Path]]
    """Fetch (feed, address, headers) into a file; one that was interrupted is gone on with."""
    discard: Callable[[Path], None]
    """Remove the file again."""


class FeedResult(Value):
    """What was done to one feed."""

    feed: str
    source: str
    read: int = Field(default=0, description="records that were read and stored")
    skipped: int = Field(default=0, description="items that became no record: no CVE id, withdrawn")
    faults: tuple[str, ...] = Field(default=(), description="documents that could not be read, or why the feed failed")


class Report(Value):
    """What an update or an import did."""

    results: tuple[FeedResult, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether nothing failed."""
        return not any(one.faults for one in self.results)


class FeedInfo(Value):
    """One feed in the database."""

    name: str
    title: str = ""
    updated: date | None = None
    age_days: int | None = None
    stale: bool = False
    records: int = 0
    without_product: int = 0
    licence: str = ""
    notice: str = ""
    note: str = ""


class Info(Value):
    """What the database holds and how old it is."""

    database: str
    digest: str
    feeds: tuple[FeedInfo, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NvdAccess:
    """How NVD is asked: with which key, and how long to wait between two pages."""

    key: str = field(default="", repr=False)
    pause_seconds: float = _PAUSE


def nvd_access(from_file: str | None, from_environment: str, mirror: str) -> NvdAccess:
    """Decide which key goes along with the questions to NVD.

    A key file that was named goes before the environment. A ``mirror`` is no NVD: it gets a key only where its file
    was named in the same command, over https or on this machine, and it has no rule of requests.

    Raises:
        WrongUsageError: when a key is no single word, or would cross a network in clear; the key is not repeated.
    """
    key = _checked(from_file if from_file is not None else from_environment)
    if from_file is not None and not key:
        raise WrongUsageError("the file of the NVD key is empty", hint="It holds the key and nothing else.")
    if not mirror:
        return NvdAccess(key, _PAUSE_WITH_KEY if key else _PAUSE)
    if from_file is None or "://" not in mirror:
        return NvdAccess("", 0.0)
    parts = urlsplit(mirror)
    if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "::1", "localhost"}:
        raise WrongUsageError("the NVD key would cross the network in clear", hint="Name an https mirror, or no key.")
    return NvdAccess(key, 0.0)


def _checked(text: str) -> str:
    key = text.strip()
    if len(key) > _LONGEST_KEY or any(not "!" <= character <= "~" for character in key):
        raise WrongUsageError(
            "the NVD key is not a single word of plain characters",
            hint="Give the key as NVD mailed it, such as 00000000-0000-0000-0000-000000000000, and nothing else.",
        )
    return key


def chosen(names: Iterable[str]) -> tuple[Source, ...]:
    """Return the feeds that were named, or all that are fetched by default.

    Raises:
        WrongUsageError: for a feed that nobody can fetch.
    """
    known = {name: one for name, one in sources().items() if one.urls}
    wanted = tuple(dict.fromkeys(names))
    for name in wanted:
        if name not in known:
            raise WrongUsageError(f"{name!r} is not a feed", hint=f"Known: {', '.join(known)}.")
    return tuple(known[name] for name in wanted) or tuple(one for one in known.values() if not one.optional)


def update(database: Database, feeds: Iterable[Source], mirrors: Mapping[str, str], outside: Outside) -> Report:
    """Bring each feed up to date; one that fails does not hold up the others.

    ``mirrors`` names for a feed another address, or a folder of its files.
    """
    return Report(results=tuple(_updated(database, feed, mirrors.get(feed.name, ""), outside) for feed in feeds))


def _updated(database: Database, feed: Source, mirror: str, outside: Outside) -> FeedResult:
    if mirror and "://" not in mirror:
        (result,) = import_paths(database, [Path(mirror)], outside, feed=feed.name).results or (
            FeedResult(feed=feed.name, source=mirror, faults=(f"{mirror} holds no document of {feed.name}",)),
        )
        return result
    tally, faults = Tally(), []
    urls = (mirror,) if mirror else feed.urls
    for url in urls:
        try:
            _fetch(database, feed, url, tally, outside)
        except FairmarkError as error:
            faults.append(error.message)
    return FeedResult(
        feed=feed.name, source=", ".join(urls[:2]), read=tally.read, skipped=tally.skipped, faults=tuple(faults)
    )


def _fetch(database: Database, feed: Source, url: str, tally: Tally, outside: Outside) -> None:
    if feed.name == "nvd":
        update_nvd(outside.world, database, url, tally)
    elif feed.name == "euvd":
        update_euvd(outside.world, database, url, tally)
    elif feed.kind == "archive":
        _fetch_archive(database, feed.name, url, tally, outside)
    else:
        update_document(outside.world, database, feed.name, url, tally)


def _fetch_archive(database: Database, feed: str, url: str, tally: Tally, outside: Outside) -> None:
    """Fetch an archive unless it is the one that was stored last, and store its documents."""
    known = database.progress(feed).get(f"etag {url}", "")
    outside.world.progress(f"{feed}: fetching {url}")
    paths: list[Path] = []

    def fetch(address: str, headers: Mapping[str, str]) -> Response:
        response, path = outside.archive(feed, address, headers)
        paths[:] = [path]
        return response

    response = request(replace(outside.world, fetch=fetch), url, {"If-None-Match": known} if known else {})
    if response.status == 304:
        return
    faults = [fault for path in paths for fault in _store_documents(database, path, tally, outside, feed)]
    for path in paths:
        outside.discard(path)
    if not tally.read:
        raise UnreadableInputError(
            f"{url} holds no record of {feed}: {'; '.join(faults[:1])}", hint="Is it the right address?"
        )
    progress = {**database.progress(feed), f"etag {url}": response.headers.get("etag", "")}
    database.put(feed, (), progress=progress)


def import_paths(database: Database, paths: Iterable[Path], outside: Outside, feed: str = "") -> Report:
    """Read files and folders of feeds; without ``feed`` each document is recognised by its content.

    A document that cannot be read is named in the report, and the others are read.
    """
    results = []
    for path in paths:
        tally = Tally()
        faults = list(_store_documents(database, path, tally, outside, feed))
        results.append(
            FeedResult(
                feed=feed or "by content",
                source=str(path),
                read=tally.read,
                skipped=tally.skipped,
                faults=(
                    *faults[:_SHOWN_FAULTS],
                    *([f"and {more} more"] if (more := len(faults) - _SHOWN_FAULTS) > 0 else []),
                ),
            )
        )
    return Report(results=tuple(results))


def _store_documents(database: Database, path: Path, tally: Tally, outside: Outside, feed: str) -> Iterator[str]:
    """Store the documents of a path, many small ones in one transaction; give a sentence for each that is none."""
    waiting: dict[str, _Batch] = {}
    for name, content in outside.documents(path):
        try:
            page = read_feed(content, name, feed)
            batch = waiting.setdefault(page.feed, _Batch(page.feed))
            batch.updated = max(filter(None, (batch.updated, page.updated)), default=None)
            for row in tally.entries(page):
                batch.rows.append(row)
                if len(batch.rows) >= _PAGE:
                    outside.world.progress(f"{page.feed}: {tally.read} records")
                    batch.store(database, outside.world.now.date())
        except UnreadableInputError as error:
            yield error.message
    for batch in waiting.values():
        batch.store(database, outside.world.now.date())


@dataclass(slots=True)
class _Batch:
    """Records of one feed that wait for their transaction."""

    feed: str
    rows: list[tuple[str, Record]] = field(default_factory=list)
    updated: date | None = None

    def store(self, database: Database, today: date) -> None:
        database.put(self.feed, self.rows, updated=self.updated or today)
        self.rows = []


def export(database: Database, file: IO[bytes], private_key: bytes) -> int:
    """Write everything in the database as a signed bundle; return how many records it holds."""
    days = {state.name: state.updated for state in database.feeds()}
    return write_bundle(file, _rows_of(database), days, private_key)


def _rows_of(database: Database) -> Iterator[Row]:
    for feed, part, record in database.words():
        yield {"feed": feed, "part": part, "record": _RECORD.dump_python(_RECORD.validate_json(record), mode="json")}


def import_bundle(database: Database, file: IO[bytes], public_key: bytes) -> Report:
    """Read a bundle, if its signature is right; else nothing of it is read.

    Raises:
        CheckFailedError: when it is not signed by that key.
        UnreadableInputError: when it is no bundle.
    """
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise UnreadableInputError("this is no bundle", hint="Give the file that `fairmark db export` wrote.") from None
    with archive:
        contents = verified(archive, public_key)
        counts: dict[str, int] = {}
        for rows in read_rows(archive, contents):
            groups: dict[str, list[tuple[str, Record]]] = {}
            for row in rows:
                feed, entry = _entry(row)
                groups.setdefault(feed, []).append(entry)
            for feed, entries in sorted(groups.items()):
                counts[feed] = counts.get(feed, 0) + database.put(feed, entries, updated=contents.feeds.get(feed))
    return Report(results=tuple(FeedResult(feed=feed, source="bundle", read=counts[feed]) for feed in sorted(counts)))


def _entry(row: Row) -> tuple[str, tuple[str, Record]]:
    feed, part = row.get("feed"), row.get("part", "")
    try:
        record = _RECORD.validate_python(row.get("record"))
    except ValidationError:
        record = None
    if record is None or feed not in {*READERS, "starter"} or not isinstance(part, str):
        raise UnreadableInputError("a row of the bundle is no record", hint="A newer fairmark may have made it.")
    return str(feed), (part, record)


def info(database: Database, name: str, today: date) -> Info:
    """Say what the database holds: per feed how many records, how old, under which terms."""
    states = database.feeds()
    known = sources()
    return Info(
        database=name,
        digest=database.digest(),
        feeds=tuple(_feed_info(state, known.get(state.name), today) for state in states),
        warnings=warnings(states, today),
    )


def _feed_info(state: FeedState, source: Source | None, today: date) -> FeedInfo:
    return FeedInfo(
        name=state.name,
        title=source.title if source else "",
        updated=state.updated,
        age_days=age_days(state, today),
        stale=is_stale(state, today),
        records=state.records,
        without_product=state.without_product,
        licence=source.licence if source else "",
        notice=source.notice if source else "",
        note=state.note,
    )
