"""A log over HTTP: serve its tiles and proofs, be a witness for others, and ask those who are."""

import json
import re
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from fairmark.errors import FairmarkError, UnreadableInputError
from fairmark.ledger.adapters.files import alone, write_durably
from fairmark.ledger.checkpoint import parse_checkpoint
from fairmark.ledger.merkle import EMPTY_ROOT, HASH_BYTES, MOST_LEAVES, inclusion_proof, verify_inclusion
from fairmark.ledger.notes import LONGEST_NOTE, VerifierKey
from fairmark.ledger.proofs import Proof
from fairmark.ledger.signing import Signer
from fairmark.ledger.store import Store
from fairmark.ledger.tiles import WIDTH, Tile, TileReader, parse_path
from fairmark.ledger.witness import (
    LONGEST_REQUEST,
    NOTHING,
    Answer,
    BehindError,
    ContradictedError,
    Request,
    Seen,
    answer,
    origin_of,
)

_LARGEST_BUNDLE = WIDTH * (2 + 0xFFFF)
_SECONDS = 20.0
_FOREVER = "public, max-age=31536000, immutable"
_TEXT = "text/plain; charset=utf-8"
_BYTES = "application/octet-stream"
_LENGTH = re.compile(r"[0-9]{1,9}")
_SIZE = re.compile(r"[0-9]{1,18}")


def proof_of(store: Store, leaf: bytes) -> Proof:
    """Return the proof that an entry is below the latest checkpoint; raises UnreadableInputError if it is not.

    A proof that does not hold, because a tile rotted since it was signed, is not given to anybody.
    """
    note, index = store.checkpoint(), store.index_of(leaf)
    state = parse_checkpoint(note)[0] if note else None
    if index is None or state is None or index >= state.size:
        raise UnreadableInputError("no published checkpoint covers this entry", hint="Sequence the log, or wait.")
    hashes = inclusion_proof(index, state.size, TileReader(state.size, store.fetch))
    if not verify_inclusion(leaf, index, state.size, hashes, state.root):
        raise UnreadableInputError(
            f"the stored tiles give no proof for entry {index}: something changed them",
            hint="Run: fairmark log audit, and restore the tiles from a mirror.",
        )
    return Proof(index, hashes, note)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the names of the base class
        """Say what went wrong, and not who asked for what."""
        sys.stderr.write(f"an answer failed: {type(sys.exception()).__name__}\n")


class LogServer(_Server):
    """Serves one log; every thread opens a database connection of its own."""

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

    def let_go(self) -> None:
        """Close this thread's connection, if it has one."""
        if hasattr(self._own, "store"):
            self.store().close()
            del self._own.store


class WitnessServer(_Server):
    """A witness: what it saw of each log lies in a file, replaced before an answer leaves."""

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
        with self._one_at_a_time, alone(self.state):
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
        """Say nothing: who asks, for what, and coming from where, is nobody's business."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Refuse a request without repeating it: its address may hold what nobody should keep."""
        self.reply(code, b"not understood\n")

    def reply(self, status: int, body: bytes, kind: str = _TEXT, cache: str = "no-store") -> None:
        """Send an answer."""
        self.send_response(status)
        headers = {"Content-Type": kind, "Content-Length": str(len(body)), "Cache-Control": cache}
        headers |= {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class _LogHandler(_Handler):
    server: LogServer

    def do_GET(self) -> None:
        """Serve a checkpoint, a tile, a bundle or a proof."""
        try:
            self._get(*self.path.partition("#")[0].partition("?")[::2])
        except FairmarkError as error:
            self.reply(HTTPStatus.NOT_FOUND, f"{error.message}\n".encode())

    do_HEAD = do_GET  # noqa: N815 - the name is that of the base class

    def finish(self) -> None:
        """Let go of the database when whoever asked is gone."""
        self.server.let_go()
        super().finish()

    def _get(self, path: str, query: str) -> None:
        store = self.server.store()
        if path == "/checkpoint":
            self.reply(HTTPStatus.OK, store.checkpoint(), cache="no-cache")
        elif path == "/log/proof":
            leaf = urllib.parse.parse_qs(query).get("leaf", [""])[0]
            try:
                raw = bytes.fromhex(leaf)
            except ValueError:
                raw = b""
            self.reply(HTTPStatus.OK, bytes(proof_of(store, raw)))
        elif tile := parse_path(path[1:]):
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
        elif not _LENGTH.fullmatch(length) or int(length) > LONGEST_REQUEST:
            self.close_connection = True  # what follows is no request
            self.reply(HTTPStatus.BAD_REQUEST, b"too long, or of unknown length\n")
        else:
            self._decide(self.rfile.read(int(length)))

    def _decide(self, content: bytes) -> None:
        try:
            said = self.server.decide(content)
        except FairmarkError as error:  # its memory cannot be read or kept: it sees nothing, and signs nothing
            sys.stderr.write(f"nothing was signed: {error.message}\n")
            self.reply(HTTPStatus.INTERNAL_SERVER_ERROR, b"the witness cannot use its memory; nothing was signed\n")
        else:
            self.reply(said.status, said.body, said.content_type)


class StatusError(UnreadableInputError):
    """A server answered with another status than success."""

    def __init__(self, url: str, error: urllib.error.HTTPError) -> None:
        try:
            self.said = error.read(200).decode("utf-8", "replace").strip()
        except (OSError, HTTPException):
            self.said = ""
        self.status = error.code
        super().__init__(f"{url}: {self.status} {self.said}", hint="Ask its operator.")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirects)


