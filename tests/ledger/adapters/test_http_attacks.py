"""What is done to a log and a witness over the net: races, lies, floods, rubbish; and what they never learn or tell."""

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from fairmark.errors import UnreadableInputError
from fairmark.ledger.adapters.http import LogServer, StatusError, WitnessServer, asker, checkpoint_at, get, proof_of
from fairmark.ledger.adapters.sqlite import SqliteStore
from fairmark.ledger.checkpoint import Checkpoint, signed_by_log, with_signatures
from fairmark.ledger.merkle import leaf_hash
from fairmark.ledger.notes import LONGEST_NOTE
from fairmark.ledger.proofs import check_proof
from fairmark.ledger.publish import cosign, publish
from fairmark.ledger.witness import LONGEST_REQUEST, BehindError, ContradictedError, Request
from tests.doubles.small_disk import without_room
from tests.ledger.adapters.test_http import running, witness
from tests.ledger.test_checkpoint import KEY, LAB, LOG, NOW, WITNESSES
from tests.ledger.test_merkle import entries
from tests.ledger.test_publish import change, filled, signer

DIGITS = "123456789" * 50


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "log.db")
    yield store
    store.close()


@pytest.fixture
def served(log: SqliteStore, tmp_path: Path) -> Iterator[str]:
    publish(filled(log, 300), signer())
    with running(LogServer(("127.0.0.1", 0), lambda: SqliteStore(tmp_path / "log.db"))) as url:
        yield url


def first_of(size: int, root: bytes) -> bytes:
    """A request of a log that the witness sees for the first time."""
    state = Checkpoint(KEY.name, size, root)
    return bytes(Request(0, (), with_signatures(state, [signed_by_log(state, LOG)])))


