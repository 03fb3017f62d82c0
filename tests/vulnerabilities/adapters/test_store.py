"""The database file: what goes in comes out, twice is once, and a feed replaces only its own word."""

from datetime import date
from pathlib import Path

import pytest

from fairmark.errors import UnreadableInputError
from fairmark.vulnerabilities.adapters.store import Store, default_path
from fairmark.vulnerabilities.record import Affected, Kev, Range, Record, Scheme
from fairmark.vulnerabilities.starter import starter

FLAW = Record(
    cve="CVE-2020-0001",
    title="a flaw",
    published=date(2020, 1, 2),
    score=7.5,
    affected=(Affected("cve", "curl", "haxx", ranges=(Range(Scheme.GENERIC, "7.0", "8.0"),), program_files=("a.c",)),),
    automatable=False,
    feeds=("cve",),
)
EXPLOITED = Record(cve="CVE-2020-0001", kev=Kev(date(2021, 1, 1), date(2021, 2, 1), ransomware=True), feeds=("kev",))


def test_a_record_comes_back_as_it_went_in(tmp_path: Path) -> None:
    with Store(tmp_path / "db.sqlite") as store:
        store.put("cve", [("", FLAW)], updated=date(2026, 1, 1))

        assert tuple(store.of_products({"curl"})) == (FLAW,)


def test_the_starter_set_survives_the_journey(tmp_path: Path) -> None:
    with Store(tmp_path / "db.sqlite") as store:
        store.put("starter", [("", record) for record in starter().records])
        names = {one.product for record in starter().records for one in record.affected}

        assert tuple(store.of_products(names)) == tuple(starter().of_products(names))


def test_storing_a_page_twice_changes_nothing(tmp_path: Path) -> None:
    with Store(tmp_path / "db.sqlite") as store:
        store.put("cve", [("", FLAW)])
        before = store.digest()
        store.put("cve", [("", FLAW)])

        assert store.digest() == before
        assert [one.records for one in store.feeds()] == [1]


def test_feeds_are_joined_when_they_are_read_and_replaced_one_by_one(tmp_path: Path) -> None:
    with Store(tmp_path / "db.sqlite") as store:
        store.put("cve", [("", FLAW)])
        store.put("kev", [("", EXPLOITED)])
        (both,) = store.of_cves({"CVE-2020-0001"})
        store.put("cve", [("", Record(cve="CVE-2020-0001", state="rejected", feeds=("cve",)))])
        (after,) = store.of_cves({"CVE-2020-0001"})

    assert both.kev == EXPLOITED.kev
    assert both.affected == FLAW.affected
    assert after.state == "rejected"
    assert after.affected == ()
    assert after.kev == EXPLOITED.kev


def test_records_without_a_product_are_counted(tmp_path: Path) -> None:
    with Store(tmp_path / "db.sqlite") as store:
        store.put("cve", [("", FLAW), ("", Record(cve="CVE-2020-0002", feeds=("cve",)))], skipped=3)
        (state,) = store.feeds()

    assert (state.records, state.without_product, state.note) == (2, 1, "3 entries could not be read")


def test_a_page_that_fails_half_way_leaves_nothing_behind(tmp_path: Path) -> None:
    def entries():
        yield "", FLAW
        raise KeyError("half-way")

    with Store(tmp_path / "db.sqlite") as store:
        with pytest.raises(KeyError):
            store.put("cve", entries(), progress={"at": 1})

        assert tuple(store.of_cves({"CVE-2020-0001"})) == ()
        assert store.progress("cve") == {}


def test_a_file_that_is_no_database_and_one_of_a_newer_release_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "text"
    other.write_text("this is no database at all, " * 100)

    with pytest.raises(UnreadableInputError, match="no vulnerability database"):
        Store(other)
    newer = tmp_path / "newer.sqlite"
    with Store(newer) as store:
        store._connection.execute("PRAGMA user_version = 99")
    with pytest.raises(UnreadableInputError, match="newer release"):
        Store(newer)


def test_the_database_lies_in_the_folder_for_user_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    assert default_path() == tmp_path / "fairmark" / "vulnerabilities.sqlite"


def test_what_a_complete_feed_no_longer_lists_goes_and_other_feeds_stay(tmp_path: Path) -> None:
    with Store(tmp_path / "db.sqlite") as store:
        store.put("cve", [("", FLAW)])
        store.put("kev", [("", EXPLOITED), ("", Record(cve="CVE-2020-0002", feeds=("kev",)))])

        assert store.keep("kev", [("CVE-2020-0002", "")]) == 1
        assert store.keep("kev", []) == 0
        assert [record.feeds for record in store.of_cves({"CVE-2020-0001", "CVE-2020-0002"})] == [("cve",), ("kev",)]


def test_a_database_that_is_damaged_or_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError):
        Store(tmp_path)
    with Store(tmp_path / "db.sqlite") as store:
        store._connection.execute("PRAGMA query_only = ON")
        with pytest.raises(UnreadableInputError, match="readonly"):
            store.put("cve", [("", FLAW)])
        store._connection.execute("PRAGMA query_only = OFF")
        store._connection.execute("INSERT INTO word VALUES ('cve', 'CVE-2020-0001', '', '{')")
        with pytest.raises(UnreadableInputError):
            store.of_cves({"CVE-2020-0001"})
