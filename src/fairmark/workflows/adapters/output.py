"""Write the files of a result together: each is whole, or is not there at all."""

import errno
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from fairmark.errors import FairmarkError, WrongUsageError

PARTIAL = ".fairmark-partial"


class NotWrittenError(FairmarkError):
    """The result could not be written; what was there before is untouched."""


def write_together(folder: Path, documents: Mapping[str, bytes]) -> None:
    """Write ``documents`` (name -> content) into ``folder``.

    Everything goes into a hidden folder beside its place first and is moved when all of it is on the
    disk, so a full disk or an interruption leaves the old files and no half-written one. What an
    interrupted run left behind is removed by the next.
    """
    partial = folder / PARTIAL
    try:
        for name in documents:
            if (folder / name).is_dir():  # else the files before it would be replaced and those behind it not
                raise WrongUsageError(f"{folder / name} is a folder", hint="Move it away, or name another folder.")
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
    except (FileExistsError, NotADirectoryError):
        raise WrongUsageError(f"{folder} is not a folder", hint="Name a folder with --out.") from None
    except OSError as error:
        raise _not_written(folder, error) from None
    try:
        for name, content in documents.items():
            _write_durably(partial / name, content)
        for name in documents:
            (partial / name).replace(folder / name)
    except OSError as error:
        raise _not_written(folder, error) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def write_files(folder: Path, documents: Mapping[str, bytes]) -> None:
    """Write ``documents`` into ``folder``, leaving alone each that is there with the same content already."""
    changed = {name: content for name, content in documents.items() if not _holds(folder / name, content)}
    if changed:
        write_together(folder, changed)


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _not_written(folder: Path, error: OSError) -> NotWrittenError:
    hints = {
        errno.ENOSPC: "The disk is full: free some space, or name another folder with --out.",
        errno.EACCES: "You may not write there: name another folder with --out.",
        errno.EROFS: "That disk is read-only: name another folder with --out.",
    }
    hint = hints.get(error.errno or 0, "Name another folder with --out.")
    return NotWrittenError(f"nothing was written to {folder}: {error.strerror or error}", hint=hint)
