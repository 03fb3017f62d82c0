"""NVD: pages, mirrors' files, and what is hostile in them."""

from datetime import date

import pytest

from fairmark.errors import UnreadableInputError
from fairmark.vulnerabilities.feeds.entry import Entry, Skipped
from fairmark.vulnerabilities.feeds.nvd import Position, position, read
from fairmark.vulnerabilities.record import Kev, Range, Record, Scheme
from tests.doubles.feed_files import as_json, nvd_item, nvd_page


def only(content: bytes) -> Record:
    (entry,) = read(content, "page").entries
    assert isinstance(entry, Entry)
    return entry.record


def test_a_page_gives_records_and_its_day() -> None:
    page = read(nvd_page([nvd_item()]), "page")
    (entry,) = page.entries

    assert isinstance(entry, Entry)
    assert page.updated == date(2026, 1, 2)
    assert entry.record.affected[0].ranges == (Range(Scheme.GENERIC, "", "2.0"),)
    assert entry.record.published == date(2024, 1, 2)


def test_the_files_of_mirrors_are_read_too() -> None:
    assert only(as_json({"cve_items": [nvd_item()]})) == only(as_json(nvd_item())) == only(nvd_page([nvd_item()]))


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"vulnStatus": "Rejected"}, "rejected"),
        ({"cveTags": [{"sourceIdentifier": "x", "tags": ["disputed"]}]}, "disputed"),
        ({}, "published"),
    ],
)
def test_the_state_is_kept(changes: dict[str, object], state: str) -> None:
    assert only(nvd_page([nvd_item(**changes)])).state == state


def test_nvds_own_rating_comes_before_others() -> None:
    def rating(kind: str, score: float) -> dict[str, object]:
        return {"type": kind, "cvssData": {"baseScore": score, "baseSeverity": "HIGH", "vectorString": kind}}

    metrics = {"cvssMetricV31": [rating("Secondary", 9.9), rating("Primary", 7.5)]}

    record = only(nvd_page([nvd_item(metrics=metrics, cisaExploitAdd="2024-03-01", cisaActionDue="2024-03-22")]))

    assert (record.score, record.severity, record.vector) == (7.5, "high", "Primary")
    assert record.kev == Kev(date(2024, 3, 1), date(2024, 3, 22))


def test_an_item_without_an_id_is_skipped_and_the_rest_read() -> None:
    entries = list(read(nvd_page([nvd_item("CVE-1"), nvd_item()]), "page").entries)

    assert [type(one) for one in entries] == [Skipped, Entry]


def test_control_characters_and_length_of_a_description_are_bounded() -> None:
    record = only(nvd_page([nvd_item(descriptions=[{"lang": "en", "value": "\x1b[31m" + "x" * 100_000}])]))

    assert len(record.description) <= 2_000
    assert "\x1b" not in record.description


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"[" * 100_000, b'"text"', b"\xff\xfe"])
def test_what_is_no_page_ends_in_a_sentence(content: bytes) -> None:
    with pytest.raises(UnreadableInputError):
        read(content, "page")


def test_a_page_says_where_it_stands() -> None:
    assert position(nvd_page([nvd_item()], start=4, total=9), "page") == Position(4, 1, 9)


@pytest.mark.parametrize(
    "page", [nvd_page([], total=5), nvd_page([nvd_item()], start=9, total=5), b'{"startIndex": -1}']
)
def test_a_page_that_contradicts_itself_is_refused(page: bytes) -> None:
    with pytest.raises(UnreadableInputError):
        position(page, "page")
