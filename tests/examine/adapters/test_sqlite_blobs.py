"""A database in memory, honest and hostile: one column of one table, and nothing else."""

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.adapters.sqlite_blobs import UnreadableTableError, sqlite_blobs


def _database(*statements: str) -> bytes:
    connection = sqlite3.connect(":memory:")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    data = connection.serialize()
    connection.close()
    return data


_TABLE = "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB)"
_ROWS = "INSERT INTO Packages (blob) VALUES (x'0102'), ('text'), (x'03')"


def _read(data: bytes) -> list[bytes]:
    return list(sqlite_blobs(data, "Packages", "blob", longest=1 << 20))


def test_rows_come_in_order_and_what_is_no_bytes_is_empty() -> None:
    assert _read(_database(_TABLE, _ROWS)) == [b"\1\2", b"", b"\3"]


@pytest.mark.parametrize(
    "statements",
    [
        ("CREATE TABLE other (blob BLOB)",),
        ("CREATE TABLE other (blob BLOB)", "CREATE VIEW Packages AS SELECT blob FROM other"),
        (
            (
                "CREATE VIEW Packages AS WITH RECURSIVE n(blob) AS "
                "(SELECT x'00' UNION ALL SELECT zeroblob(9) FROM n) SELECT blob FROM n"
            ),
        ),
        (
            "CREATE TABLE Packages (a BLOB, blob BLOB GENERATED ALWAYS AS (zeroblob(900000)))",
            "INSERT INTO Packages (a) VALUES (1)",
        ),
    ],
    ids=["no table", "a view", "an endless view", "a function"],
)
def test_anything_but_a_plain_table_is_refused(statements: tuple[str, ...]) -> None:
    with pytest.raises(UnreadableTableError):
        _read(_database(*statements))


def test_a_value_that_is_too_long_is_refused() -> None:
    data = _database(_TABLE, "INSERT INTO Packages (blob) VALUES (zeroblob(2000000))")

    with pytest.raises(UnreadableTableError):
        _read(data)


def test_what_is_no_database_is_refused() -> None:
    for data in (b"", b"SQLite format 3\0", b"x" * 200):
        with pytest.raises(UnreadableTableError):
            _read(data)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 255)), min_size=1, max_size=10))
def test_damage_never_escapes(flips: list[tuple[int, int]]) -> None:
    raw = bytearray(_database(_TABLE, _ROWS))
    for at, value in flips:
        raw[at % len(raw)] = value

    try:
        found = _read(bytes(raw))
    except UnreadableTableError:
        return

    assert sum(map(len, found)) <= len(raw)
