"""Status lists: two bits for each certificate, packed, signed and dated; and beside it why and since when.

The shape is that of the IETF Token Status List, in CBOR: entry ``i`` is the bits ``2 * (i % 4)`` and the next of byte
``i // 4``. A list of a million certificates, a hundredth of them withdrawn, takes less than 20 KB. Reasons are a
message of their own, so that a phone need not carry them all. Nothing is unpacked further than the list says.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from fairmark.certify.cose import Item, PublicKey, decode, encode, opened, sign
from fairmark.errors import CheckFailedError, UnreadableInputError, WrongUsageError
from fairmark.ledger.signing import Signer

LARGEST_MESSAGE = 8 << 20
MOST_CERTIFICATES = 1 << 24
TTL = 86_400
LIFETIME = 7 * 86_400
_LIST, _REASONS = 1, 2
_LATEST = 99_999 * 86_400
_MOST_REASONS = 1 << 20
_HINT = "Fetch the status list again."


class State(IntEnum):
    """What became of a certificate."""

    VALID = 0
    WITHDRAWN = 1
    SUSPENDED = 2
    NOTED = 3
    """The scheme has something to say about it that two bits cannot."""


class Reason(IntEnum):
    """Why a certificate no longer stands."""

    FLAW = 1
    NOT_MET = 2
    HOLDER = 3
    MISTAKE = 4
    MISUSE = 5
    KEY = 6
    SUPPORT = 7


@dataclass(frozen=True, slots=True)
class StatusList:
    """The states of many certificates at a time. Times are seconds since 1970."""

    id: int
    issued: int
    expires: int
    size: int
    bits: bytes
    ttl: int = TTL

    def state(self, index: int) -> State | None:
        """Return the state at a place; None when the list does not reach so far."""
        if not 0 <= index < self.size:
            return None
        return State(self.bits[index >> 2] >> 2 * (index & 3) & 3)


@dataclass(frozen=True, slots=True)
class Why:
    """Since which day, and why; days since 1970-01-01."""

    day: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Status:
    """A status list and what is known of its reasons."""

    list: StatusList
    reasons: Mapping[int, Why]


def status_list(number: int, states: Mapping[int, State], *, size: int, now: int) -> StatusList:
    """Return the list of ``size`` certificates as it stands now; whoever is not named is valid.

    Raises WrongUsageError for a place outside the list.
    """
    if not 0 <= size <= MOST_CERTIFICATES or any(not 0 <= index < size for index in states):
        raise WrongUsageError(f"a status list of {size} has no such place", hint="Make the list longer.")
    bits = bytearray((size + 3) // 4)
    for index, state in states.items():
        bits[index >> 2] |= state << 2 * (index & 3)
    return StatusList(number, now, now + LIFETIME, size, bytes(bits))


def publish(found: StatusList, signer: Signer) -> bytes:
    """Return the signed message."""
    packed = zlib.compress(found.bits, 9)
    items = {0: _LIST, 1: found.id, 2: found.issued, 3: found.ttl, 4: found.expires, 5: found.size, 6: packed}
    return sign(encode(items), signer)


def publish_reasons(number: int, reasons: Mapping[int, Why], signer: Signer, *, now: int) -> bytes:
    """Return the signed message that says why."""
    rows = {index: [why.day, int(why.reason)] for index, why in reasons.items()}
    return sign(encode({0: _REASONS, 1: number, 2: now, 3: rows}), signer)


def read_status(content: bytes, key: PublicKey, number: int) -> StatusList:
    """Return the status list ``number`` that the key signed.

    Raises:
        UnreadableInputError: no status list.
        CheckFailedError: another one, or not signed by the key.
    """
    items = _opened(content, key, _LIST, number, {0, 1, 2, 3, 4, 5, 6})
    issued, ttl, expires, size = (_whole(items[key]) for key in (2, 3, 4, 5))
    packed = items[6]
    if not isinstance(packed, bytes) or size > MOST_CERTIFICATES or not issued <= expires <= _LATEST:
        raise _malformed("its size or its times")
    return StatusList(number, issued, expires, size, _unpacked(packed, (size + 3) // 4), ttl)


def read_reasons(content: bytes, key: PublicKey, number: int) -> dict[int, Why]:
    """Return the reasons that belong to status list ``number``; raises as ``read_status`` does."""
    items = _opened(content, key, _REASONS, number, {0, 1, 2, 3})
    rows = items[3]
    if not isinstance(rows, dict) or len(rows) > _MOST_REASONS or _whole(items[2]) > _LATEST:
        raise _malformed("its reasons")
    found = {}
    for index, row in rows.items():
        if not isinstance(row, list) or len(row) != 2 or _whole(row[1]) not in set(Reason):
            raise _malformed("a reason that there is not")
        found[index] = Why(min(_whole(row[0]), _LATEST // 86_400), Reason(_whole(row[1])))
    return found


def _opened(content: bytes, key: PublicKey, kind: int, number: int, wanted: set[int]) -> dict[int, Item]:
    if len(content) > LARGEST_MESSAGE:
        raise _malformed(f"larger than {LARGEST_MESSAGE} bytes")
    items = decode(opened(content, [key])[0])
    if not isinstance(items, dict) or items.keys() != wanted or items[0] != kind:
        raise _malformed("another kind of message")
    if items[1] != number:
        raise CheckFailedError(f"this is not status list {number}", hint="Every list has its own file.")
    return items


def _unpacked(packed: bytes, size: int) -> bytes:
    """Unpack to exactly ``size`` bytes: a packed list that wants to be larger is not unpacked further."""
    stream = zlib.decompressobj()
    try:
        found = stream.decompress(packed, size + 1)
    except zlib.error:
        raise _malformed("its bits cannot be unpacked") from None
    if len(found) != size or not stream.eof or stream.unused_data:
        raise _malformed("it is not as long as it says")
    return found


def _whole(item: Item) -> int:
    if not isinstance(item, int) or item < 0:
        raise _malformed("a number was expected")
    return item


def _malformed(problem: str) -> UnreadableInputError:
    return UnreadableInputError(f"no status list: {problem}", hint=_HINT)
