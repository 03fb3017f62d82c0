"""An office on disk: everything is written whole and durably, or is not there at all.

::

    office.json                 settings                   states.jsonl    the journal of states
    certificates/NUMBER/        all that belongs to one    decisions/      digest of a decision -> NUMBER
    seen                        entries of the log that were compared    publish/    what others may have

A new certificate's folder is filled beside its place and moved there in one step, so that a number is either given
with everything that finishing it needs, or not given. One process at a time works in an office.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from fairmark.certify.office import Change, Settings, line_of, read_changes, read_settings
from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.ledger.adapters.files import write_durably
from fairmark.model.value import canonical_json

SETTINGS = "office.json"
_JOURNAL, _LOCK, _NEW, _SEEN = "states.jsonl", ".lock", ".new", "seen"
_NUMBER = re.compile(rb"[0-9]{1,18}\n")
_LARGEST_SETTINGS = 64 << 10
_PUBLIC = 0o644


class OfficeFolder:
    """See ``certify.office.Cabinet``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        content = _read(folder / SETTINGS)
        if content is None or len(content) > _LARGEST_SETTINGS:
            hint = "Make one with: fairmark certify init"
            raise UnreadableInputError(f"{folder} holds no office: {SETTINGS} is missing or too large", hint=hint)
        self.settings: Settings = read_settings(content, str(folder / SETTINGS))

    @property
    def log(self) -> Path:
        """The folder of the log."""
        return self.folder / self.settings.log

    def key(self, name: str) -> str:
        """Return how a key of the office is opened."""
        return name if name.startswith("pkcs11:") else str(self.folder / name)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes out of the office for a while."""
        lock = os.open(self.folder / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def numbers(self) -> list[int]:
        """Return the numbers of all certificates, the smallest first."""
        return sorted(int(one.name) for one in self._certificates.iterdir() if one.name.isdigit())

    def open_file(self, number: int, files: Mapping[str, bytes]) -> None:
        """Make the folder of a new certificate in one step; raises WrongUsageError when the number is taken."""
        new, place = self._certificates / _NEW, self._certificates / str(number)
        shutil.rmtree(new, ignore_errors=True)  # of a run that was ended suddenly
        if place.exists():
            raise WrongUsageError(f"certificate {number} exists", hint="Numbers are given once.")
        folders = {new, *((new / name).parent for name in files)}
        for folder in sorted(folders):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, content in files.items():
            write_durably(new / name, content)
        for folder in folders:
            _settle(folder)
        new.rename(place)
        _settle(self._certificates)

    def read(self, number: int, name: str) -> bytes | None:
        """Return a file of a certificate; None when it is not there."""
        return _read(self._certificates / str(number) / name)

    def write(self, number: int, name: str, content: bytes) -> None:
        """Write a file of a certificate."""
        write_durably(self._certificates / str(number) / name, content)

    def number_of(self, decision: str) -> int | None:
        """Return the certificate that followed from a decision, by its digest."""
        return self._whole(self.folder / "decisions" / decision)

    def remember(self, decision: str, number: int) -> None:
        """Note which certificate followed from a decision."""
        write_durably(self.folder / "decisions" / decision, b"%d\n" % number)

    def seen(self) -> int:
        """Return how many entries of the log were compared with this office."""
        return self._whole(self.folder / _SEEN) or 0

    def see(self, size: int) -> None:
        """Note how many entries of the log were compared with this office."""
        write_durably(self.folder / _SEEN, b"%d\n" % size)

    def changes(self) -> list[Change]:
        """Return the journal of states, the oldest first."""
        return read_changes(_read(self.folder / _JOURNAL) or b"", str(self.folder / _JOURNAL))

    def add_change(self, change: Change) -> None:
        """Add a line to the journal; a line that a sudden end cut off is taken away first."""
        place = os.open(self.folder / _JOURNAL, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        with os.fdopen(place, "r+b") as file:
            content = file.read()
            end = content.rfind(b"\n") + 1
            file.truncate(end)
            file.seek(end)
            file.write(line_of(change))
            file.flush()
            os.fsync(file.fileno())
        _settle(self.folder)

    def published(self, name: str) -> bytes | None:
        """Return a file that others may have; None when it is not there."""
        return _read(self.folder / "publish" / name)

    def publish(self, name: str, content: bytes) -> None:
        """Write a file that others may have."""
        write_durably(self.folder / "publish" / name, content, _PUBLIC)

    def _whole(self, path: Path) -> int | None:
        content = _read(path)
        if content is None:
            return None
        if not _NUMBER.fullmatch(content):
            raise UnreadableInputError(f"{path} holds no number", hint="Restore it from a copy of the office.")
        return int(content)

    @property
    def _certificates(self) -> Path:
        return self.folder / "certificates"


def make_office(folder: Path, settings: Settings) -> OfficeFolder:
    """Make an office in a folder that may hold its keys and log already; its settings come last."""
    for name in ("certificates", "decisions", "publish/certificates", "publish/status"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    write_durably(folder / SETTINGS, canonical_json(settings) + b"\n")
    return OfficeFolder(folder)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UnreadableInputError(f"{path}: {error.strerror}", hint="May it be read?") from None


def _settle(folder: Path) -> None:
    """Make the names in a folder durable."""
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(place)
    finally:
        os.close(place)
