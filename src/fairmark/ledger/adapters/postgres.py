"""A log on PostgreSQL: many writers, one sequencer at a time, durable or refused."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import psycopg
from psycopg.rows import TupleRow

from fairmark.errors import FairmarkError, UnreadableInputError, WrongUsageError
from fairmark.ledger.merkle import HASH_BYTES
from fairmark.ledger.sequencer import EMPTY, sequence
from fairmark.ledger.store import Head, Submitted, leaves_of
from fairmark.ledger.tiles import WIDTH, Tile, bundle

_LOCK = 0x6661_6972  # of this program's sequencer, among the advisory locks of a database
_DURABLE = {"fsync": "on", "full_page_writes": "on"}
_TABLES = """
create table if not exists pending (position bigserial primary key, leaf bytea not null unique, entry bytea not null);
create table if not exists entries (place bigint primary key, leaf bytea not null unique, entry bytea not null);
create table if not exists tiles (level int, number bigint, content bytea not null, primary key (level, number));
create table if not exists head (one int primary key check (one = 1), size bigint not null, root bytea not null);
create table if not exists checkpoints (size bigint primary key, note bytea not null);
"""


class PostgresStore:
    """A log's database; each thread or process opens its own."""

    def __init__(self, address: str) -> None:
        with self._telling():
            self._base = psycopg.connect(address, autocommit=True)
        try:
            with self._telling():
                self._require_durable()
                self._make_tables()
        except FairmarkError:
            self._base.close()
            raise

    def close(self) -> None:
        """Let go of the connection."""
        self._base.close()

    def submit(self, entries: Sequence[bytes]) -> list[Submitted]:
        """Keep entries durably; see ``Store``. Writers do not wait for one another."""
        leaves = leaves_of(entries)
        with self._telling():
            places = self._places(leaves)
            new = {leaf: entry for leaf, entry in zip(leaves, entries, strict=True) if leaf not in places}
            if new:
                self._queue(new)
            return [Submitted(leaf, places.get(leaf)) for leaf in leaves]

    def sequence(self, most: int) -> int:
        """Give the oldest waiting entries their places; see ``Store``."""
        with self._telling(), self._base.transaction():
            if not self._one("select pg_try_advisory_xact_lock(%s)", _LOCK)[0]:
                return 0
            return sequence(_Locked(self._base), most)

    def head(self) -> Head:
        """Return how far the log is sequenced."""
        with self._telling():
            size, root = self._one("select size, root from head")
            return Head(size, bytes(root))

    def waiting(self) -> int:
        """Return how many entries wait for their place."""
        with self._telling():
            return int(self._one("select count(*) from pending")[0])

    def fetch(self, tile: Tile) -> bytes:
        """Return a tile of hashes or a bundle; a partial tile is the beginning of the one that is kept."""
        if tile.level < 0:
            found = self.entries(tile.number * WIDTH, tile.number * WIDTH + tile.width)
            if len(found) == tile.width:
                return bundle(found)
            raise _missing(tile)
        with self._telling():
            return _fetched(self._base, tile)

    def entries(self, start: int, end: int) -> list[bytes]:
        """Return entries in order."""
        with self._telling():
            rows = self._base.execute(
                "select entry from entries where place >= %s and place < %s order by place", (start, end), binary=True
            )
            return [row[0] for row in rows]

    def index_of(self, leaf: bytes) -> int | None:
        """Return where an entry stands."""
        with self._telling():
            return self._places([leaf]).get(leaf)

    def keep_checkpoint(self, size: int, note: bytes) -> None:
        """Keep the signed checkpoint of a size."""
        with self._telling():
            self._base.execute(
                "insert into checkpoints values (%s, %s) on conflict (size) do update set note = excluded.note",
                (size, note),
            )

    def checkpoint(self, size: int | None = None) -> bytes:
        """Return the signed checkpoint of a size, or the latest."""
        with self._telling():
            if size is None:
                row = self._base.execute("select note from checkpoints order by size desc limit 1").fetchone()
            else:
                row = self._base.execute("select note from checkpoints where size = %s", (size,)).fetchone()
            return bytes(row[0]) if row else b""

    def checkpoint_sizes(self) -> list[int]:
        """Return the sizes of all signed checkpoints."""
        with self._telling():
            return [row[0] for row in self._base.execute("select size from checkpoints order by size")]

    def _queue(self, new: Mapping[bytes, bytes]) -> None:
        """Insert entries with positions in their order; by leaf, so that two writers never wait for each other."""
        drawn = self._base.execute(
            "select nextval(pg_get_serial_sequence('pending', 'position')) from generate_series(1, %s)", (len(new),)
        )
        rows = sorted(zip(new, sorted(row[0] for row in drawn), new.values(), strict=True))
        leaves, positions, entries = (list(column) for column in zip(*rows, strict=True))
        self._base.execute(
            "insert into pending (position, leaf, entry) select * from unnest(%s::bigint[], %s::bytea[], %s::bytea[])"
            " on conflict do nothing",
            (positions, leaves, entries),
        )

    def _places(self, leaves: Sequence[bytes]) -> dict[bytes, int]:
        rows = self._base.execute("select leaf, place from entries where leaf = any(%s)", (list(leaves),), binary=True)
        return {bytes(leaf): place for leaf, place in rows}

    def _one(self, query: str, *values: object) -> TupleRow:
        return next(self._base.execute(query.encode(), values))

    def _require_durable(self) -> None:
        """Refuse a server that may lose what it acknowledged."""
        settings = {
            name: str(self._one("select current_setting(%s)", name)[0]) for name in (*_DURABLE, "synchronous_commit")
        }
        bad = [name for name, wanted in _DURABLE.items() if settings[name] != wanted]
        bad += ["synchronous_commit"] if settings["synchronous_commit"] == "off" else []
        if bad:
            said = ", ".join(f"{name} is {settings[name]}" for name in bad)
            raise WrongUsageError(f"the server may lose what it acknowledged: {said}", hint="Switch it on for the log.")

    def _make_tables(self) -> None:
        with self._base.transaction():
            self._base.execute("select pg_advisory_xact_lock(%s)", (_LOCK + 1,))
            self._base.execute(_TABLES)
            self._base.execute("insert into head values (1, %s, %s) on conflict do nothing", (EMPTY.size, EMPTY.root))

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Turn the database's errors into ours."""
        try:
            yield
        except psycopg.Error as error:
            raise _trouble(error) from error


