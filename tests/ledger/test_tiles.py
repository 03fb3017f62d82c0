"""Tiles: names, what is in them, and a tree that grows in any steps."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.errors import UnreadableInputError
from fairmark.ledger.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)
from fairmark.ledger.tiles import Edge, Tile, TileReader, bundle, edge_of, entries_of, hashes_of, parse_path, tiles_of
from tests.ledger.test_merkle import by_definition, entries


def grown(*steps: int) -> tuple[dict[Tile, bytes], Edge]:
    """A tree that grew by so many entries at a time."""
    edge, stored = Edge(), {}
    for step in steps:
        new = [leaf_hash(str(edge.size + k).encode()) for k in range(step)]
        stored |= edge.extend(new)
    return stored, edge


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(3, 999, 17), "tile/3/999.p/17"),
        (Tile(-1, 1000), "tile/entries/x001/000"),
    ],
)
def test_a_tile_has_one_name(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert parse_path(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0",
        "tile/0/x000/001",
        "tile/00/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/257",
        "tile/0/../../etc/passwd",
        "tile/64/000",
        "tile/0/1000",
        "/tile/0/000",
        "tile/0/000\n",
        "tile/0/\u0660\u0660\u0660",
        "tile/0/x999/x999/x999/x999/x999/999",
        "tile/entries/x999/x999/x999/x999/x999/999",
        "tile/7/001",
        "tile/0/x000/x000/x000/x000/x000/x000/001",
    ],
)
def test_what_is_no_name_of_a_tile_is_refused(path: str) -> None:
    assert parse_path(path) is None


def test_the_tiles_of_a_tree_of_seventy_thousand() -> None:
    found = list(tiles_of(70_000))

    assert sum(tile.level == 0 and tile.width == 256 for tile in found) == 273
    assert [tile for tile in found if tile.width < 256] == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert Tile(1, 0) in found


def test_at_two_hundred_and_fifty_six_a_tile_is_full_and_another_begins() -> None:
    assert list(tiles_of(256)) == [Tile(0, 0), Tile(1, 0, 1)]
    assert list(tiles_of(0)) == []


@given(st.lists(st.integers(0, 700), max_size=5))
@settings(max_examples=25, deadline=None)
def test_however_it_grows_the_tree_is_the_same(steps: list[int]) -> None:
    stored, edge = grown(*steps)
    size = sum(steps)

    at_once, _ = grown(size)

    assert edge.root() == by_definition(entries(size))
    for tile in tiles_of(size):
        assert stored[tile] == at_once[tile]
    assert edge_of(size, stored.__getitem__) == edge


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 513, 1100, 65_535, 65_536, 65_537])
def test_proofs_come_from_tiles_alone(size: int) -> None:
    stored, edge = grown(size)
    read = TileReader(size, stored.__getitem__, kept=4)
    whole = edge.root()

    assert root(size, read) == whole
    for index in {0, size // 3, size // 2, size - 1}:
        proof = inclusion_proof(index, size, read)
        assert verify_inclusion(leaf_hash(str(index).encode()), index, size, proof, whole)
    old = max(1, size * 2 // 3)
    before, _ = grown(old)
    old_root = root(old, TileReader(old, before.__getitem__))
    assert verify_consistency(old, size, old_root, whole, consistency_proof(old, size, read))


def test_a_tile_of_the_wrong_length_is_damaged() -> None:
    with pytest.raises(UnreadableInputError, match=r"tile/0/000\.p/3: 95 bytes, expected 96"):
        hashes_of(Tile(0, 0, 3), b"x" * 95)


def test_entries_come_back_from_their_bundle() -> None:
    given_entries = [b"", b"a", b"x" * 0xFFFF]

    assert entries_of(Tile(-1, 0, 3), bundle(given_entries)) == given_entries


@pytest.mark.parametrize("damaged", [b"\0", b"\0\5abc", b"\0\1a", b"\0\1a\0\1b\0\1c", b"\0\1a\0\1b!"])
def test_a_bundle_that_does_not_come_out_even_is_damaged(damaged: bytes) -> None:
    with pytest.raises(UnreadableInputError, match="no bundle of 2"):
        entries_of(Tile(-1, 0, 2), damaged)


def test_an_entry_too_long_for_a_bundle_is_no_entry() -> None:
    with pytest.raises(OverflowError):
        bundle([b"x" * 0x10000])
