"""From waiting entries to places in the tree: the one transaction, the same for every database.

A database gives a ``Transaction``: everything read and written in it is one. The queue is emptied by deleting from it,
not by remembering a position: positions of a counter become visible in another order than they were given.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from fairmark.errors import UnreadableInputError
from fairmark.ledger import merkle
from fairmark.ledger.store import Head
from fairmark.ledger.tiles import Tile, edge_of


class Transaction(Protocol):
    """What the sequencer does to the database, all or nothing."""

    def head(self) -> Head:
        """Return the head, locked until the end."""
        ...

    def take(self, most: int) -> list[tuple[bytes, bytes]]:
        """Remove the oldest waiting (leaf, entry) pairs and return them."""
        ...

    def known(self, leaves: Sequence[bytes]) -> set[bytes]:
        """Return those leaf hashes that have a place already."""
        ...

    def fetch(self, tile: Tile) -> bytes:
        """Return a stored tile."""
        ...

    def add(self, first: int, entries: Sequence[tuple[bytes, bytes]], tiles: Mapping[Tile, bytes], head: Head) -> None:
        """Write entries with their indexes from ``first`` on, the changed tiles and the new head."""
        ...


def sequence(transaction: Transaction, most: int) -> int:
    """Give the oldest waiting entries their places; return how many got one.

    The edge of the tree is read back from its tiles and must have the head's root: a tile that rotted stops the log
    here, before anything is built upon it; so does an entry that rotted while it waited. Raises UnreadableInputError.
    """
    head = transaction.head()
    taken = transaction.take(most)
    if not taken:
        return 0
    _require_unchanged(taken)
    known = transaction.known([leaf for leaf, _ in taken])
    new = list({leaf: (leaf, entry) for leaf, entry in taken if leaf not in known}.values())
    if not new:
        return 0
    edge = edge_of(head.size, transaction.fetch)
    if edge.root() != head.root:
        raise damaged(head)
    tiles = edge.extend([leaf for leaf, _ in new])
    transaction.add(head.size, new, tiles, Head(edge.size, edge.root()))
    return len(new)


def _require_unchanged(taken: Sequence[tuple[bytes, bytes]]) -> None:
    """A rotten entry must get no place: its leaf would be in the tree, and no checkpoint could be signed any more."""
    for leaf, entry in taken:
        if merkle.leaf_hash(entry) != leaf:
            raise UnreadableInputError(
                f"an entry changed while it waited for its place; its leaf hash was {leaf.hex()}",
                hint="Nothing got a place. Take that row out of the table 'pending', and hand the entry in again.",
            )


def damaged(head: Head) -> UnreadableInputError:
    """Return the error for tiles that do not have the head's root."""
    return UnreadableInputError(
        f"the stored tiles do not have the root of the log with {head.size} entries: something changed them",
        hint="Nothing was signed. Run: fairmark log audit, and restore the tiles from a mirror.",
    )


EMPTY = Head(0, merkle.EMPTY_ROOT)
