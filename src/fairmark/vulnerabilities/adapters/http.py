"""One request over HTTP: with limits of time and size, and never to a place that nobody named.

Only https, save where the user names a loopback or an http mirror. A redirect never leaves the scheme that
was asked for, except from http to https.
"""

import gzip
import http.client
import time
import zlib
from collections.abc import Mapping
from email.message import Message
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

from fairmark import __version__
from fairmark.errors import WrongUsageError
from fairmark.vulnerabilities.sync import NVD_KEY_HEADER, Response, UnreachableError

MOST_BYTES = 512 << 20
MOST_ARCHIVE_BYTES = 8 << 30
TIMEOUT_SECONDS = 60.0
LONGEST_SECONDS = 3_600.0
_CHUNK = 1 << 20
_MOST_REDIRECTS = 5


class _Careful(HTTPRedirectHandler):
    """Follows a redirect to https, or within http; to nothing else."""

    max_redirections = _MOST_REDIRECTS

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage, newurl: str
    ) -> Request | None:
        old, new = urlsplit(req.full_url).scheme, urlsplit(newurl).scheme
        if new != "https" and not (new == old == "http"):
            raise UnreachableError(
                f"{req.full_url} redirects to {new or 'nothing'}", hint="Only https is followed: name another mirror."
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def check_address(url: str, *, named: bool) -> str:
    """Return the address if it may be asked; ``named``: the user typed it, so http is his choice.

    Raises:
        WrongUsageError: for anything but https (and http where it was named).
    """
    try:
        parts = urlsplit(url)
        good = bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and named))
    except ValueError:
        good = False
    if not good or any(ord(character) <= 32 for character in url):
        raise WrongUsageError(f"{url} is no address to fetch from", hint="Give one that begins with https://.")
    return url


def fetch(url: str, headers: Mapping[str, str]) -> Response:
    """Ask once and return the whole answer; statuses other than 2xx are answers too.

    Raises:
        UnreachableError: when there is no answer, half of one, or one that is too large.
    """
    asked = {"User-Agent": f"fairmark/{__version__}", "Accept-Encoding": "gzip", **headers}
    try:
        with _opener().open(_question(url, asked), timeout=TIMEOUT_SECONDS) as answer:
            found = _lower(answer.headers)
            body = _unpacked(_read(answer, MOST_BYTES), found)
            return Response(answer.status, found, body)
    except HTTPError as error:
        with error:
            return Response(error.code, _lower(error.headers))
    except (URLError, OSError, http.client.HTTPException, EOFError, zlib.error, ValueError) as error:
        raise _unreachable(url, error) from None


def _question(url: str, headers: Mapping[str, str]) -> Request:
    """Make a request whose key, if it has one, stays with the server that was named: no redirect takes it along."""
    secret = {name: value for name, value in headers.items() if name.lower() == NVD_KEY_HEADER.lower()}
    made = Request(url, headers={name: value for name, value in headers.items() if name not in secret})  # noqa: S310 - looked at
    for name, value in secret.items():
        made.add_unredirected_header(name, value)
    return made


def download(url: str, headers: Mapping[str, str], path: Path) -> Response:
    """Fetch into a file, going on where an earlier attempt stopped if the server still has the same content.

    The part is kept beside ``path`` until it is whole. Returns the answer without a body.
    """
    part, tag = path.with_suffix(".part"), path.with_suffix(".tag")
    asked = {"User-Agent": f"fairmark/{__version__}", **headers}
    if part.is_file() and tag.is_file() and (version := tag.read_text(encoding="utf-8").strip()):
        asked |= {"Range": f"bytes={part.stat().st_size}-", "If-Range": version}
    try:
        with _opener().open(Request(url, headers=asked), timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - looked at
            found = _lower(answer.headers)
            more = answer.status == 206
            tag.write_text(_strong(found), encoding="utf-8")
            with part.open("ab" if more else "wb") as file:
                _copy(answer, file)
            part.replace(path)
            tag.unlink(missing_ok=True)
            return Response(200, found)
    except HTTPError as error:
        with error:
            if error.code == 416:  # the part is of another content, or longer than what is there
                part.unlink(missing_ok=True)
                raise UnreachableError(f"{url} has changed meanwhile") from None
            return Response(error.code, _lower(error.headers))
    except (URLError, OSError, http.client.HTTPException, ValueError) as error:
        raise _unreachable(url, error) from None


def _strong(headers: Mapping[str, str]) -> str:
    """Return what names this version of the content for If-Range: a strong ETag, else the date."""
    etag = headers.get("etag", "")
    return headers.get("last-modified", "") if etag.startswith("W/") else etag or headers.get("last-modified", "")


def _opener() -> OpenerDirector:
    """No handler for ftp, file or data: those addresses end in an error."""
    opener = OpenerDirector()
    for handler in (
        ProxyHandler(),
        UnknownHandler(),
        HTTPHandler(),
        HTTPSHandler(),
        HTTPDefaultErrorHandler(),
        HTTPErrorProcessor(),
        _Careful(),
    ):
        opener.add_handler(handler)
    return opener


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _read(answer: http.client.HTTPResponse, most: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    deadline = time.monotonic() + LONGEST_SECONDS
    while piece := answer.read(_CHUNK):
        size += len(piece)
        if size > most or time.monotonic() > deadline:
            raise ValueError("the answer is too large or takes too long")
        pieces.append(piece)
    left = answer.length
    if left:
        raise http.client.IncompleteRead(b"", left)
    return b"".join(pieces)


def _copy(answer: http.client.HTTPResponse, file: IO[bytes]) -> None:
    size = file.tell()
    while piece := answer.read(_CHUNK):
        size += len(piece)
        if size > MOST_ARCHIVE_BYTES:
            raise ValueError("the answer is too large")
        file.write(piece)
    if answer.length:
        raise http.client.IncompleteRead(b"", answer.length)


def _unpacked(body: bytes, headers: Mapping[str, str]) -> bytes:
    """Undo the transfer's gzip, bounded. A file that is gzip by itself is left as it is."""
    if headers.get("content-encoding", "").lower() != "gzip":
        return body
    decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
    document = decoder.decompress(body, MOST_BYTES)
    if not decoder.eof:
        raise gzip.BadGzipFile("the answer is cut off or unpacks to too much")
    return document


def _unreachable(url: str, error: BaseException) -> UnreachableError:
    reason = getattr(error, "reason", None) or str(error) or type(error).__name__
    return UnreachableError(f"{url} cannot be read: {reason}", hint="Is the network there? A mirror: --from FEED=URL.")
