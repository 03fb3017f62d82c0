"""What every database of a log promises, on SQLite and on PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.ledger.adapters.sqlite import SqliteStore
from fairmark.ledger.merkle import leaf_hash
from fairmark.ledger.sequencer import EMPTY
from fairmark.ledger.store import Store
from fairmark.ledger.tiles import Tile, entries_of, tiles_of
from tests.ledger.test_merkle import by_definition, entries

Opener = Callable[[], Store]


def test_a_new_log_is_empty(store: Store) -> None:
    assert store.head() == EMPTY
    assert store.waiting() == 0
    assert store.checkpoint() == b""
    assert store.sequence(10) == 0


def test_an_entry_waits_and_then_has_its_place(store: Store) -> None:
    first = store.submit([b"a", b"b"])
    assert [one.index for one in first] == [None, None]
    assert store.waiting() == 2

    assert store.sequence(10) == 2

    assert store.waiting() == 0
    assert store.entries(0, 2) == [b"a", b"b"]
    assert store.index_of(leaf_hash(b"b")) == 1
    assert store.index_of(leaf_hash(b"c")) is None
    assert store.head().root == by_definition([b"a", b"b"])


def test_what_is_handed_in_twice_is_there_once(store: Store) -> None:
    store.submit([b"a", b"a"])
    store.submit([b"a"])
    store.sequence(10)

    again = store.submit([b"a", b"b"])
    store.sequence(10)

    assert [one.index for one in again] == [0, None]
    assert store.entries(0, 10) == [b"a", b"b"]


def test_the_oldest_come_first_and_no_more_than_asked(store: Store) -> None:
    for entry in entries(5):
        store.submit([entry])

    assert store.sequence(3) == 3

    assert store.entries(0, 5) == entries(3)
    assert store.waiting() == 2


@pytest.mark.parametrize("steps", [(1, 254, 1, 1, 300), (600,), (256, 256)])
def test_the_tiles_are_those_of_the_tree(store: Store, steps: tuple[int, ...]) -> None:
    whole = entries(sum(steps))
    done = 0
    for step in steps:
        store.submit(whole[done : done + step])
        assert store.sequence(step) == step
        done += step

    assert store.head().root == by_definition(whole)
    for tile in tiles_of(done):
        assert len(store.fetch(tile)) == tile.width * 32
    assert entries_of(Tile(-1, 1), store.fetch(Tile(-1, 1))) == whole[256:512]


def test_a_partial_tile_stays_when_it_grew(store: Store) -> None:
    store.submit(entries(5))
    store.sequence(10)
    five = store.fetch(Tile(0, 0, 5))

    store.submit(entries(9))
    store.sequence(10)

    assert store.fetch(Tile(0, 0, 5)) == five
    assert store.fetch(Tile(0, 0, 9))[: 5 * 32] == five


@pytest.mark.parametrize("tile", [Tile(0, 0, 3), Tile(0, 1, 1), Tile(1, 0, 1), Tile(-1, 0, 3)])
def test_a_tile_that_is_not_there_is_said_so(store: Store, tile: Tile) -> None:
    store.submit(entries(2))
    store.sequence(10)

    with pytest.raises(UnreadableInputError, match=tile.path.replace(".", r"\.")):
        store.fetch(tile)


def test_another_connection_sees_the_same(opener: Opener) -> None:
    first, second = opener(), opener()
    first.submit([b"a"])

    assert second.waiting() == 1
    assert second.sequence(1) == 1
    assert first.head() == second.head()


def test_a_checkpoint_is_kept_by_size(store: Store) -> None:
    store.keep_checkpoint(3, b"three")
    store.keep_checkpoint(9, b"nine")
    store.keep_checkpoint(3, b"three, cosigned")

    assert store.checkpoint() == b"nine"
    assert store.checkpoint(3) == b"three, cosigned"
    assert store.checkpoint(4) == b""


@pytest.mark.parametrize("length", [0, 65_535])
def test_entries_of_any_length_up_to_the_limit_are_kept(store: Store, length: int) -> None:
    store.submit([b"x" * length])
    store.sequence(1)

    assert entries_of(Tile(-1, 0, 1), store.fetch(Tile(-1, 0, 1))) == [b"x" * length]


def test_an_entry_that_is_too_long_is_refused_and_nothing_is_kept(store: Store) -> None:
    with pytest.raises(WrongUsageError, match="65536 bytes"):
        store.submit([b"short", b"x" * 65_536])

    assert store.waiting() == 0


def test_writers_and_sequencers_at_once_lose_nothing_and_double_nothing(opener: Opener) -> None:
    def write(writer: int) -> None:
        own = opener()
        for number in range(40):
            own.submit([f"{writer}: {number}".encode(), f"shared {number}".encode()])

    def order(_: int) -> int:
        own = opener()
        return sum(own.sequence(7) for _ in range(60))

    with ThreadPoolExecutor(6) as pool:
        writing, ordering = pool.map(write, range(4)), pool.map(order, range(2))
        list(writing)
        done = sum(ordering)

    store = opener()
    done += sum(iter(lambda: store.sequence(100), 0))

    found = store.entries(0, 10_000)
    assert done == len(found) == 4 * 40 + 40
    assert len(set(found)) == len(found)
    assert store.head().root == by_definition(found)


def test_a_new_file_may_be_opened_by_many_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda _: SqliteStore(tmp_path / "new.db"), range(24)))

    assert {one.head() for one in opened} == {EMPTY}
    for one in opened:
        one.close()
