"""Name a file that proves something by its digest and size; its content is not kept."""

import hashlib
import os
import stat
from pathlib import Path

from fairmark.errors import UnreadableInputError
from fairmark.model.evidence import printable_path
from fairmark.standards.manual import Attached

MOST_BYTES = 64 << 30
_PIECE = 1 << 20
_HINT = "Attach a photo, a log or a document, by its path."


def attached(path: Path) -> Attached:
    """Return the name, digest and size of an ordinary file; read piece by piece."""
    digest, size = hashlib.sha256(), 0
    try:
        # O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123 - a handle
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UnreadableInputError(f"{path} is not an ordinary file", hint=_HINT)
            while piece := file.read(_PIECE):
                digest.update(piece)
                size += len(piece)
                if size > MOST_BYTES:
                    raise UnreadableInputError(f"{path} is larger than {MOST_BYTES} bytes", hint=_HINT)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no path"
        raise UnreadableInputError(f"{path} cannot be read: {reason}", hint=_HINT) from None
    return Attached(name=printable_path(os.fsencode(path.name))[:200], sha256=digest.hexdigest(), size=size)
