"""A folder with a trust list and status lists: ``trust.json``, and ``status/1``, ``status/1.reasons`` for list 1.

``seen.json`` is the verifier's memory: the newest time that a trust list or a status list was ever signed with. It
outlives a clock that was set back and an old copy of the folder. Labels do not count for it: a label of a far day would
make everything look old for ever.
"""

import json
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fairmark.certify.label import LAST_DAY
from fairmark.certify.status import LARGEST_MESSAGE, Status, read_reasons, read_status
from fairmark.certify.trust import LARGEST_LIST, StatusSource, TrustList, read_trust
from fairmark.errors import UnreadableInputError
from fairmark.ledger.adapters.files import write_durably

SEEN = "seen.json"
_LARGEST_MEMORY = 4096
_LATEST = LAST_DAY * 86_400


@dataclass(frozen=True, slots=True)
class TrustFolder:
    """Whom to believe, and the status lists that were there, checked."""

    trust: TrustList
    statuses: dict[int, Status]
    seen: int = 0
    """The newest time that was ever seen signed, in seconds since 1970; 0: none."""


def read_folder(folder: Path) -> TrustFolder:
    """Return what a folder holds; a status list that is not there is unknown, one that is bad is refused.

    Raises:
        UnreadableInputError: no trust list, or a file that is none.
        CheckFailedError: a status list that its key did not sign.
    """
    content = read_file(folder / "trust.json", LARGEST_LIST)
    if content is None:
        hint = "Name the folder that holds trust.json, as its keeper hands it out."
        raise UnreadableInputError(f"{folder} holds no trust.json", hint=hint)
    trust = read_trust(content)
    found = ((source.id, _status(folder / "status", source)) for source in trust.status_lists)
    statuses = {number: status for number, status in found if status is not None}
    newest = max(trust.issued, *(one.list.issued for one in statuses.values()), remembered(folder))
    return TrustFolder(trust, statuses, newest)


def remembered(folder: Path) -> int:
    """Return the newest signed time that was kept, 0 where none was; raises UnreadableInputError for a damaged one."""
    content = read_file(folder / SEEN, _LARGEST_MEMORY)
    if content is None:
        return 0
    try:
        data: Any = json.loads(content)
        found = data["newest"]
    except (ValueError, KeyError, TypeError, RecursionError):
        found = -1
    if type(found) is not int or not 0 <= found <= _LATEST:
        raise UnreadableInputError(
            f"{folder / SEEN} is damaged", hint="Restore it; or remove it, if you know why and trust your clock."
        )
    return found


def remember(folder: Path, newest: int) -> None:
    """Keep the newest signed time; a folder that cannot be written to keeps nothing, and that is no error."""
    if newest > remembered(folder):
        with suppress(UnreadableInputError):
            write_durably(folder / SEEN, json.dumps({"newest": newest}).encode() + b"\n", mode=0o644)


def _status(folder: Path, source: StatusSource) -> Status | None:
    content = read_file(folder / str(source.id), LARGEST_MESSAGE)
    if content is None:
        return None
    why = read_file(folder / f"{source.id}.reasons", LARGEST_MESSAGE)
    reasons = read_reasons(why, source.key, source.id) if why is not None else {}
    return Status(read_status(content, source.key, source.id), reasons)


def read_file(path: Path, limit: int) -> bytes | None:
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
