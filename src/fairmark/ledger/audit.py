"""A log checked whole, from its entries alone: every hash, every tile, every checkpoint that was ever signed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fairmark.errors import FairmarkError
from fairmark.ledger.checkpoint import opened
from fairmark.ledger.merkle import leaf_hash
from fairmark.ledger.notes import VerifierKey
from fairmark.ledger.store import Store
from fairmark.ledger.tiles import Edge, Tile

_AT_ONCE = 8192
MOST_FAULTS = 100

Progress = Callable[[int, int], None]
"""Told how many entries of how many are done."""


@dataclass(frozen=True, slots=True)
class Audited:
    """What an audit found."""

    size: int
    root: bytes
    tiles: int
    checkpoints: int
    faults: tuple[str, ...]
    """One sentence each; the first hundred."""


def audit(store: Store, key: VerifierKey, *, progress: Progress | None = None) -> Audited:
    """Build the tree anew from the entries and compare everything that is stored with it.

    Args:
        store: the log.
        key: of the log.
        progress: told now and then how far it is.
    """
    head, edge, tiles, checkpoints = store.head(), Edge(), 0, 0
    faults: list[str] = []
    sizes = iter([*store.checkpoint_sizes(), head.size + 1])
    wanted = next(sizes)
    if wanted == 0:
        faults += _checkpoint_faults(store, 0, edge, key)
        checkpoints, wanted = checkpoints + 1, next(sizes)
    for start in range(0, head.size, _AT_ONCE):
        leaves = [leaf_hash(entry) for entry in store.entries(start, min(start + _AT_ONCE, head.size))]
        if len(leaves) != min(_AT_ONCE, head.size - start):
            faults.append(
                f"entries from {start} on: {len(leaves)} are there, {min(_AT_ONCE, head.size - start)} should be"
            )
            break
        done = 0
        while done < len(leaves):
            part = leaves[done : done + wanted - edge.size]
            changed = edge.extend(part)
            tiles += len(changed)
            faults += _tile_faults(store, changed)
            done += len(part)
            while edge.size == wanted:
                faults += _checkpoint_faults(store, wanted, edge, key)
                checkpoints, wanted = checkpoints + 1, next(sizes, head.size + 1)
        if progress:
            progress(edge.size, head.size)
    if not faults and edge.root() != head.root:
        faults.append(f"the head says another root for {head.size} entries than they have")
    faults += [
        f"a checkpoint of {size} entries was signed, the log has {head.size}"
        for size in (wanted, *sizes)
        if size > head.size + 1
    ]
    return Audited(edge.size, edge.root(), tiles, checkpoints, tuple(faults[:MOST_FAULTS]))


def _tile_faults(store: Store, changed: dict[Tile, bytes]) -> Iterator[str]:
    for tile, content in changed.items():
        try:
            if store.fetch(tile) != content:
                yield f"{tile.path} is not what the entries give"
        except FairmarkError as error:
            yield error.message


def _checkpoint_faults(store: Store, size: int, edge: Edge, key: VerifierKey) -> Iterator[str]:
    try:
        found, _ = opened(store.checkpoint(size), key)
        if (found.size, found.root) != (size, edge.root()):
            yield f"the checkpoint of {size} entries has another root than they give"
    except FairmarkError as error:
        yield f"the checkpoint of {size} entries: {error.message}"
