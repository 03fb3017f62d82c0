"""Private keys and certificates in the forms that devices keep them in: PEM, DER, OpenSSH, dropbear.

A key counts when it parses. What is told about it is its kind, its size and the SHA-256 of its
public part (the SubjectPublicKeyInfo, RFC 5280 section 4.1.2.7); the private part goes no further.
"""

import hashlib
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
    load_ssh_private_key,
)

from fairmark.examine.certificates import FAULTS, FoundCertificate, is_short, read_certificate

_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----")
_KEY_NAMES = re.compile(
    r"(?:.*\.(?:key|der|pem|p8|pk8|priv|crt|cer|cert)|dropbear_\w+_host_key|ssh_host_\w+_key|id_(?:rsa|dsa|ecdsa|ed25519))",
    re.IGNORECASE,
)
_BODY = re.compile(rb"[A-Za-z0-9+/]{60}")  # a line of it, quoted or not
_SHORT_KEY = 80  # bytes in DER: Ed25519, Ed448
_MAX_BLOCKS = 200
_MAX_BLOCK = 16384
_MAX_DER = 16384
_CURVES: dict[bytes, type[ec.EllipticCurve]] = {
    b"ecdsa-sha2-nistp256": ec.SECP256R1,
    b"ecdsa-sha2-nistp384": ec.SECP384R1,
    b"ecdsa-sha2-nistp521": ec.SECP521R1,
}


class _PublicKey(Protocol):
    def public_bytes(self, encoding: Encoding, format: PublicFormat) -> bytes:  # noqa: A002 - the library's name
        """Write the public key."""
        ...


@dataclass(frozen=True, slots=True)
class FoundKey:
    """A private key: ``line`` where it starts in a text. Of an encrypted one nothing else is known."""

    kind: str = ""
    bits: int = 0
    public_sha256: str = ""
    line: int | None = None
    encrypted: bool = False

    @property
    def is_shared_secret(self) -> bool:
        """Whether both sides hold the same key; ``public_sha256`` is then the digest of all of it."""
        return self.kind.startswith("OpenVPN")

    @property
    def is_short(self) -> bool:
        """Whether it is too small to resist today."""
        return is_short(self.kind, self.bits)


def may_hold_key(path: str, text: str | None) -> bool:
    """Whether a file is worth reading: by its text, or for binary files by its name."""
    if text is not None:
        return "-----BEGIN " in text
    return bool(_KEY_NAMES.fullmatch(path.rpartition("/")[2]))


def read_keys(data: bytes) -> tuple[tuple[FoundKey, ...], tuple[FoundCertificate, ...]]:
    """Return the private keys and the certificates in a file. What does not parse is not there."""
    keys: list[FoundKey] = []
    certificates: list[FoundCertificate] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library warns about weak keys, which is what we look for
        for found in _found(data):
            if isinstance(found, FoundKey):
                keys.append(found)
            else:
                certificates.append(found)
    return tuple(keys), tuple(certificates)


