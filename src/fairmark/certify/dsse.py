"""DSSE envelopes (secure-systems-lab DSSE 1.0) in the one form that certificates have, read without leniency.

What is signed is the pre-authentication encoding of the payload's type and bytes. Here an envelope has exactly one
signature, is canonical JSON, and names its key by the SHA-256 of the public key; which algorithm counts belongs to the
key that is trusted, and stands nowhere in the envelope.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fairmark.certify.canonical import read_canonical
from fairmark.certify.cose import PublicKey, public_key
from fairmark.errors import CheckFailedError, UnreadableInputError
from fairmark.ledger.signing import Signer, verify
from fairmark.model.value import canonical_json, sha256_hex

LARGEST_ENVELOPE = 4 << 20
_FIELDS = {"payload", "payloadType", "signatures"}
_SIGNATURE_BYTES = 64


@dataclass(frozen=True, slots=True)
class Envelope:
    """An envelope, whose signature nobody has checked yet."""

    type: str
    payload: bytes
    key_id: str
    """SHA-256 of the public key, in hexadecimal: only what the envelope says."""
    signature: bytes

    def is_signed_by(self, key: PublicKey) -> bool:
        """Whether the key is the one that is named, and signed."""
        named = self.key_id == sha256_hex(key.public)
        return named and verify(key.algorithm, key.public, pae(self.type, self.payload), self.signature)


def pae(kind: str, payload: bytes) -> bytes:
    """Return what is signed: ``DSSEv1``, and length and content of type and payload."""
    name = kind.encode()
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(payload), payload)


def seal(kind: str, payload: bytes, signer: Signer) -> bytes:
    """Return the signed envelope."""
    key = public_key(signer)
    signature = {"keyid": sha256_hex(key.public), "sig": _encoded(signer.sign(pae(kind, payload)))}
    return canonical_json({"payload": _encoded(payload), "payloadType": kind, "signatures": [signature]})


def parse(content: bytes, kind: str) -> Envelope:
    """Return an envelope of that payload type; raises UnreadableInputError for anything but the one form."""
    found = read_canonical(content, "the envelope", limit=LARGEST_ENVELOPE)
    if not isinstance(found, dict) or found.keys() != _FIELDS:
        raise _none("other fields than payload, payloadType and signatures")
    if found["payloadType"] != kind:
        raise _none(f"its payload is no {kind}")
    signatures = found["signatures"]
    if not isinstance(signatures, list) or len(signatures) != 1:
        raise _none("it has not exactly one signature")
    (one,) = signatures
    if not isinstance(one, dict) or one.keys() != {"keyid", "sig"} or not isinstance(one["keyid"], str):
        raise _none("its signature names no key")
    signature = _decoded(one["sig"])
    if len(signature) != _SIGNATURE_BYTES:
        raise _none("a signature has 64 bytes")
    return Envelope(kind, _decoded(found["payload"]), one["keyid"], signature)


def opened(content: bytes, kind: str, keys: Sequence[PublicKey]) -> tuple[bytes, PublicKey]:
    """Return the payload and the key that signed it.

    Raises:
        UnreadableInputError: no such envelope.
        CheckFailedError: none of the keys signed it.
    """
    envelope = parse(content, kind)
    for key in keys:
        if envelope.is_signed_by(key):
            return envelope.payload, key
    raise CheckFailedError(
        f"no known key signed this; it names {envelope.key_id[:16]}", hint="Is the trust list the right one?"
    )


def _encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _decoded(text: Any) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        raw = b""
    if not raw or _encoded(raw) != text:
        raise _none("something in it is not base64 as it must be written")
    return raw


def _none(problem: str) -> UnreadableInputError:
    return UnreadableInputError(f"no certificate: {problem}", hint="Take the file as its issuer published it.")
