"""Make certificates of any age and strength."""

from datetime import UTC, date, datetime, time
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

BEGINS, ENDS = date(2020, 1, 1), date(2045, 1, 1)
_ALGORITHM = bytes.fromhex("2a864886f70d0101")  # signatures with RSA; one byte more names the digest
_DIGESTS = {"SHA256": b"\x0b", "SHA1": b"\x05", "MD5": b"\x04"}


@cache
def key_of(kind: str) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    """Return the key of a kind: "rsa1024", "rsa2048", or "ec" with anything behind it for more than one."""
    if kind.startswith("rsa"):
        return rsa.generate_private_key(65537, int(kind[3:]))
    return ec.derive_private_key(7 + sum(kind.encode()), ec.SECP256R1())


def certificate(
    key: str = "ec",
    *,
    name: str = "device",
    issuer: str = "",
    digest: str = "SHA256",
    begins: date = BEGINS,
    ends: date = ENDS,
    authority: bool = False,
    form: str = "PEM",
) -> bytes:
    """Make a certificate, signed by itself unless an issuer is named (which has an RSA key)."""
    own = key_of(key)
    signer = key_of("rsa2048") if issuer else own
    builder = x509.CertificateBuilder(
        _name(issuer or name),
        _name(name),
        own.public_key(),
        1000,
        datetime.combine(begins, time(), UTC),
        datetime.combine(ends, time(), UTC),
    ).add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    made = builder.sign(signer, hashes.SHA256()).public_bytes(Encoding.DER)
    # The library signs over no broken digest. Nobody checks this signature, so naming another one is enough.
    made = made.replace(_ALGORITHM + _DIGESTS["SHA256"], _ALGORITHM + _DIGESTS[digest])
    return x509.load_der_x509_certificate(made).public_bytes(getattr(Encoding, form))


def bundle(count: int, over: int, *, day: date = date(2019, 1, 1)) -> bytes:
    """Make a list of authorities, the first ones over since a day."""
    return b"".join(
        certificate(
            f"ec{number}",
            name=f"authority {number}",
            authority=True,
            begins=date(2010, 1, 1),
            ends=day if number < over else ENDS,
        )
        for number in range(count)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
