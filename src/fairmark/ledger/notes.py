"""Signed notes (C2SP signed-note): a text with signature lines, and the names and ids of the keys behind them."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256

from fairmark.errors import UnreadableInputError
from fairmark.ledger.signing import verify

LONGEST_NOTE = 64 << 10
MOST_SIGNATURES = 16
_DASH = "\u2014"
_HINT = "A signed note is text, an empty line, and lines that begin with an em dash."


class KeyType(IntEnum):
    """The first byte of an encoded key."""

    ED25519 = 0x01
    COSIGNATURE = 0x04


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name, as a log or witness publishes it."""

    name: str
    type: KeyType
    public: bytes
    """32 bytes of an Ed25519 key."""

    @property
    def id(self) -> bytes:
        """First 4 bytes of SHA-256(name || 0x0A || type || key)."""
        return key_id(self.name, bytes([self.type]) + self.public)

    def __str__(self) -> str:
        encoded = base64.b64encode(bytes([self.type]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{encoded}"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line; ``content`` is what follows the key id."""

    name: str
    key_id: bytes
    content: bytes

    def __str__(self) -> str:
        return f"{_DASH} {self.name} {base64.b64encode(self.key_id + self.content).decode()}"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a line feed, and its signatures, which nobody has checked yet."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(f"{one}\n" for one in self.signatures)

    def by(self, key: VerifierKey) -> tuple[Signature, ...]:
        """Return the signature lines with this key's name and id."""
        return tuple(one for one in self.signatures if one.name == key.name and one.key_id == key.id)

    def is_signed_by(self, key: VerifierKey) -> bool:
        """Whether an Ed25519 signature of this key over the text is there; any bad one of the key spoils it."""
        own = self.by(key)
        return bool(own) and all(verify("EdDSA", key.public, self.text.encode(), one.content) for one in own)


def key_id(name: str, encoded: bytes) -> bytes:
    """Return the first 4 bytes of SHA-256(name || 0x0A || encoded key)."""
    return sha256(name.encode() + b"\n" + encoded).digest()[:4]


def is_key_name(name: str) -> bool:
    """Whether a name may stand in a note: not empty, without white space and plus signs."""
    return bool(name) and name.isprintable() and "+" not in name and not any(char.isspace() for char in name)


def parse_key(text: str) -> VerifierKey:
    """Return the key that a line ``name+id+base64`` holds; raises UnreadableInputError."""
    parts = text.strip().split("+", 2)
    raw = _decoded(parts[2]) if len(parts) == 3 else None
    known = raw is not None and len(raw) == 33 and raw[0] in set(KeyType)
    if not known or raw is None or not is_key_name(parts[0]):
        raise UnreadableInputError(f"no key of a log or witness: {text[:100]!r}", hint="It reads name+id+base64.")
    key = VerifierKey(parts[0], KeyType(raw[0]), raw[1:])
    if parts[1] != key.id.hex():
        problem = f"the id of key {parts[0]} is {key.id.hex()}, not {parts[1][:20]}"
        raise UnreadableInputError(problem, hint="Copy it whole.")
    return key


def parse_note(content: bytes) -> Note:
    """Return a note without checking its signatures; raises UnreadableInputError with what is wrong."""
    if len(content) > LONGEST_NOTE:
        raise _no_note(f"longer than {LONGEST_NOTE} bytes")
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise _no_note("not UTF-8") from None
    if any(char < " " and char != "\n" for char in text):
        raise _no_note("control characters in it")
    body, found, lines = text.rpartition("\n\n")[0], "\n\n" in text, text.rpartition("\n\n")[2]
    if not found or not lines.endswith("\n"):
        raise _no_note("no signature lines at its end")
    rows = lines[:-1].split("\n")
    if len(rows) > MOST_SIGNATURES:
        raise _no_note(f"more than {MOST_SIGNATURES} signatures")
    return Note(body + "\n", tuple(_signature(row) for row in rows))


def _signature(row: str) -> Signature:
    parts = row.split(" ")
    raw = _decoded(parts[2]) if len(parts) == 3 else None
    if raw is None or parts[0] != _DASH or not is_key_name(parts[1]) or len(raw) < 5:
        raise _no_note(f"no signature line: {row[:80]!r}")
    return Signature(parts[1], raw[:4], raw[4:])


def _decoded(text: str) -> bytes | None:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if base64.b64encode(raw).decode() == text else None


def _no_note(problem: str) -> UnreadableInputError:
    return UnreadableInputError(f"no signed note: {problem}", hint=_HINT)


def signed(text: str, signatures: Sequence[Signature]) -> Note:
    """Return a text with its signatures."""
    return Note(text, tuple(signatures))
