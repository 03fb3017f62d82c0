"""Replace one file as a whole: a reader, or a run after a kill, sees the old content or the new, never a half."""

import os
import tempfile
from pathlib import Path

from fairmark.workflows.adapters.output import NotWrittenError


def replace_file(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` by way of a file of its own beside it; it is on the disk when this returns.

    Raises:
        NotWrittenError: when it cannot be written; what was there before is untouched.
    """
    name = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with open(handle, "wb") as file:  # noqa: PTH123 - a handle
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        if name:
            Path(name).unlink(missing_ok=True)
        hint = "Name another place with --state."
        raise NotWrittenError(f"{path} was not written: {error.strerror or error}", hint=hint) from None
