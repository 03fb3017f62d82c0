"""The files of many images: which ones there are, what an earlier run left, and what is for the user's eyes only."""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.model.assessment import Assessment
from fairmark.workflows.adapters.inputs import PROFILE, read_file
from fairmark.workflows.adapters.output import write_together

ASSESSMENT = "assessment.json"
STDIN = "-"
MAX_LIST_BYTES = 64 << 20
MAX_RESULT_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Listed:
    """One image: the name to show and the path to open; ``error`` where a folder could not be looked into."""

    name: str
    path: Path
    error: str = ""


def listed_images(source: Path, without: Path) -> tuple[Listed, ...]:
    """Return the images of a folder, or of a list with one path a line (``-``: standard input), by name, once each.

    Of a folder every regular file in it and below counts, save hidden ones, profiles and what lies below
    ``without``; links are not followed.
    """
    if source.is_dir():
        found = _below(source, without)
    elif str(source) == STDIN:
        found = _lines(sys.stdin.buffer.read(MAX_LIST_BYTES + 1))
    else:
        found = _lines(read_file(source, limit=MAX_LIST_BYTES, what="one path a line"))
    images = {image.name: image for image in found}
    return tuple(images[name] for name in sorted(images))


def _below(source: Path, without: Path) -> Iterator[Listed]:
    refused: list[OSError] = []
    shut_out = without.resolve()
    for place, folders, files in os.walk(source, onerror=refused.append):
        here = Path(place)
        folders[:] = [name for name in folders if not name.startswith(".") and (here / name).resolve() != shut_out]
        for name in files:
            path = here / name
            if not name.startswith(".") and name != PROFILE and path.is_file() and not path.is_symlink():
                yield Listed(path.relative_to(source).as_posix(), path)
    for error in refused:
        path = Path(error.filename)
        yield Listed(path.relative_to(source).as_posix() + "/", path, f"this folder cannot be read: {error.strerror}")


def _lines(content: bytes) -> Iterator[Listed]:
    if len(content) > MAX_LIST_BYTES:
        raise UnreadableInputError(f"the list is larger than {MAX_LIST_BYTES} bytes", hint="Cut it into several.")
    if b"\0" in content:
        raise WrongUsageError("that is no list of paths", hint="Name a folder, or a text file with one path a line.")
    for line in content.splitlines():
        if line.strip():
            name = os.fsdecode(line)
            yield Listed(name, Path(name))


def recorded(folder: Path) -> Assessment | None:
    """Return the assessment that an earlier run wrote; ``None`` where there is none that this program can read."""
    path = folder / ASSESSMENT
    if not path.is_file():
        return None
    try:
        return Assessment.model_validate_json(read_file(path, limit=MAX_RESULT_BYTES, what="an assessment"))
    except (ValidationError, UnreadableInputError):
        return None


def write_private(folder: Path, documents: Mapping[str, bytes]) -> None:
    """Write ``documents`` where nobody but the user can read them: folder 0700, files 0600."""
    if folder.is_symlink():
        raise WrongUsageError(f"{folder} is a link", hint="Remove it: what is private does not go through a link.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)  # before anything lies in it: from now on nobody else comes near its files
    write_together(folder, documents)
    for name in documents:
        (folder / name).chmod(0o600)
