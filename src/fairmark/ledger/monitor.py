"""Watching somebody else's log: every checkpoint must contain the one before, and what is in it can be listed.

Whoever watches keeps the last signed checkpoint. If a newer one does not contain it, the two together are the proof
that the log told two stories: keep both, and show them to others.
"""

from collections.abc import Callable
from dataclasses import dataclass

from fairmark.errors import CheckFailedError
from fairmark.ledger import merkle
from fairmark.ledger.checkpoint import Checkpoint, Cosigned, cosignatures, opened
from fairmark.ledger.notes import VerifierKey
from fairmark.ledger.tiles import Tile, TileReader


@dataclass(frozen=True, slots=True)
class Watched:
    """What a look at a log showed."""

    checkpoint: Checkpoint
    note: bytes
    """The signed checkpoint, to be kept for the next look."""
    new: int
    """Entries since the last look."""
    witnesses: tuple[Cosigned, ...]


def watch(
    latest: bytes,
    fetch: Callable[[Tile], bytes],
    key: VerifierKey,
    kept: bytes = b"",
    witnesses: tuple[VerifierKey, ...] = (),
    *,
    now: int | None = None,
) -> Watched:
    """Compare the latest checkpoint of a log with the one that was kept.

    Args:
        latest: the signed note that the log serves now.
        fetch: gets tiles from the log.
        key: of the log.
        kept: the signed note of the last look; empty for the first.
        witnesses: whose cosignatures are told.
        now: seconds since 1970; a cosignature from later is not told (``checkpoint.MOST_AHEAD``).

    Raises:
        UnreadableInputError: no checkpoint, or a tile that is damaged.
        CheckFailedError: another key, an older checkpoint than the kept one, or two stories.
    """
    new, note = opened(latest, key)
    seen = cosignatures(note, witnesses, now=now)
    reader = TileReader(new.size, fetch)
    if merkle.root(new.size, reader) != new.root:
        raise CheckFailedError(
            f"the tiles of {new.origin} do not have the root that it signed", hint="Ask a mirror; tell its operator."
        )
    if not kept:
        return Watched(new, latest, new.size, seen)
    old, _ = opened(kept, key)
    if new.size < old.size:
        raise CheckFailedError(
            f"the log goes back: it shows {new.size} entries, {old.size} were signed before\n{_both(kept, latest)}",
            hint="Somebody serves an old checkpoint again, or the log was set back. Ask others what they see.",
        )
    proof = merkle.consistency_proof(old.size, new.size, reader) if 0 < old.size < new.size else ()
    follows = old.size == 0 or merkle.verify_consistency(old.size, new.size, old.root, new.root, proof)
    if not follows or (old.size == new.size and old.root != new.root):
        raise _two_stories(f"the {old.size} entries signed before are not in the {new.size} of now", kept, latest)
    return Watched(new, latest, new.size - old.size, seen)


def _two_stories(problem: str, kept: bytes, latest: bytes) -> CheckFailedError:
    return CheckFailedError(
        f"the log tells two stories: {problem}\n{_both(kept, latest)}", hint="Keep both texts: they are the proof."
    )


def _both(kept: bytes, latest: bytes) -> str:
    return f"before:\n{kept.decode()}\nnow:\n{latest.decode()}"
