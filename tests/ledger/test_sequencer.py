"""From waiting to placed: floods, rot while waiting, and a sequencer that stops at any point."""

import multiprocessing
import os
import signal
from collections.abc import Callable

import pytest

from fairmark.errors import UnreadableInputError
from fairmark.ledger.adapters.sqlite import SqliteStore
from fairmark.ledger.audit import audit
from fairmark.ledger.merkle import leaf_hash
from fairmark.ledger.publish import publish
from fairmark.ledger.signer import Signed
from fairmark.ledger.store import Store
from fairmark.ledger.tiles import Edge, TileReader, tiles_of
from tests.ledger.test_checkpoint import KEY
from tests.ledger.test_merkle import by_definition, entries
from tests.ledger.test_publish import InMemory, change, filled, signer

Opener = Callable[[], Store]


class PowerLossError(Exception):
    """Here the process ends."""


@pytest.mark.parametrize("point", ["head", "take", "known", "fetch", "add"])
def test_a_sequencer_killed_at_any_point_leaves_the_state_before(
    opener: Opener, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    """A real SIGKILL, in the middle of the transaction, each time after one more of its steps."""
    store = filled(opener(), 300)
    store.submit(entries(310))
    before = store.head()
    owner = (
        "fairmark.ledger.adapters.sqlite.SqliteStore"
        if isinstance(store, SqliteStore)
        else "fairmark.ledger.adapters.postgres._Locked"
    )
    name, step = owner.rpartition(".")[2], point
    module = __import__(owner.rpartition(".")[0], fromlist=[name])
    whole = getattr(getattr(module, name), step)

    def killed(*given: object) -> None:
        whole(*given)
        os.kill(os.getpid(), signal.SIGKILL)

    def work() -> None:
        setattr(getattr(module, name), step, killed)
        opener().sequence(1000)

    child = multiprocessing.get_context("fork").Process(target=work, daemon=True)
    child.start()
    child.join()

    assert child.exitcode == -signal.SIGKILL
    again = opener()
    assert (again.head(), again.waiting()) == (before, 10)
    while again.waiting():  # PostgreSQL lets go of the lock when it sees that the other side is gone
        again.sequence(1000)
    assert again.entries(0, 400) == entries(310)
    assert again.head().root == by_definition(entries(310))


def test_a_cut_between_commit_and_publication_is_made_good(opener: Opener) -> None:
    own = signer()
    publish(filled(opener(), 5), own)

    filled(opener(), 9)  # sequenced and committed; then the process ends

    assert publish(opener(), own).size == 9
    assert audit(opener(), KEY).faults == ()


def test_a_cut_between_the_signers_memory_and_the_checkpoint_is_made_good(
    opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The memory is durable, the signature was never seen by anybody: the next one gives the same bytes."""
    own, store = signer(), filled(opener(), 5)
    with monkeypatch.context() as cut:
        cut.setattr(type(store), "keep_checkpoint", raising)
        with pytest.raises(PowerLossError):
            publish(store, own)
    assert store.checkpoint() == b""
    assert own.last() == Signed(KEY.name, 5, by_definition(entries(5)))

    publish(store, own)
    publish(filled(store, 9), own)

    assert store.checkpoint_sizes() == [5, 9]
    assert audit(store, KEY).faults == ()


def raising(*_: object) -> None:
    raise PowerLossError


def test_a_signer_that_is_cut_off_before_its_memory_is_durable_signs_nothing(store: Store) -> None:
    class Failing(InMemory):
        def replace(self, old: Signed | None, new: Signed) -> None:
            raise PowerLossError

    own = signer()
    own._memory = Failing()

    with pytest.raises(PowerLossError):
        publish(filled(store, 5), own)

    assert store.checkpoint() == b""


@pytest.mark.parametrize("bit", range(8))
def test_an_entry_that_rots_while_it_waits_gets_no_place(store: Store, bit: int) -> None:
    store.submit([b"entry"])
    change(store, "update pending set entry = ?", bytes([b"entry"[0] ^ 1 << bit]) + b"ntry")

    with pytest.raises(UnreadableInputError, match=f"changed while it waited.*{leaf_hash(b'entry').hex()}"):
        store.sequence(10)

    assert (store.head().size, store.waiting()) == (0, 1)
    change(store, "delete from pending")
    store.submit([b"entry"])
    assert store.sequence(10) == 1
    assert publish(store, signer()).root == by_definition([b"entry"])


def test_a_flood_is_kept_once_and_placed_in_bounded_steps(store: Store) -> None:
    flood = [f"flood {number % 700}".encode() for number in range(7000)]
    for start in range(0, len(flood), 1000):
        store.submit(flood[start : start + 1000])
    store.submit([b"somebody else"])

    steps = []
    while step := store.sequence(64):
        steps.append(step)

    assert max(steps) <= 64
    assert sum(steps) == 701
    assert store.entries(0, 10_000) == [*flood[:700], b"somebody else"]
    assert [one.index for one in store.submit([b"flood 3", b"somebody else"])] == [3, 700]


def test_a_database_that_grows_past_sixty_five_thousand_entries_is_the_same_tree(store: Store) -> None:
    """At 65,536 a third level begins."""
    whole = [b"%d" % number for number in range(65_537)]
    own, edge = signer(), Edge()

    for size in (0, 1, 255, 256, 257, 65_535, 65_536, 65_537):
        new = whole[edge.size : size]
        edge.extend([leaf_hash(entry) for entry in new])
        for start in range(0, len(new), 8192):
            store.submit(new[start : start + 8192])
        while store.sequence(8192):
            pass
        assert publish(store, own).root == edge.root()

    for tile in tiles_of(65_537):
        if tile.level or tile.width < 256:
            assert len(store.fetch(tile)) == tile.width * 32
    assert TileReader(65_537, store.fetch)(16, 0) == TileReader(65_536, store.fetch)(16, 0)
