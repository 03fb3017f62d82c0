"""From a sequenced head to a signed checkpoint: read everything back, prove, sign, keep, let witnesses see it.

Nothing is signed that could still be rolled back, and nothing that was only believed: since the last signed size every
entry is hashed again and compared with its tile, every tile above is computed again, and the root must be the head's.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from fairmark.errors import CheckFailedError
from fairmark.ledger import merkle
from fairmark.ledger.checkpoint import Checkpoint, cosignatures, parse_checkpoint, with_signatures
from fairmark.ledger.notes import Note, VerifierKey, parse_note
from fairmark.ledger.sequencer import damaged
from fairmark.ledger.signer import StatefulSigner
from fairmark.ledger.store import Head, Store
from fairmark.ledger.tiles import HEIGHT, WIDTH, Tile, TileReader, hashes_of
from fairmark.ledger.witness import BehindError, Request

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
    kept = store.checkpoint(head.size)
    others = [one for one in parse_note(kept).signatures if one.name != line.name] if kept else []
    store.keep_checkpoint(head.size, with_signatures(new, [line, *others]))
    return new


def cosign(store: Store, old: int, size: int, witness: VerifierKey, ask: Ask) -> bool:
    """Let a witness see the checkpoint of a size; whether its good signature is kept now.

    Args:
        store: the log.
        old: the size that the witness saw last, as far as known; it says so if it was another.
        size: of a checkpoint that was published.
        witness: its key.
        ask: how to reach it.

    Raises:
        CheckFailedError: its signature is none of that checkpoint.
    """
    checkpoint, note = parse_checkpoint(store.checkpoint(size))
    reader = TileReader(size, store.fetch)
    own = with_signatures(checkpoint, [one for one in note.signatures if one.name == checkpoint.origin])

    def asked(start: int) -> bytes:
        proof = merkle.consistency_proof(start, size, reader) if 0 < start <= size else ()
        return ask(Request(start, tuple(proof), own))

    try:
        said = asked(old)
    except BehindError as behind:
        said = asked(behind.size)
    lines = parse_note(note.text.encode() + b"\n" + said).signatures
    if not cosignatures(Note(note.text, lines), [witness]):
        raise CheckFailedError(f"{witness.name} sent no good cosignature", hint="Check its key in the policy.")
    kept = [one for one in note.signatures if one.name != witness.name]
    store.keep_checkpoint(size, with_signatures(checkpoint, [*kept, *lines]))
    return True


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
