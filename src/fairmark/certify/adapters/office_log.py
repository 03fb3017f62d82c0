"""The log of an office: entered, sequenced, signed and seen by its witnesses in one call."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from fairmark.certify.office import Logged
from fairmark.errors import CheckFailedError, FairmarkError, UnreadableInputError
from fairmark.ledger.adapters.http import asker, proof_of
from fairmark.ledger.adapters.log_folder import LogFolder
from fairmark.ledger.checkpoint import Checkpoint, parse_checkpoint
from fairmark.ledger.merkle import leaf_hash
from fairmark.ledger.notes import VerifierKey
from fairmark.ledger.publish import cosign, publish
from fairmark.ledger.signer import StatefulSigner
from fairmark.ledger.witness import ContradictedError

_AT_ONCE = 4096
_LARGEST_EXTRA = 4096
_TRIES = 3


class OfficeLog:
    """See ``certify.office.Ledger``."""

    def __init__(self, log: LogFolder, signer: StatefulSigner, say: Callable[[str], None], *, now: int) -> None:
        self._log, self._signer, self._say, self._now = log, signer, say, now
        self._store = log.store()

    @property
    def key(self) -> VerifierKey:
        """The log's key."""
        return self._log.key

    @property
    def witnesses(self) -> tuple[str, ...]:
        """Keys of the witnesses."""
        return tuple(str(one.key) for one in self._log.witnesses)

    def enter(self, entries: Sequence[bytes]) -> tuple[Logged, ...]:
        """Return when every entry has its place below a signed checkpoint.

        A proof carries its entry, where it has room for it. A witness that does not answer is named and not waited for;
        another sequencer of the same log may be faster, and then this one signs what the other ordered.

        Raises:
            UnreadableInputError: entries still wait for their place.
            ContradictedError: a witness saw another history.
        """
        self._store.submit(entries)
        while self._store.sequence(_AT_ONCE):
            pass
        before = self._signer.last()
        state = self._published()
        for one in self._log.witnesses:
            try:
                cosign(self._store, before.size if before else 0, state.size, one.key, asker(one.url), now=self._now)
            except ContradictedError:
                raise
            except FairmarkError as error:
                self._say(f"no cosignature of {one.key.name}: {error.message}")
        return tuple(self._logged(entry) for entry in entries)

    def _published(self) -> Checkpoint:
        """Sign the head; where another publisher of this log was faster, sign what follows from what it signed."""
        for _ in range(_TRIES):
            try:
                return publish(self._store, self._signer)
            except CheckFailedError:  # a fork or a roll-back stays one
                continue
        return publish(self._store, self._signer)

    def since(self, start: int) -> Iterator[bytes]:
        """Yield the entries from a place on."""
        size = self._store.head().size
        for first in range(start, size, _AT_ONCE):
            yield from self._store.entries(first, min(first + _AT_ONCE, size))

    def _logged(self, entry: bytes) -> Logged:
        proof = proof_of(self._store, leaf_hash(entry))
        return Logged(proof.index, bytes(replace(proof, extra=entry if len(entry) <= _LARGEST_EXTRA else b"")))

    def has(self, entry: bytes) -> bool:
        """Whether an entry stands below a signed checkpoint."""
        note, index = self._store.checkpoint(), self._store.index_of(leaf_hash(entry))
        try:
            size = parse_checkpoint(note)[0].size if note else 0
        except UnreadableInputError:
            size = 0
        return index is not None and index < size
