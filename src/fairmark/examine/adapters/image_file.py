"""Open an image file: mapped into memory, never read as a whole, never written."""

import mmap
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fairmark.errors import UnreadableInputError
from fairmark.examine.blob import Blob


@dataclass(frozen=True, slots=True)
class ImageFile:
    """An image that is open: its bytes, its size, its SHA-256, and when the file was last changed (seconds)."""

    blob: Blob
    size: int
    sha256: str
    mtime: int


@contextmanager
def open_image(path: Path) -> Iterator[ImageFile]:
    """Open the image at ``path``.

    Raises ``UnreadableInputError`` when it is missing, empty, no regular file or not readable.
    The mapping lives as long as something still looks at it.
    """
    try:
        # O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        hint = "Is the path right, and may you read the file?"
        raise UnreadableInputError(f"{path}: {error.strerror or error}", hint=hint) from error
    try:
        yield _mapped(path, handle)
    finally:
        os.close(handle)


def _mapped(path: Path, handle: int) -> ImageFile:
    status = os.fstat(handle)
    if stat.S_ISDIR(status.st_mode):
        raise UnreadableInputError(f"{path}: is a directory", hint="A directory is examined as an unpacked image.")
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableInputError(f"{path}: is no regular file", hint="Copy the device's content into a file first.")
    if not status.st_size:
        raise UnreadableInputError(f"{path}: the file is empty", hint="Was the download interrupted?")
    try:
        mapping = mmap.mmap(handle, status.st_size, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise UnreadableInputError(f"{path}: cannot be mapped ({error})", hint="Copy it to a local disk.") from error
    blob = Blob(memoryview(mapping))
    return ImageFile(blob, blob.size, blob.sha256(), int(status.st_mtime))
