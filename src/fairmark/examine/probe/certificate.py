"""The facts of a certificate that a server showed."""

import warnings

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

from fairmark.examine.probe.text import shown
from fairmark.model.network import SeenCertificate
from fairmark.model.value import sha256_hex

LARGEST = 64 << 10
LEAST_BITS = {"rsa": 2048, "dsa": 2048, "ec": 224}
BROKEN_DIGESTS = ("md5", "sha1")


def read_certificate(der: bytes) -> SeenCertificate | None:
    """Read a certificate; ``None`` when it is none that can be read."""
    if not 0 < len(der) <= LARGEST:
        return None
    try:
        with warnings.catch_warnings(action="ignore"):  # of serial numbers that a later library refuses
            return _read(der)
    except (ValueError, TypeError, OverflowError, UnsupportedAlgorithm, x509.InvalidVersion):
        return None


def _read(der: bytes) -> SeenCertificate:
    one = x509.load_der_x509_certificate(der)
    subject, issuer = one.subject.rfc4514_string(), one.issuer.rfc4514_string()
    return SeenCertificate(
        sha256=sha256_hex(der),
        subject=shown(subject),
        issuer=shown(issuer),
        self_signed=subject == issuer,
        begins=one.not_valid_before_utc.date(),
        ends=one.not_valid_after_utc.date(),
        key=_key(one),
        digest=_digest(one),
    )


def _key(one: x509.Certificate) -> str:
    try:
        key = one.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return "unknown"
    if isinstance(key, rsa.RSAPublicKey | dsa.DSAPublicKey | ec.EllipticCurvePublicKey):
        kind = "rsa" if isinstance(key, rsa.RSAPublicKey) else "dsa" if isinstance(key, dsa.DSAPublicKey) else "ec"
        return f"{kind} {key.key_size}"
    if isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
        return "ed25519" if isinstance(key, ed25519.Ed25519PublicKey) else "ed448"
    return "unknown"


def _digest(one: x509.Certificate) -> str:
    try:
        digest = one.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return "unknown"
    return digest.name if digest else ""


def faults(one: SeenCertificate) -> tuple[str, ...]:
    """Return what is weak in key and signature, in words; the dates are for whoever knows today."""
    found = []
    kind, _, bits = one.key.partition(" ")
    least = LEAST_BITS.get(kind)
    if least and bits.isdigit() and int(bits) < least:
        found.append(f"its key has {bits} bits ({kind})")
    if one.digest in BROKEN_DIGESTS and not one.self_signed:
        found.append(f"it is signed over {one.digest}")
    return tuple(found)
