"""Writers, sequencers and a publisher that are killed at any moment, and what must hold afterwards.

Every process is forked, works without end, and is ended with SIGKILL; another takes its place. A writer notes in a file
what was acknowledged. At the end no acknowledged entry may be lost or doubled, indexes are without a gap, and every
checkpoint that was ever signed must be the beginning of the final log.
"""

import multiprocessing
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fairmark.errors import FairmarkError
from fairmark.ledger.adapters.files import StateFile
from fairmark.ledger.checkpoint import log_key, opened
from fairmark.ledger.merkle import leaf_hash
from fairmark.ledger.publish import publish
from fairmark.ledger.signer import StatefulSigner
from fairmark.ledger.signing import KeyInMemory
from fairmark.ledger.store import Store
from fairmark.ledger.tiles import Edge

KEY = KeyInMemory(Ed25519PrivateKey.from_private_bytes(b"c" * 32))
ORIGIN = "campaign.example"
WRITERS = 4
_SHORT = 0.03
_PAUSE = 0.01
"""Between two pieces of work: the lock of a file goes to whoever asks at the right moment, and all must get it."""

Open = Callable[[], Store]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a campaign ended with."""

    kills: int
    acknowledged: int
    entries: int
    checkpoints: int
    lost: int
    doubled: int
    forks: int


def run(store: Open, folder: Path, *, kills: int, seed: int = 1) -> Outcome:
    """Kill processes of a log ``kills`` times, then look at what is left.

    Args:
        store: opens the database, in every process anew.
        folder: for the notes of the writers, the signer's memory and the checkpoints.
        kills: how many.
        seed: of the moments and of who is killed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    chance, context, numbers = random.Random(seed), multiprocessing.get_context("fork"), count()
    jobs: list[Callable[[int], None]] = [
        lambda n, w=w: _write(store, folder / f"acknowledged-{w}", n) for w in range(WRITERS)
    ]  # type: ignore[misc]
    jobs += [lambda n: _order(store, n), lambda n: _order(store, n), lambda _: _sign(store, folder)]

    def begun(job: int) -> multiprocessing.process.BaseProcess:
        process = context.Process(target=jobs[job], args=(next(numbers),), daemon=True)
        process.start()
        return process

    running = [begun(job) for job in range(len(jobs))]
    for _ in range(kills):
        time.sleep(chance.uniform(0.0, _SHORT))
        chosen = chance.randrange(len(jobs))
        _end(running[chosen])
        running[chosen] = begun(chosen)
    for process in running:
        _end(process)
    return _judged(store(), folder, kills)


def _end(process: multiprocessing.process.BaseProcess) -> None:
    process.kill()  # SIGKILL
    process.join()
    process.close()


def _write(store: Open, notes: Path, start: int) -> None:
    """Hand in entries, and note each one once it is acknowledged."""
    own, chance = store(), random.Random(start)
    with notes.open("ab", buffering=0) as file:
        for number in count():
            batch = [f"{start} {number} {k}".encode() for k in range(chance.randint(1, 5))]
            own.submit(batch)
            file.write(b"".join(entry + b"\n" for entry in batch))
            time.sleep(chance.uniform(0.0, _PAUSE))


def _order(store: Open, start: int) -> None:
    own, chance = store(), random.Random(start)
    while True:
        own.sequence(chance.randint(1, 60))
        time.sleep(chance.uniform(0.0, _PAUSE))


def _sign(store: Open, folder: Path) -> None:
    own, signer = store(), StatefulSigner(ORIGIN, KEY, StateFile(folder / "signed.json"))
    while True:
        try:
            publish(own, signer)
        except FairmarkError as error:
            (folder / "refused").write_text(error.message)
            raise


def _judged(store: Store, folder: Path, kills: int) -> Outcome:
    while store.sequence(10_000):
        pass
    signer = StatefulSigner(ORIGIN, KEY, StateFile(folder / "signed.json"))
    publish(store, signer)
    size = store.head().size
    entries = store.entries(0, size)
    acknowledged = [line for notes in sorted(folder.glob("acknowledged-*")) for line in _whole_lines(notes)]
    there = set(entries)
    sizes = store.checkpoint_sizes()
    return Outcome(
        kills=kills,
        acknowledged=len(acknowledged),
        entries=len(entries),
        checkpoints=len(sizes),
        lost=sum(entry not in there for entry in acknowledged) + (size - len(entries)),
        doubled=len(entries) - len(there),
        forks=_forks(store, entries, sizes) + (folder / "refused").exists(),
    )


def _whole_lines(notes: Path) -> list[bytes]:
    """A line that death cut off was acknowledged too, but nobody knows which one it was."""
    return notes.read_bytes().split(b"\n")[:-1]


def _forks(store: Store, entries: Sequence[bytes], sizes: Sequence[int]) -> int:
    """Count the checkpoints that are not the root of the first entries of the final log."""
    edge, key, found = Edge(), log_key(ORIGIN, KEY.public), 0
    for size in sizes:
        edge.extend([leaf_hash(entry) for entry in entries[edge.size : size]])
        found += opened(store.checkpoint(size), key)[0].root != edge.root()
    return found
