"""A log on this machine: a folder with its settings, and the database, key and memory that they name."""

import json
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from fairmark.errors import MissingPartError, UnreadableInputError, WrongUsageError
from fairmark.ledger.adapters.files import StateFile, write_durably
from fairmark.ledger.adapters.key_files import load_key, new_key
from fairmark.ledger.adapters.sqlite import SqliteStore
from fairmark.ledger.checkpoint import log_key
from fairmark.ledger.notes import MOST_SIGNATURES, KeyType, VerifierKey, parse_key
from fairmark.ledger.signer import StatefulSigner
from fairmark.ledger.store import Store

SETTINGS = "log.json"
SCHEMA = "fairmark.log/1"
_LARGEST = 64 << 10


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness that the log asks."""

    key: VerifierKey
    url: str


@dataclass(frozen=True, slots=True)
class LogFolder:
    """The settings of a log. Paths are relative to its folder."""

    folder: Path
    origin: str
    key: VerifierKey
    database: str
    """A file, or an address such as ``postgresql://log@db/log``."""
    key_file: str
    state: str
    """The signer's memory; on another disk than the database it also survives that."""
    witnesses: tuple[Witness, ...] = ()

    def store(self) -> Store:
        """Open the database."""
        if not self.database.startswith(("postgresql://", "postgres://")):
            return SqliteStore(self.folder / self.database)
        try:
            postgres = import_module("fairmark.ledger.adapters.postgres")
        except ImportError:
            raise MissingPartError("psycopg is missing", hint="pip install 'fairmark[postgres]'") from None
        store: Store = postgres.PostgresStore(self.database)
        return store

    def signer(self, passphrase: bytes) -> StatefulSigner:
        """Open the key; raises WrongUsageError if it is not the one of the settings."""
        key = load_key(self.folder / self.key_file, passphrase)
        if key.public != self.key.public:
            raise WrongUsageError(f"{self.key_file} is another key than {self.key}", hint="Put the log's key back.")
        return StatefulSigner(self.origin, key, StateFile(self.folder / self.state))


def make(folder: Path, origin: str, *, database: str, passphrase: bytes) -> LogFolder:
    """Make a new log: settings, key and an empty database. Raises WrongUsageError if there is one already."""
    if (folder / SETTINGS).exists():
        raise WrongUsageError(f"{folder} holds a log already", hint="Choose another folder.")
    log_key(origin, bytes(32))  # refuse a name that cannot stand in a note before anything is made
    folder.mkdir(parents=True, exist_ok=True)
    key = new_key(folder / "log.key.p12", "EdDSA", passphrase)
    made = LogFolder(folder, origin, log_key(origin, key.public), database, "log.key.p12", "signed.json")
    made.store()
    write_durably(folder / SETTINGS, json.dumps(_written(made), indent=2).encode() + b"\n")
    return made


def opened_folder(folder: Path) -> LogFolder:
    """Return the log in a folder; raises UnreadableInputError with what is wrong with its settings."""
    path = folder / SETTINGS
    try:
        data = json.loads(path.read_bytes()[: _LARGEST + 1])
    except OSError as error:
        raise UnreadableInputError(f"{path}: {error.strerror}", hint="Make a log with: fairmark log init") from error
    except (ValueError, RecursionError):
        raise UnreadableInputError(f"{path}: no JSON", hint="Restore it; the key and database are beside it.") from None
    try:
        return _read(folder, data)
    except (KeyError, TypeError, AttributeError) as error:
        raise UnreadableInputError(f"{path}: {error} is missing or of the wrong kind", hint=f"See {SCHEMA}.") from None


def add_witness(log: LogFolder, key: VerifierKey, url: str) -> None:
    """Add a witness to the settings, or change its address."""
    if key.type is not KeyType.COSIGNATURE:
        raise WrongUsageError(f"{key.name} is no witness: its key does not cosign", hint="Take the key it publishes.")
    others = tuple(one for one in log.witnesses if one.key.name != key.name)
    if len(others) > MOST_SIGNATURES - 2:  # a checkpoint holds so many lines, one of them the log's own
        raise WrongUsageError(
            f"a log has at most {MOST_SIGNATURES - 1} witnesses", hint="A checkpoint holds no more signatures."
        )
    changed = LogFolder(
        log.folder, log.origin, log.key, log.database, log.key_file, log.state, (*others, Witness(key, url))
    )
    write_durably(log.folder / SETTINGS, json.dumps(_written(changed), indent=2).encode() + b"\n")


def _written(log: LogFolder) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "origin": log.origin,
        "key": str(log.key),
        "database": log.database,
        "key_file": log.key_file,
        "state": log.state,
        "witnesses": [{"key": str(one.key), "url": one.url} for one in log.witnesses],
    }


def _read(folder: Path, data: Any) -> LogFolder:
    if data["schema"] != SCHEMA:
        raise UnreadableInputError(f"{folder / SETTINGS}: {data['schema']!r} is not {SCHEMA}", hint="Update Fairmark.")
    key = parse_key(data["key"])
    texts = [data[name] for name in ("origin", "database", "key_file", "state")]
    if not all(isinstance(text, str) and text for text in texts) or key.name != data["origin"]:
        raise UnreadableInputError(f"{folder / SETTINGS}: a field is empty or contradicts another", hint="Restore it.")
    witnesses = tuple(Witness(parse_key(one["key"]), str(one["url"])) for one in data.get("witnesses", []))
    return LogFolder(folder, texts[0], key, texts[1], texts[2], texts[3], witnesses)
