"""A folder with a trust list and status lists: ``trust.json``, and ``status/1``, ``status/1.reasons`` for list 1."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from fairmark.certify.status import LARGEST_MESSAGE, Status, read_reasons, read_status
from fairmark.certify.trust import LARGEST_LIST, StatusSource, TrustList, read_trust
from fairmark.errors import UnreadableInputError


@dataclass(frozen=True, slots=True)
class TrustFolder:
    """Whom to believe, and the status lists that were there, checked."""

    trust: TrustList
    statuses: dict[int, Status]


def read_folder(folder: Path) -> TrustFolder:
    """Return what a folder holds; a status list that is not there is unknown, one that is bad is refused.

    Raises:
        UnreadableInputError: no trust list, or a file that is none.
        CheckFailedError: a status list that its key did not sign.
    """
    content = _read(folder / "trust.json", LARGEST_LIST)
    if content is None:
        hint = "Name the folder that holds trust.json, as its keeper hands it out."
        raise UnreadableInputError(f"{folder} holds no trust.json", hint=hint)
    trust = read_trust(content)
    found = ((source.id, _status(folder / "status", source)) for source in trust.status_lists)
    return TrustFolder(trust, {number: status for number, status in found if status is not None})


def _status(folder: Path, source: StatusSource) -> Status | None:
    content = _read(folder / str(source.id), LARGEST_MESSAGE)
    if content is None:
        return None
    why = _read(folder / f"{source.id}.reasons", LARGEST_MESSAGE)
    reasons = read_reasons(why, source.key, source.id) if why is not None else {}
    return Status(read_status(content, source.key, source.id), reasons)


def _read(path: Path, limit: int) -> bytes | None:
    """Return the content of an ordinary file, or None where there is none."""
    try:
        # O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123 - a handle
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UnreadableInputError(f"{path} is no file", hint="Fetch the folder again.")
            content = file.read(limit + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UnreadableInputError(f"{path}: {error.strerror}", hint="May it be read?") from None
    if len(content) > limit:
        raise UnreadableInputError(f"{path} is larger than {limit} bytes", hint="Fetch the folder again.")
    return content
