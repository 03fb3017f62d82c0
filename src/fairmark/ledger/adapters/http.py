"""A log over HTTP: serve its tiles and proofs, be a witness for others, and ask those who are."""

import fcntl
import json
import os
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from fairmark.errors import FairmarkError, UnreadableInputError
from fairmark.ledger.adapters.files import write_durably
from fairmark.ledger.checkpoint import parse_checkpoint
from fairmark.ledger.merkle import inclusion_proof
from fairmark.ledger.notes import LONGEST_NOTE, VerifierKey
from fairmark.ledger.proofs import Proof
from fairmark.ledger.signing import Signer
from fairmark.ledger.store import Store
from fairmark.ledger.tiles import WIDTH, Tile, TileReader, parse_path
from fairmark.ledger.witness import LONGEST_REQUEST, NOTHING, Answer, BehindError, Request, Seen, answer, origin_of

_LARGEST_BUNDLE = WIDTH * (2 + 0xFFFF)
_SECONDS = 20.0
_FOREVER = "public, max-age=31536000, immutable"
_TEXT = "text/plain; charset=utf-8"
_BYTES = "application/octet-stream"


def proof_of(store: Store, leaf: bytes) -> Proof:
    """Return the proof that an entry is below the latest checkpoint; raises UnreadableInputError if it is not."""
    note, index = store.checkpoint(), store.index_of(leaf)
    size = parse_checkpoint(note)[0].size if note else 0
    if index is None or index >= size:
        raise UnreadableInputError("no published checkpoint covers this entry", hint="Sequence the log, or wait.")
    return Proof(index, inclusion_proof(index, size, TileReader(size, store.fetch)), note)


class LogServer(ThreadingHTTPServer):
    """Serves one log; every thread opens a database connection of its own."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], store: Callable[[], Store]) -> None:
        super().__init__(address, _LogHandler)
        self._own = threading.local()
        self._open = store

    def store(self) -> Store:
        """Return this thread's connection."""
        if not hasattr(self._own, "store"):
            self._own.store = self._open()
        found: Store = self._own.store
        return found


class WitnessServer(ThreadingHTTPServer):
    """A witness: what it saw of each log lies in a file, replaced before an answer leaves."""

    daemon_threads = True

    def __init__(
        self,
        address: tuple[str, int],
        name: str,
        signer: Signer,
        logs: Mapping[str, VerifierKey],
        state: Path,
        now: Callable[[], float],
    ) -> None:
        super().__init__(address, _WitnessHandler)
        self.name, self.signer, self.logs, self.state, self.now = name, signer, dict(logs), state, now
        self._one_at_a_time = threading.Lock()

    def decide(self, content: bytes) -> Answer:
        """Answer a request; a new state is durable before the answer exists."""
        with self._one_at_a_time, _alone(self.state):
            seen = _seen(self.state)
            try:
                last = seen.get(origin_of(content), NOTHING)
            except FairmarkError as error:
                return Answer(400, f"{error.message}\n".encode())
            said = answer(content, self.logs, last, self.name, self.signer, now=int(self.now()))
            if said.seen is not None and said.seen != last:
                _keep(self.state, seen | {said.origin: said.seen})
            return said


