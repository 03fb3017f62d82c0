"""Read one column of one table of an SQLite database that lies in memory, whoever made it.

The database is hostile: nothing but a plain SELECT on that table is allowed, what the library may do for
it is bounded, and no file is touched.
"""

import sqlite3
from collections.abc import Callable, Iterator

_MAGIC = b"SQLite format 3\0"
_MOST_STEPS = 20_000_000  # of the library's virtual machine
_LIMITS = {
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 10_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 32,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 20,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 1,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 4,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
_SETTINGS = ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON", "mmap_size = 0", "temp_store = MEMORY")


class UnreadableTableError(Exception):
    """The database is damaged, has no such table, or asks for too much work. The caller makes it a gap."""


def sqlite_blobs(database: bytes, table: str, column: str, *, longest: int) -> Iterator[bytes]:
    """Give the values of a column that are bytes, in the order of the rows; b'' for what is none.

    Raises ``UnreadableTableError``.
    """
    if not database.startswith(_MAGIC) or len(database) < 100:
        raise UnreadableTableError("the file is no SQLite database")
    connection = sqlite3.connect(":memory:")
    try:
        for limit, value in _LIMITS.items():
            connection.setlimit(limit, value)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, longest)
        # Bytes 18 and 19 say that a log lies beside the file: there is none in memory.
        connection.deserialize(database[:18] + b"\1\1" + database[20:])
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}")
        connection.set_authorizer(_authorizer(table, column))
        connection.set_progress_handler(_Patience(_MOST_STEPS // 1000), 1000)
        yield from _rows(connection, table, column, len(database))
    except (sqlite3.Error, OverflowError, MemoryError, UnicodeDecodeError) as error:
        raise UnreadableTableError(f"the database is damaged ({type(error).__name__})") from None
    finally:
        connection.close()


def _rows(connection: sqlite3.Connection, table: str, column: str, most: int) -> Iterator[bytes]:
    """Give the values; together they cannot be longer than the file that holds them."""
    for (value,) in connection.execute(f'SELECT "{column}" FROM main."{table}"'):  # noqa: S608 - names of ours
        found = value if isinstance(value, bytes) else b""
        most -= len(found)
        if most < 0:
            raise UnreadableTableError("rows share their pages")
        yield found


class _Patience:
    """A progress handler that gives up after a number of calls."""

    def __init__(self, calls: int) -> None:
        self._left = calls

    def __call__(self) -> int:
        self._left -= 1
        return int(self._left < 0)


def _authorizer(table: str, column: str) -> Callable[[int, str | None, str | None, str | None, str | None], int]:
    """Allow the SELECT and the reading of one column, neither through a view nor a trigger."""

    def allow(action: int, first: str | None, second: str | None, _base: str | None, inner: str | None) -> int:
        is_select = action == sqlite3.SQLITE_SELECT
        is_column = action == sqlite3.SQLITE_READ and (first, second) == (table, column)
        return sqlite3.SQLITE_OK if inner is None and (is_select or is_column) else sqlite3.SQLITE_DENY

    return allow
