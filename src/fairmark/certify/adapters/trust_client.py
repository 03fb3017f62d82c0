"""Fetch a trust list and status lists as TUF has it: nothing old, nothing mixed, nothing that too few people signed.

The folder then holds ``trust.json`` and ``status/`` as every verifier reads them, each replaced in one step and only
after all of it was checked; and in ``tuf/`` what the next refresh compares with. ``source.json`` notes where from.
"""

import json
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import unquote
from urllib.request import HTTPRedirectHandler, build_opener

from tuf.api.exceptions import (
    BadVersionNumberError,
    DownloadError,
    DownloadHTTPError,
    DownloadLengthMismatchError,
    ExpiredMetadataError,
    LengthOrHashMismatchError,
    RepositoryError,
    UnsignedMetadataError,
)
from tuf.ngclient import Updater, UpdaterConfig  # type: ignore[attr-defined] # exported, but not said so
from tuf.ngclient.fetcher import FetcherInterface

from fairmark.certify.adapters.trust_folder import read_file, read_folder, remember, remembered
from fairmark.certify.status import LARGEST_MESSAGE, read_reasons, read_status
from fairmark.certify.trust import LARGEST_LIST, TrustList, read_trust
from fairmark.certify.trust_roles import LARGEST, STATUS, TRUST
from fairmark.errors import CheckFailedError, FairmarkError, UnreadableInputError, WrongUsageError
from fairmark.ledger.adapters.files import alone, write_durably

