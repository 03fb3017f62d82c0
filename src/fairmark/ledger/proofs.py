"""A proof that an entry is in a log, in one text file that can be kept and checked offline (C2SP tlog-proof).

::

    c2sp.org/tlog-proof@v1
    extra BASE64        (not always)
    index NUMBER
    BASE64 HASH         (each, from the leaf up)

    CHECKPOINT          (a signed note)
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

from fairmark.errors import CheckFailedError, UnreadableInputError
from fairmark.ledger import merkle
from fairmark.ledger.checkpoint import Checkpoint, Cosigned, cosignatures, opened
from fairmark.ledger.merkle import HASH_BYTES, LONGEST_PROOF
from fairmark.ledger.notes import LONGEST_NOTE, VerifierKey

HEADER = "c2sp.org/tlog-proof@v1"
LONGEST = LONGEST_NOTE + 8192
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")
_LONGEST_EXTRA = 4096


@dataclass(frozen=True, slots=True)
class Proof:
    """Where an entry stands, the hashes up to the root, and the checkpoint with that root."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""

    def __bytes__(self) -> bytes:
        extra = [f"extra {_encoded(self.extra)}"] if self.extra else []
        lines = [HEADER, *extra, f"index {self.index}", *map(_encoded, self.hashes), ""]
        return "\n".join(lines).encode() + b"\n" + self.checkpoint


@dataclass(frozen=True, slots=True)
class Proven:
    """An entry is in a log."""

    index: int
    checkpoint: Checkpoint
    witnesses: tuple[Cosigned, ...]


def parse_proof(content: bytes) -> Proof:
    """Return a proof without checking it; raises UnreadableInputError."""
    if len(content) > LONGEST:
        raise _none(f"longer than {LONGEST} bytes")
    head, empty, checkpoint = content.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise _none("its head is not ASCII") from None
    if not empty or lines[0] != HEADER:
        raise _none(f"does not begin with {HEADER}")
    rest = lines[1:]
    extra = b""
    if rest and rest[0].startswith("extra "):
        extra = _decoded(rest.pop(0)[6:])
        if not 0 < len(extra) <= _LONGEST_EXTRA:
            raise _none("its extra data is empty or too long")
    found = _INDEX.fullmatch(rest[0]) if rest else None
    if not found:
        raise _none("says no index")
    hashes = tuple(_decoded(line) for line in rest[1:])
    if len(hashes) > LONGEST_PROOF or any(len(one) != HASH_BYTES for one in hashes):
        raise _none("has hashes that are none, or too many")
    return Proof(int(found[1]), hashes, checkpoint, extra)


def check_proof(
    proof: Proof,
    entry: bytes,
    key: VerifierKey,
    witnesses: Sequence[VerifierKey] = (),
    *,
    quorum: int = 0,
    now: int | None = None,
) -> Proven:
    """Return what the proof shows of an entry.

    Args:
        proof: as read.
        entry: the whole entry.
        key: of the log.
        witnesses: whose cosignatures count.
        quorum: how many of them are needed.
        now: seconds since 1970; a cosignature from later does not count (``checkpoint.MOST_AHEAD``).

    Raises:
        UnreadableInputError: its checkpoint is none.
        CheckFailedError: it does not hold.
    """
    found, note = opened(proof.checkpoint, key)
    leaf = merkle.leaf_hash(entry)
    if not merkle.verify_inclusion(leaf, proof.index, found.size, proof.hashes, found.root):
        raise CheckFailedError(
            f"the entry is not at index {proof.index} of {found.origin} with {found.size} entries",
            hint="The proof belongs to another entry, or somebody changed one of them.",
        )
    seen = cosignatures(note, witnesses, now=now)
    if len(seen) < quorum:
        raise CheckFailedError(
            f"{len(seen)} of the {quorum} witnesses needed saw this checkpoint",
            hint="Ask the log for a newer proof, and look whether the clock here is right.",
        )
    return Proven(proof.index, found, seen)


def _encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _decoded(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _none(f"{text[:60]!r} is not base64") from None
    if _encoded(raw) != text:
        raise _none("base64 that is not canonical")
    return raw


def _none(problem: str) -> UnreadableInputError:
    return UnreadableInputError(f"no proof of a log entry: {problem}", hint="Ask the log for it again.")
