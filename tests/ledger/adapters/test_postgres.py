"""A log on PostgreSQL: refused where acknowledged entries could be lost, and whole again after a crash."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.ledger.adapters.postgres import PostgresStore
from fairmark.ledger.audit import audit
from fairmark.ledger.publish import publish
from tests.doubles.postgres import crash_and_restart, server
from tests.ledger.test_checkpoint import KEY
from tests.ledger.test_merkle import by_definition, entries
from tests.ledger.test_publish import filled, signer

Opener = Callable[[], PostgresStore]


@pytest.fixture
def opener(postgres: str, numbers: Iterator[int]) -> Iterator[Opener]:
    name, opened = f"own{next(numbers)}", []
    with psycopg.connect(postgres, autocommit=True) as base:
        base.execute(f"create database {name}".encode())

    def another() -> PostgresStore:
        opened.append(PostgresStore(postgres.replace("dbname=postgres", f"dbname={name}")))
        return opened[-1]

    yield another
    for store in opened:
        store.close()


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_does_not_wait_for_its_disk_is_refused(setting: str) -> None:
    with (
        server(**{setting: "off"}) as address,
        pytest.raises(WrongUsageError, match=f"may lose what it acknowledged: {setting} is off"),
    ):
        PostgresStore(address)


def test_a_connection_that_does_not_wait_for_the_commit_is_refused(postgres: str) -> None:
    with pytest.raises(WrongUsageError, match="synchronous_commit is off"):
        PostgresStore(f"{postgres} options='-c synchronous_commit=off'")

    PostgresStore(f"{postgres} options='-c synchronous_commit=local'").close()  # waits for this server's own disk


def test_a_server_that_is_not_there_or_may_not_be_written_is_said_so(postgres: str) -> None:
    with pytest.raises(UnreadableInputError, match="the log's database"):
        PostgresStore("host=/nowhere user=log dbname=log")
    with pytest.raises(UnreadableInputError, match="read-only"):
        PostgresStore(f"{postgres} options='-c default_transaction_read_only=on'")


def test_what_was_acknowledged_survives_a_crash_of_the_server() -> None:
    with server() as address:
        store, own = PostgresStore(address), signer()
        publish(filled(store, 300), own)
        store.submit(entries(310))
        crash_and_restart(address)

        with pytest.raises(UnreadableInputError, match="Is the server up|the log's database"):
            store.sequence(1000)

        again = PostgresStore(address)
        assert again.waiting() == 10
        assert again.sequence(1000) == 10
        assert publish(again, own).root == by_definition(entries(310))
        assert audit(again, KEY).faults == ()
        for one in (store, again):
            one.close()


def test_a_sequencer_that_dies_with_the_lock_holds_up_nobody(opener: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is killed in the middle of its transaction, after it took the entries; the server lets go of its lock."""
    store = opener()
    store.submit(entries(20))
    dying = opener()
    process = dying._base.info.backend_pid

    def killed(*_: object) -> None:
        assert opener().sequence(100) == 0  # somebody else is at work
        with psycopg.connect(store._base.info.dsn, autocommit=True) as base:
            base.execute("select pg_terminate_backend(%s)", (process,))
        dying._base.execute("select 1")

    monkeypatch.setattr("fairmark.ledger.adapters.postgres._Locked.add", killed)
    with pytest.raises(UnreadableInputError, match="the log's database"):
        dying.sequence(100)
    monkeypatch.undo()

    assert store.waiting() == 20
    assert opener().sequence(100) == 20
    assert store.entries(0, 20) == entries(20)


def test_many_sequencers_at_once_are_one(opener: Opener) -> None:
    stores = [opener() for _ in range(6)]
    stores[0].submit(entries(600))

    with ThreadPoolExecutor(6) as pool:
        counts = list(pool.map(lambda store: sum(store.sequence(50) for _ in range(40)), stores))
    counts.append(sum(iter(lambda: stores[0].sequence(100), 0)))

    assert sum(counts) == 600
    assert stores[0].head().root == by_definition(stores[0].entries(0, 600))
