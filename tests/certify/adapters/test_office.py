import multiprocessing
import os
from pathlib import Path

import pytest

from fairmark.certify.adapters.office import OfficeFolder, make_office
from fairmark.certify.office import Change
from fairmark.errors import UnreadableInputError, WrongUsageError
from tests.doubles.labels import NOW
from tests.doubles.offices import settings

CHANGE = Change(number=1, state="withdrawn", reason="flaw", at=NOW)


@pytest.fixture
def office(tmp_path: Path) -> OfficeFolder:
    return make_office(tmp_path / "office", settings())


def test_an_office_is_opened_again_and_where_there_is_none_that_is_said(office: OfficeFolder, tmp_path: Path) -> None:
    assert OfficeFolder(office.folder).settings == settings()
    with pytest.raises(UnreadableInputError, match="holds no office"):
        OfficeFolder(tmp_path)


def test_keys_are_files_of_the_office_unless_a_token_has_them(office: OfficeFolder) -> None:
    assert office.key("issuer.key.p12") == str(office.folder / "issuer.key.p12")
    assert office.key("pkcs11:token=lab") == "pkcs11:token=lab"


def test_a_certificates_folder_is_there_whole_and_its_number_is_given_once(office: OfficeFolder) -> None:
    office.open_file(1, {"draft.json": b"{}", "evidence/ab": b"x"})

    assert (office.read(1, "draft.json"), office.read(1, "evidence/ab"), office.read(1, "label.txt")) == (
        b"{}",
        b"x",
        None,
    )
    assert office.numbers() == [1]
    with pytest.raises(WrongUsageError, match="Numbers are given once|exists"):
        office.open_file(1, {"draft.json": b"other"})


def test_what_a_sudden_end_left_behind_is_swept_away(office: OfficeFolder) -> None:
    new = office.folder / "certificates" / ".new"
    new.mkdir()
    (new / "left").write_bytes(b"over")

    office.open_file(1, {"draft.json": b"{}"})

    assert office.numbers() == [1]
    assert office.read(1, "left") is None


def test_numbers_are_in_their_order_and_nothing_else_is_one(office: OfficeFolder) -> None:
    for number in (2, 10, 1):
        office.open_file(number, {"draft.json": b"{}"})
    (office.folder / "certificates" / "notes").mkdir()

    assert office.numbers() == [1, 2, 10]


def test_a_decision_is_remembered(office: OfficeFolder) -> None:
    office.remember("ab" * 32, 7)

    assert office.number_of("ab" * 32) == 7
    assert office.number_of("cd" * 32) is None


def test_how_far_the_log_was_compared_is_remembered_and_a_damaged_number_refused(office: OfficeFolder) -> None:
    assert office.seen() == 0
    office.see(12)
    assert OfficeFolder(office.folder).seen() == 12
    (office.folder / "seen").write_bytes(b"many\n")
    with pytest.raises(UnreadableInputError, match="holds no number"):
        office.seen()


def test_a_line_that_a_sudden_end_cut_off_is_taken_away_before_the_next(office: OfficeFolder) -> None:
    office.add_change(CHANGE)
    with (office.folder / "states.jsonl").open("ab") as file:
        file.write(b'{"at":17')

    office.add_change(Change(number=2, state="noted", at=NOW))

    assert [one.number for one in office.changes()] == [1, 2]


def test_what_others_may_have_is_readable_and_the_journal_is_not(office: OfficeFolder) -> None:
    office.publish("status/1", b"list")
    office.add_change(CHANGE)

    assert office.published("status/1") == b"list"
    assert office.published("status/2") is None
    assert (office.folder / "publish" / "status" / "1").stat().st_mode & 0o777 == 0o644
    assert (office.folder / "states.jsonl").stat().st_mode & 0o777 == 0o600


def _write(folder: Path) -> None:
    office = OfficeFolder(folder)
    for _ in range(20):
        with office.alone():
            number = max(office.numbers(), default=0) + 1
            office.open_file(number, {"draft.json": b"%d" % os.getpid()})


def test_two_processes_never_take_the_same_number(office: OfficeFolder) -> None:
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_write, args=(office.folder,)) for _ in range(2)]

    for one in workers:
        one.start()
    for one in workers:
        one.join()

    assert [one.exitcode for one in workers] == [0, 0]
    assert office.numbers() == list(range(1, 41))
