"""Keys of the example cameras, derived from a seed: the same key every time, and none in the source.

These keys protect nothing: whoever has this file has them too. The RSA primes come from
Miller-Rabin on numbers that SHAKE-256 makes of the seed (FIPS 186-5, appendix B.3, in outline).
"""

import hashlib
from datetime import UTC, datetime
from itertools import count

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

_EXPONENT = 65537
_SMALL_PRIMES = tuple(n for n in range(3, 1000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2)))
_WITNESSES = 24
_FROM, _UNTIL = datetime(2024, 1, 1, tzinfo=UTC), datetime(2034, 1, 1, tzinfo=UTC)


def rsa_key(seed: str, bits: int) -> rsa.RSAPrivateKey:
    """Return the RSA key of ``bits`` bits (a multiple of 16) that belongs to a seed."""
    p, q = (_prime(f"{seed} {name}", bits // 2) for name in "pq")
    d = pow(_EXPONENT, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(_EXPONENT, p * q)
    numbers = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public)
    return numbers.private_key()


def private_pem(key: rsa.RSAPrivateKey) -> bytes:
    """Return a private key as PKCS #1 in PEM, unencrypted."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def public_pem(seed: str) -> bytes:
    """Return the public half of the P-256 key that belongs to a seed, as PEM."""
    scalar = int.from_bytes(hashlib.sha256(seed.encode()).digest()) >> 1
    key = ec.derive_private_key(scalar, ec.SECP256R1()).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def device_certificate(key: rsa.RSAPrivateKey, name: str) -> bytes:
    """Return a certificate over ``key`` that is signed by itself, as PEM."""
    return _certificate(name, key.public_key()).sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def authority_certificate(seed: str, name: str) -> bytes:
    """Return the certificate of the authority (Ed25519) that belongs to a seed, as PEM."""
    key = ed25519.Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed.encode()).digest())
    builder = _certificate(name, key.public_key())
    marked = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return marked.sign(key, None).public_bytes(Encoding.PEM)


def _certificate(name: str, key: rsa.RSAPublicKey | ed25519.Ed25519PublicKey) -> x509.CertificateBuilder:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    serial = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) | 1
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key)
        .serial_number(serial)
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
    )


def _prime(seed: str, bits: int) -> int:
    for attempt in count():
        noise = hashlib.shake_256(f"{seed} {attempt}".encode()).digest(bits // 8)
        # The two highest bits make the product as long as it should be; the lowest makes the number odd.
        candidate = int.from_bytes(noise) | 3 << (bits - 2) | 1
        if candidate % _EXPONENT != 1 and _is_prime(candidate):
            return candidate
    raise AssertionError("count() never ends")


def _is_prime(number: int) -> bool:
    if any(number % small == 0 for small in _SMALL_PRIMES):
        return False
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(_passes(number, base, odd, twos) for base in _SMALL_PRIMES[:_WITNESSES])


def _passes(number: int, base: int, odd: int, twos: int) -> bool:
    """Whether a base fails to prove that the number is composite (one round of Miller-Rabin)."""
    power = pow(base, odd, number)
    if power in {1, number - 1}:
        return True
    for _ in range(twos - 1):
        power = power * power % number
        if power == number - 1:
            return True
    return False