def asker(url: str) -> Callable[[Request], bytes]:
    """Return how to ask the witness at an address; see ``publish.Ask``."""

    def ask(request: Request) -> bytes:
        try:
            return get(f"{url.rstrip('/')}/add-checkpoint", LONGEST_NOTE, bytes(request))
        except StatusError as error:
            if error.status == HTTPStatus.CONFLICT and _SIZE.fullmatch(error.said):
                raise BehindError(int(error.said)) from error
            if error.status == HTTPStatus.UNPROCESSABLE_ENTITY:
                raise ContradictedError(
                    f"{url}: 422 {error.said}",
                    hint="It saw another history of this log. Find the database with the one that it saw.",
                ) from error
            raise

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
        StatusError: another status than success.
        UnreadableInputError: no such address, no answer, or too much.
    """
    if not url.startswith(("https://", "http://")):
        raise UnreadableInputError(f"{url}: no address of the web", hint="It begins with https://.")
    try:
        with _OPENER.open(urllib.request.Request(url, data=body), timeout=_SECONDS) as found:  # noqa: S310 - the scheme was looked at
            content: bytes = found.read(most + 1)
            if len(content) <= most and found.length:
                raise UnreadableInputError(f"{url}: the answer broke off", hint="Ask again.")
    except urllib.error.HTTPError as error:
        raise StatusError(url, error) from error
    except (OSError, HTTPException, ValueError) as error:
        raise UnreadableInputError(f"{url}: {error}", hint="Is it up, and is the address right?") from error
    if len(content) > most:
        raise UnreadableInputError(f"{url}: more than {most} bytes", hint="This is no log or witness.")
    return content


def _seen(state: Path) -> dict[str, Seen]:
    """Return what the witness saw; a damaged file stops it, for a forgetful witness is none."""
    try:
        return {origin: _seen_of(one) for origin, one in json.loads(state.read_bytes()).items()}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UnreadableInputError(f"{state}: {error.strerror}", hint="The witness needs its memory.") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UnreadableInputError(f"{state}: damaged", hint="Restore the witness's state; never start anew.") from None


def _seen_of(data: Any) -> Seen:
    size, root = data["size"], bytes.fromhex(data["root"])
    whole = type(size) is int and 0 <= size <= MOST_LEAVES and len(root) == HASH_BYTES
    if not whole or (size == 0) != (root == EMPTY_ROOT):
        raise ValueError("no state of a log")
    return Seen(size, root)


def _keep(state: Path, seen: Mapping[str, Seen]) -> None:
    data = {origin: {"size": one.size, "root": one.root.hex()} for origin, one in sorted(seen.items())}
    write_durably(state, json.dumps(data, indent=1).encode() + b"\n")
