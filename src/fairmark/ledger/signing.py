"""Signatures: one small interface for keys in memory, in files and in tokens, and the check of a signature."""

from typing import Literal, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Algorithm = Literal["EdDSA", "ES256"]
_PART = 32
_SIGNATURE = 2 * _PART


class Signer(Protocol):
    """A key that signs."""

    @property
    def algorithm(self) -> Algorithm:
        """Ed25519 (EdDSA), or ECDSA over P-256 with SHA-256 (ES256)."""
        ...

    @property
    def public(self) -> bytes:
        """The public key: 32 bytes for EdDSA, the uncompressed point of 65 bytes for ES256."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the signature: 64 bytes, for ES256 r and s one after the other."""
        ...


class KeyInMemory:
    """A private key in memory."""

    def __init__(self, key: Ed25519PrivateKey | EllipticCurvePrivateKey) -> None:
        self._key = key

    @property
    def algorithm(self) -> Algorithm:
        """Which kind of key it is."""
        return "EdDSA" if isinstance(self._key, Ed25519PrivateKey) else "ES256"

    @property
    def public(self) -> bytes:
        """The public key in the form of ``Signer.public``."""
        if isinstance(self._key, Ed25519PrivateKey):
            return self._key.public_key().public_bytes_raw()
        return self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def sign(self, message: bytes) -> bytes:
        """Return the signature."""
        if isinstance(self._key, Ed25519PrivateKey):
            return self._key.sign(message)
        r, s = decode_dss_signature(self._key.sign(message, ECDSA(SHA256())))
        return r.to_bytes(_PART, "big") + s.to_bytes(_PART, "big")


def verify(algorithm: Algorithm, public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature is that of the message by the key; False for whatever is malformed."""
    if len(signature) != _SIGNATURE:
        return False
    try:
        if algorithm == "EdDSA":
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        else:
            r, s = (int.from_bytes(part, "big") for part in (signature[:_PART], signature[_PART:]))
            key = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), public)
            key.verify(encode_dss_signature(r, s), message, ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True
