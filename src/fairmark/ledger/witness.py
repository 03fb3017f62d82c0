"""A witness (C2SP tlog-witness): it cosigns a checkpoint only if it is consistent with the last one it saw of that log.

The decision is a pure function of the request and of what the witness last saw. Whoever serves it must store the new
state, durably and atomically against others, before the answer leaves: otherwise two clients could get two histories.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass

from fairmark.errors import CheckFailedError, UnreadableInputError
from fairmark.ledger import merkle
from fairmark.ledger.checkpoint import Checkpoint, cosigned_by, parse_checkpoint
from fairmark.ledger.merkle import HASH_BYTES
from fairmark.ledger.notes import LONGEST_NOTE, Note, VerifierKey
from fairmark.ledger.signing import Signer

MOST_PROOF_LINES = 63
LONGEST_REQUEST = LONGEST_NOTE + 8192
_OLD = re.compile(rb"old (0|[1-9][0-9]{0,18})")
SIZE_TYPE = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class Seen:
    """The last checkpoint of a log that a witness cosigned."""

    size: int
    root: bytes


NOTHING = Seen(0, merkle.EMPTY_ROOT)


@dataclass(frozen=True, slots=True)
class Request:
    """What a log sends: the size that it believes the witness saw last, the proof from there, and a checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: bytes

    def __bytes__(self) -> bytes:
        lines = [f"old {self.old}", *(base64.b64encode(one).decode() for one in self.proof), ""]
        return "\n".join(lines).encode() + b"\n" + self.checkpoint


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status with its body; ``seen`` is what must be stored before it is sent, None if nothing changes."""

    status: int
    body: bytes
    seen: Seen | None = None
    origin: str = ""
    content_type: str = "text/plain; charset=utf-8"


class ContradictedError(CheckFailedError):
    """A witness saw a history of this log that is not the one it is shown: an alarm, not a failure to reach it."""


class BehindError(CheckFailedError):
    """A witness saw another size last than the log believed; ask it again from there."""

    def __init__(self, size: int) -> None:
        super().__init__(f"the witness saw {size} entries last", hint="Ask it again from there.")
        self.size = size


def parse_request(content: bytes) -> Request:
    """Return the body of add-checkpoint, unchecked; raises UnreadableInputError."""
    head, empty, checkpoint = content[:LONGEST_REQUEST].partition(b"\n\n")
    lines = head.split(b"\n")
    old = _OLD.fullmatch(lines[0])
    if len(content) > LONGEST_REQUEST or not empty or not old or len(lines) - 1 > MOST_PROOF_LINES:
        raise _refused("expected 'old N', at most 63 hashes, an empty line, and a checkpoint")
    proof = []
    for line in lines[1:]:
        try:
            raw = base64.b64decode(line, validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        if len(raw) != HASH_BYTES or base64.b64encode(raw) != line:
            raise _refused("a line of the proof is no hash")
        proof.append(raw)
    return Request(int(old[1]), tuple(proof), checkpoint)


def origin_of(content: bytes) -> str:
    """Return the name of the log that a request is about, to look its state up; raises UnreadableInputError."""
    return parse_checkpoint(parse_request(content).checkpoint)[0].origin


def answer(
    content: bytes, logs: Mapping[str, VerifierKey], last: Seen, name: str, signer: Signer, *, now: int
) -> Answer:
    """Decide about a request to add a checkpoint.

    Args:
        content: the body.
        logs: the known logs, by origin.
        last: what the witness saw last of this log; ``NOTHING`` if nothing.
        name: of the witness.
        signer: its key.
        now: seconds since 1970.
    """
    try:
        request = parse_request(content)
        new, note = parse_checkpoint(request.checkpoint)
    except UnreadableInputError as error:
        return Answer(400, f"{error.message}\n".encode())
    if refusal := _refusal(request, new, note, logs.get(new.origin), last):
        return refusal
    line = cosigned_by(new, name, signer, at=now)
    return Answer(200, f"{line}\n".encode(), seen=Seen(new.size, new.root), origin=new.origin)


def _refusal(request: Request, new: Checkpoint, note: Note, key: VerifierKey | None, last: Seen) -> Answer | None:
    """Return why a checkpoint is not cosigned, in the order of the specification."""
    if key is None:
        return Answer(404, b"unknown log\n")
    if not note.is_signed_by(key):
        return Answer(403, b"the log's signature is missing or wrong\n")
    if request.old > new.size:
        return Answer(400, b"old is larger than the checkpoint\n")
    if request.old != last.size:
        return Answer(409, f"{last.size}\n".encode(), content_type=SIZE_TYPE)
    if not _follows(last, new, request.proof):
        return Answer(422, b"the checkpoint does not follow from the last one\n")
    return None


def _follows(last: Seen, new: Checkpoint, proof: tuple[bytes, ...]) -> bool:
    if last.size == 0:
        return not proof and (new.size > 0 or new.root == merkle.EMPTY_ROOT)
    return merkle.verify_consistency(last.size, new.size, last.root, new.root, proof)


def _refused(problem: str) -> UnreadableInputError:
    return UnreadableInputError(f"no request to add a checkpoint: {problem}")