def embedded_key(data: bytes, at: int) -> FoundKey | None:
    """Return the private key that stands at an offset of a binary file; ``None`` when it does not parse.

    ``data`` needs to hold no more than the key and some bytes after it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        match = _PEM.match(data, at)
        if match is None:
            block = data[at : at + _der_length(data[at : at + 4])]
            found = None if _is_template(block) else _der(block)
        else:
            ending = b"-----END " + match[1] + b"-----"
            end = data.find(ending, match.end(), match.end() + _MAX_BLOCK)
            found = _pem(match[1], data[at : end + len(ending)] + b"\n", 1) if end > 0 else None
    return replace(found, line=None) if isinstance(found, FoundKey) else None


def _der_length(head: bytes) -> int:
    """Return the length of a value in DER with its header, read off its first four bytes."""
    if len(head) < 4 or head[1] > 0x82:
        return 0
    return {0x81: 3 + head[2], 0x82: 4 + int.from_bytes(head[2:4])}.get(head[1], 2 + head[1])


def _is_template(block: bytes) -> bool:
    """Whether a short key is only its own head, which programs keep to write keys with, and text comes after it.

    Of 32 random bytes fewer than four have their highest bit set once in a million times.
    """
    seed = block[-32:]
    text = sum(0x20 <= byte < 0x7F for byte in seed) >= len(seed) // 2
    return len(block) < _SHORT_KEY and text and sum(byte > 0x7F for byte in seed) < 4


def _found(data: bytes) -> Iterator[FoundKey | FoundCertificate]:
    blocks = list(islice(_PEM.finditer(data), _MAX_BLOCKS))
    for match in blocks:
        ending = b"-----END " + match[1] + b"-----"
        end = data.find(ending, match.end(), match.end() + _MAX_BLOCK)
        line = data.count(b"\n", 0, match.start()) + 1
        block = _pem(match[1], data[match.start() : end + len(ending)] + b"\n", line) if end > 0 else None
        if block:
            yield block
    if not blocks:
        yield from (one for one in (_der(data), _dropbear(data)) if one)


def _pem(label: bytes, block: bytes, line: int) -> FoundKey | FoundCertificate | None:
    if label in {b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE"}:
        return read_certificate(lambda: x509.load_pem_x509_certificate(block), line)
    if not label.endswith(b"PRIVATE KEY"):
        return None
    if label.startswith(b"ENCRYPTED") or b"Proc-Type: 4,ENCRYPTED" in block:
        return FoundKey(line=line, encrypted=True) if _BODY.search(block) else None
    try:
        if label.startswith(b"OPENSSH"):
            private: object = load_ssh_private_key(block, None)
        else:
            private = load_pem_private_key(block, None, unsafe_skip_rsa_key_validation=True)
    except TypeError:  # the library's way to say that a passphrase is needed
        return FoundKey(line=line, encrypted=True)
    except FAULTS:
        return None
    return _described(private, line)


def _der(data: bytes) -> FoundKey | FoundCertificate | None:
    if not data.startswith(b"\x30") or len(data) > _MAX_DER:
        return None
    try:
        return _described(load_der_private_key(data, None, unsafe_skip_rsa_key_validation=True), None)
    except TypeError:
        return FoundKey(encrypted=True)
    except FAULTS:
        return read_certificate(lambda: x509.load_der_x509_certificate(data), None)


def _described(private: object, line: int | None) -> FoundKey | None:
    """Describe a private key of the library by its public part."""
    if isinstance(private, rsa.RSAPrivateKey | dsa.DSAPrivateKey | ec.EllipticCurvePrivateKey):
        kind = {True: "RSA"}.get(isinstance(private, rsa.RSAPrivateKey), "DSA")
        if isinstance(private, ec.EllipticCurvePrivateKey):
            kind = f"EC {private.curve.name}"
        return FoundKey(kind, private.key_size, _public_sha256(private.public_key()), line)
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return FoundKey("Ed25519", 256, _public_sha256(private.public_key()), line)
    if isinstance(private, ed448.Ed448PrivateKey):
        return FoundKey("Ed448", 456, _public_sha256(private.public_key()), line)
    return None


def _public_sha256(public: _PublicKey) -> str:
    return hashlib.sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _dropbear(data: bytes) -> FoundKey | None:
    """Read dropbear's host key: the fields of an SSH public key, then the private ones (RFC 4253 section 6.6)."""
    fields = _strings(data[:_MAX_DER])
    name = fields[0] if fields else b""
    try:
        if name == b"ssh-rsa" and len(fields) >= 4:
            exponent, modulus = (int.from_bytes(one) for one in fields[1:3])
            return FoundKey(
                "RSA", modulus.bit_length(), _public_sha256(rsa.RSAPublicNumbers(exponent, modulus).public_key())
            )
        if name == b"ssh-dss" and len(fields) >= 6:
            p, q, g, y = (int.from_bytes(one) for one in fields[1:5])
            numbers = dsa.DSAPublicNumbers(y, dsa.DSAParameterNumbers(p, q, g))
            return FoundKey("DSA", p.bit_length(), _public_sha256(numbers.public_key()))
        if name in _CURVES and len(fields) >= 4:
            curve = _CURVES[name]()
            point = ec.EllipticCurvePublicKey.from_encoded_point(curve, fields[2])
            return FoundKey(f"EC {curve.name}", curve.key_size, _public_sha256(point))
        if name == b"ssh-ed25519" and len(fields) >= 2 and len(fields[1]) == 64:
            public = ed25519.Ed25519PublicKey.from_public_bytes(fields[1][32:])
            return FoundKey("Ed25519", 256, _public_sha256(public))
    except FAULTS:
        return None
    return None


def _strings(data: bytes) -> list[bytes]:
    """Split into fields with four bytes of length each; empty when the lengths do not add up."""
    fields: list[bytes] = []
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4])
        if at + 4 > len(data) or size > len(data) - at - 4 or len(fields) > 12:
            return []
        fields.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return fields
