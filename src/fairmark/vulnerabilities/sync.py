"""Bring feeds up to date over a network that fails: wait, ask again, and go on where the last run stopped.

NVD (CVE API 2.0, "best practices"): pages by ``startIndex``; after the first whole pass only what was modified
since, in windows of at most 120 days. Each page and the place after it are stored in one transaction, so a
killed run loses nothing that was stored and stores nothing twice.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from fairmark.errors import UnreadableInputError
from fairmark.vulnerabilities.feeds import nvd
from fairmark.vulnerabilities.feeds.entry import Page, Skipped
from fairmark.vulnerabilities.feeds.plain import mapping, parsed
from fairmark.vulnerabilities.feeds.reading import read_feed
from fairmark.vulnerabilities.record import Record

ATTEMPTS = 8
COMPLETE = frozenset({"debian", "epss", "kev"})  # one document holds all of the feed: what it lacks was withdrawn
LONGEST_WAIT_SECONDS = 120.0
NVD_KEY_HEADER = "apiKey"
WINDOW = timedelta(days=120)
_AGAIN = frozenset({403, 408, 425, 429, 500, 502, 503, 504})  # NVD answers 403 to those who ask too often
_MOST_PAGES = 100_000
_STAMP = "%Y-%m-%dT%H:%M:%S.000+00:00"


class UnreachableError(UnreadableInputError):
    """The network or the server did not give an answer, or gave half of one."""


@dataclass(frozen=True, slots=True)
class Response:
    """One answer: the names of ``headers`` are lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Shelf(Protocol):
    """The part of the store that updating needs."""

    def progress(self, feed: str) -> dict[str, Any]:
        """Return what ``put`` was given last to go on with, empty at the beginning."""
        ...

    def put(
        self,
        feed: str,
        entries: Iterable[tuple[str, Record]],
        *,
        updated: date | None = None,
        skipped: int = 0,
        progress: Mapping[str, Any] | None = None,
    ) -> int:
        """Store (part, record) and progress in one transaction; return how many records there were."""
        ...

    def keep(self, feed: str, keys: Collection[tuple[str, str]]) -> int:
        """Remove what a complete feed no longer lists; ``keys`` are the (cve, part) that it lists."""
        ...


Fetch = Callable[[str, Mapping[str, str]], Response]


@dataclass(frozen=True, slots=True)
class World:
    """What updating takes from outside: one request, waiting, the time, and somewhere to say what is done."""

    fetch: Fetch
    sleep: Callable[[float], None]
    now: datetime
    progress: Callable[[str], None] = lambda _text: None
    pause_seconds: float = 6.0
    """Between two pages of NVD: 5 requests in 30 seconds without a key, 50 with one."""
    nvd_key: str = field(default="", repr=False)
    """The key that goes with each question to NVD, '' for none; it appears in no text."""


@dataclass(slots=True)
class Tally:
    """What an update did to one feed."""

    read: int = 0
    skipped: int = 0
    keys: set[tuple[str, str]] | None = None
    """The (cve, part) that were read, where somebody wants to know them."""

    def entries(self, page: Page) -> Iterator[tuple[str, Record]]:
        """Pass on the entries of a page as the store wants them; count them and what was skipped."""
        for entry in page.entries:
            if isinstance(entry, Skipped):
                self.skipped += 1
            else:
                self.read += 1
                if self.keys is not None:
                    self.keys.add((entry.record.cve, entry.part))
                yield entry.part, entry.record

    def store(self, shelf: Shelf, page: Page, updated: date | None, progress: Mapping[str, Any] | None = None) -> None:
        """Store a page and the place behind it."""
        shelf.put(page.feed, self.entries(page), updated=page.updated or updated, progress=progress)


def request(world: World, url: str, headers: Mapping[str, str] | None = None) -> Response:
    """Ask until there is an answer: 200, or 304 where the content is unchanged.

    Waits as ``Retry-After`` asks, else 1, 2, 4 ... seconds, never longer than two minutes.

    Raises:
        UnreachableError: when the server refuses, or none of the attempts got an answer.
    """
    reason = ""
    for attempt in range(ATTEMPTS):
        wait = min(2.0**attempt, LONGEST_WAIT_SECONDS)
        try:
            response = world.fetch(url, headers or {})
        except UnreachableError as error:
            reason = error.message
        else:
            if response.status in {200, 206, 304}:
                return response
            reason = f"{url} answered {response.status}"
            if response.status not in _AGAIN:
                raise UnreachableError(reason, hint="Is the address right? Name another with --from FEED=URL.")
            wait = _asked_to_wait(response, world.now, wait)
        if attempt + 1 < ATTEMPTS:
            world.progress(f"waiting {wait:.0f} s: {reason}")
            world.sleep(wait)
    raise UnreachableError(
        f"{reason}, {ATTEMPTS} times",
        hint="Run the same command later: it goes on where it stopped. --from FEED=URL names a mirror.",
    )


def _asked_to_wait(response: Response, now: datetime, otherwise: float) -> float:
    """Read ``Retry-After``: seconds or a date (RFC 9110, 10.2.3)."""
    asked = response.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return float(min(int(asked[:9]), LONGEST_WAIT_SECONDS))
    try:
        seconds = (parsedate_to_datetime(asked) - now).total_seconds()
    except (TypeError, ValueError):
        return otherwise
    return min(max(seconds, 0.0), LONGEST_WAIT_SECONDS)


