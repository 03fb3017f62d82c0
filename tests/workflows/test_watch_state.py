from datetime import date, timedelta

import pytest

from fairmark.errors import UnreadableInputError
from fairmark.model.finding import Confidence, Reach
from fairmark.workflows.watch import Closed, News, WatchReport, What
from fairmark.workflows.watch_state import WatchState, read_state, untold, written

TODAY = date(2026, 11, 20)
BUILD = "ab" * 32


def news(what: What = What.PUBLISHED, **changes: object) -> News:
    given = {
        "assessment": "a.json",
        "build": BUILD,
        "product": "Pico Cam 2",
        "what": what,
        "cve": "CVE-2026-0001",
        "component": "dropbear",
        "version": "2016.70",
        "grade": Confidence.B,
        "reach": Reach.STARTED,
        "severity": "medium",
        "known_since": None,
        "epss": None,
        "fixed_in": "",
        "source": "cve",
        "title": "",
    }
    return News.model_validate(given | changes)


def closed(**changes: object) -> Closed:
    given = {"assessment": "a.json", "build": BUILD, "product": "", "cve": "CVE-2026-0001", "component": "dropbear"}
    return Closed.model_validate(given | {"version": "2016.70", "why": "withdrawn"} | changes)


def report(*rows: News, gone: tuple[Closed, ...] = ()) -> WatchReport:
    return WatchReport(news=rows, closed=gone, assessments=1)


def test_each_thing_is_told_once_and_again_when_it_is_graver() -> None:
    first, state = untold(report(news()), WatchState(), TODAY)
    second, state = untold(report(news()), state, TODAY)
    graver, state = untold(report(news(What.EXPLOITED)), state, TODAY)
    lower, _ = untold(report(news(What.LIKELY)), state, TODAY)

    assert [len(one.news) for one in (first, second, graver, lower)] == [1, 0, 1, 0]


def test_the_day_of_the_first_sight_is_kept_and_stands_in_where_no_source_says() -> None:
    (first,) = untold(report(news()), WatchState(), TODAY)[0].news
    _, state = untold(report(news()), WatchState(), TODAY)
    (later,) = untold(report(news(What.EXPLOITED)), state, TODAY + timedelta(9))[0].news

    assert (first.first_seen, first.known_since) == (TODAY, TODAY)
    assert (later.first_seen, later.known_since) == (TODAY, TODAY)
    (published,) = untold(report(news(known_since=date(2026, 1, 1))), WatchState(), TODAY)[0].news
    assert published.known_since == date(2026, 1, 1)


def test_what_is_taken_back_is_told_once_and_is_news_when_it_comes_back() -> None:
    _, state = untold(report(news()), WatchState(), TODAY)
    gone, state = untold(report(gone=(closed(),)), state, TODAY)
    again, state = untold(report(gone=(closed(),)), state, TODAY)
    back, _ = untold(report(news()), state, TODAY)

    assert [len(gone.closed), len(again.closed), len(back.news)] == [1, 0, 1]


def test_what_was_told_and_not_taken_back_is_remembered_for_the_next_watch() -> None:
    _, state = untold(report(news(), news(cve="CVE-2026-0002")), WatchState(), TODAY)
    _, state = untold(report(gone=(closed(),)), state, TODAY)

    assert state.earlier() == {BUILD: (("CVE-2026-0002", "dropbear", "2016.70"),)}


def test_other_builds_are_kept_as_they_are() -> None:
    _, state = untold(report(news(), news(build="other")), WatchState(), TODAY)
    _, after = untold(report(news()), state, TODAY)

    assert after == state


def test_a_chance_that_sinks_and_rises_again_is_told_once() -> None:
    _, state = untold(report(news(What.LIKELY)), WatchState(), TODAY)
    _, state = untold(report(), state, TODAY)

    assert untold(report(news(What.LIKELY)), state, TODAY)[0].news == ()


def test_a_state_is_read_back_as_it_was_written() -> None:
    _, state = untold(report(news(), gone=(closed(cve="CVE-2026-0009"),)), WatchState(), TODAY)

    assert read_state(written(state), "s.json") == state
    assert read_state(b"", "s.json") == read_state(b" \n", "s.json") == WatchState()


@pytest.mark.parametrize(
    "content", [b"{", b"[]", b'{"schema": "fairmark.watch/2"}', b'{"told": 1}', b"\xff", b"[" * 9_999]
)
def test_what_is_no_state_is_refused_and_never_taken_for_an_empty_one(content: bytes) -> None:
    with pytest.raises(UnreadableInputError, match="s.json") as caught:
        read_state(content, "s.json")

    assert "Move it away" in caught.value.hint
