"""Recognising a feed by its content, and surviving what is hostile."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.errors import FairmarkError, UnreadableInputError, WrongUsageError
from fairmark.vulnerabilities.feeds.entry import Entry
from fairmark.vulnerabilities.feeds.reading import READERS, read_feed, recognise
from tests.doubles.feed_files import as_json, cve_document, nvd_item, nvd_page, osv_advisory

KEV = {"catalogVersion": "1", "vulnerabilities": [{"cveID": "CVE-2024-0001", "dateAdded": "2024-01-01"}]}
DEBIAN = {"zlib": {"CVE-2024-0001": {"releases": {"sid": {"status": "open"}}}}}


@pytest.mark.parametrize(
    ("content", "feed"),
    [
        (cve_document(), "cve"),
        (nvd_page([nvd_item()]), "nvd"),
        (as_json(nvd_item()), "nvd"),
        (as_json(osv_advisory()), "osv"),
        (as_json(KEV), "kev"),
        (b"cveID,vendorProject,product,vulnerabilityName,dateAdded\nCVE-2024-0001,a,b,c,2024-01-01\n", "kev"),
        (b"cve,epss,percentile\n", "epss"),
        (as_json({"items": [{"id": "EUVD-2025-1"}]}), "euvd"),
        (as_json({"distroversion": "v3.19", "packages": []}), "alpine"),
        (as_json(DEBIAN), "debian"),
    ],
)
def test_a_feed_is_known_by_its_content(content: bytes, feed: str) -> None:
    assert recognise(content, "file") == feed
    assert read_feed(content, "file").feed == feed


def test_a_record_belongs_to_the_feed_that_was_named() -> None:
    (entry,) = read_feed(cve_document(), "file", "openssl").entries

    assert isinstance(entry, Entry)
    assert entry.record.feeds == ("openssl",)
    assert {one.feed for one in entry.record.affected} == {"openssl"}


def test_an_unknown_feed_and_an_unknown_content_are_told() -> None:
    with pytest.raises(WrongUsageError, match="not a feed"):
        read_feed(b"{}", "file", "gossip")
    with pytest.raises(UnreadableInputError, match="no feed that is known"):
        read_feed(b'{"a": 1}', "file")


MEMBERS = (
    *(
        "id",
        "cve",
        "vulnerabilities",
        "cveMetadata",
        "cveId",
        "containers",
        "cna",
        "adp",
        "affected",
        "versions",
        "version",
        "lessThan",
        "ranges",
        "events",
    ),
    *(
        "introduced",
        "package",
        "name",
        "ecosystem",
        "configurations",
        "nodes",
        "cpeMatch",
        "criteria",
        "vulnerable",
        "metrics",
        "cvssMetricV31",
    ),
    *(
        "cvssData",
        "baseScore",
        "releases",
        "sid",
        "status",
        "packages",
        "pkg",
        "secfixes",
        "distroversion",
        "items",
        "aliases",
        "enisaIdProduct",
    ),
    *("product", "product_version", "descriptions", "value", "weaknesses", "references", "tags"),
)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["CVE-2024-0001", "*", "1.0"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(MEMBERS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(READERS)), JUNK)
def test_no_junk_ends_in_anything_but_our_error(feed: str, document: object) -> None:
    try:
        list(read_feed(as_json(document), "junk", feed).entries)
    except FairmarkError:
        return


@pytest.mark.parametrize("feed", sorted(READERS))
@pytest.mark.parametrize("content", [b"", b"[" * 200_000, b'{"a":' * 50_000, b"\xff" * 100, b"9" * 10_000, b"NaN"])
def test_depth_and_rubbish_end_in_a_sentence(feed: str, content: bytes) -> None:
    with pytest.raises(UnreadableInputError):
        list(read_feed(content, "junk", feed).entries)