def update_document(world: World, shelf: Shelf, feed: str, url: str, tally: Tally) -> None:
    """Fetch one document if it changed (ETag, Last-Modified) and store it."""
    progress = shelf.progress(feed)
    known = {"If-None-Match": progress.get(f"etag {url}", ""), "If-Modified-Since": progress.get(f"modified {url}", "")}
    world.progress(f"{feed}: asking {url}")
    response = request(world, url, {name: value for name, value in known.items() if value})
    if response.status == 304:
        return
    page = read_feed(response.body, url, feed)
    modified = response.headers.get("last-modified", "")
    progress |= {f"etag {url}": response.headers.get("etag", ""), f"modified {url}": modified}
    tally.keys = set() if feed in COMPLETE else None
    tally.store(shelf, page, _day_of(modified) or world.now.date(), progress)
    shelf.keep(feed, tally.keys or ())


def _day_of(text: str) -> date | None:
    try:
        return parsedate_to_datetime(text).date()
    except (TypeError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a pass over NVD stands. ``since`` '' is the first whole pass."""

    since: str = ""
    until: str = ""
    index: int = 0
    began: str = ""
    """When the pass began: what is modified from then on is for the next one."""

    def written(self) -> dict[str, Any]:
        """Return what ``_read_place`` reads."""
        return {"since": self.since, "until": self.until, "index": self.index, "began": self.began}


def update_nvd(world: World, shelf: Shelf, url: str, tally: Tally) -> None:
    """Bring NVD up to date, page by page; a later run goes on behind the last page that was stored."""
    place = _next_window(_read_place(shelf.progress(nvd.FEED)), world.now)
    for _ in range(_MOST_PAGES):
        page_url = _page_url(url, place)
        world.progress(f"nvd: records from {place.index}")
        body, position = _whole_page(world, page_url)
        if position.start != place.index:
            raise UnreadableInputError(
                f"{url} does not page: asked for record {place.index}, got {position.start}",
                hint="Download the files of that mirror and use `fairmark db import`.",
            )
        behind = position.start + position.count
        done = behind >= position.total
        place = _after_window(place) if done else _Place(place.since, place.until, behind, place.began)
        tally.store(shelf, read_feed(body, page_url, nvd.FEED), world.now.date(), place.written())
        if done and not _more_windows(place, world.now):
            return
        place = _next_window(place, world.now)
        world.sleep(world.pause_seconds)
    raise UnreadableInputError(f"{url} never ends", hint="Name another mirror with --from.")


def _whole_page(world: World, url: str) -> tuple[bytes, nvd.Position]:
    """Fetch a page; one that is cut off or contradicts itself is asked for again."""
    for attempt in range(ATTEMPTS):
        body = _asked(world, url)
        try:
            return body, nvd.position(body, url)
        except UnreadableInputError:
            if attempt + 1 == ATTEMPTS:
                raise
            world.sleep(min(2.0**attempt, LONGEST_WAIT_SECONDS))
    raise AssertionError("the last attempt returns or raises")


def _asked(world: World, url: str) -> bytes:
    """Ask NVD for a page, with the key where there is one."""
    if not world.nvd_key:
        return request(world, url).body
    try:
        return request(world, url, {NVD_KEY_HEADER: world.nvd_key}).body
    except UnreachableError as error:
        if "answered 40" not in error.message:
            raise
        hint = "NVD also answers so to a key that it does not know: is the key right and activated?"
        raise UnreachableError(error.message, hint=hint) from None


def _read_place(progress: Mapping[str, Any]) -> _Place:
    index = progress.get("index", 0)
    texts = {name: str(progress.get(name, "")) for name in ("since", "until", "began")}
    return _Place(index=index if isinstance(index, int) and index >= 0 else 0, **texts)


def _next_window(place: _Place, now: datetime) -> _Place:
    """Go on with what was begun; else begin the first pass, or the window behind the last one."""
    if place.began:
        return place
    if not place.since:
        return _Place(began=now.strftime(_STAMP))
    since = _time(place.since, now)
    until = min(since + WINDOW, now)
    return _Place(since.strftime(_STAMP), until.strftime(_STAMP), 0, until.strftime(_STAMP))


def _after_window(place: _Place) -> _Place:
    return _Place(since=place.began)


def _more_windows(place: _Place, now: datetime) -> bool:
    return now - _time(place.since, now) > timedelta(hours=1)


def _time(text: str, otherwise: datetime) -> datetime:
    try:
        return min(datetime.fromisoformat(text).astimezone(UTC), otherwise)
    except (ValueError, OverflowError):
        return otherwise


def _page_url(url: str, place: _Place) -> str:
    asked = {"startIndex": str(place.index)}
    if place.since:
        asked |= {"lastModStartDate": place.since, "lastModEndDate": place.until}
    return f"{url}{'&' if '?' in url else '?'}{urlencode(asked, quote_via=quote)}"


def update_euvd(world: World, shelf: Shelf, url: str, tally: Tally) -> None:
    """Read the search of EUVD page by page; a later run goes on behind the last page that was stored."""
    page_number = int(shelf.progress("euvd").get("page", 0))
    for _ in range(_MOST_PAGES):
        asked = urlencode({"page": page_number, "size": 100})
        page_url = f"{url}{'&' if '?' in url else '?'}{asked}"
        world.progress(f"euvd: page {page_number}")
        body = request(world, page_url).body
        page = read_feed(body, page_url, "euvd")
        total = mapping(parsed(body, page_url)).get("total")
        page_number += 1
        done = not isinstance(total, int) or page_number * 100 >= total
        tally.store(shelf, page, world.now.date(), {"page": 0 if done else page_number})
        if done:
            return
        world.sleep(1.0)
    raise UnreadableInputError(f"{url} never ends", hint="Name another mirror with --from.")
