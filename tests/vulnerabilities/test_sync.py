"""Updating over a network that fails: waiting, paging, going on."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from fairmark.errors import UnreadableInputError
from fairmark.vulnerabilities.record import Record
from fairmark.vulnerabilities.sync import (
    ATTEMPTS,
    LONGEST_WAIT_SECONDS,
    Response,
    Tally,
    UnreachableError,
    World,
    request,
    update_document,
    update_euvd,
    update_nvd,
)
from tests.doubles.feed_files import as_json, nvd_item, nvd_page

NOW = datetime(2026, 1, 2, tzinfo=UTC)
URL = "https://example.org/nvd"


class Shelf:
    """A store in memory."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str, str], Record] = {}
        self.places: dict[str, dict[str, Any]] = {}
        self.updated: dict[str, date | None] = {}

    def progress(self, feed: str) -> dict[str, Any]:
        return dict(self.places.get(feed, {}))

    def put(
        self,
        feed: str,
        entries: Iterable[tuple[str, Record]],
        *,
        updated: date | None = None,
        skipped: int = 0,
        progress: Mapping[str, Any] | None = None,
    ) -> int:
        rows = {(feed, record.cve, part): record for part, record in entries}
        self.rows |= rows
        self.updated[feed] = updated
        if progress is not None:
            self.places[feed] = dict(progress)
        return len(rows)

    def keep(self, feed: str, keys: Collection[tuple[str, str]]) -> int:
        gone = [key for key in self.rows if key[0] == feed and keys and key[1:] not in keys]
        for key in gone:
            del self.rows[key]
        return len(gone)


class Net:
    """Answers in a fixed order, then from a function; notes what was asked and how long was waited."""

    def __init__(self, *answers: Response | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []
        self.headers: list[Mapping[str, str]] = []
        self.waits: list[float] = []

    def world(self, now: datetime = NOW) -> World:
        return World(self.fetch, self.waits.append, now, pause_seconds=6.0)

    def fetch(self, url: str, headers: Mapping[str, str]) -> Response:
        self.asked.append(url)
        self.headers.append(headers)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Nvd(Net):
    """NVD with a number of records, two on a page."""

    def __init__(self, total: int, *before: Response | Exception) -> None:
        super().__init__(*before)
        self.items = [nvd_item(f"CVE-2024-{number:04}") for number in range(1, total + 1)]

    def fetch(self, url: str, headers: Mapping[str, str]) -> Response:
        if self.answers:
            return super().fetch(url, headers)
        self.asked.append(url)
        query = parse_qs(urlsplit(url).query)
        start = int(query["startIndex"][0])
        items = [] if "lastModStartDate" in query else self.items
        return Response(200, {}, nvd_page(items[start : start + 2], start, len(items)))


@pytest.mark.parametrize("status", [429, 503, 403, 500])
def test_a_busy_server_is_asked_again_when_it_says(status: int) -> None:
    net = Net(Response(status, {"retry-after": "7"}), Response(200))

    assert request(net.world(), URL).status == 200
    assert net.waits == [7.0]


def test_waits_double_and_have_an_end() -> None:
    net = Net(*[UnreachableError("no route")] * ATTEMPTS)

    with pytest.raises(UnreachableError, match="no route, 8 times"):
        request(net.world(), URL)

    assert net.waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        ("99999999999999999999", LONGEST_WAIT_SECONDS),
        ("Fri, 02 Jan 2026 00:00:30 GMT", 30.0),
        ("Fri, 02 Jan 1970 00:00:30 GMT", 0.0),
        ("-5", 1.0),
        ("soon", 1.0),
        ("²", 1.0),
    ],
)
def test_a_hostile_retry_after_is_bounded(asked: str, waited: float) -> None:
    net = Net(Response(429, {"retry-after": asked}), Response(200))

    request(net.world(), URL)

    assert net.waits == [waited]


def test_a_refusal_is_not_asked_again() -> None:
    net = Net(Response(404))

    with pytest.raises(UnreachableError, match="404"):
        request(net.world(), URL)

    assert net.waits == []


def test_all_pages_are_read_once() -> None:
    net, shelf, tally = Nvd(5), Shelf(), Tally()

    update_nvd(net.world(), shelf, URL, tally)

    assert (tally.read, len(shelf.rows)) == (5, 5)
    assert [parse_qs(urlsplit(url).query)["startIndex"][0] for url in net.asked] == ["0", "2", "4"]
    assert net.waits == [6.0, 6.0]


def test_an_interrupted_pass_goes_on_behind_the_last_page() -> None:
    net, shelf = Nvd(5), Shelf()
    broken = Nvd(5)
    broken.answers = [Response(200, {}, nvd_page(broken.items[:2], 0, 5)), Response(404)]

    with pytest.raises(UnreachableError):
        update_nvd(broken.world(), shelf, URL, Tally())
    update_nvd(net.world(), shelf, URL, Tally())

    assert [parse_qs(urlsplit(url).query)["startIndex"][0] for url in net.asked] == ["2", "4"]
    assert len(shelf.rows) == 5


