"""Checkpoints (C2SP tlog-checkpoint) and cosignatures (C2SP tlog-cosignature): what a log has signed of itself."""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fairmark.errors import CheckFailedError, UnreadableInputError
from fairmark.ledger.merkle import HASH_BYTES, MOST_LEAVES
from fairmark.ledger.notes import KeyType, Note, Signature, VerifierKey, is_key_name, parse_note
from fairmark.ledger.signing import Signer, verify

_NUMBER = re.compile(r"0|[1-9][0-9]{0,19}")
_TIME_BYTES = 8
MOST_AHEAD = 30
"""Seconds by which a cosignature may be later than the clock of whoever reads it."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log: its name, its size and its root hash."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The signed text."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A witness says that it saw this checkpoint, consistent with all it saw before, at a time."""

    witness: str
    at: int
    """Seconds since 1970, UTC."""


def parse_checkpoint(content: bytes) -> tuple[Checkpoint, Note]:
    """Return a checkpoint and its note, unchecked; extension lines are refused. Raises UnreadableInputError."""
    note = parse_note(content)
    lines = note.text.split("\n")
    if len(lines) != 4 or not lines[0]:
        raise _none("expected three lines: origin, size, root hash")
    origin, size, root = lines[:3]
    if not _NUMBER.fullmatch(size) or int(size) > MOST_LEAVES:
        raise _none(f"{size[:30]!r} is no size")
    try:
        decoded = base64.b64decode(root, validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    if len(decoded) != HASH_BYTES or base64.b64encode(decoded).decode() != root:
        raise _none("its third line is no root hash")
    return Checkpoint(origin, int(size), decoded), note


def opened(content: bytes, key: VerifierKey, *, origin: str = "") -> tuple[Checkpoint, Note]:
    """Return a checkpoint that the log's key has signed.

    Args:
        content: the signed note.
        key: of the log.
        origin: the log's name, if it is not that of the key.

    Raises:
        UnreadableInputError: no checkpoint.
        CheckFailedError: another log's, or not signed by the key.
    """
    found, note = parse_checkpoint(content)
    wanted = origin or key.name
    if found.origin != wanted:
        raise CheckFailedError(f"the checkpoint is of {found.origin}, not of {wanted}", hint="Ask the right log.")
    if key.type is not KeyType.ED25519 or not note.is_signed_by(key):
        raise CheckFailedError(
            f"the checkpoint is not signed by {key.name}+{key.id.hex()}", hint="Check the trust list and the source."
        )
    return found, note


def log_key(name: str, public: bytes) -> VerifierKey:
    """Return the key of a log from its Ed25519 public key; raises UnreadableInputError for a name that is none."""
    return _key(name, KeyType.ED25519, public)


def witness_key(name: str, public: bytes) -> VerifierKey:
    """Return the key of a witness from its Ed25519 public key; raises UnreadableInputError for a name that is none."""
    return _key(name, KeyType.COSIGNATURE, public)


def signed_by_log(checkpoint: Checkpoint, signer: Signer) -> Signature:
    """Return the log's signature line; the same checkpoint always gets the same bytes."""
    key = log_key(checkpoint.origin, signer.public)
    return Signature(key.name, key.id, signer.sign(checkpoint.text.encode()))


def cosigned_by(checkpoint: Checkpoint, name: str, signer: Signer, *, at: int) -> Signature:
    """Return a witness's cosignature line for the time ``at``, in seconds since 1970."""
    key = witness_key(name, signer.public)
    content = at.to_bytes(_TIME_BYTES, "big") + signer.sign(_cosigned_text(checkpoint.text, at))
    return Signature(key.name, key.id, content)


def cosignatures(note: Note, witnesses: Iterable[VerifierKey], *, now: int | None = None) -> tuple[Cosigned, ...]:
    """Return the good cosignatures of known witnesses, by name; a witness counts once, with its latest time.

    Args:
        note: a checkpoint's.
        witnesses: their keys.
        now: seconds since 1970; what is dated more than ``MOST_AHEAD`` later does not count. None: any time does.
    """
    found: dict[str, Cosigned] = {}
    for key in witnesses:
        for at, _ in cosigned_lines(note, key, now=now):
            if key.name not in found or found[key.name].at < at:
                found[key.name] = Cosigned(key.name, at)
    return tuple(found[name] for name in sorted(found))


def cosigned_lines(note: Note, witness: VerifierKey, *, now: int | None = None) -> list[tuple[int, Signature]]:
    """Return the good cosignatures of one witness with their times; see ``cosignatures``."""
    found = []
    for one in note.by(witness):
        at = int.from_bytes(one.content[:_TIME_BYTES], "big")
        in_time = now is None or at <= now + MOST_AHEAD
        if in_time and verify("EdDSA", witness.public, _cosigned_text(note.text, at), one.content[_TIME_BYTES:]):
            found.append((at, one))
    return found


def with_signatures(checkpoint: Checkpoint, signatures: Sequence[Signature]) -> bytes:
    """Return the signed note."""
    return str(Note(checkpoint.text, tuple(signatures))).encode()


def _cosigned_text(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def _key(name: str, kind: KeyType, public: bytes) -> VerifierKey:
    if not is_key_name(name):
        raise UnreadableInputError(f"{name[:80]!r} is no name of a log or witness", hint="No spaces and no plus sign.")
    if len(public) != HASH_BYTES:
        raise UnreadableInputError(f"{name}: logs and witnesses sign with Ed25519", hint="Make an Ed25519 key.")
    return VerifierKey(name, kind, public)


def _none(problem: str) -> UnreadableInputError:
    return UnreadableInputError(f"no checkpoint: {problem}", hint="Take it again from the log.")
