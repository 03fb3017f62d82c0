"""A log's files: the signer's memory, and the static form of tiles and checkpoint that any web server can serve."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fairmark.errors import CheckFailedError, UnreadableInputError
from fairmark.ledger.checkpoint import parse_checkpoint
from fairmark.ledger.signer import Signed
from fairmark.ledger.store import Store
from fairmark.ledger.tiles import WIDTH, Tile, tiles_of

_LONGEST_STATE = 4096


class StateFile:
    """The signer's memory in a file, replaced in one step and durable before the signature exists."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def last(self) -> Signed | None:
        """Return what was signed last; None without a file. Raises UnreadableInputError for a damaged one."""
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UnreadableInputError(f"{self._path}: {error.strerror}", hint="The signer needs its state.") from error
        try:
            data = json.loads(content[: _LONGEST_STATE + 1])
        except (ValueError, RecursionError):
            data = None
        return Signed.read(data)

    def replace(self, old: Signed | None, new: Signed) -> None:
        """Store the new state if the old one is still there; see ``signer.Memory``."""
        with alone(self._path):
            if self.last() != old:
                raise CheckFailedError(f"{self._path}: another signer was faster", hint="Run one publisher; try again.")
            write_durably(self._path, json.dumps(new.written(), sort_keys=True).encode() + b"\n")


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Let only one process at a time change a file; raises UnreadableInputError where nobody can lock it."""
    lock = path.with_suffix(".lock")
    try:
        place = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise UnreadableInputError(f"{lock}: {error.strerror}", hint="May the folder be written?") from error
    try:
        fcntl.flock(place, fcntl.LOCK_EX)
        yield
    finally:
        os.close(place)


def write_durably(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Replace a file in one step: afterwards, and after any loss of power, it is the old one or the new one."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        place = os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, mode)
        try:
            view = memoryview(content)
            while view:
                view = view[os.write(place, view) :]
            os.fsync(place)
        finally:
            os.close(place)
        beside.replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise UnreadableInputError(f"{path}: {error.strerror}", hint="Is there room, and may it be written?") from error


def write_static(store: Store, folder: Path) -> int:
    """Write the tiles, bundles and the checkpoint of the latest published size below a folder; return files written.

    Full tiles that are there stay: they never change. The checkpoint comes last, so that it never promises a tile that
    is not there yet. Raises UnreadableInputError when there is no checkpoint or a file cannot be written.
    """
    note = store.checkpoint()
    if not note:
        raise UnreadableInputError("the log has no checkpoint yet", hint="Run: fairmark log sequence")
    size = parse_checkpoint(note)[0].size
    _make_folder(folder)
    written = 0
    for tile in (*tiles_of(size), *_bundles(size)):
        path = folder / tile.path
        if tile.width == WIDTH and path.exists():
            continue
        _make_folder(path.parent)
        write_durably(path, store.fetch(tile), mode=0o644)
        written += 1
    write_durably(folder / "checkpoint", note, mode=0o644)
    return written + 1


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnreadableInputError(f"{path}: {error.strerror}", hint="Is there room, and may it be written?") from error


def _bundles(size: int) -> Iterator[Tile]:
    yield from (Tile(-1, number) for number in range(size // WIDTH))
    if size % WIDTH:
        yield Tile(-1, size // WIDTH, size % WIDTH)
