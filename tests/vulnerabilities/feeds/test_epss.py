"""EPSS: scores with their day, packed or not, cut off or too large."""

import gzip
from datetime import date

import pytest

from fairmark.errors import UnreadableInputError
from fairmark.vulnerabilities.feeds import epss
from fairmark.vulnerabilities.feeds.entry import Entry, Skipped

SCORES = (
    b"#model_version:v2025.03.14,score_date:2026-01-02T00:00:00+0000\ncve,epss,percentile\nCVE-2024-0001,0.25,0.9\n"
)


@pytest.mark.parametrize("content", [SCORES, gzip.compress(SCORES, mtime=0)], ids=["plain", "gzip"])
def test_scores_come_with_their_day(content: bytes) -> None:
    page = epss.read(content, "scores")
    (entry,) = page.entries

    assert isinstance(entry, Entry)
    assert page.updated == date(2026, 1, 2)
    assert (entry.record.cve, entry.record.epss) == ("CVE-2024-0001", 0.25)


@pytest.mark.parametrize("line", [b"CVE-2024-0002,nan,1\n", b"CVE-2024-0002,7,1\n", b"x,0.5,1\n", b"\0\n"])
def test_a_line_without_id_or_score_is_skipped(line: bytes) -> None:
    assert any(isinstance(one, Skipped) for one in epss.read(SCORES + line, "scores").entries)


@pytest.mark.parametrize("content", [b"", b"<html>", gzip.compress(SCORES, mtime=0)[:-9], b"\x1f\x8b\x08junk"])
def test_what_is_damaged_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableInputError):
        epss.read(content, "scores")


def test_a_bomb_stays_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epss, "_MOST_BYTES", 1_000)

    with pytest.raises(UnreadableInputError, match="unpacks to too much"):
        epss.read(gzip.compress(b"0" * 100_000), "scores")
