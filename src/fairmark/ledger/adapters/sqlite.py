"""A log in one SQLite file: durable (WAL, synchronous FULL), one sequencer at a time."""

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.ledger.merkle import HASH_BYTES
from fairmark.ledger.sequencer import EMPTY, sequence
from fairmark.ledger.store import Head, Submitted, leaves_of
from fairmark.ledger.tiles import WIDTH, Tile, bundle

_WAIT_SECONDS = 30.0
_TRIES = 600
_AT_ONCE = 500
_TABLES = """
create table if not exists pending
    (position integer primary key autoincrement, leaf blob not null unique, entry blob not null);
create table if not exists entries (place integer primary key, leaf blob not null unique, entry blob not null);
create table if not exists tiles
    (level integer, number integer, content blob not null, primary key (level, number)) without rowid;
create table if not exists head (one integer primary key check (one = 1), size integer not null, root blob not null);
create table if not exists checkpoints (size integer primary key, note blob not null);
"""


class SqliteStore:
    """A log's database in one file; each thread or process opens its own."""

    def __init__(self, path: Path) -> None:
        try:
            self._base = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise _no_log(path, error) from error
        try:
            self._begin_journal()
            self._base.execute("pragma synchronous = full")
            self._require_durable(path)
            self._base.executescript(_TABLES)
            self._base.execute("insert or ignore into head values (1, ?, ?)", (EMPTY.size, EMPTY.root))
        except sqlite3.Error as error:
            self._base.close()
            raise _no_log(path, error) from error
        except WrongUsageError:
            self._base.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()

    def submit(self, entries: Sequence[bytes]) -> list[Submitted]:
        """Keep entries durably; see ``Store``."""
        leaves = leaves_of(entries)
        with self._writing():
            known = self.known(leaves)
            new = [(leaf, entry) for leaf, entry in zip(leaves, entries, strict=True) if leaf not in known]
            self._base.executemany("insert or ignore into pending (leaf, entry) values (?, ?)", new)
            return [Submitted(leaf, self.index_of(leaf) if leaf in known else None) for leaf in leaves]

    def sequence(self, most: int) -> int:
        """Give the oldest waiting entries their places; see ``Store``."""
        with self._writing():
            return sequence(self, most)

    def head(self) -> Head:
        """Return how far the log is sequenced."""
        row = self._one("select size, cast(root as blob) from head")
        if row is None or not isinstance(row[0], int) or not isinstance(row[1], bytes) or row[0] < 0:
            raise UnreadableInputError("the log's database has no head", hint="It is damaged: restore a newer copy.")
        return Head(*row)

    def waiting(self) -> int:
        """Return how many entries wait for their place."""
        return int(self._rows("select count(*) from pending")[0][0])

    def fetch(self, tile: Tile) -> bytes:
        """Return a tile of hashes or a bundle; a partial tile is the beginning of the one that is kept."""
        if tile.level < 0:
            found = self.entries(tile.number * WIDTH, tile.number * WIDTH + tile.width)
            if len(found) == tile.width:
                return bundle(found)
            raise _missing(tile)
        row = self._one(
            "select cast(content as blob) from tiles where level = ? and number = ?", tile.level, tile.number
        )
        content = row[0] if row else None
        if content is None or len(content) < tile.width * HASH_BYTES:
            raise _missing(tile)
        return bytes(content[: tile.width * HASH_BYTES])

    def entries(self, start: int, end: int) -> list[bytes]:
        """Return entries in order."""
        rows = self._rows(
            "select cast(entry as blob) from entries where place >= ? and place < ? order by place", start, end
        )
        return [row[0] or b"" for row in rows]

    def index_of(self, leaf: bytes) -> int | None:
        """Return where an entry stands."""
        row = self._one("select place from entries where leaf = ?", leaf)
        return None if row is None else int(row[0])

    def keep_checkpoint(self, size: int, note: bytes) -> None:
        """Keep the signed checkpoint of a size."""
        with self._writing():
            self._base.execute("insert or replace into checkpoints values (?, ?)", (size, note))

    def checkpoint(self, size: int | None = None) -> bytes:
        """Return the signed checkpoint of a size, or the latest."""
        if size is None:
            row = self._one("select cast(note as blob) from checkpoints order by size desc limit 1")
        else:
            row = self._one("select cast(note as blob) from checkpoints where size = ?", size)
        return bytes(row[0] or b"") if row else b""

    def checkpoint_sizes(self) -> list[int]:
        """Return the sizes of all signed checkpoints."""
        return [row[0] for row in self._rows("select size from checkpoints order by size")]

    def take(self, most: int) -> list[tuple[bytes, bytes]]:
        """Remove the oldest waiting entries."""
        rows = self._rows(
            "select position, cast(leaf as blob), cast(entry as blob) from pending order by position limit ?", most
        )
        if rows:
            self._base.execute("delete from pending where position <= ?", (rows[-1][0],))
        return [(leaf or b"", entry or b"") for _, leaf, entry in rows]

    def known(self, leaves: Sequence[bytes]) -> set[bytes]:
        """Return those leaf hashes that have a place already."""
        found: set[bytes] = set()
        for start in range(0, len(leaves), _AT_ONCE):
            some = leaves[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            found |= {row[0] for row in self._rows(f"select leaf from entries where leaf in ({marks})", *some)}  # noqa: S608 - only question marks
        return found

    def add(self, first: int, entries: Sequence[tuple[bytes, bytes]], tiles: Mapping[Tile, bytes], head: Head) -> None:
        """Write what the sequencer made."""
        rows = [(first + k, leaf, entry) for k, (leaf, entry) in enumerate(entries)]
        self._base.executemany("insert into entries values (?, ?, ?)", rows)
        written = [(tile.level, tile.number, content) for tile, content in tiles.items()]
        self._base.executemany("insert or replace into tiles values (?, ?, ?)", written)
        self._base.execute("update head set size = ?, root = ?", (head.size, head.root))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction that holds the lock on writing from its beginning."""
        try:
            self._base.execute("begin immediate")
            yield
            self._base.execute("commit")
        except BaseException as error:
            if self._base.in_transaction:
                self._base.execute("rollback")
            if isinstance(error, sqlite3.Error):
                raise _trouble(error) from error
            raise

    def _rows(self, query: str, *values: object) -> list[Any]:
        try:
            return self._base.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise _trouble(error) from error

    def _one(self, query: str, *values: object) -> Any:
        return next(iter(self._rows(query, *values)), None)

    def _begin_journal(self) -> None:
        """Switch a new file to WAL. SQLite does not wait here for another process that does the same."""
        for left in range(_TRIES, 0, -1):
            try:
                self._base.execute("pragma journal_mode = wal")
            except sqlite3.OperationalError:
                if left == 1:
                    raise
                time.sleep(_WAIT_SECONDS / _TRIES)
            else:
                return

    def _require_durable(self, path: Path) -> None:
        mode = self._base.execute("pragma journal_mode").fetchone()[0]
        full = self._base.execute("pragma synchronous").fetchone()[0]
        if mode != "wal" or full < 2:
            raise WrongUsageError(f"{path}: the database is not durable here", hint="Use a file on a local disk.")


def _no_log(path: Path, error: sqlite3.Error) -> UnreadableInputError:
    return UnreadableInputError(f"{path}: {error}", hint="Is it a log made by: fairmark log init?")


def _trouble(error: sqlite3.Error) -> UnreadableInputError:
    hint = "Is the disk full? If the file is damaged, restore a copy that is as new as the signer's memory."
    return UnreadableInputError(f"the log's database: {error}", hint=hint)


def _missing(tile: Tile) -> UnreadableInputError:
    return UnreadableInputError(f"the log has no {tile.path}", hint="Ask for what its checkpoint covers.")
