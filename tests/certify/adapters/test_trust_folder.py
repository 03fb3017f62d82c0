"""A folder with lists: what is there is checked, what is missing is unknown."""

import os
from pathlib import Path

import pytest

from fairmark.certify.adapters.trust_folder import read_folder
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
