"""rpm: one database of package headers, in one of three files that rpm has used over the years."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from fairmark.examine.adapters.sqlite_blobs import UnreadableTableError, sqlite_blobs
from fairmark.examine.package_databases.package import Package
from fairmark.examine.package_databases.reading import MAX_PACKAGES, MalformedError, OwnedFiles, gap_of
from fairmark.examine.package_databases.rpm_bdb import bdb_blobs
from fairmark.examine.package_databases.rpm_header import MAX_HEADER, RpmHeader, read_header
from fairmark.examine.package_databases.rpm_ndb import ndb_blobs
from fairmark.examine.tree import Entry, Kind, Tree, UnreadableEntryError
from fairmark.model.gap import Gap, GapReason

_HOMES = ("/var/lib/rpm", "/usr/lib/sysimage/rpm", "/usr/share/rpm")
_MAX_SQLITE = 48 << 20  # it is held in memory twice while it is read
_MAX_FILE = 512 << 20
_KEYS = "gpg-pubkey"  # rpm keeps trusted keys as if they were packages

_Blobs = Callable[[Tree, Entry], Iterator[bytes]]


def _sqlite(tree: Tree, entry: Entry) -> Iterator[bytes]:
    return sqlite_blobs(tree.read(entry), "Packages", "blob", longest=MAX_HEADER)


def _ndb(tree: Tree, entry: Entry) -> Iterator[bytes]:
    return ndb_blobs(tree.blob(entry))


def _bdb(tree: Tree, entry: Entry) -> Iterator[bytes]:
    return bdb_blobs(tree.blob(entry))


@dataclass(frozen=True, slots=True)
class _Form:
    """One form of the database: its file, the most bytes that are read, and its reader."""

    file: str
    most: int
    blobs: _Blobs


_FORMS = (
    _Form("rpmdb.sqlite", _MAX_SQLITE, _sqlite),
    _Form("Packages.db", _MAX_FILE, _ndb),
    _Form("Packages", _MAX_FILE, _bdb),
)


def rpm(tree: Tree, gaps: list[Gap]) -> Iterator[Package]:
    """Give the packages of rpm. The newest form of a folder is the one in use; older ones beside it are left over."""
    seen: set[bytes] = set()
    for home in _HOMES:
        for form in _FORMS:
            database = tree.get(f"{home}/{form.file}")
            if database is None or database.kind is not Kind.FILE or database.path in seen:
                continue
            seen.add(database.path)
            _note_log(tree, database, gaps)
            budget = OwnedFiles(tree)
            yield from (_package(tree, database, one, budget) for one in _headers(tree, database, form, gaps))
            break


def _note_log(tree: Tree, database: Entry, gaps: list[Gap]) -> None:
    """SQLite may have written its last changes into a log beside the file; the log is not read."""
    log = tree.get(f"/{database.printable.lstrip('/')}-wal")
    if log and log.size:
        gaps.append(gap_of(tree, log, GapReason.UNSUPPORTED, "changes of the package database that wait in its log"))


def _headers(tree: Tree, database: Entry, form: _Form, gaps: list[Gap]) -> Iterator[RpmHeader]:
    """Read the headers one by one; what is damaged is counted."""
    if database.size > form.most:
        gaps.append(gap_of(tree, database, GapReason.LIMIT, f"a package database of more than {form.most:,} bytes"))
        return
    damaged = 0
    try:
        for raw in islice(form.blobs(tree, database), MAX_PACKAGES):
            try:
                header = read_header(raw)
            except MalformedError:
                damaged += 1
                continue
            if header.name != _KEYS:
                yield header
    except (MalformedError, UnreadableTableError) as error:
        detail = f"the package database cannot be read to its end: {error}"
        gaps.append(gap_of(tree, database, GapReason.DAMAGED, detail))
    except UnreadableEntryError as error:
        gaps.append(error.gap)
    if damaged:
        gaps.append(gap_of(tree, database, GapReason.DAMAGED, f"{damaged} packages of the database cannot be read"))


def _package(tree: Tree, database: Entry, header: RpmHeader, budget: OwnedFiles) -> Package:
    return Package(
        kind="rpm",
        name=header.name,
        version=header.version,
        architecture=header.architecture,
        source=header.source or header.name,
        licence=header.licence,
        root=tree.name,
        database=database.printable,
        line=None,
        paths=budget.real(header.paths),
    )
