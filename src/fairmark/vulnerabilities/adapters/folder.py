"""Documents out of files, folders and archives that the user names: each bounded, none written anywhere."""

import bz2
import gzip
import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from fairmark.errors import CheckFailedError, UnreadableInputError
from fairmark.vulnerabilities.bundle import MANIFEST

MOST_BYTES = 512 << 20  # of one document, unpacked
MOST_DOCUMENTS = 2_000_000
_SUFFIXES = (".json", ".csv", ".gz", ".xz", ".bz2", ".zip")
_DEEPEST = 2
_PACKED: tuple[tuple[bytes, Callable[[IO[bytes]], IO[bytes]]], ...] = (
    (b"\xfd7zXZ", lambda file: cast("IO[bytes]", lzma.LZMAFile(file))),  # noqa: SIM115 - closed by its user
    (b"BZh", lambda file: cast("IO[bytes]", bz2.BZ2File(file))),
    (b"\x1f\x8b", lambda file: cast("IO[bytes]", gzip.GzipFile(fileobj=file))),
)
# What the library raises for an archive that contradicts itself; ValueError for names that are no text.
_BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    ValueError,
)

Found = Iterator[tuple[str, bytes]]


def documents(path: Path) -> Found:
    """Give name and content of each document: of a file, of an archive, of all files below a folder, sorted.

    Raises:
        UnreadableInputError: when the path cannot be read, or an archive is damaged or unpacks to too much.
    """
    if path.is_dir():
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(one for one in folders if not one.startswith("."))
            for name in sorted(names):
                if name.endswith(_SUFFIXES):
                    yield from _documents_of(Path(folder) / name)
        return
    yield from _documents_of(path)


@contextmanager
def opened_bundle(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that should be a bundle."""
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise UnreadableInputError(
            f"{path} cannot be read: {error.strerror or error}", hint="Name the file that `fairmark db export` wrote."
        ) from None


def refuse_bundles(paths: Iterable[Path]) -> None:
    """Refuse a bundle whose signature nobody would look at.

    Raises:
        CheckFailedError: when one of the paths is a bundle.
    """
    for path in paths:
        if path.is_file() and _is_bundle(path):
            raise CheckFailedError(
                f"{path} is a bundle, and nothing says whom to trust: nothing was read from it",
                hint="Give its maker's public key with --trust.",
            )


def _is_bundle(path: Path) -> bool:
    """Say whether a file is an archive with a manifest; a broken archive is none, and its reader will say so."""
    try:
        with zipfile.ZipFile(path) as archive:
            return MANIFEST in archive.namelist()
    except (*_BROKEN_ARCHIVE, OSError):
        return False


def _documents_of(path: Path) -> Found:
    try:
        # O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123 - a handle
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UnreadableInputError(f"{path} is not an ordinary file", hint="Name a file of a feed.")
            yield from _opened(str(path), file, 0)
    except OSError as error:
        raise UnreadableInputError(
            f"{path} cannot be read: {error.strerror or error}", hint="Name a readable file or folder."
        ) from None


def _opened(name: str, file: IO[bytes], depth: int) -> Found:
    """Look at the first bytes: an archive gives its members, a packed file its content."""
    head = file.read(6)
    file.seek(0)
    if head.startswith(b"PK\x03\x04"):
        yield from _members(name, file, depth)
        return
    for magic, unpacked in _PACKED:
        if head.startswith(magic):
            with unpacked(file) as inside:
                yield name, _bounded(name, inside)
            return
    yield name, _bounded(name, file)


def _bounded(name: str, file: IO[bytes]) -> bytes:
    try:
        content = file.read(MOST_BYTES + 1)
    except (EOFError, lzma.LZMAError, zlib.error, gzip.BadGzipFile, ValueError):
        raise UnreadableInputError(f"{name} is damaged or cut off", hint="Fetch it again.") from None
    if len(content) > MOST_BYTES:
        raise UnreadableInputError(f"{name} holds more than {MOST_BYTES} bytes", hint="Is it a file of a feed?")
    return content


def _members(name: str, file: IO[bytes], depth: int) -> Found:
    """Give the documents of a zip archive; an archive inside is opened too, once."""
    try:
        with zipfile.ZipFile(file) as archive:
            listed = [one for one in archive.infolist() if not one.filename.endswith("/")]
            if len(listed) > MOST_DOCUMENTS:
                raise UnreadableInputError(f"{name} holds too many files", hint="Is it an archive of a feed?")
            for member in sorted(listed, key=lambda one: one.filename):
                if not member.filename.endswith(_SUFFIXES):
                    continue
                label = f"{name}: {member.filename}"
                with archive.open(member) as inside:
                    if depth + 1 < _DEEPEST and member.filename.endswith(".zip"):
                        yield from _opened(label, inside, depth + 1)
                    else:
                        yield label, _bounded(label, inside)
    except _BROKEN_ARCHIVE:
        raise UnreadableInputError(f"{name} is a damaged archive", hint="Fetch it again.") from None