SOURCE = "source.json"
_FOLDER = "tuf"
_PIECE = 1 << 16
_SECONDS = 20.0
_LONGEST = 120.0
"""Seconds for one file; who drips bytes is not waited for."""
_PUBLIC = 0o644
_LIMITS = {TRUST: LARGEST_LIST}


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a folder holds now."""

    trust: TrustList
    root: int
    """Version of the newest root."""
    lists: tuple[int, ...]
    """Status lists that came with it."""


def refresh(folder: Path, source: str | None, root: bytes | None, *, now: int) -> Refreshed:
    """Bring a folder up to date.

    Args:
        folder: of the verifier; made when it is not there.
        source: a folder or an address of the web; None: where it came from last time.
        root: the first root, from somebody you trust; None: the one that the folder has.
        now: what the clock says, in seconds since 1970; a time that was seen signed outweighs it.

    Raises:
        CheckFailedError: what is there is older than what was, has ended, is mixed, changed, or signed by too few.
        UnreadableInputError: it cannot be reached, or the folder cannot be written to.
        WrongUsageError: no source, or no root to begin with.
    """
    given = source or _source(folder)
    kept = folder / _FOLDER
    if root is None and not (kept / "root.json").exists():
        raise WrongUsageError("there is nothing to begin with", hint="Name a root that you trust with --root FILE.")
    try:
        kept.mkdir(parents=True, exist_ok=True)
        (folder / STATUS).mkdir(exist_ok=True)
    except OSError as error:
        raise UnreadableInputError(f"{folder}: {error.strerror}", hint="May it be written?") from None
    with alone(kept / "refresh"), _told(given):
        updater = _updater(kept, given, root, max(now, remembered(folder)))
        updater.refresh()
        files, trust = _fetched(updater, folder)
        for name, content in files.items():
            write_durably(folder / name, content, _PUBLIC)
        write_durably(folder / SOURCE, json.dumps({"from": given}).encode() + b"\n", _PUBLIC)
        remember(folder, read_folder(folder).seen)
        newest: Any = updater._trusted_set  # noqa: SLF001 - the library does not say which root it came to
        lists = tuple(sorted(int(name.partition("/")[2]) for name in files if name[-1].isdigit()))
        return Refreshed(trust, newest.root.version, lists)


def _updater(kept: Path, source: str, root: bytes | None, now: int) -> Updater:
    is_web = source.startswith(("https://", "http://"))
    base = source.rstrip("/") if is_web else "folder:"
    fetcher = _Web() if is_web else _Folder(Path(source))
    config = UpdaterConfig(root_max_length=LARGEST, targets_max_length=LARGEST, snapshot_max_length=LARGEST)
    found = Updater(
        str(kept), f"{base}/metadata/", str(kept), f"{base}/targets/", fetcher, config=config, bootstrap=root
    )
    # The library asks the machine's clock; somebody may have set it back, so that what has ended seems to hold.
    found._trusted_set.reference_time = datetime.fromtimestamp(now, UTC)  # noqa: SLF001 - there is no other way in
    return found


def _fetched(updater: Updater, folder: Path) -> tuple[dict[str, bytes], TrustList]:
    """Return the files of the folder, all of them checked, before any of them is put down."""
    kept = folder / _FOLDER
    content = _target(updater, kept, TRUST)
    if content is None:
        raise CheckFailedError("the repository has no trust list", hint="Ask its keepers.")
    trust, before = read_trust(content), _issued_before(folder)
    files = {}
    for source in trust.status_lists:
        path = f"{STATUS}/{source.id}"
        found, why = _target(updater, kept, path), _target(updater, kept, f"{path}.reasons")
        if found is None:
            continue
        # Whoever has the online keys could give an old list a new place.
        if read_status(found, source.key, source.id).issued < before.get(source.id, 0):
            raise CheckFailedError(
                f"status list {source.id} goes back behind what was seen", hint="Ask the keepers, by another way."
            )
        files[path] = found
        if why is not None:
            read_reasons(why, source.key, source.id)
            files[f"{path}.reasons"] = why
    return {**files, TRUST: content}, trust


def _issued_before(folder: Path) -> dict[int, int]:
    """Return when the status lists that are here were issued; nothing where nothing here holds any more."""
    try:
        return {number: one.list.issued for number, one in read_folder(folder).statuses.items()}
    except FairmarkError:
        return {}


def _target(updater: Updater, kept: Path, path: str) -> bytes | None:
    named = updater.get_targetinfo(path)
    if named is None:
        return None
    limit = _LIMITS.get(path, LARGEST_MESSAGE)
    if named.length > limit:
        raise CheckFailedError(f"{path} is larger than {limit} bytes", hint="Ask the keepers of the repository.")
    place = kept / "fetched"
    try:
        updater.download_target(named, str(place))
        content = read_file(place, limit)
    finally:
        place.unlink(missing_ok=True)
    return content


class _Folder(FetcherInterface):
    """Takes files from a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _fetch(self, url: str) -> Iterator[bytes]:
        name = unquote(url.partition(":/")[2])
        if ".." in name.split("/"):
            raise DownloadHTTPError(f"{name} is no name", HTTPStatus.NOT_FOUND)
        try:
            place = os.open(self._folder / name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            raise DownloadHTTPError(f"{self._folder / name} is not there", HTTPStatus.NOT_FOUND) from None
        except OSError as error:
            raise DownloadError(f"{self._folder / name}: {error.strerror}") from None
        return self._pieces(place)

    def _pieces(self, place: int) -> Iterator[bytes]:
        with os.fdopen(place, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise DownloadError("what should be a file is none")
            while piece := file.read(_PIECE):
                yield piece


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class _Web(FetcherInterface):
    """Takes files from the web, piece by piece, and is not kept waiting for ever."""

    def _fetch(self, url: str) -> Iterator[bytes]:
        try:
            answer = build_opener(_NoRedirects).open(url, timeout=_SECONDS)
        except HTTPError as error:
            raise DownloadHTTPError(f"{url}: {error.code}", error.code) from None
        except (OSError, HTTPException, ValueError) as error:
            raise DownloadError(f"{url}: {error}") from None
        return self._pieces(url, answer)

    def _pieces(self, url: str, answer: Any) -> Iterator[bytes]:
        until = time.monotonic() + _LONGEST
        with answer:
            try:
                while piece := answer.read1(_PIECE):
                    yield piece
                    if time.monotonic() > until:
                        raise DownloadError(f"{url}: it takes too long")
            except (OSError, HTTPException, ValueError) as error:
                raise DownloadError(f"{url}: {error}") from None


@contextmanager
def _told(source: str) -> Iterator[None]:
    """Turn what the library found into a sentence."""
    nothing = "Nothing here was changed. Ask the keepers of the trust list, by another way than this one."
    try:
        yield
    except FairmarkError:
        raise
    except ExpiredMetadataError as error:
        raise CheckFailedError(
            f"{source} gives only what has ended ({error}): somebody may hold back what is newer",
            hint=f"Is the clock here right? {nothing}",
        ) from None
    except BadVersionNumberError as error:
        raise CheckFailedError(f"{source} goes back behind what was seen: {error}", hint=nothing) from None
    except UnsignedMetadataError as error:
        raise CheckFailedError(f"{source}: too few good signatures: {error}", hint=nothing) from None
    except (LengthOrHashMismatchError, DownloadLengthMismatchError) as error:
        raise CheckFailedError(f"{source}: a file is not the one that was signed: {error}", hint=nothing) from None
    except RepositoryError as error:
        raise CheckFailedError(f"{source}: {str(error)[:300]}", hint=nothing) from None
    except DownloadError as error:
        raise UnreadableInputError(f"{source}: {error}", hint="Is it there, and complete? Try again later.") from None
    except OSError as error:
        raise UnreadableInputError(f"{error.filename}: {error.strerror}", hint="May it be written?") from None


def _source(folder: Path) -> str:
    content = read_file(folder / SOURCE, LARGEST)
    try:
        found = json.loads(content or b"")["from"]
    except (ValueError, KeyError, TypeError, RecursionError):
        found = None
    if not isinstance(found, str) or not found:
        raise WrongUsageError("this folder was fetched from nowhere", hint="Name a folder or address with --from.")
    return found
