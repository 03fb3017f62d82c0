"""OSV: events to ranges, advisories to CVEs."""

import pytest

from fairmark.errors import UnreadableInputError
from fairmark.vulnerabilities.feeds.entry import Entry, Skipped
from fairmark.vulnerabilities.feeds.osv import read
from fairmark.vulnerabilities.record import Affected, Range, Scheme
from tests.doubles.feed_files import as_json, osv_advisory


def affected(**changes: object) -> tuple[Affected, ...]:
    entry = next(iter(read(as_json(osv_advisory(**changes)), "advisory").entries))
    assert isinstance(entry, Entry)
    return entry.record.affected


def test_an_advisory_speaks_of_each_of_its_cves() -> None:
    entries = [one for one in read(as_json(osv_advisory()), "x").entries if isinstance(one, Entry)]

    assert [(one.record.cve, one.part) for one in entries] == [
        ("CVE-2024-0001", "DSA-1-1"),
        ("CVE-2024-0002", "DSA-1-1"),
    ]


def test_a_package_keeps_its_distribution_and_its_ordering() -> None:
    (found,) = affected()

    assert (found.product, found.ecosystem, found.fixed_in) == ("zlib", "debian 12", "1.2-3")
    assert found.ranges == (Range(Scheme.DPKG, "", "1.2-3"),)


def test_events_open_and_close_ranges() -> None:
    events = [
        {"introduced": "1.0"},
        {"fixed": "1.4"},
        {"introduced": "2.0"},
        {"last_affected": "2.3"},
        {"introduced": "3"},
    ]
    package = {"ecosystem": "OSS-Fuzz", "name": "openssl"}

    (found,) = affected(affected=[{"package": package, "ranges": [{"type": "SEMVER", "events": events}]}])

    assert found.ecosystem == ""
    assert found.ranges == (
        Range(Scheme.OPENSSL, "1.0", "1.4"),
        Range(Scheme.OPENSSL, "2.0", "2.3", end_included=True),
        Range(Scheme.OPENSSL, "3", ""),
    )


def test_commits_are_left_out_and_the_listed_versions_taken() -> None:
    ranges = [{"type": "GIT", "repo": "https://example.org/x/libfoo.git", "events": [{"introduced": "0"}]}]

    (found,) = affected(affected=[{"ranges": ranges, "versions": ["1.0", "1.1"]}])

    assert (found.product, found.ranges, found.versions) == ("libfoo", (), ("1.0", "1.1"))


def test_withdrawn_advisories_and_those_without_a_cve_are_skipped() -> None:
    withdrawn = read(as_json(osv_advisory(withdrawn="2024-01-01T00:00:00Z")), "x")
    nameless = read(as_json(osv_advisory(aliases=["GHSA-1"])), "x")

    assert [*withdrawn.entries, *nameless.entries] == [Skipped("withdrawn"), Skipped("no CVE id")]


def test_wrong_types_say_nothing() -> None:
    assert affected(affected=[1, {"package": 3, "ranges": "x"}, {"package": {"name": []}}]) == ()


@pytest.mark.parametrize("content", [b"{}", b"[]", b'{"id": 3}', b'{"id": "x", "affected": 1}'])
def test_what_is_no_advisory_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableInputError):
        read(content, "x")