def test_a_page_that_is_cut_off_is_asked_for_again() -> None:
    whole = nvd_page([nvd_item()])
    net, tally = Nvd(1, Response(200, {}, whole[:-20]), Response(200, {}, nvd_page([], 0, 1))), Tally()

    update_nvd(net.world(), Shelf(), URL, tally)

    assert tally.read == 1
    assert len(net.asked) == 3


def test_later_only_what_was_modified_is_asked_for_in_windows_of_120_days() -> None:
    net, shelf = Nvd(1), Shelf()
    update_nvd(net.world(), shelf, URL, Tally())
    net.asked.clear()

    update_nvd(net.world(NOW + timedelta(days=300)), shelf, URL, Tally())

    windows = [parse_qs(urlsplit(url).query) for url in net.asked]
    starts = [datetime.fromisoformat(one["lastModStartDate"][0]) for one in windows]
    ends = [datetime.fromisoformat(one["lastModEndDate"][0]) for one in windows]
    assert starts[0] == NOW
    assert ends[-1] == NOW + timedelta(days=300)
    assert starts[1:] == ends[:-1]
    assert all(end - start <= timedelta(days=120) for start, end in zip(starts, ends, strict=True))


def test_a_mirror_that_ignores_the_page_asked_for_is_told() -> None:
    same = Response(200, {}, nvd_page([nvd_item()], 0, 2))

    with pytest.raises(UnreadableInputError, match="does not page"):
        update_nvd(Net(same, same).world(), Shelf(), URL, Tally())


def test_rubbish_in_the_place_begins_anew() -> None:
    shelf = Shelf()
    shelf.places["nvd"] = {"since": "yesterday", "index": "x", "began": 7, "until": None}

    update_nvd(Nvd(1).world(), shelf, URL, Tally())

    assert len(shelf.rows) in {0, 1}


def test_an_unchanged_document_is_not_read_again() -> None:
    scores = b"cve,epss,percentile\nCVE-2024-0001,0.5,0.9\n"
    headers = {"etag": '"a"', "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT"}
    net, shelf, tally = Net(Response(200, headers, scores), Response(304)), Shelf(), Tally()

    for _ in range(2):
        update_document(net.world(), shelf, "epss", URL, tally)

    assert tally.read == 1
    assert shelf.updated["epss"] == date(2026, 1, 1)
    assert net.headers[1] == {"If-None-Match": '"a"', "If-Modified-Since": "Thu, 01 Jan 2026 00:00:00 GMT"}


def test_what_a_complete_feed_no_longer_lists_goes() -> None:
    first, second = (b"cve,epss,percentile\n" + line for line in (b"CVE-2024-0001,0.5,1\n", b"CVE-2024-0002,0.5,1\n"))
    net, shelf = Net(Response(200, {}, first), Response(200, {}, second)), Shelf()

    for _ in range(2):
        update_document(net.world(), shelf, "epss", URL, Tally())

    assert [cve for _, cve, _ in shelf.rows] == ["CVE-2024-0002"]


def test_euvd_is_read_page_by_page() -> None:
    def page(number: int) -> Response:
        return Response(
            200, {}, as_json({"items": [{"id": f"EUVD-{number}", "aliases": f"CVE-2025-000{number}"}], "total": 150})
        )

    net, shelf = Net(page(1), page(2)), Shelf()

    update_euvd(net.world(), shelf, URL, Tally())

    assert len(shelf.rows) == 2
    assert shelf.places["euvd"] == {"page": 0}


def test_a_key_goes_with_every_question_and_into_no_text() -> None:
    net = Net(*(Response(200, {}, nvd_page([nvd_item()], start, 3)) for start in range(3)))
    world = World(net.fetch, net.waits.append, NOW, pause_seconds=0.6, nvd_key="5ecret-key")

    update_nvd(world, Shelf(), URL, Tally())

    assert [dict(one) for one in net.headers] == [{"apiKey": "5ecret-key"}] * 3
    assert net.waits == [0.6, 0.6]
    assert "5ecret" not in repr(world)


def test_without_a_key_no_header_is_sent() -> None:
    net = Net(Response(200, {}, nvd_page([nvd_item()], 0, 1)))

    update_nvd(net.world(), Shelf(), URL, Tally())

    assert net.headers == [{}]


def test_a_key_that_is_refused_is_named_as_the_likely_reason_and_not_shown() -> None:
    net = Net(Response(404, {"message": "Invalid apiKey."}))

    with pytest.raises(UnreachableError) as caught:
        update_nvd(World(net.fetch, net.waits.append, NOW, nvd_key="5ecret-key"), Shelf(), URL, Tally())

    assert "is the key right" in caught.value.hint
    assert "5ecret" not in caught.value.message + caught.value.hint


def test_with_a_key_a_network_that_is_down_is_still_told_as_such() -> None:
    net = Net(*[UnreachableError("no route")] * ATTEMPTS)

    with pytest.raises(UnreachableError, match="no route") as caught:
        update_nvd(World(net.fetch, net.waits.append, NOW, nvd_key="5ecret-key"), Shelf(), URL, Tally())

    assert "key" not in caught.value.hint