def raw(url: str, content: bytes) -> bytes:
    """Send bytes as they are, and return all that is answered."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as line:
        line.sendall(content)
        line.shutdown(socket.SHUT_WR)
        found = b""
        while part := line.recv(65536):
            found += part
    return found


def posted(url: str, content: bytes) -> int:
    try:
        get(f"{url}/add-checkpoint", LONGEST_NOTE, content)
    except StatusError as error:
        return error.status
    return 200


# Races.


def test_of_many_histories_that_race_for_a_witness_one_is_cosigned(tmp_path: Path) -> None:
    """Two servers with the same memory, as two processes would have."""
    with running(witness(tmp_path)) as one, running(witness(tmp_path)) as other, ThreadPoolExecutor(8) as pool:
        requests = [first_of(13, bytes([number]) * 32) for number in range(16)]
        said = list(pool.map(posted, [one, other] * 8, requests))

    assert sorted(said) == [200] + [409] * 15


def test_a_request_that_is_replayed_after_the_log_grew_is_behind(log: SqliteStore, tmp_path: Path) -> None:
    own, sent = signer(), []

    def recorded(url: str) -> Callable[[Request], bytes]:
        def ask(request: Request) -> bytes:
            sent.append(bytes(request))
            return asker(url)(request)

        return ask

    with running(witness(tmp_path)) as url:
        for old, size in ((0, 3), (3, 300)):
            publish(filled(log, size), own)
            cosign(log, old, size, WITNESSES[0], recorded(url))
        before = (tmp_path / "seen.json").read_bytes()

        assert [posted(url, request) for request in sent] == [409, 409]

    assert (tmp_path / "seen.json").read_bytes() == before


# Lies.


def test_two_databases_with_one_key_get_one_history_cosigned(tmp_path: Path) -> None:
    """A split view: both logs are honest in themselves, and each has a signer that knows nothing of the other."""
    left, right = SqliteStore(tmp_path / "left.db"), SqliteStore(tmp_path / "right.db")
    right.submit([b"another first entry"])
    right.sequence(1)
    with running(witness(tmp_path)) as url:
        publish(filled(left, 13), signer())
        cosign(left, 0, 13, WITNESSES[0], asker(url))
        publish(filled(right, 40), signer())

        with pytest.raises(ContradictedError, match="422"):
            cosign(right, 0, 41, WITNESSES[0], asker(url))
        publish(filled(left, 40), signer())
        cosign(left, 13, 40, WITNESSES[0], asker(url))


def test_a_machine_restored_with_the_signers_memory_is_caught_by_the_witness(tmp_path: Path) -> None:
    """The signer sees nothing wrong: its memory is as old as the database. The witness remembers."""
    before, after = SqliteStore(tmp_path / "backup.db"), SqliteStore(tmp_path / "log.db")
    publish(filled(before, 5), restored := signer())
    own = signer()
    with running(witness(tmp_path)) as url:
        publish(filled(after, 9), own)
        cosign(after, 0, 9, WITNESSES[0], asker(url))

        assert publish(before, restored).size == 5
        with pytest.raises(ContradictedError, match=r"roll-back: lab\.example saw 9 entries of this log, which has 5"):
            cosign(before, 5, 5, WITNESSES[0], asker(url))

        before.submit([b"entered after the restoration", *entries(20)])
        before.sequence(100)
        assert publish(before, restored).size == 21  # grown past what the witness saw
        with pytest.raises(ContradictedError, match="422"):
            cosign(before, 5, 21, WITNESSES[0], asker(url))


def test_a_publisher_that_was_overtaken_is_no_roll_back(log: SqliteStore, tmp_path: Path) -> None:
    own = signer()
    for size in (3, 9):
        publish(filled(log, size), own)
    with running(witness(tmp_path)) as url:
        cosign(log, 0, 9, WITNESSES[0], asker(url))

        with pytest.raises(BehindError, match="saw 9 entries last"):
            cosign(log, 0, 3, WITNESSES[0], asker(url))


def test_a_witness_whose_clock_went_back_ten_years_still_forgets_nothing(tmp_path: Path) -> None:
    old_clock = WitnessServer(
        ("127.0.0.1", 0), "lab.example", LAB, {KEY.name: KEY}, tmp_path / "seen.json", lambda: NOW - 315_000_000
    )
    with running(witness(tmp_path)) as url:
        assert posted(url, first_of(13, b"a" * 32)) == 200

    with running(old_clock) as url:
        assert posted(url, first_of(13, b"b" * 32)) == 409


# Memory and disk.


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        "[" * 100_000,
        '{"a": 1}',
        '{"a": {"size": 1, "root": "00"}}',
        '{"a": {"size": "1", "root": "' + "0" * 64 + '"}}',
        '{"a": {"size": -1, "root": "' + "0" * 64 + '"}}',
        '{"a": {"size": 0, "root": "' + "0" * 64 + '"}}',
    ],
    ids=range(8),
)
def test_a_witness_that_lost_its_memory_signs_nothing_and_says_so(
    tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "seen.json").write_text(content)

    with running(witness(tmp_path)) as url:
        assert posted(url, first_of(13, b"a" * 32)) == 500

    assert (tmp_path / "seen.json").read_text() == content
    assert "damaged" in capsys.readouterr().err


def test_a_witness_on_a_full_disk_signs_nothing(tmp_path: Path) -> None:
    def decide() -> object:
        return witness(tmp_path).decide(first_of(13, b"a" * 32))

    said = without_room(decide, largest_file=16)

    assert said.startswith("UnreadableInputError")
    assert not (tmp_path / "seen.json").exists()
    with running(witness(tmp_path)) as url:
        assert posted(url, first_of(13, b"b" * 32)) == 200  # nothing was signed before, so this is the first


def test_a_proof_from_a_tile_that_rotted_is_given_to_nobody(log: SqliteStore) -> None:
    publish(filled(log, 300), signer())
    tile = bytearray(log._base.execute("select content from tiles where level = 0 and number = 0").fetchone()[0])
    tile[32 * 16] ^= 1
    change(log, "update tiles set content = ? where level = 0 and number = 0", bytes(tile))

    with pytest.raises(UnreadableInputError, match="give no proof for entry 17"):
        proof_of(log, leaf_hash(b"17"))

    assert check_proof(proof_of(log, leaf_hash(b"299")), b"299", KEY).index == 299  # in another tile


# Floods and rubbish.


def test_what_is_not_a_request_gets_400_and_changes_nothing(tmp_path: Path) -> None:
    heads = [
        f"Content-Length: {'9' * 5000}",
        "Content-Length: -1",
        f"Content-Length: {LONGEST_REQUEST + 1}",
        "Content-Length: 1e3",
        "Content-Length: \u00b2",
        "Transfer-Encoding: chunked",
        "X: y",
    ]
    with running(witness(tmp_path)) as url:
        for head in heads:
            said = raw(url, f"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode("latin-1"))
            assert b" 400 " in said.split(b"\r\n")[0], head
        assert posted(url, b"") == 400
        assert posted(url, b"old 0\n\n" + b"x" * LONGEST_REQUEST) == 400
        assert raw(url, b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 100\r\n\r\nold 0").startswith(
            b"HTTP/1.0 400"
        )
        assert b" 404 " in raw(url, b"POST /elsewhere HTTP/1.1\r\n\r\n")
        assert posted(url, first_of(13, b"a" * 32)) == 200


def test_a_flood_for_logs_that_nobody_knows_leaves_no_trace(tmp_path: Path) -> None:
    def stranger(number: int) -> bytes:
        state = Checkpoint(f"log-{number}.example", 1, b"r" * 32)
        return bytes(Request(0, (), with_signatures(state, [signed_by_log(state, LOG)])))

    with running(witness(tmp_path)) as url, ThreadPoolExecutor(8) as pool:
        said = set(pool.map(posted, [url] * 200, map(stranger, range(200))))

    assert said == {404}
    assert not (tmp_path / "seen.json").exists()


def test_the_same_request_a_hundred_times_is_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    monkeypatch.setattr("fairmark.ledger.adapters.http.write_durably", lambda *_: written.append(1))
    request = first_of(13, b"a" * 32)
    (tmp_path / "seen.json").write_text(f'{{"{KEY.name}": {{"size": 13, "root": "{"61" * 32}"}}}}')
    again = bytes(Request(13, (), request.partition(b"\n\n")[2]))

    with running(witness(tmp_path)) as url:
        assert {posted(url, again) for _ in range(100)} == {200}

    assert written == []


def test_a_flood_of_questions_is_answered_and_nothing_is_kept_open(served: str) -> None:
    leaves = [leaf_hash(str(number).encode()).hex() for number in range(300)]

    with ThreadPoolExecutor(16) as pool:
        said = list(pool.map(lambda leaf: get(f"{served}/log/proof?leaf={leaf}", 1 << 17), leaves))

    assert len(set(said)) == 300


@contextmanager
def answering(content: bytes) -> Iterator[str]:
    """A server that says these bytes to whoever comes, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            line, _ = listening.accept()
            with line:
                line.recv(65536)
                line.sendall(content)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"rubbish\r\n\r\n",
        b"HTTP/1.1 ok\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (LONGEST_NOTE + 1),
        b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\n",
        b"HTTP/1.1 500 \xff\xfe\r\n\r\n\xff\xfe",
        b"HTTP/1.1 409 Conflict\r\n\r\n" + b"9" * 5000,
    ],
    ids=range(12),
)
def test_a_server_that_answers_rubbish_is_said_so(content: bytes) -> None:
    with answering(content) as url, pytest.raises(UnreadableInputError):
        checkpoint_at(url)


