"""The journeys of vulnerability data, over a real database file and a network that is only played."""

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fairmark.errors import CheckFailedError, UnreadableInputError, WrongUsageError
from fairmark.vulnerabilities.adapters.folder import documents
from fairmark.vulnerabilities.adapters.store import Store
from fairmark.vulnerabilities.bundle import new_key, write_bundle
from fairmark.vulnerabilities.sync import Response, World
from fairmark.workflows.database import Outside, chosen, export, import_bundle, import_paths, info, nvd_access, update
from tests.doubles.feed_files import as_json, cve_document, nvd_item, nvd_page

NOW = datetime(2026, 3, 1, tzinfo=UTC)
KEV = as_json({"catalogVersion": "1", "vulnerabilities": [{"cveID": "CVE-2024-0001", "dateAdded": "2026-02-27"}]})


def outside(folder: Path, *answers: Response) -> Outside:
    """Play answers in their order; the body of one is the archive where an archive is asked for."""
    left = list(answers)

    def fetch(_url: str, _headers: Mapping[str, str]) -> Response:
        return left.pop(0)

    def archive(feed: str, _url: str, _headers: Mapping[str, str]) -> tuple[Response, Path]:
        answer, path = left.pop(0), folder / f"{feed}.zip"
        path.write_bytes(answer.body)
        return answer, path

    return Outside(
        World(fetch, lambda _seconds: None, NOW), documents, archive, lambda path: path.unlink(missing_ok=True)
    )


def test_files_are_read_by_their_content_and_twice_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.json").write_bytes(cve_document())
    (tmp_path / "in" / "b.json").write_bytes(nvd_page([nvd_item()]))
    (tmp_path / "in" / "c.json").write_bytes(KEV)

    with Store(tmp_path / "db") as store:
        report = import_paths(store, [tmp_path / "in"], outside(tmp_path))
        once = store.digest()
        import_paths(store, [tmp_path / "in"], outside(tmp_path))
        (record,) = store.of_products(["httpd"])

        assert store.digest() == once
    assert (report.is_whole, report.results[0].read) == (True, 3)
    assert record.feeds == ("cve", "kev", "nvd")
    assert {one.feed for one in record.affected} == {"cve", "nvd"}


def test_a_damaged_file_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.json").write_bytes(cve_document()[:-9])
    (tmp_path / "in" / "b.json").write_bytes(KEV)

    with Store(tmp_path / "db") as store:
        report = import_paths(store, [tmp_path / "in"], outside(tmp_path))

    assert report.results[0].read == 1
    assert "a.json" in report.results[0].faults[0]


def test_a_feed_that_fails_does_not_hold_up_the_others(tmp_path: Path) -> None:
    with Store(tmp_path / "db") as store:
        answers = (Response(404), Response(200, {}, KEV))
        report = update(store, chosen(["epss", "kev"]), {}, outside(tmp_path, *answers))

        assert [state.records for state in store.feeds()] == [1]
    assert [bool(one.faults) for one in report.results] == [True, False]


