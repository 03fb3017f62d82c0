"""The folder of a log: what is damaged in it is said, and nothing is made over it."""

import json
from pathlib import Path
from typing import Any

import pytest

from fairmark.errors import FairmarkError, UnreadableInputError, WrongUsageError
from fairmark.ledger.adapters.key_files import new_key
from fairmark.ledger.adapters.log_folder import LogFolder, add_witness, make, opened_folder
from fairmark.ledger.checkpoint import log_key, witness_key
from tests.ledger.test_checkpoint import LAB


@pytest.fixture
def folder(tmp_path: Path) -> LogFolder:
    return make(tmp_path / "log", "log.example/1", database="log.db", passphrase=b"")


def test_a_folder_comes_back_as_it_was_made(folder: LogFolder) -> None:
    add_witness(folder, witness_key("lab.example", LAB.public), "http://127.0.0.1:1")

    found = opened_folder(folder.folder)

    assert (found.origin, found.key, found.database) == (folder.origin, folder.key, folder.database)
    assert [one.url for one in found.witnesses] == ["http://127.0.0.1:1"]
    assert found.signer(b"").last() is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"3", b"[" * 60_000, b"\xff", b"{}", b" " * 70_000])
def test_damaged_settings_are_said_so(folder: LogFolder, content: bytes) -> None:
    (folder.folder / "log.json").write_bytes(content)

    with pytest.raises(UnreadableInputError, match=r"log\.json"):
        opened_folder(folder.folder)


@pytest.mark.parametrize(
    "changed",
    [
        {"schema": "fairmark.log/2"},
        {"origin": "other.example"},
        {"key": "log.example/1+00000000+AAAA"},
        {"database": ""},
        {"state": 3},
        {"witnesses": [{}]},
        {"witnesses": 3},
    ],
    ids=str,
)
def test_settings_that_contradict_themselves_are_refused(folder: LogFolder, changed: dict[str, Any]) -> None:
    path = folder.folder / "log.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changed))

    with pytest.raises(FairmarkError):
        opened_folder(folder.folder)


def test_another_key_in_the_place_of_the_logs_signs_nothing(folder: LogFolder) -> None:
    (folder.folder / "log.key.p12").unlink()
    new_key(folder.folder / "log.key.p12", "EdDSA", b"")

    with pytest.raises(WrongUsageError, match="is another key than"):
        folder.signer(b"")


def test_a_log_has_no_more_witnesses_than_its_checkpoints_have_room_for(folder: LogFolder) -> None:
    for number in range(15):
        add_witness(
            opened_folder(folder.folder), witness_key(f"witness-{number}.example", LAB.public), "http://127.0.0.1:1"
        )

    with pytest.raises(WrongUsageError, match="at most 15 witnesses"):
        add_witness(opened_folder(folder.folder), witness_key("one-more.example", LAB.public), "http://127.0.0.1:1")

    add_witness(opened_folder(folder.folder), witness_key("witness-3.example", LAB.public), "http://127.0.0.1:2")
    assert len(opened_folder(folder.folder).witnesses) == 15


def test_the_key_of_a_log_is_no_witness(folder: LogFolder) -> None:
    with pytest.raises(WrongUsageError, match="no witness"):
        add_witness(folder, log_key("lab.example", LAB.public), "http://127.0.0.1:1")


def test_nothing_is_made_for_a_name_that_cannot_stand_in_a_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="no name of a log"):
        make(tmp_path / "log", "two words", database="log.db", passphrase=b"")

    assert not (tmp_path / "log").exists()
