"""A log in one file: durable or refused, whole on a full disk, and never quietly wrong when the file rots."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fairmark.errors import CheckFailedError, FairmarkError, UnreadableInputError, WrongUsageError
from fairmark.ledger.adapters.sqlite import SqliteStore
from fairmark.ledger.audit import audit
from fairmark.ledger.publish import publish
from fairmark.ledger.signer import Signed
from tests.doubles.small_disk import without_room
from tests.ledger.test_checkpoint import KEY
from tests.ledger.test_merkle import by_definition, entries
from tests.ledger.test_publish import change, filled, signer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.db"


@pytest.fixture
def log(path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(path)
    yield store
    store.close()


def test_every_connection_waits_for_the_disk(log: SqliteStore, path: Path) -> None:
    for store in (log, SqliteStore(path)):
        assert store._base.execute("pragma journal_mode").fetchone() == ("wal",)
        assert store._base.execute("pragma synchronous").fetchone() == (2,)  # FULL


@pytest.mark.parametrize("place", [":memory:", ""])
def test_a_database_that_no_disk_keeps_is_refused(place: str) -> None:
    with pytest.raises((WrongUsageError, UnreadableInputError), match="not durable|unable to open"):
        SqliteStore(Path(place))


def test_a_connection_that_does_not_wait_for_the_disk_is_refused(
    log: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a SQLite that was built to ignore the wish."""
    monkeypatch.setattr(SqliteStore, "_begin_journal", lambda self: self._base.execute("pragma journal_mode = delete"))

    log.close()

    with pytest.raises(WrongUsageError, match="not durable here"):
        SqliteStore(path)


def test_on_a_full_disk_nothing_is_acknowledged_and_nothing_is_lost(log: SqliteStore, path: Path) -> None:
    log.submit(entries(10))
    most = log._base.execute("pragma page_count").fetchone()[0] + 2
    log._base.execute(f"pragma max_page_count = {most}")

    with pytest.raises(UnreadableInputError, match="full"):
        log.submit([b"x" * 60_000])
    with pytest.raises(UnreadableInputError, match="full"):
        log.keep_checkpoint(1, b"x" * 60_000)

    assert log.waiting() == 10
    log._base.execute("pragma max_page_count = 1000000")
    log.submit([b"x" * 60_000])
    assert log.sequence(100) == 11
    assert log.entries(0, 11) == [*entries(10), b"x" * 60_000]


def test_a_disk_that_fills_up_while_sequencing_leaves_the_state_before(log: SqliteStore, path: Path) -> None:
    filled(log, 5)
    log.submit(entries(2000))
    head, size = log.head(), path.stat().st_size

    said = without_room(lambda: SqliteStore(path).sequence(2000), largest_file=size + 8192)

    assert said.startswith("UnreadableInputError: the log's database")
    again = SqliteStore(path)
    assert again.head() == head
    assert again.waiting() == 1995
    assert again.sequence(2000) == 1995
    assert again.head().root == by_definition(entries(2000))
    again.close()


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_what_is_no_database_is_said_so(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    with pytest.raises(UnreadableInputError, match="not a database"):
        SqliteStore(path)


@pytest.mark.parametrize(
    "sql",
    [
        "delete from head",
        "update head set size = 'three'",
        "update head set size = -1",
        "update head set root = x''",
        "update head set size = 2",
        "update head set size = 4",
        "drop table head",
        "drop table tiles",
        "drop table entries",
    ],
)
def test_a_damaged_database_signs_nothing(log: SqliteStore, sql: str) -> None:
    change(filled(log, 3), sql)
    own = signer()

    with pytest.raises(UnreadableInputError):
        publish(log, own)

    assert own.last() is None


def test_a_file_that_rots_is_refused_or_found_by_the_audit(log: SqliteStore, path: Path) -> None:
    """Every 97th byte of the file, one after the other: nothing wrong is ever read for right."""
    publish(filled(log, 300), signer())
    change(log, "pragma wal_checkpoint(truncate)")
    log.close()
    content = path.read_bytes()
    wanted = entries(300)
    told = 0

    for place in range(0, len(content), 97):
        bent = bytearray(content)
        bent[place] ^= 0x41
        path.write_bytes(bent)
        for beside in ("-wal", "-shm"):
            path.with_name(path.name + beside).unlink(missing_ok=True)
        try:
            store = SqliteStore(path)
            found = audit(store, KEY)
            kept = store.entries(0, 300)
            store.close()
        except FairmarkError:
            told += 1
            continue
        told += bool(found.faults)
        assert found.faults or (kept, found.root) == (wanted, by_definition(wanted))

    assert told > 20


@pytest.mark.parametrize("kept", [(), ("-wal",), ("-wal", "-shm")], ids=["alone", "newer journal", "both"])
def test_a_backup_restored_beside_what_is_left_of_the_newer_one_forks_nothing(
    log: SqliteStore, path: Path, kept: tuple[str, ...]
) -> None:
    own = signer()
    publish(filled(log, 300), own)
    change(log, "pragma wal_checkpoint(truncate)")
    backup = path.read_bytes()
    publish(filled(log, 600), own)
    left = {end: path.with_name(path.name + end).read_bytes() for end in ("-wal", "-shm")}
    log.close()
    path.write_bytes(backup)
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    for end in kept:
        path.with_name(path.name + end).write_bytes(left[end])

    again = SqliteStore(path)

    if kept:  # the journal holds all that the backup lacks
        assert publish(again, own).root == by_definition(entries(600))
        assert audit(again, KEY).faults == ()
    else:
        with pytest.raises(CheckFailedError, match="roll-back"):
            publish(again, own)
        assert own.last() == Signed(KEY.name, 600, by_definition(entries(600)))
    again.close()