@pytest.mark.parametrize(
    "url", ["http://[::1", "http://127.0.0.1:x/", "http://", "http://127.0.0.1:1/\x00", "http:///a"]
)
def test_an_address_that_is_none_is_said_so(url: str) -> None:
    with pytest.raises(UnreadableInputError):
        checkpoint_at(url)


@pytest.mark.parametrize("said", ["9" * 5000, "-1", "\u0661", "3.0", "", "13 entries"])
def test_a_witness_that_names_no_size_is_not_asked_again(said: str) -> None:
    content = f"HTTP/1.1 409 Conflict\r\n\r\n{said}".encode()

    with answering(content) as url, pytest.raises(StatusError, match="409"):
        asker(url)(Request(0, (), b""))


# What nobody learns.


def test_what_stands_behind_the_hash_reaches_neither_log_nor_answer(
    served: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """A client that sends what none should: the digits of a label, and the page it came from."""
    page = f"https://registry.example.org/01/04006381333931#{DIGITS}"
    for request in (
        f"GET /checkpoint#{DIGITS} HTTP/1.1\r\nReferer: {page}\r\n\r\n",
        f"GET /elsewhere#{DIGITS} HTTP/1.1\r\nReferer: {page}\r\n\r\n",
        f"GET /{DIGITS}?{DIGITS} HTTP/1.1\r\nHost: {DIGITS}\r\n\r\n",
        f"BREW /#{DIGITS} HTTP/1.1\r\n\r\n",
        f"GET //[#{DIGITS} HTTP/1.1\r\n\r\n",
        f"#{DIGITS}\r\n\r\n",
    ):
        said = raw(served, request.encode())
        assert DIGITS.encode() not in said, request
    told = capfd.readouterr()

    assert DIGITS not in told.out + told.err
    assert "127.0.0.1" not in told.out + told.err


def test_an_answer_that_fails_is_told_without_who_asked(
    served: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bytes:
        raise ZeroDivisionError(DIGITS)

    monkeypatch.setattr(SqliteStore, "checkpoint", broken)

    assert raw(served, f"GET /checkpoint HTTP/1.1\r\nReferer: {DIGITS}\r\n\r\n".encode()) == b""

    assert capfd.readouterr().err == "an answer failed: ZeroDivisionError\n"


def test_no_answer_is_taken_for_a_page_or_tells_where_it_was_read(served: str) -> None:
    for path in ("/checkpoint", "/tile/0/000", "/<script>alert(1)</script>", "/log/proof?leaf=<b>"):
        said = raw(served, f"GET {path} HTTP/1.1\r\n\r\n".encode()).decode("latin-1")
        head = said.partition("\r\n\r\n")[0]
        assert "Referrer-Policy: no-referrer" in head
        assert "X-Content-Type-Options: nosniff" in head
        assert "text/html" not in head
        assert "<script>" not in said
