"""The signer's memory and the static form of a log: replaced in one step or not at all, also on a full disk."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fairmark.errors import CheckFailedError, FairmarkError, UnreadableInputError
from fairmark.ledger.adapters.files import StateFile, write_durably, write_static
from fairmark.ledger.adapters.sqlite import SqliteStore
from fairmark.ledger.checkpoint import Checkpoint, opened
from fairmark.ledger.publish import publish
from fairmark.ledger.signer import Signed, StatefulSigner
from fairmark.ledger.store import Store
from fairmark.ledger.tiles import Tile
from tests.doubles.small_disk import without_room
from tests.ledger.test_checkpoint import KEY, LOG
from tests.ledger.test_publish import change, filled, signer

STATE = Signed(KEY.name, 5, b"r" * 32)


@pytest.fixture
def memory(tmp_path: Path) -> StateFile:
    found = StateFile(tmp_path / "signed.json")
    found.replace(None, STATE)
    return found


@pytest.fixture
def log(tmp_path: Path) -> SqliteStore:
    return SqliteStore(tmp_path / "log.db")


def test_what_was_signed_is_remembered_by_the_next_process(memory: StateFile, tmp_path: Path) -> None:
    assert StateFile(tmp_path / "signed.json").last() == memory.last() == STATE


def test_a_new_log_has_no_memory(tmp_path: Path) -> None:
    assert StateFile(tmp_path / "signed.json").last() is None


def test_of_two_signers_with_the_same_memory_one_signs(memory: StateFile, tmp_path: Path) -> None:
    def grow(writer: int) -> str:
        try:
            StateFile(tmp_path / "signed.json").replace(STATE, Signed(KEY.name, 6 + writer, b"r" * 32))
        except CheckFailedError as error:
            return error.message
        return "signed"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(grow, range(8)))

    assert said.count("signed") == 1
    assert all("another signer was faster" in one for one in said if one != "signed")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 4096, b'{"origin": "a"}', b"1" * 4096, b" " * 5000]
)
def test_a_damaged_memory_stops_the_signer_and_is_never_a_new_log(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "signed.json").write_bytes(content)

    with pytest.raises(UnreadableInputError, match="damaged"):
        StateFile(tmp_path / "signed.json").last()


def test_with_any_bit_of_its_memory_flipped_the_signer_signs_nothing(log: SqliteStore, tmp_path: Path) -> None:
    """Eight entries were signed: one flipped bit makes a 0 of the 8, from which everything would follow."""
    path = tmp_path / "signed.json"
    own = StatefulSigner(KEY.name, LOG, StateFile(path))
    publish(filled(log, 8), own)
    content = path.read_bytes()
    filled(log, 9)

    for place in range(len(content) * 8):
        bent = bytearray(content)
        bent[place // 8] ^= 1 << place % 8
        path.write_bytes(bent)
        with pytest.raises(FairmarkError):
            publish(log, own)

    assert log.checkpoint(9) == b""


def test_a_memory_that_cannot_be_read_or_locked_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "signed.json").mkdir()

    with pytest.raises(UnreadableInputError, match="Is a directory"):
        StateFile(tmp_path / "signed.json").last()
    with pytest.raises(UnreadableInputError, match=r"nowhere/signed\.lock"):
        StateFile(tmp_path / "nowhere" / "signed.json").replace(None, STATE)


def test_on_a_full_disk_the_memory_stays_as_it_was_and_nothing_is_signed(memory: StateFile, tmp_path: Path) -> None:
    own = StatefulSigner(KEY.name, LOG, memory)
    other = Checkpoint(KEY.name, 5, STATE.root)

    said = without_room(lambda: memory.replace(STATE, Signed(KEY.name, 9, b"s" * 32)), largest_file=16)

    assert said.startswith("UnreadableInputError: ")
    assert "File too large" in said
    assert memory.last() == STATE
    assert own.sign(other, ()).name == KEY.name
    assert sorted(path.name for path in tmp_path.iterdir()) == ["signed.json", "signed.lock"]


def test_what_is_written_is_the_old_content_or_the_new(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_durably(path, b"old")

    said = without_room(lambda: write_durably(path, b"n" * 100), largest_file=50)

    assert "Is there room" not in said
    assert said.startswith("UnreadableInputError")
    assert path.read_bytes() == b"old"
    write_durably(path, b"new")
    assert path.read_bytes() == b"new"


def test_nobody_can_have_it_write_elsewhere(tmp_path: Path) -> None:
    target = tmp_path / "target"
    (tmp_path / f".file.{os.getpid()}.new").symlink_to(target)

    with pytest.raises(UnreadableInputError):
        write_durably(tmp_path / "file", b"content")

    assert not target.exists()


def test_static_files_are_those_of_the_checkpoint(log: SqliteStore, tmp_path: Path) -> None:
    own = signer()
    for size in (0, 255, 300):
        publish(filled(log, size), own)
        write_static(log, tmp_path / "www")

    state, _ = opened((tmp_path / "www" / "checkpoint").read_bytes(), KEY)

    assert state.size == 300
    for tile in (Tile(0, 0), Tile(0, 1, 44), Tile(1, 0, 1), Tile(-1, 0), Tile(-1, 1, 44), Tile(0, 0, 255)):
        assert (tmp_path / "www" / tile.path).read_bytes() == log.fetch(tile)


def test_a_checkpoint_is_never_served_before_its_tiles(log: SqliteStore, tmp_path: Path) -> None:
    """The disk fills up between the first files and the last: the old checkpoint stays, with all that it needs."""
    own, www = signer(), tmp_path / "www"
    publish(filled(log, 3), own)
    write_static(log, www)
    before = (www / "checkpoint").read_bytes()
    publish(filled(log, 300), own)

    said = without_room(lambda: write_static(SqliteStore(tmp_path / "log.db"), www), largest_file=4096)

    assert said.startswith("UnreadableInputError")
    assert (www / "checkpoint").read_bytes() == before
    assert (www / Tile(0, 0, 3).path).read_bytes() == log.fetch(Tile(0, 0, 3))
    write_static(log, www)
    assert opened((www / "checkpoint").read_bytes(), KEY)[0].size == 300


def test_a_log_without_a_checkpoint_has_nothing_to_serve(log: SqliteStore, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="no checkpoint yet"):
        write_static(filled(log, 3), tmp_path / "www")


def test_a_place_where_nothing_can_be_written_is_said_so(log: SqliteStore, tmp_path: Path) -> None:
    publish(filled(log, 3), signer())
    (tmp_path / "www").write_text("in the way")

    with pytest.raises(UnreadableInputError, match="File exists|Not a directory"):
        write_static(log, tmp_path / "www")


def test_a_tile_that_is_gone_is_not_served_short(log: Store, tmp_path: Path) -> None:
    publish(filled(log, 3), signer())
    change(log, "update tiles set content = ? where level = 0", b"x" * 64)

    with pytest.raises(UnreadableInputError, match=r"no tile/0/000\.p/3"):
        write_static(log, tmp_path / "www")

    assert not (tmp_path / "www" / "checkpoint").exists()


def test_the_memory_is_plain_text_that_can_be_copied(memory: StateFile, tmp_path: Path) -> None:
    assert json.loads((tmp_path / "signed.json").read_text()) == STATE.written()
    assert memory.last() == STATE
