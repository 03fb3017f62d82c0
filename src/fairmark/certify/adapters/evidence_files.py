"""The files of an evidence store, and of a part of one that was disclosed."""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from fairmark.certify.bundle import LARGEST_DISCLOSURE, MOST_FILES, Disclosure, read_disclosure
from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.ledger.adapters.files import write_durably
from fairmark.model.value import canonical_json

LARGEST_FILE = 256 << 20
_LARGEST_STORE = 1 << 30
DISCLOSURE = "disclosure.json"


def read_store(folder: Path) -> dict[str, bytes]:
    """Return the files of an evidence store, path -> content. Links and devices are refused, not followed.

    Raises:
        UnreadableInputError: no folder, or a file that cannot be read.
        WrongUsageError: too many files, too large ones, or something that is none.
    """
    if not folder.is_dir():
        raise UnreadableInputError(f"{folder} is no folder", hint="Name the folder that holds the evidence.")
    found: dict[str, bytes] = {}
    left = _LARGEST_STORE
    for path in _files(folder):
        if len(found) == MOST_FILES:
            raise WrongUsageError(f"{folder} holds more than {MOST_FILES} files", hint="Put small files into archives.")
        name = path.relative_to(folder).as_posix()
        if not name.isprintable():
            raise WrongUsageError(f"{name!r} is no name for evidence", hint="Rename it.")
        content = read_whole(path, min(left, LARGEST_FILE))
        left -= len(content)
        found[name] = content
    return found


def read_part(folder: Path) -> tuple[Disclosure, Mapping[str, bytes]]:
    """Return a disclosure and the files handed over with it, by their SHA-256 as the disclosure names them."""
    disclosure = read_disclosure(read_whole(folder / DISCLOSURE, LARGEST_DISCLOSURE))
    contents: dict[str, bytes] = {}
    left = _LARGEST_STORE
    for one in disclosure.shown:
        path = folder / "files" / one.entry.sha256  # hexadecimal: a path in the disclosure names no place here
        if one.content and one.entry.sha256 not in contents and path.exists():
            contents[one.entry.sha256] = read_whole(path, min(left, LARGEST_FILE))
            left -= len(contents[one.entry.sha256])
    return disclosure, contents


def write_part(folder: Path, disclosure: Disclosure, contents: Mapping[str, bytes]) -> None:
    """Write a disclosure and the files handed over with it."""
    (folder / "files").mkdir(parents=True, exist_ok=True)
    for digest, content in contents.items():
        write_durably(folder / "files" / digest, content, 0o644)
    write_durably(folder / DISCLOSURE, canonical_json(disclosure), 0o644)


def read_whole(path: Path, limit: int) -> bytes:
    """Return the content of an ordinary file; a link is not followed."""
    try:
        # O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever.
        place = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
        with os.fdopen(place, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise WrongUsageError(f"{path} is no ordinary file", hint="Evidence is made of ordinary files.")
            content = file.read(limit + 1)
    except OSError as error:
        raise UnreadableInputError(f"{path}: {error.strerror}", hint="Is it an ordinary file, no link?") from None
    if len(content) > limit:
        raise WrongUsageError(f"{path} is too large for evidence", hint="Leave it out, or keep its digest instead.")
    return content


def _files(folder: Path) -> Iterator[Path]:
    for one in sorted(folder.iterdir()):
        if one.is_dir() and not one.is_symlink():
            yield from _files(one)
        else:
            yield one