class _Handler(BaseHTTPRequestHandler):
    timeout = _SECONDS
    server_version = "fairmark"
    sys_version = ""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is that of the base class
        """Say nothing: addresses of those who ask are nobody's business."""

    def reply(self, status: int, body: bytes, kind: str = _TEXT, cache: str = "no-store") -> None:
        """Send an answer."""
        self.send_response(status)
        headers = {"Content-Type": kind, "Content-Length": str(len(body)), "Cache-Control": cache}
        for name, value in (headers | {"X-Content-Type-Options": "nosniff"}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class _LogHandler(_Handler):
    server: LogServer

    def do_GET(self) -> None:
        """Serve a checkpoint, a tile, a bundle or a proof."""
        try:
            self._get(urllib.parse.urlsplit(self.path))
        except FairmarkError as error:
            self.reply(HTTPStatus.NOT_FOUND, f"{error.message}\n".encode())

    do_HEAD = do_GET  # noqa: N815 - the name is that of the base class

    def _get(self, wanted: urllib.parse.SplitResult) -> None:
        store = self.server.store()
        if wanted.path == "/checkpoint":
            self.reply(HTTPStatus.OK, store.checkpoint(), cache="no-cache")
        elif wanted.path == "/log/proof":
            leaf = urllib.parse.parse_qs(wanted.query).get("leaf", [""])[0]
            try:
                raw = bytes.fromhex(leaf)
            except ValueError:
                raw = b""
            self.reply(HTTPStatus.OK, bytes(proof_of(store, raw)))
        elif tile := parse_path(wanted.path[1:]):
            self.reply(HTTPStatus.OK, store.fetch(tile), _BYTES, _FOREVER)
        else:
            self.reply(HTTPStatus.NOT_FOUND, b"not here\n")


class _WitnessHandler(_Handler):
    server: WitnessServer

    def do_POST(self) -> None:
        """Answer a request to add a checkpoint."""
        length = self.headers.get("Content-Length", "")
        if self.path != "/add-checkpoint":
            self.reply(HTTPStatus.NOT_FOUND, b"not here\n")
        elif not length.isascii() or not length.isdigit() or int(length) > LONGEST_REQUEST:
            self.reply(HTTPStatus.BAD_REQUEST, b"too long, or of unknown length\n")
        else:
            said = self.server.decide(self.rfile.read(int(length)))
            self.reply(said.status, said.body, said.content_type)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirects)


def asker(url: str) -> Callable[[Request], bytes]:
    """Return how to ask the witness at an address; see ``publish.Ask``."""

    def ask(request: Request) -> bytes:
        return get(f"{url.rstrip('/')}/add-checkpoint", LONGEST_NOTE, bytes(request))

    return ask


def fetcher(url: str) -> Callable[[Tile], bytes]:
    """Return how to get tiles of the log at an address."""

    def fetch(tile: Tile) -> bytes:
        return get(f"{url.rstrip('/')}/{tile.path}", _LARGEST_BUNDLE)

    return fetch


def checkpoint_at(url: str) -> bytes:
    """Return the checkpoint that a log serves; raises UnreadableInputError if it does not answer."""
    return get(f"{url.rstrip('/')}/checkpoint", LONGEST_NOTE)


def get(url: str, most: int, body: bytes | None = None) -> bytes:
    """Return what an address answers, at most ``most`` bytes, without following it elsewhere.

    Raises:
        UnreadableInputError: no such address, no answer, another status than success, or too much.
        BehindError: a witness that saw another size last.
    """
    if not url.startswith(("https://", "http://")):
        raise UnreadableInputError(f"{url}: no address of the web", hint="It begins with https://.")
    try:
        with _OPENER.open(urllib.request.Request(url, data=body), timeout=_SECONDS) as found:  # noqa: S310 - the scheme was looked at
            content: bytes = found.read(most + 1)
    except urllib.error.HTTPError as error:
        said = error.read(200).decode("utf-8", "replace").strip()
        if error.code == HTTPStatus.CONFLICT and said.isascii() and said.isdigit() and len(said) < 19:
            raise BehindError(int(said)) from error
        raise UnreadableInputError(f"{url}: {error.code} {said}", hint="Ask its operator.") from error
    except OSError as error:
        raise UnreadableInputError(f"{url}: {error}", hint="Is it up, and is the address right?") from error
    if len(content) > most:
        raise UnreadableInputError(f"{url}: more than {most} bytes", hint="This is no log or witness.")
    return content


class _alone:  # noqa: N801 - used as a statement
    """Only one process at a time."""

    def __init__(self, state: Path) -> None:
        self._path = state.with_suffix(".lock")

    def __enter__(self) -> None:
        self._place = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._place, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        os.close(self._place)


def _seen(state: Path) -> dict[str, Seen]:
    """Return what the witness saw; a damaged file stops it, for a forgetful witness is none."""
    try:
        data = json.loads(state.read_bytes())
        return {origin: Seen(int(one["size"]), bytes.fromhex(one["root"])) for origin, one in data.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UnreadableInputError(f"{state}: damaged", hint="Restore the witness's state; never start anew.") from None


def _keep(state: Path, seen: Mapping[str, Seen]) -> None:
    data = {origin: {"size": one.size, "root": one.root.hex()} for origin, one in sorted(seen.items())}
    write_durably(state, json.dumps(data, indent=1).encode() + b"\n")
