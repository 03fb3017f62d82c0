"""From a sequenced head to a signed checkpoint: read everything back, prove, sign, keep, let witnesses see it.

Nothing is signed that could still be rolled back, and nothing that was only believed: since the last signed size every
entry is hashed again and compared with its tile, every tile above is computed again, and the root must be the head's.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from fairmark.errors import CheckFailedError, UnreadableInputError
from fairmark.ledger import merkle
from fairmark.ledger.checkpoint import Checkpoint, cosigned_lines, parse_checkpoint, with_signatures
from fairmark.ledger.notes import MOST_SIGNATURES, Note, Signature, VerifierKey, parse_note
from fairmark.ledger.sequencer import damaged
from fairmark.ledger.signer import StatefulSigner
from fairmark.ledger.store import Head, Store
from fairmark.ledger.tiles import HEIGHT, WIDTH, Tile, TileReader, hashes_of
from fairmark.ledger.witness import BehindError, ContradictedError, Request

_AT_ONCE = 4096

Ask = Callable[[Request], bytes]
"""Sends a request to one witness and returns its signature lines; raises a FairmarkError when it does not answer."""


def publish(store: Store, signer: StatefulSigner) -> Checkpoint:
    """Sign the head of a log and keep the checkpoint; return it. The same head gets the same bytes again.

    Raises:
        UnreadableInputError: what is stored does not have the head's root.
        CheckFailedError: it does not follow from what was signed last.
    """
    head, last = store.head(), signer.last()
    start = last.size if last else 0
    reader = TileReader(head.size, store.fetch)
    if start <= head.size:
        _read_back(store, reader, start, head)
    new = Checkpoint(signer.origin, head.size, head.root)
    proof = merkle.consistency_proof(start, head.size, reader) if 0 < start < head.size else ()
    line = signer.sign(new, proof)
    others = _cosigned_before(store.checkpoint(head.size), new, line)
    store.keep_checkpoint(head.size, with_signatures(new, [line, *others]))
    return new


def cosign(store: Store, old: int, size: int, witness: VerifierKey, ask: Ask, *, now: int | None = None) -> Signature:
    """Let a witness see the checkpoint of a size; return its good signature, which is kept now, and nothing else of it.

    Args:
        store: the log.
        old: the size that the witness saw last, as far as known; it says so if it was another.
        size: of a checkpoint that was published.
        witness: its key.
        ask: how to reach it.
        now: seconds since 1970; a signature from later is none (``checkpoint.MOST_AHEAD``).

    Raises:
        ContradictedError: it saw more of this log than there is, or another history.
        CheckFailedError: its signature is none of that checkpoint, or there is no room for one more.
    """
    checkpoint, note = parse_checkpoint(store.checkpoint(size))
    reader = TileReader(size, store.fetch)
    others = _without(note, witness.name, witness.id)
    if len(others) >= MOST_SIGNATURES:
        raise CheckFailedError(
            f"the checkpoint has {MOST_SIGNATURES} signatures already", hint="Choose fewer witnesses."
        )
    own = with_signatures(checkpoint, [one for one in note.signatures if one.name == checkpoint.origin])

    def asked(start: int) -> bytes:
        proof = merkle.consistency_proof(start, size, reader) if 0 < start <= size else ()
        return ask(Request(start, tuple(proof), own))

    try:
        said = asked(old)
    except BehindError as behind:
        if behind.size > size:
            raise _set_back(store, witness, behind) from None
        said = asked(behind.size)
    lines = cosigned_lines(parse_note(note.text.encode() + b"\n" + said), witness, now=now)
    if not lines:
        raise CheckFailedError(
            f"{witness.name} sent no good cosignature", hint="Check its key in the policy, and both clocks."
        )
    _, latest = max(lines, key=lambda line: line[0])
    store.keep_checkpoint(size, with_signatures(checkpoint, [*others, latest]))
    return latest


def _cosigned_before(kept: bytes, new: Checkpoint, line: Signature) -> list[Signature]:
    """Return what others signed of the same checkpoint; of one that rotted nothing is kept, and it is made anew."""
    try:
        note = parse_note(kept)
    except UnreadableInputError:
        return []
    return _without(note, line.name, line.key_id) if note.text == new.text else []


def _without(note: Note, name: str, key_id: bytes) -> list[Signature]:
    """Return the signatures of all other keys: a witness may have the name of a log."""
    return [one for one in note.signatures if (one.name, one.key_id) != (name, key_id)]


def _set_back(store: Store, witness: VerifierKey, behind: BehindError) -> CheckFailedError:
    """Return the error for a witness that saw more than it is shown."""
    latest = parse_checkpoint(store.checkpoint())[0].size
    if latest >= behind.size:  # another publisher was there meanwhile
        return behind
    return ContradictedError(
        f"roll-back: {witness.name} saw {behind.size} entries of this log, which has {latest}",
        hint="The database and the signer's memory are both old, as after restoring a machine. Restore newer ones.",
    )


def _read_back(store: Store, reader: TileReader, start: int, head: Head) -> None:
    """Check entries, tiles and root since ``start``; raises UnreadableInputError."""
    edges = [*range(start - start % WIDTH, head.size, _AT_ONCE), head.size]
    for first, end in pairwise(edges):
        leaves = [merkle.leaf_hash(entry) for entry in store.entries(first, end)]
        if len(leaves) != end - first or leaves != _tile_hashes(store, 0, first, end, head.size):
            raise damaged(head)
    level, first, count = 1, start // WIDTH, head.size // WIDTH
    while count:
        below = 0 if level == 1 else level - 1
        for number in range(first, count):
            full = hashes_of(Tile(below, number), store.fetch(Tile(below, number)))
            if merkle.perfect_root(full) != _tile_hashes(store, level, number, number + 1, head.size)[0]:
                raise damaged(head)
        level, first, count = level + 1, first // WIDTH, count // WIDTH
    if merkle.root(head.size, reader) != head.root:
        raise damaged(head)


def _tile_hashes(store: Store, level: int, first: int, end: int, size: int) -> Sequence[bytes]:
    """Return hashes of one tile level from ``first`` to before ``end``."""
    count, found = size >> HEIGHT * level, []
    for number in range(first // WIDTH, -(-end // WIDTH)):
        tile = Tile(level, number, min(WIDTH, count - number * WIDTH))
        found += hashes_of(tile, store.fetch(tile))
    skip = first % WIDTH
    return found[skip : skip + end - first]
