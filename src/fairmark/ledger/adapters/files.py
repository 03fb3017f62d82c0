"""A log's files: the signer's memory, and the static form of tiles and checkpoint that any web server can serve."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
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
        except ValueError:
            data = None
        return Signed.read(data)

    def replace(self, old: Signed | None, new: Signed) -> None:
        """Store the new state if the old one is still there; see ``signer.Memory``."""
        with self._alone():
            if self.last() != old:
                raise CheckFailedError(f"{self._path}: another signer was faster", hint="Run one publisher; try again.")
            write_durably(self._path, json.dumps(new.written(), sort_keys=True).encode() + b"\n")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        lock = os.open(self._path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


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
        beside.unlink(missing_ok=True)
        raise UnreadableInputError(f"{path}: {error.strerror}", hint="Is there room, and may it be written?") from error


def write_static(store: Store, folder: Path) -> int:
    """Write the tiles, bundles and the checkpoint of the latest published size below a folder; return files written.

    Full tiles that are there stay: they never change. The checkpoint comes last, so that it never promises a tile that
    is not there yet. Raises UnreadableInputError when there is no checkpoint or a file cannot be written.
    """
    note = store.checkpoint()
    if not note:
        raise UnreadableInputError("the log has no checkpoint yet", hint="Run: fairmark log publish")
    size = parse_checkpoint(note)[0].size
    written = 0
    for tile in (*tiles_of(size), *_bundles(size)):
        path = folder / tile.path
        if tile.width == WIDTH and path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, store.fetch(tile), mode=0o644)
        written += 1
    write_durably(folder / "checkpoint", note, mode=0o644)
    return written + 1


def _bundles(size: int) -> Iterator[Tile]:
    yield from (Tile(-1, number) for number in range(size // WIDTH))
    if size % WIDTH:
        yield Tile(-1, size // WIDTH, size % WIDTH)
