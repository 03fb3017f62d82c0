"""What a certificate says (RFC 5280): whose it is, from when until when, how strong its key and its signature are."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import SignatureAlgorithmOID

FAULTS = (ValueError, TypeError, UnsupportedAlgorithm, OverflowError, x509.InvalidVersion)
BROKEN_DIGESTS = frozenset({"MD2", "MD4", "MD5", "SHA-1"})  # collisions can be made (RFC 6151, NIST SP 800-131A Rev. 2)
_DIGESTS = {
    "1.2.840.113549.1.1.2": "MD2",
    "1.2.840.113549.1.1.3": "MD4",
    SignatureAlgorithmOID.RSA_WITH_MD5.dotted_string: "MD5",
    SignatureAlgorithmOID.RSA_WITH_SHA1.dotted_string: "SHA-1",
    "1.3.14.3.2.29": "SHA-1",
    SignatureAlgorithmOID.ECDSA_WITH_SHA1.dotted_string: "SHA-1",
    SignatureAlgorithmOID.DSA_WITH_SHA1.dotted_string: "SHA-1",
}


@dataclass(frozen=True, slots=True)
class FoundCertificate:
    """A certificate: its own digest and that of the public key in it.

    ``digest`` is the digest of its signature as far as it is a broken one, else empty. ``is_self_signed``
    means that subject and issuer bear the same name.
    """

    sha256: str
    public_sha256: str
    line: int | None = None
    key_kind: str = ""
    key_bits: int = 0
    digest: str = ""
    begins: date | None = None
    ends: date | None = None
    is_self_signed: bool = False
    is_authority: bool = False

    @property
    def is_short(self) -> bool:
        """Whether its key is too small to resist today."""
        return is_short(self.key_kind, self.key_bits)


def is_short(kind: str, bits: int) -> bool:
    """Whether a key is too small to resist today (NIST SP 800-131A Rev. 2: below 112 bits of strength)."""
    return 0 < bits < (2048 if kind in {"RSA", "DSA"} else 224)


def read_certificate(load: Callable[[], x509.Certificate], line: int | None) -> FoundCertificate | None:
    """Return what a certificate says; ``None`` when it does not parse."""
    try:
        certificate = load()
        key = certificate.public_key()
        kind, bits = key_size(key)
        return FoundCertificate(
            sha256=hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest(),
            public_sha256=hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest(),
            line=line,
            key_kind=kind,
            key_bits=bits,
            digest=_DIGESTS.get(certificate.signature_algorithm_oid.dotted_string, ""),
            begins=certificate.not_valid_before_utc.date(),
            ends=certificate.not_valid_after_utc.date(),
            is_self_signed=_is_self_signed(certificate),
            is_authority=_is_authority(certificate),
        )
    except FAULTS:
        return None


def key_size(key: object) -> tuple[str, int]:
    """Return kind and size of a public key of the library; ``("", 0)`` for a kind that is not known here."""
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, dsa.DSAPublicKey):
        return "DSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}", key.key_size
    if isinstance(key, ed25519.Ed25519PublicKey):
        return "Ed25519", 256
    return ("Ed448", 456) if isinstance(key, ed448.Ed448PublicKey) else ("", 0)


def _is_self_signed(certificate: x509.Certificate) -> bool:
    """Compare the names alone: the library refuses to verify the weak signatures that matter here."""
    return certificate.subject == certificate.issuer


def _is_authority(certificate: x509.Certificate) -> bool:
    """Whether it may sign others; one without the extension (version 1) counts when it is signed by itself."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return certificate.version is x509.Version.v1 and certificate.subject == certificate.issuer
    except (*FAULTS, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return False
