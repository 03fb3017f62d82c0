"""EUVD: versions written for people."""

from datetime import date

import pytest

from fairmark.errors import UnreadableInputError
from fairmark.vulnerabilities.feeds.entry import Entry, Skipped
from fairmark.vulnerabilities.feeds.euvd import read
from fairmark.vulnerabilities.record import Range, Record, Scheme
from tests.doubles.feed_files import as_json


def item(words: str = "1.0 <1.2", aliases: str = "CVE-2025-0001\nGHSA-x\n") -> dict[str, object]:
    return {
        "id": "EUVD-2025-1",
        "aliases": aliases,
        "dateUpdated": "Apr 15, 2025, 8:30:58 PM",
        "baseScore": 7.5,
        "enisaIdProduct": [{"product": {"name": "HTTPd"}, "product_version": words}],
        "enisaIdVendor": [{"vendor": {"name": "Acme"}}],
    }


def only(words: str) -> Record:
    (entry,) = read(as_json({"items": [item(words)], "total": 1}), "search").entries
    assert isinstance(entry, Entry)
    return entry.record


@pytest.mark.parametrize(
    ("words", "versions"),
    [
        ("1.0 <1.2", Range(Scheme.GENERIC, "1.0", "1.2")),
        ("0 ≤ 3.3", Range(Scheme.GENERIC, "", "3.3", end_included=True)),
        ("<2.0", Range(Scheme.GENERIC, "", "2.0")),
    ],
)
def test_words_become_ranges(words: str, versions: Range) -> None:
    record = only(words)

    assert (record.affected[0].product, record.affected[0].vendor) == ("httpd", "acme")
    assert record.affected[0].ranges == (versions,)
    assert record.modified == date(2025, 4, 15)


def test_one_version_is_one_version_and_prose_is_none() -> None:
    assert only("v1.4.2").affected[0].versions == ("1.4.2",)
    assert only("all versions before the fix " * 20).affected[0].ranges == ()


def test_an_item_without_a_cve_is_skipped() -> None:
    assert list(read(as_json([item(aliases="")]), "search").entries) == [Skipped("no CVE id")]


@pytest.mark.parametrize("content", [b"{}", b"3", b'{"id": "x"}'])
def test_what_is_no_answer_of_the_search_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableInputError):
        read(content, "search")
