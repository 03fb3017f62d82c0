"""Read what the user hands over: a profile, a list of components, an assessment; and open the image."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from fairmark.errors import UnreadableInputError, WrongUsageError

PROFILE = "device.yaml"
LATEST = 253_402_300_799  # the last second of the year 9999, the last that a date can hold


def read_file(path: Path, *, limit: int, what: str) -> bytes:
    """Return the content of an ordinary file of at most ``limit`` bytes; ``what`` names it in messages."""
    try:
        # O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123 - a handle
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UnreadableInputError(f"{path} is not an ordinary file", hint=f"Name a file that holds {what}.")
            content = file.read(limit + 1)
    except OSError as error:
        hint = f"Name a readable file that holds {what}."
        raise UnreadableInputError(f"{path} cannot be read: {error.strerror or error}", hint=hint) from None
    if len(content) > limit:
        raise UnreadableInputError(f"{path} is larger than {limit} bytes", hint=f"Does it really hold {what}?")
    return content


def profile_beside(image: Path | None) -> Path | None:
    """Return the device.yaml that lies beside the image (or inside the directory), if there is one."""
    if image is None:
        return None
    places = (image / PROFILE, image.parent / PROFILE) if image.is_dir() else (image.parent / PROFILE,)
    return next((place for place in places if place.is_file()), None)


def source_date_epoch() -> int | None:
    """Return SOURCE_DATE_EPOCH in seconds, or None where it is not set; anything else is refused."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not given:
        return None
    if not (given.isascii() and given.isdigit()) or len(given) > 12 or int(given) > LATEST:
        raise WrongUsageError(
            "SOURCE_DATE_EPOCH is not a number of seconds", hint="Unset it, or give seconds since 1970."
        )
    return int(given)


def newest(paths: tuple[Path, ...], *, inside: int = 0) -> datetime:
    """Return SOURCE_DATE_EPOCH where it is set, else the time of the newest of ``paths``, in whole seconds.

    ``inside`` is the time of the newest file inside a directory that is examined.
    """
    given = source_date_epoch()
    if given is not None:
        return datetime.fromtimestamp(given, UTC)
    seconds = max((int(path.stat().st_mtime) for path in paths if not path.is_dir()), default=0)
    return datetime.fromtimestamp(min(max(seconds, inside, 0), LATEST), UTC)


@contextmanager
def work_folder() -> Iterator[Path]:
    """Give a folder of its own that is gone at the end, whatever happens."""
    from tempfile import TemporaryDirectory  # noqa: PLC0415 - not needed for --help

    with TemporaryDirectory(prefix="fairmark-") as name:
        yield Path(name)
