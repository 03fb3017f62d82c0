"""A log and a witness on loopback: served, cosigned, watched, and what answers wrongly is not believed."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from fairmark.errors import CheckFailedError, UnreadableInputError
from fairmark.ledger.adapters.http import LogServer, WitnessServer, asker, checkpoint_at, fetcher, get
from fairmark.ledger.adapters.sqlite import SqliteStore
from fairmark.ledger.checkpoint import Checkpoint, cosignatures, opened, signed_by_log, with_signatures
from fairmark.ledger.merkle import leaf_hash
from fairmark.ledger.monitor import watch
from fairmark.ledger.proofs import check_proof, parse_proof
from fairmark.ledger.publish import cosign, publish
from fairmark.ledger.tiles import Tile, entries_of
from fairmark.ledger.witness import ContradictedError
from tests.ledger.test_checkpoint import KEY, LAB, LOG, NOW, WITNESSES
from tests.ledger.test_merkle import entries
from tests.ledger.test_publish import filled, signer


@contextmanager
def running(server: ThreadingHTTPServer) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "log.db")
    yield store
    store.close()


@pytest.fixture
def served(log: SqliteStore, tmp_path: Path) -> Iterator[str]:
    publish(filled(log, 300), signer())  # type: ignore[arg-type]
    with running(LogServer(("127.0.0.1", 0), lambda: SqliteStore(tmp_path / "log.db"))) as url:
        yield url


def witness(tmp_path: Path) -> WitnessServer:
    return WitnessServer(("127.0.0.1", 0), "lab.example", LAB, {KEY.name: KEY}, tmp_path / "seen.json", lambda: NOW)


def test_checkpoint_tiles_and_entries_are_served(served: str) -> None:
    state, _ = opened(checkpoint_at(served), KEY)

    assert state.size == 300
    bundle = Tile(-1, 1, 44)
    assert entries_of(bundle, fetcher(served)(bundle)) == entries(300)[256:]


def test_a_stranger_can_check_everything_from_what_is_served(served: str) -> None:
    found = watch(checkpoint_at(served), fetcher(served), KEY)

    assert (found.checkpoint.size, found.new) == (300, 300)


def test_a_proof_is_served_by_the_leaf_hash(served: str) -> None:
    entry = b"17"
    content = get(f"{served}/log/proof?leaf={leaf_hash(entry).hex()}", 1 << 17)

    assert check_proof(parse_proof(content), entry, KEY).index == 17


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/tile/0/999",
        "/tile/../log.db",
        "/tile/0/000.p/0",
        "/log/proof?leaf=00",
        "/log/proof?leaf=zz&leaf=" + "0" * 5000,
        "/log/proof",
        "/%2e%2e/x",
        "//[",
        "//[::1]:99999999999/",
        "/tile/entries/x999/x999/x999/x999/x999/999",
        "/tile/0/x999/x999/x999/x999/x999/999",
        "/?" + "a=1&" * 5000,
    ],
    ids=range(13),
)
def test_what_is_not_there_is_not_found(served: str, path: str) -> None:
    with pytest.raises(UnreadableInputError, match="404"):
        get(served + path, 1000)


def test_a_witness_on_the_net_cosigns_and_remembers(log: SqliteStore, tmp_path: Path) -> None:
    own = signer()
    with running(witness(tmp_path)) as url:
        for size in (3, 300):
            publish(filled(log, size), own)  # type: ignore[arg-type]
            cosign(log, 0, size, WITNESSES[0], asker(url))  # it is told where the witness really was
    assert cosignatures(opened(log.checkpoint(), KEY)[1], WITNESSES)

    other = Checkpoint(KEY.name, 300, b"x" * 32)
    log.keep_checkpoint(300, with_signatures(other, [signed_by_log(other, LOG)]))
    with running(witness(tmp_path)) as url, pytest.raises(ContradictedError, match="422"):
        cosign(log, 300, 300, WITNESSES[0], asker(url))


class _Rude(BaseHTTPRequestHandler):
    said: bytes = b""
    status = 200
    location = ""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""

    def do_GET(self) -> None:
        self.send_response(self.status)
        if self.location:
            self.send_header("Location", self.location)
        self.end_headers()
        self.wfile.write(self.said)


@pytest.mark.parametrize(
    ("status", "said", "location", "wrong"),
    [
        (200, b"x" * 100_000, "", "more than"),
        (302, b"", "http://127.0.0.1:9/elsewhere", "302"),
        (500, b"\xff\xfe", "", "500"),
    ],
)
def test_a_server_that_floods_or_points_elsewhere_is_refused(
    status: int, said: bytes, location: str, wrong: str
) -> None:
    handler = type("Rude", (_Rude,), {"status": status, "said": said, "location": location})

    with (
        running(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as url,
        pytest.raises(UnreadableInputError, match=wrong),
    ):
        checkpoint_at(url)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1", "127.0.0.1"])
def test_only_addresses_of_the_web_are_asked(url: str) -> None:
    with pytest.raises(UnreadableInputError, match="no address of the web"):
        checkpoint_at(url)


def test_a_log_that_tells_two_stories_is_caught_with_both(served: str) -> None:
    kept = checkpoint_at(served)
    shorter = Checkpoint(KEY.name, 300, b"x" * 32)
    other = with_signatures(shorter, [signed_by_log(shorter, LOG)])

    with pytest.raises(CheckFailedError, match="two stories") as caught:
        watch(kept, fetcher(served), KEY, other)
    assert kept.decode() in caught.value.message
    assert other.decode() in caught.value.message
