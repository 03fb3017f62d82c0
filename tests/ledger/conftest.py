"""The databases of a log: one file, and one server for all tests of a worker."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from fairmark.ledger.adapters.postgres import PostgresStore
from fairmark.ledger.adapters.sqlite import SqliteStore
from fairmark.ledger.store import Store
from tests.doubles.postgres import server

Opener = Callable[[], Store]
"""Opens the same database again, as another process would."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with server() as address:
        yield address


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    return count()


@pytest.fixture(params=["sqlite", "postgres"])
def opener(request: pytest.FixtureRequest, tmp_path: Path, numbers: Iterator[int]) -> Iterator[Opener]:
    opened: list[SqliteStore | PostgresStore] = []

    def keep(store: SqliteStore | PostgresStore) -> Store:
        opened.append(store)
        return store

    if request.param == "sqlite":
        yield lambda: keep(SqliteStore(tmp_path / "log.db"))
    else:
        address = request.getfixturevalue("postgres")
        name = f"log{next(numbers)}"
        with psycopg.connect(address, autocommit=True) as base:
            base.execute(f"create database {name}".encode())
        yield lambda: keep(PostgresStore(address.replace("dbname=postgres", f"dbname={name}")))
    for store in opened:
        store.close()


@pytest.fixture
def store(opener: Opener) -> Store:
    return opener()
