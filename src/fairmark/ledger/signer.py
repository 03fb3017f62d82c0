"""The signer of a log: it remembers what it signed last, outside the database, and signs nothing that does not follow.

A database restored from a backup, or a second one that went another way, would make an honest program sign two
histories. This memory makes it witness number 0 of its own log. It must lie on another disk than the database.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from fairmark.errors import CheckFailedError, UnreadableInputError
from fairmark.ledger import merkle
from fairmark.ledger.checkpoint import Checkpoint, signed_by_log
from fairmark.ledger.notes import Signature
from fairmark.ledger.signing import Signer


@dataclass(frozen=True, slots=True)
class Signed:
    """What was signed last."""

    origin: str
    size: int
    root: bytes

    def written(self) -> dict[str, Any]:
        """Return the state as plain data."""
        return {"origin": self.origin, "size": self.size, "root": base64.b64encode(self.root).decode()}

    @staticmethod
    def read(data: Any) -> "Signed":
        """Return the state from plain data; raises UnreadableInputError."""
        try:
            origin, size, root = data["origin"], data["size"], base64.b64decode(data["root"], validate=True)
        except (KeyError, TypeError, ValueError, binascii.Error):
            origin, size, root = None, -1, b""
        whole = isinstance(origin, str) and type(size) is int and size >= 0 and len(root) == merkle.HASH_BYTES
        found = Signed(str(origin), size, root)
        # From 0 entries everything follows, so they must have the root of nothing.
        if not whole or (size == 0) != (root == merkle.EMPTY_ROOT) or found.written() != data:
            raise UnreadableInputError("the signer's state is damaged", hint="Take it from its copy; never start anew.")
        return found


class Memory(Protocol):
    """Where the signer keeps its state; ``replace`` returns when it is durable."""

    def last(self) -> Signed | None:
        """Return what was signed last, None for a new log."""
        ...

    def replace(self, old: Signed | None, new: Signed) -> None:
        """Store the new state if the old one is still there; raises CheckFailedError if it is not."""
        ...


class StatefulSigner:
    """Signs checkpoints of one log, each only if it follows from the last."""

    def __init__(self, origin: str, key: Signer, memory: Memory) -> None:
        self.origin = origin
        self.key = key
        self._memory = memory

    def last(self) -> Signed | None:
        """Return what was signed last."""
        return self._memory.last()

    def sign(self, new: Checkpoint, proof: Sequence[bytes]) -> Signature:
        """Return the signature of a checkpoint; the new state is durable before it exists.

        Args:
            new: the checkpoint.
            proof: consistency from what ``last`` says; empty for a first one, and for the same size.

        Raises:
            CheckFailedError: it goes back, or it goes another way.
        """
        last = self._memory.last()
        if new.origin != self.origin or (last and last.origin != self.origin):
            raise CheckFailedError(f"this signer is for {self.origin}, not {new.origin}", hint="Give each log its own.")
        if last is not None:
            _require_next(last, new, proof)
        signed = Signed(new.origin, new.size, new.root)
        if signed != last:
            self._memory.replace(last, signed)
        return signed_by_log(new, self.key)


def _require_next(last: Signed, new: Checkpoint, proof: Sequence[bytes]) -> None:
    if new.size < last.size:
        raise CheckFailedError(
            f"roll-back: the log has {new.size} entries, but {last.size} were signed",
            hint="The database is older than the signer, as after restoring a backup. Restore a newer one.",
        )
    follows = (
        new.root == last.root
        if new.size == last.size
        else last.size == 0 or merkle.verify_consistency(last.size, new.size, last.root, new.root, proof)
    )
    if not follows:
        raise CheckFailedError(
            f"fork: the log with {new.size} entries does not contain the {last.size} that were signed",
            hint="Nothing was signed. Find the database with the history that was signed; do not reset the signer.",
        )
