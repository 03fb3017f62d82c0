"""The transparency log beside what bounds it in the same run: bare hashing, single inserts, fdatasync, and pymerkle.

Medians of five. ``--kills N`` instead runs the campaign of tests/ledger/campaign.py with that many SIGKILLs over four
writers, two sequencers and a publisher, on PostgreSQL and on SQLite.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from measure import ROOT, conclude, interleaved, load, used
from peer_environments import CouldNotRunError, installed

sys.path.insert(0, str(ROOT))

from fairmark.ledger.adapters.files import StateFile
from fairmark.ledger.adapters.postgres import PostgresStore
from fairmark.ledger.adapters.sqlite import SqliteStore
from fairmark.ledger.audit import audit
from fairmark.ledger.checkpoint import log_key
from fairmark.ledger.merkle import inclusion_proof, leaf_hash
from fairmark.ledger.publish import publish
from fairmark.ledger.signer import StatefulSigner
from fairmark.ledger.signing import KeyInMemory
from fairmark.ledger.tiles import Edge, Tile, TileReader
from tests.doubles.postgres import server
from tests.ledger import campaign

ROUNDS = 5
BATCH = 256
MILLION = 1_000_000
KEY = KeyInMemory(Ed25519PrivateKey.from_private_bytes(b"b" * 32))
ORIGIN = "bench.example"
Figures = dict[str, float | int | str | None]


def entries(count: int, start: int = 0) -> list[bytes]:
    """Return entries of the size of a certificate's record."""
    return [f"entry {number} ".encode() + b"x" * 180 for number in range(start, start + count)]


def timed(work: Callable[[], object]) -> float:
    """Return the processor seconds of some work in this process."""
    started = time.process_time()
    work()
    return time.process_time() - started


def append() -> Figures:
    """Append in memory, batch by batch, against nothing but the two hashes that an entry costs."""
    given = entries(200_000)

    def ceiling() -> None:
        for entry in given:
            sha256(b"\x01" + sha256(b"\x00" + entry).digest() * 2).digest()

    def ours() -> None:
        edge = Edge()
        for first in range(0, len(given), BATCH):
            edge.extend([leaf_hash(entry) for entry in given[first : first + BATCH]])
        edge.root()

    seconds = interleaved({"ceiling": lambda: timed(ceiling), "ours": lambda: timed(ours)}, ROUNDS)
    per_second = len(given) / seconds["ours"]
    figures: Figures = {
        "append_share_of_hash_ceiling": seconds["ceiling"] / seconds["ours"],
        "append_per_cpu_second": per_second,
        "ratio_pymerkle": None,
    }
    try:
        python = installed("pymerkle", "pymerkle==6.1.0") / "python"
        command = [str(python), str(ROOT / "bench/peers/append_with_pymerkle.py"), "50000"]
        theirs = statistics.median(json.loads(used(command).output)["per_second"] for _ in range(ROUNDS))
        figures["ratio_pymerkle"] = per_second / theirs
    except CouldNotRunError as error:
        figures["could_not_run"] = str(error)
    return figures


def drain(address: str, folder: Path) -> Figures:
    """Give waiting entries their places on PostgreSQL, beside single inserts and flushes of the same disk."""
    rates: dict[str, list[float]] = {"drain": [], "inserts": [], "flushes": []}
    for number in range(ROUNDS):
        with fresh(address, f"drain{number}") as own:
            store = PostgresStore(own)
            for first in range(0, 60_000, 4096):
                store.submit(entries(min(4096, 60_000 - first), first))
            started = time.perf_counter()
            done = sum(iter(lambda store=store: store.sequence(4096), 0))  # type: ignore[misc]
            rates["drain"].append(done / (time.perf_counter() - started))
            store.close()
            rates["inserts"].append(single_inserts(own))
        rates["flushes"].append(flushes(folder))
    middle = {name: statistics.median(values) for name, values in rates.items()}
    return {
        "postgres_drain_per_s": middle["drain"],
        "single_row_inserts_per_s": middle["inserts"],
        "fdatasync_per_s": middle["flushes"],
        "drain_to_fdatasync_ratio": middle["drain"] / middle["flushes"],
        "drain_to_insert_ratio": middle["drain"] / middle["inserts"],
    }


def single_inserts(address: str, count: int = 300) -> float:
    """Return how many rows a second one connection commits, each on its own."""
    with psycopg.connect(address, autocommit=True) as base:
        base.execute("create table one (number int primary key, entry bytea)")
        started = time.perf_counter()
        for number, entry in enumerate(entries(count)):
            base.execute("insert into one values (%s, %s)", (number, entry))
        return count / (time.perf_counter() - started)


