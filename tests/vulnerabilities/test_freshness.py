"""Old data is told of loudly."""

from datetime import date, timedelta

import pytest

from fairmark.model.vulnerability import FeedState
from fairmark.vulnerabilities.feeds.reading import READERS
from fairmark.vulnerabilities.freshness import is_stale, sources, warnings

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(("feed", "days"), [("kev", 7), ("epss", 7), ("nvd", 30), ("unheard-of", 30)])
def test_data_is_old_after_its_days(feed: str, days: int) -> None:
    def state(age: int) -> FeedState:
        return FeedState(name=feed, updated=TODAY - timedelta(days=age))

    assert not is_stale(state(days), TODAY)
    assert is_stale(state(days + 1), TODAY)


def test_an_unknown_age_is_old() -> None:
    assert "of unknown age" in warnings([FeedState(name="debian")], TODAY)[0]


def test_fresh_data_gives_no_warning() -> None:
    assert warnings([FeedState(name="kev", updated=TODAY)], TODAY) == ()


def test_every_source_can_be_read_and_says_its_terms() -> None:
    for name, source in sources().items():
        assert name in READERS or not source.urls
        assert source.licence
        assert all(url.startswith("https://") for url in source.urls)


def test_nvds_notice_is_given() -> None:
    assert "not endorsed or certified by the NVD" in sources()["nvd"].notice
