"""What a log needs of a database, and what it promises for it.

``submit`` returns when the entry is durable; an entry handed in twice is in the log once. ``sequence`` gives indexes in
one transaction under a lock, so two sequencers do not meet; whatever kills it leaves the state before or after. What is
read back is never trusted: see ``publish``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from fairmark.errors import WrongUsageError
from fairmark.ledger.merkle import leaf_hash
from fairmark.ledger.tiles import LONGEST_ENTRY, Tile


@dataclass(frozen=True, slots=True)
class Head:
    """How far the log is sequenced."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Submitted:
    """An entry is kept. ``index`` is None as long as it waits for its place."""

    leaf: bytes
    index: int | None


class Store(Protocol):
    """A log's database."""

    def close(self) -> None:
        """Let go of the database."""
        ...

    def submit(self, entries: Sequence[bytes]) -> list[Submitted]:
        """Keep entries durably; one that is there already is not kept twice. Raises WrongUsageError for a long one."""
        ...

    def sequence(self, most: int) -> int:
        """Give the oldest waiting entries their places; return how many. 0 too while another sequencer is at work."""
        ...

    def head(self) -> Head:
        """Return how far the log is sequenced."""
        ...

    def waiting(self) -> int:
        """Return how many entries wait for their place."""
        ...

    def fetch(self, tile: Tile) -> bytes:
        """Return a tile of hashes or a bundle of entries; raises UnreadableInputError if there is none so wide."""
        ...

    def entries(self, start: int, end: int) -> list[bytes]:
        """Return the entries from ``start`` to before ``end``."""
        ...

    def index_of(self, leaf: bytes) -> int | None:
        """Return where the entry with this leaf hash stands, None if nowhere."""
        ...

    def keep_checkpoint(self, size: int, note: bytes) -> None:
        """Keep the signed checkpoint of a size; a second one of the same size replaces the first (more signatures)."""
        ...

    def checkpoint(self, size: int | None = None) -> bytes:
        """Return the signed checkpoint of a size, or the latest; empty if there is none."""
        ...

    def checkpoint_sizes(self) -> list[int]:
        """Return the sizes of all signed checkpoints, the smallest first."""
        ...


def leaves_of(entries: Sequence[bytes]) -> list[bytes]:
    """Return the leaf hashes of entries; raises WrongUsageError for one that no bundle can hold."""
    for entry in entries:
        if len(entry) > LONGEST_ENTRY:
            raise WrongUsageError(
                f"an entry has {len(entry)} bytes; at most {LONGEST_ENTRY} fit", hint="Log its digest instead."
            )
    return [leaf_hash(entry) for entry in entries]