def test_an_archive_is_stored_and_its_file_removed(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x/CVE-2024-0001.json", cve_document())
        archive.writestr("x/delta.json", b"{}")

    with Store(tmp_path / "db") as store:
        answers = (Response(200, {"etag": '"a"'}, buffer.getvalue()), Response(304))
        first = update(store, chosen(["cve"]), {}, outside(tmp_path, *answers[:1]))
        second = update(store, chosen(["cve"]), {}, outside(tmp_path, *answers[1:]))

    assert [one.results[0].read for one in (first, second)] == [1, 0]
    assert first.is_whole
    assert not (tmp_path / "cve.zip").exists() or second.is_whole


def test_a_folder_stands_for_a_feed(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "x.json").write_bytes(cve_document())

    with Store(tmp_path / "db") as store:
        report = update(store, chosen(["openssl"]), {"openssl": str(tmp_path / "in")}, outside(tmp_path))

    assert (report.results[0].feed, report.results[0].read) == ("openssl", 1)


def test_a_bundle_carries_everything_to_another_database(tmp_path: Path) -> None:
    private, public = new_key()
    (tmp_path / "a.json").write_bytes(cve_document())
    (tmp_path / "b.json").write_bytes(KEV)
    buffer = io.BytesIO()

    with Store(tmp_path / "one") as one, Store(tmp_path / "two") as two:
        import_paths(one, [tmp_path / "a.json", tmp_path / "b.json"], outside(tmp_path))
        count = export(one, buffer, private)
        import_bundle(two, buffer, public)

        assert count == 2
        assert two.digest() == one.digest()
        assert [state.updated for state in two.feeds()] == [state.updated for state in one.feeds()]


def test_a_bundle_of_a_stranger_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    write_bundle(buffer, [{"feed": "cve", "part": "", "record": {"cve": "CVE-2024-0001"}}], {}, new_key()[0])

    with Store(tmp_path / "db") as store:
        with pytest.raises(CheckFailedError):
            import_bundle(store, buffer, new_key()[1])

        assert store.feeds() == ()


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"feed": "gossip", "record": {"cve": "x"}},
        {"feed": "cve", "record": 7},
        {"feed": "cve", "part": 1, "record": {"cve": "x"}},
    ],
)
def test_a_row_that_is_no_record_is_refused(tmp_path: Path, row: dict[str, object]) -> None:
    private, public = new_key()
    buffer = io.BytesIO()
    write_bundle(buffer, [row], {}, private)

    with Store(tmp_path / "db") as store, pytest.raises(UnreadableInputError):
        import_bundle(store, buffer, public)


def test_info_tells_age_terms_and_what_is_too_old(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(cve_document())
    (tmp_path / "b.json").write_bytes(KEV)

    with Store(tmp_path / "db") as store:
        import_paths(store, [tmp_path / "a.json", tmp_path / "b.json"], outside(tmp_path))
        found = info(store, "db", date(2026, 3, 1))

    assert [(one.name, one.age_days, one.stale) for one in found.feeds] == [("cve", 757, True), ("kev", 2, False)]
    assert [warning.split()[1] for warning in found.warnings] == ["cve"]
    assert found.feeds[1].licence == "CC0-1.0"


def test_a_feed_that_nobody_knows_is_refused() -> None:
    with pytest.raises(WrongUsageError, match="gossip"):
        chosen(["gossip"])


def test_nvd_is_asked_every_six_seconds_and_ten_times_as_often_with_a_key() -> None:
    without, known = nvd_access(None, "", ""), nvd_access(None, " key-1\n", "")

    assert (without.key, without.pause_seconds) == ("", 6.0)
    assert (known.key, known.pause_seconds) == ("key-1", 0.6)
    assert "key-1" not in repr(known)


def test_a_key_file_goes_before_the_environment() -> None:
    assert nvd_access("from-file\n", "from-environment", "").key == "from-file"


def test_a_mirror_gets_the_key_only_where_its_file_was_named_and_never_in_clear() -> None:
    mirror = "https://mirror.example.org/nvd"

    assert nvd_access(None, "key-1", mirror).key == ""
    assert nvd_access("key-1", "", mirror).key == "key-1"
    assert nvd_access("key-1", "", "http://127.0.0.1:80/nvd").pause_seconds == 0.0
    with pytest.raises(WrongUsageError, match="in clear"):
        nvd_access("key-1", "", "http://mirror.example.org/nvd")


@pytest.mark.parametrize("held", ["two words", "a\r\nX: y", "k\u00e9", "x" * 300])
def test_a_key_that_is_no_word_is_refused_without_being_repeated(held: str) -> None:
    with pytest.raises(WrongUsageError) as caught:
        nvd_access(None, held, "")

    assert held not in caught.value.message + caught.value.hint


def test_an_empty_key_file_is_wrong_usage() -> None:
    with pytest.raises(WrongUsageError, match="empty"):
        nvd_access(" \n", "", "")
