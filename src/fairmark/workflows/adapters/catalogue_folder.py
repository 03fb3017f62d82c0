"""The folder with the user's own catalogues: read it, and put a file into it or take one away."""

import os
from pathlib import Path

from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.standards.own import OwnFile

VARIABLE = "FAIRMARK_CATALOGUES"


def default_folder() -> Path:
    """Return the folder for the user's catalogues: the one that was named, else inside the folder for user data."""
    if given := os.environ.get(VARIABLE, ""):
        return Path(given)
    data = os.environ.get("XDG_DATA_HOME", "")
    folder = Path(data) if data.startswith("/") else Path.home() / ".local" / "share"
    return folder / "fairmark" / "catalogues"


def name_folder(folder: Path) -> None:
    """Use this folder instead, in this process and in those that it starts."""
    if not folder.is_dir():
        raise WrongUsageError(f"{folder} is not a folder", hint="--catalogues names a folder with catalogue files.")
    os.environ[VARIABLE] = str(folder.resolve())


def own_catalogues() -> tuple[OwnFile, ...]:
    """Return the files of the folder, parsed, by name; nothing when there is no folder."""
    folder = default_folder()
    if not folder.is_dir():
        return ()
    from fairmark.workflows.adapters.inputs import read_file  # noqa: PLC0415 - most users have no such folder
    from fairmark.workflows.own_catalogues import MAX_JSON_BYTES, MOST_FILES, SUFFIXES, parsed  # noqa: PLC0415

    found = sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES and not path.name.startswith("."))
    if len(found) > MOST_FILES:
        raise UnreadableInputError(f"{folder} holds more than {MOST_FILES} catalogues", hint="Name a smaller folder.")
    return tuple(parsed(read_file(path, limit=MAX_JSON_BYTES, what="a catalogue"), str(path)) for path in found)


def keep(name: str, content: bytes, *, replace: bool) -> Path:
    """Put a catalogue file into the folder, whole or not at all; return its path.

    A file of the same name in another form gives way to it, when it may be replaced.
    """
    from fairmark.workflows.adapters.output import write_together  # noqa: PLC0415 - only to import
    from fairmark.workflows.own_catalogues import SUFFIXES  # noqa: PLC0415

    folder = default_folder()
    path = folder / name
    there = [one for suffix in SUFFIXES if (one := path.with_name(f"{path.name.rpartition('.')[0]}{suffix}")).exists()]
    if there and not replace:
        hint = "Another edition needs an id of its own, or say --replace."
        raise WrongUsageError(f"{there[0]} exists already", hint=hint)
    write_together(folder, {name: content})
    for other in there:
        if other != path:
            other.unlink()
    return path
