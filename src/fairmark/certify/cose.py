"""COSE_Sign1 messages (RFC 9052 section 4.2) in the one form that labels and status lists have, read without leniency.

A message is tag 18 and an array of four: the protected header ``{1: algorithm, 4: key id}``, an empty map, the payload,
a signature of 64 bytes. The form is the deterministic one of RFC 8949 section 4.2.1, so that one message has one
spelling: every flipped bit, longer spelling and appended byte is refused before or by the signature. Which algorithm
and which key count is looked up; the header is compared with the one header that the trusted key would write.

One thing is left to the algorithm: whoever has an ES256 signature (r, s) can write (r, n - s), which holds as well. It
signs the same payload, so nothing is won by it; but a label is recognised by its payload, not by its last 64 bytes.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import TypeAlias

import cbor2

from fairmark.errors import CheckFailedError, UnreadableInputError
from fairmark.ledger.signing import Algorithm, Signer, verify

Item: TypeAlias = int | bytes | str | list["Item"] | dict[int, "Item"]
DEEPEST = 8
_ALGORITHMS: dict[Algorithm, int] = {"ES256": -7, "EdDSA": -8}  # RFC 9053 section 2
_TAG = b"\xd2"  # 18, in the shortest form
_HEADERS = (b"\xa2\x01\x26\x04\x44", b"\xa2\x01\x27\x04\x44")  # ES256 and EdDSA, before the key id
_HEADER_BYTES = 9
_SIGNATURE_BYTES = 64
_HINT = "Scan the code again, or copy the whole address: a label is complete or it is none."


@dataclass(frozen=True)
class PublicKey:
    """A key that may sign: its algorithm belongs to the key, not to the message."""

    algorithm: Algorithm
    public: bytes
    """32 bytes of Ed25519, or the uncompressed point of P-256."""

    @property
    def kid(self) -> bytes:
        """First 4 bytes of SHA-256 of the public key; two keys may share them."""
        return sha256(self.public).digest()[:4]

    @cached_property
    def header(self) -> bytes:
        """The only protected header that a message of this key has."""
        return cbor2.dumps({1: _ALGORITHMS[self.algorithm], 4: self.kid}, canonical=True)


def public_key(signer: Signer) -> PublicKey:
    """Return the public side of a signing key."""
    return PublicKey(signer.algorithm, signer.public)


@dataclass(frozen=True, slots=True)
class Message:
    """The parts of a message, whose signature nobody has checked yet."""

    header: bytes
    payload: bytes
    signature: bytes

    @property
    def kid(self) -> bytes:
        """The key id that the message names."""
        return self.header[-4:]

    def is_signed_by(self, key: PublicKey) -> bool:
        """Whether the header is that of the key, and the signature too."""
        return self.header == key.header and verify(
            key.algorithm, key.public, _signed_bytes(self.header, self.payload), self.signature
        )


def encode(item: Mapping[int, object]) -> bytes:
    """Return a map in deterministic CBOR."""
    return cbor2.dumps(dict(item), canonical=True)


def sign(payload: bytes, signer: Signer) -> bytes:
    """Return the message that carries a payload."""
    header = public_key(signer).header
    parts = [header, {}, payload, signer.sign(_signed_bytes(header, payload))]
    return cbor2.dumps(cbor2.CBORTag(18, parts), canonical=True)


def parse(content: bytes) -> Message:
    """Return the parts of a message; raises UnreadableInputError for anything but the one form."""
    if content[:1] != _TAG:
        raise _malformed("no COSE_Sign1 message")
    parts = decode(content[1:])
    if not isinstance(parts, list) or len(parts) != 4:
        raise _malformed("a message has four parts")
    header, unprotected, payload, signature = parts
    if not isinstance(header, bytes) or not isinstance(payload, bytes) or not isinstance(signature, bytes):
        raise _malformed("header, payload and signature are byte strings")
    if not isinstance(unprotected, dict) or unprotected:
        raise _malformed("something stands in the header that is not signed")
    if len(header) != _HEADER_BYTES or header[:5] not in _HEADERS:
        raise _malformed("the header is not algorithm and key id")
    if len(signature) != _SIGNATURE_BYTES:
        raise _malformed("a signature has 64 bytes")
    return Message(header, payload, signature)


def opened(content: bytes, keys: Sequence[PublicKey]) -> tuple[bytes, PublicKey]:
    """Return the payload and the key that signed it.

    Raises:
        UnreadableInputError: no message.
        CheckFailedError: none of the keys signed it.
    """
    message = parse(content)
    for key in keys:
        if message.is_signed_by(key):
            return message.payload, key
    raise CheckFailedError(f"no known key {message.kid.hex()} signed this", hint="Is the trust list the right one?")


def decode(content: bytes) -> Item:
    """Return the one item that ``content`` is, in deterministic CBOR.

    Known are integers of up to 64 bits, byte strings, UTF-8 text, arrays, and maps with integer keys. No floats, truth
    values or tags: ``True`` and ``1`` cannot be mixed up where only one of them exists.

    Raises:
        UnreadableInputError: anything else, a second spelling of something, or bytes behind it.
    """
    item, end = _item(content, 0, DEEPEST)
    if end != len(content):
        raise _malformed("bytes follow the message")
    return item


def _item(data: bytes, at: int, depth: int) -> tuple[Item, int]:
    if at >= len(data):
        raise _malformed("it ends too early")
    first = data[at]
    at += 1
    if first < 24:  # most items of a label are small numbers
        return first, at
    kind, value = first >> 5, first & 31
    if value > 23:
        value, at = _argument(data, at, value)
    if kind < 2:
        return (value if kind == 0 else -1 - value), at
    if kind < 4:
        end = at + value
        if end > len(data):
            raise _malformed("it ends too early")
        return (data[at:end] if kind == 2 else _text(data[at:end])), end
    # Every member takes a byte at least, so no count that is believed here is larger than the message.
    if kind > 5 or depth == 0 or value * (kind - 3) > len(data) - at:
        raise _malformed("an item that labels do not have, too deep, or with more members than bytes")
    return _array(data, at, depth - 1, value) if kind == 4 else _map(data, at, depth - 1, value)


def _argument(data: bytes, at: int, form: int) -> tuple[int, int]:
    """Read a number of 1, 2, 4 or 8 bytes; a shorter spelling must not exist."""
    size = 1 << (form - 24)
    end = at + size
    if form > 27 or end > len(data):
        raise _malformed("an indefinite or incomplete length")
    value = int.from_bytes(data[at:end])
    if value < 24 or (size > 1 and value >> (size * 4) == 0):
        raise _malformed("a number is spelled longer than need be")
    return value, end


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise _malformed("text that is not UTF-8") from None


def _array(data: bytes, at: int, depth: int, count: int) -> tuple[list[Item], int]:
    items: list[Item] = []
    for _ in range(count):
        item, at = _item(data, at, depth)
        items.append(item)
    return items, at


def _map(data: bytes, at: int, depth: int, count: int) -> tuple[dict[int, Item], int]:
    items: dict[int, Item] = {}
    before = b""
    for _ in range(count):
        key, end = _item(data, at, depth)
        if not isinstance(key, int):
            raise _malformed("a key that is no integer")
        spelled = data[at:end]
        if spelled <= before:  # the order of the encoded bytes, so that none comes twice
            raise _malformed("keys out of order, or twice")
        items[key], at = _item(data, end, depth)
        before = spelled
    return items, at


def _signed_bytes(header: bytes, payload: bytes) -> bytes:
    """Return what is signed: ["Signature1", protected header, no further data, payload]."""
    return b"\x84\x6aSignature1" + _head(header) + header + b"\x40" + _head(payload) + payload


def _head(raw: bytes) -> bytes:
    """Return the head of a byte string."""
    size = len(raw)
    if size < 24:
        return bytes([0x40 | size])
    if size < 0x100:
        return bytes([0x58, size])
    return struct.pack(">BH", 0x59, size) if size < 0x10000 else struct.pack(">BI", 0x5A, size)


def _malformed(problem: str) -> UnreadableInputError:
    return UnreadableInputError(f"no label: {problem}", hint=_HINT)
