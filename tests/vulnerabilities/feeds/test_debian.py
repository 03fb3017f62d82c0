"""Debian's tracker: what the status of a release means."""

import pytest

from fairmark.errors import UnreadableInputError
from fairmark.vulnerabilities.feeds import debian
from fairmark.vulnerabilities.feeds.entry import Entry, Skipped
from fairmark.vulnerabilities.record import Affected, Range, Scheme
from tests.doubles.feed_files import as_json


def of_debian(**about: object) -> Affected:
    document = {"zlib": {"CVE-2024-0001": {"releases": {"bookworm": about}}}}
    (entry,) = debian.read(as_json(document), "tracker").entries
    assert isinstance(entry, Entry)
    assert entry.part == "zlib"
    return entry.record.affected[0]


def test_a_fixed_version_ends_the_range() -> None:
    found = of_debian(status="resolved", fixed_version="1:1.2-3")

    assert (found.ecosystem, found.fixed_in) == ("debian 12", "1:1.2-3")
    assert found.ranges == (Range(Scheme.DPKG, "", "1:1.2-3"),)


def test_version_zero_was_never_affected() -> None:
    found = of_debian(status="resolved", fixed_version="0")

    assert (found.ranges, found.unaffected, found.fixed_in) == ((), (Range(Scheme.DPKG),), "")


def test_open_means_every_version_and_keeps_what_was_decided() -> None:
    found = of_debian(status="open", urgency="unimportant", nodsa="Minor issue", nodsa_reason="ignored")

    assert found.ranges == (Range(Scheme.DPKG),)
    assert found.note == "unimportant; no advisory: ignored"


def test_undetermined_claims_nothing() -> None:
    found = of_debian(status="undetermined")

    assert (found.ranges, found.unaffected, found.note) == ((), (), "undetermined")


def test_what_has_no_cve_is_skipped() -> None:
    document = {"zlib": {"TEMP-0000000-ABCDEF": {"releases": {}}}}

    assert list(debian.read(as_json(document), "tracker").entries) == [Skipped("no CVE id")]


@pytest.mark.parametrize("cut", [1, 5, 30, 60, 90])
def test_a_tracker_that_is_cut_off_is_noticed(cut: int) -> None:
    whole = as_json({"zlib": {"CVE-2024-0001": {"releases": {"sid": {"status": "open"}}}}, "curl": {}})

    with pytest.raises(UnreadableInputError):
        list(debian.read(whole[:-cut], "tracker").entries)


def test_members_come_one_after_the_other() -> None:
    assert list(debian.members(' { "a" : 1 ,\n"b": [2] } ', "x")) == [("a", 1), ("b", [2])]
    assert list(debian.members("{}", "x")) == []