class _Locked:
    """The sequencer's side of a transaction."""

    def __init__(self, base: psycopg.Connection[TupleRow]) -> None:
        self._base = base

    def head(self) -> Head:
        size, root = next(self._base.execute("select size, root from head for update"))
        return Head(size, bytes(root))

    def take(self, most: int) -> list[tuple[bytes, bytes]]:
        rows = self._base.execute(
            "with taken as (delete from pending where position in"
            " (select position from pending order by position limit %s) returning position, leaf, entry)"
            " select leaf, entry from taken order by position",
            (most,),
            binary=True,
        )
        return [(bytes(leaf), bytes(entry)) for leaf, entry in rows]

    def known(self, leaves: Sequence[bytes]) -> set[bytes]:
        rows = self._base.execute("select leaf from entries where leaf = any(%s)", (list(leaves),), binary=True)
        return {bytes(row[0]) for row in rows}

    def fetch(self, tile: Tile) -> bytes:
        return _fetched(self._base, tile)

    def add(self, first: int, entries: Sequence[tuple[bytes, bytes]], tiles: Mapping[Tile, bytes], head: Head) -> None:
        with self._base.cursor() as cursor:
            with cursor.copy("copy entries (place, leaf, entry) from stdin (format binary)") as copy:
                copy.set_types(["int8", "bytea", "bytea"])
                for place, (leaf, entry) in enumerate(entries, first):
                    copy.write_row((place, leaf, entry))
            cursor.executemany(
                "insert into tiles values (%s, %s, %s)"
                " on conflict (level, number) do update set content = excluded.content",
                [(tile.level, tile.number, content) for tile, content in tiles.items()],
            )
            cursor.execute("update head set size = %s, root = %s", (head.size, head.root))


def _fetched(base: psycopg.Connection[TupleRow], tile: Tile) -> bytes:
    wanted = tile.level, tile.number
    row = base.execute("select content from tiles where level = %s and number = %s", wanted, binary=True).fetchone()
    content = bytes(row[0]) if row else b""
    if len(content) < tile.width * HASH_BYTES:
        raise _missing(tile)
    return content[: tile.width * HASH_BYTES]


def _missing(tile: Tile) -> UnreadableInputError:
    return UnreadableInputError(f"the log has no {tile.path}", hint="Ask for what its checkpoint covers.")


def _trouble(error: psycopg.Error) -> UnreadableInputError:
    said = " ".join(str(error).split())[:300]
    return UnreadableInputError(f"the log's database: {said}", hint="Is the server up, with room on its disk?")