def flushes(folder: Path, count: int = 300) -> float:
    """Return how often a second a small write reaches the disk."""
    place = os.open(folder / "flushed", os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        started = time.perf_counter()
        for _ in range(count):
            os.pwrite(place, b"x" * 200, 0)
            os.fdatasync(place)
        return count / (time.perf_counter() - started)
    finally:
        os.close(place)


def delay(address: str, folder: Path, seconds: float = 6.0, rate: int = 500) -> Figures:
    """Hand in entries at a rate while a sequencer publishes; how long until a signed checkpoint covers one."""
    medians = []
    for number in range(ROUNDS):
        with fresh(address, f"delay{number}") as own:
            medians.append(_delay_once(own, folder / f"signed{number}.json", seconds, rate))
    return {"submit_to_checkpoint_s": statistics.median(medians), "submitted_per_s": rate}


def _delay_once(address: str, state: Path, seconds: float, rate: int) -> float:
    submitted: dict[int, float] = {}
    stop = threading.Event()

    def write() -> None:
        store, started = PostgresStore(address), time.perf_counter()
        for batch in range(int(seconds * rate / 10)):
            due = started + batch * 10 / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            submitted[batch * 10] = time.perf_counter()
            store.submit(entries(10, batch * 10))
        store.close()
        stop.set()

    writer = threading.Thread(target=write)
    store, signer = PostgresStore(address), StatefulSigner(ORIGIN, KEY, StateFile(state))
    writer.start()
    delays, covered = [], 0
    while not stop.is_set() or store.waiting():
        if not store.sequence(4096):
            time.sleep(0.005)
            continue
        size, now = publish(store, signer).size, time.perf_counter()
        delays += [now - submitted[first] for first in range(covered, size, 10) if first in submitted]
        covered = size - size % 10
    writer.join()
    store.close()
    return statistics.median(delays)


def proofs() -> Figures:
    """Make inclusion proofs of a million entries from tiles, with the expanded ones kept."""
    edge, stored = Edge(), dict[Tile, bytes]()
    for first in range(0, MILLION, 1 << 16):
        count = min(1 << 16, MILLION - first)
        stored |= edge.extend([leaf_hash(b"%d" % number) for number in range(first, first + count)])
    warm = TileReader(MILLION, stored.__getitem__, kept=8192)
    places = [number * 7919 % MILLION for number in range(20_000)]
    for place in places:
        inclusion_proof(place, MILLION, warm)

    def ours() -> float:
        started = time.perf_counter()
        for place in places:
            inclusion_proof(place, MILLION, warm)
        return (time.perf_counter() - started) / len(places) * 1e6

    return {"proof_us": statistics.median(ours() for _ in range(ROUNDS))}


def audited(folder: Path) -> Figures:
    """Audit a million entries on SQLite against hashing them and their nodes."""
    store, signer = SqliteStore(folder / "audit.db"), StatefulSigner(ORIGIN, KEY, StateFile(folder / "audit.json"))
    for first in range(0, MILLION, 1 << 15):
        store.submit(entries(min(1 << 15, MILLION - first), first))
        store.sequence(1 << 15)
    publish(store, signer)
    given = entries(MILLION)

    def hashing() -> None:
        edge = Edge()
        edge.extend([leaf_hash(entry) for entry in given])
        edge.root()

    def ours() -> None:
        found = audit(store, log_key(ORIGIN, KEY.public))
        if found.faults or found.size != MILLION:
            raise AssertionError(found.faults)

    seconds = interleaved({"hashing": lambda: timed(hashing), "ours": lambda: timed(ours)}, ROUNDS)
    store.close()
    return {"audit_ratio": seconds["ours"] / seconds["hashing"], "audit_cpu_seconds": seconds["ours"]}


@contextmanager
def fresh(address: str, name: str) -> Iterator[str]:
    """Make a database for a while."""
    with psycopg.connect(address, autocommit=True) as base:
        base.execute(f"create database {name}".encode())
    yield address.replace("dbname=postgres", f"dbname={name}")
    with psycopg.connect(address, autocommit=True) as base:
        base.execute(f"drop database {name} with (force)".encode())


def kill(address: str, folder: Path, kills: int) -> Figures:
    """Run the campaign on both databases."""
    PostgresStore(address).close()
    figures: Figures = {}
    for name, opener in (
        ("postgres", lambda: PostgresStore(address)),
        ("sqlite", lambda: SqliteStore(folder / "campaign.db")),
    ):
        seen = campaign.run(opener, folder / name, kills=kills)
        figures |= {f"{name}_{field}": getattr(seen, field) for field in seen.__slots__}
    return figures


def main() -> None:
    """Take the figures that are asked for."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=0)
    kills = options.parse_args().kills
    figures: Figures = {"load_before": load()}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with server(max_wal_size="4GB") as address:
            if kills:
                figures |= kill(address, folder, kills)
            else:
                figures |= append() | proofs() | drain(address, folder) | delay(address, folder) | audited(folder)
    conclude("ledger", figures | {"load_after": load()})


if __name__ == "__main__":
    main()
