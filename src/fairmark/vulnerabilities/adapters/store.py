"""The database of published flaws: one SQLite file.

Each feed's word on a CVE is kept on its own, so that reading a feed again replaces only its part; records
are joined when they are read. Every page of a feed is one transaction: what was reported as stored
survives a kill, and storing it again changes nothing.
"""

import json
import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, fields
from datetime import date
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from fairmark.errors import UnreadableInputError
from fairmark.model.vulnerability import FeedState
from fairmark.vulnerabilities.merge import merged
from fairmark.vulnerabilities.record import Affected, Kev, Range, Record, Scheme

FORMAT = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS word (
  feed TEXT NOT NULL, cve TEXT NOT NULL, part TEXT NOT NULL DEFAULT '', record TEXT NOT NULL,
  PRIMARY KEY (feed, cve, part)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS word_by_cve ON word (cve);
CREATE TABLE IF NOT EXISTS product (
  name TEXT NOT NULL, cve TEXT NOT NULL, feed TEXT NOT NULL, part TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (name, cve, feed, part)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS product_by_word ON product (feed, cve, part);
CREATE TABLE IF NOT EXISTS feed (name TEXT PRIMARY KEY, updated TEXT, skipped INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS progress (feed TEXT PRIMARY KEY, state TEXT NOT NULL);
"""
_AT_ONCE = 500  # values in one question


def default_path() -> Path:
    """Return where the user's own database lies: in the folder for user data (XDG Base Directory)."""
    data = os.environ.get("XDG_DATA_HOME", "")
    folder = Path(data) if data.startswith("/") else Path.home() / ".local" / "share"
    return folder / "fairmark" / "vulnerabilities.sqlite"


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what SQLite says (damaged, locked, full, not a database) into a sentence of ours."""
    try:
        yield
    except (sqlite3.DatabaseError, sqlite3.InterfaceError, json.JSONDecodeError) as error:
        hint = "Name another file with --db, or move this one away and fetch the data again."
        raise UnreadableInputError(
            f"{path} is no vulnerability database, or cannot be used: {error}", hint=hint
        ) from None


class Store:
    """An open database. Implements ``Records``; use it as a context manager."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        with _told(path):
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=60)
        try:
            with _told(path):
                self._open()
        except UnreadableInputError:
            self._connection.close()
            raise

    def _open(self) -> None:
        (found,) = self._connection.execute("PRAGMA user_version").fetchone()
        if found > FORMAT:
            raise UnreadableInputError(
                f"{self._path} was written by a newer release (format {found})",
                hint="Update fairmark, or name another file.",
            )
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.executescript(_TABLES)
        self._connection.execute(f"PRAGMA user_version = {FORMAT}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def put(
        self,
        feed: str,
        entries: Iterable[tuple[str, Record]],
        *,
        updated: date | None = None,
        skipped: int = 0,
        progress: Mapping[str, Any] | None = None,
    ) -> int:
        """Store one page of a feed in one transaction; return how many records it held.

        ``entries`` are (part, record): ``part`` tells several words of one feed on one CVE apart (one for each
        source package of a distribution), '' where there is one. ``progress`` is what the feed needs to go on.
        """
        count = 0
        with _told(self._path), closing(self._connection.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            try:
                for part, record in entries:
                    self._put(cursor, feed, part, record)
                    count += 1
                cursor.execute("INSERT OR IGNORE INTO feed (name) VALUES (?)", (feed,))
                if updated:
                    newest = "UPDATE feed SET updated = MAX(COALESCE(updated, ''), ?) WHERE name = ?"
                    cursor.execute(newest, (updated.isoformat(), feed))
                cursor.execute("UPDATE feed SET skipped = ? WHERE name = ?", (skipped, feed))
                if progress is not None:
                    row = (feed, json.dumps(progress, sort_keys=True))
                    cursor.execute("INSERT OR REPLACE INTO progress (feed, state) VALUES (?, ?)", row)
            except BaseException:
                if self._connection.in_transaction:  # a full disk has ended it already
                    cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")
        return count

    @staticmethod
    def _put(cursor: sqlite3.Cursor, feed: str, part: str, record: Record) -> None:
        key = (feed, record.cve, part)
        cursor.execute("DELETE FROM product WHERE feed = ? AND cve = ? AND part = ?", key)
        cursor.execute(
            "INSERT OR REPLACE INTO word (feed, cve, part, record) VALUES (?, ?, ?, ?)", (*key, _packed(record))
        )
        names = sorted({one.product for one in record.affected})
        cursor.executemany(
            "INSERT OR IGNORE INTO product (name, cve, feed, part) VALUES (?, ?, ?, ?)",
            [(name, record.cve, feed, part) for name in names],
        )

    def keep(self, feed: str, keys: Collection[tuple[str, str]]) -> int:
        """Remove what a feed that is complete no longer lists; ``keys`` are the (cve, part) that it does list.

        Returns how many records went. Nothing goes where the feed lists nothing at all: that is a fault of the feed.
        """
        if not keys:
            return 0
        listed = set(keys)
        with _told(self._path), closing(self._connection.cursor()) as cursor:
            known = cursor.execute("SELECT cve, part FROM word WHERE feed = ?", (feed,)).fetchall()
            gone = [(feed, cve, part) for cve, part in known if (cve, part) not in listed]
            cursor.execute("BEGIN IMMEDIATE")
            for table in ("product", "word"):
                cursor.executemany(f"DELETE FROM {table} WHERE feed = ? AND cve = ? AND part = ?", gone)  # noqa: S608
            cursor.execute("COMMIT")
        return len(gone)

    def progress(self, feed: str) -> dict[str, Any]:
        """Return where the feed stopped: what ``put`` was given last, empty at the beginning."""
        row = self._connection.execute("SELECT state FROM progress WHERE feed = ?", (feed,)).fetchone()
        return dict(json.loads(row[0])) if row else {}

    def of_products(self, products: Collection[str]) -> Iterable[Record]:
        """Return every record that names one of the products, sorted by CVE; whole records."""
        with _told(self._path):
            question = "cve FROM product WHERE name"
            cves = sorted({cve for chunk in _chunks(products) for (cve,) in self._ask(question, chunk)})
        return self.of_cves(cves)

    def of_cves(self, cves: Collection[str]) -> Iterable[Record]:
        """Return the records with these ids, sorted; those that are unknown are missing."""
        with _told(self._path):
            return merged(
                _unpacked(text) for chunk in _chunks(cves) for (text,) in self._ask("record FROM word WHERE cve", chunk)
            )

    def _ask(self, what: str, values: list[str]) -> list[tuple[str]]:
        marks = ",".join("?" * len(values))
        return self._connection.execute(f"SELECT {what} IN ({marks})", values).fetchall()

    def feeds(self) -> tuple[FeedState, ...]:
        """Return the state of each feed, sorted by name."""
        question = """
            SELECT feed.name, feed.updated, feed.skipped,
              (SELECT COUNT(*) FROM word WHERE word.feed = feed.name),
              (SELECT COUNT(*) FROM word WHERE word.feed = feed.name AND NOT EXISTS
                (SELECT 1 FROM product WHERE product.cve = word.cve))
            FROM feed ORDER BY feed.name"""
        return tuple(
            FeedState(
                name=name,
                updated=date.fromisoformat(updated) if updated else None,
                records=count,
                without_product=0 if name in {"kev", "epss"} else lost,
                note=f"{skipped} entries could not be read" if skipped else "",
            )
            for name, updated, skipped, count, lost in self._connection.execute(question)
        )

    def words(self) -> Iterator[tuple[str, str, str]]:
        """Give (feed, part, record as JSON) of everything, in a fixed order: what an export holds."""
        with _told(self._path):
            yield from self._connection.execute("SELECT feed, part, record FROM word ORDER BY feed, cve, part")

    def digest(self) -> str:
        """Return the SHA-256 over the content: the same data gives the same digest in any file."""
        digest = sha256()
        for feed, part, record in self.words():
            digest.update(f"{feed}\0{part}\0{record}\n".encode())
        return digest.hexdigest()


def _chunks(values: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(values)
    for at in range(0, len(ordered), _AT_ONCE):
        yield ordered[at : at + _AT_ONCE]


def _packed(record: Record) -> str:
    """Write a record as JSON without what is empty."""
    return json.dumps(_trimmed(asdict(record)), sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def _trimmed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _trimmed(one) for key, one in value.items() if one not in ("", (), None)}
    return [_trimmed(one) for one in value] if isinstance(value, (list, tuple)) else value


def _unpacked(text: str) -> Record:
    row = json.loads(text)
    kev = row.pop("kev", None)
    days: dict[str, Any] = {key: date.fromisoformat(row.pop(key)) for key in ("published", "modified") if key in row}
    affected = tuple(_affected(one) for one in row.pop("affected", ()))
    plain: dict[str, Any] = {key: tuple(one) if isinstance(one, list) else one for key, one in row.items()}
    return Record(affected=affected, kev=_kev(kev) if kev else None, **days, **plain)


def _kev(row: Mapping[str, Any]) -> Kev:
    due = row.get("due")
    added = date.fromisoformat(row["added"])
    return Kev(added, date.fromisoformat(due) if due else None, row.get("ransomware", False))


_PLAIN = {one.name for one in fields(Affected) if one.name not in {"ranges", "unaffected"}}


def _affected(row: Mapping[str, Any]) -> Affected:
    plain: dict[str, Any] = {
        key: tuple(one) if isinstance(one, list) else one for key, one in row.items() if key in _PLAIN
    }
    return Affected(
        ranges=tuple(_range(one) for one in row.get("ranges", ())),
        unaffected=tuple(_range(one) for one in row.get("unaffected", ())),
        **plain,
    )


def _range(row: Mapping[str, Any]) -> Range:
    return Range(**{**row, "scheme": Scheme(row["scheme"])})
