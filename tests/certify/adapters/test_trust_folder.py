"""A folder with lists: what is there is checked, what is missing is unknown."""

import os
from pathlib import Path

import pytest

from fairmark.certify.adapters.trust_folder import SEEN, read_folder, remember, remembered
from fairmark.certify.status import publish
from fairmark.errors import CheckFailedError, UnreadableInputError
from tests.doubles import labels as given


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "status").mkdir()
    for name, content in given.trust_files().items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_lists_and_reasons_are_read(folder: Path) -> None:
    found = read_folder(folder)

    assert found.trust == given.trust()
    assert found.statuses == given.statuses()


def test_a_status_list_that_is_not_there_is_unknown(folder: Path) -> None:
    (folder / "status" / "1").unlink()

    assert read_folder(folder).statuses == {}


def test_a_status_list_that_another_key_signed_is_refused(folder: Path) -> None:
    (folder / "status" / "1").write_bytes(publish(given.listed(), given.STRANGER))

    with pytest.raises(CheckFailedError):
        read_folder(folder)


def test_a_folder_without_a_trust_list_is_refused(folder: Path) -> None:
    (folder / "trust.json").unlink()

    with pytest.raises(UnreadableInputError, match="no trust.json"):
        read_folder(folder)
    with pytest.raises(UnreadableInputError):
        read_folder(folder / "elsewhere")


def test_what_is_no_file_or_too_large_is_refused(folder: Path) -> None:
    (folder / "trust.json").write_bytes(b" " * (1 << 21))
    with pytest.raises(UnreadableInputError, match="larger"):
        read_folder(folder)

    (folder / "trust.json").unlink()
    os.mkfifo(folder / "trust.json")
    with pytest.raises(UnreadableInputError, match="is no file"):
        read_folder(folder)


def test_the_newest_signed_time_outlives_an_old_copy_of_the_lists(folder: Path) -> None:
    (folder / "status" / "1").write_bytes(publish(given.listed(at=given.NOW), given.STATUS))
    remember(folder, read_folder(folder).seen)
    (folder / "status" / "1").write_bytes(publish(given.listed(at=given.NOW - 5 * given.DAY), given.STATUS))

    assert read_folder(folder).seen == given.NOW
    remember(folder, given.NOW - given.DAY)
    assert remembered(folder) == given.NOW


def test_a_folder_that_cannot_be_written_to_is_no_error(folder: Path) -> None:
    (folder / f".{SEEN}.{os.getpid()}.new").mkdir()  # in the way of everybody, root too

    remember(folder, given.NOW)

    assert remembered(folder) == 0
    assert read_folder(folder).seen == given.NOW - given.DAY


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"newest": -1}', '{"newest": 1e9}', '{"newest": 99999999999999}'])
def test_a_damaged_memory_is_said_so(folder: Path, content: str) -> None:
    (folder / SEEN).write_text(content)

    with pytest.raises(UnreadableInputError, match="is damaged"):
        read_folder(folder)
