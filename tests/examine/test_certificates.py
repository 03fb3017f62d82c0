"""What a certificate says of itself."""

from datetime import date

import pytest
from cryptography import x509

from fairmark.examine.certificates import FoundCertificate, is_short, read_certificate
from tests.doubles.certificates import certificate


def read(data: bytes) -> FoundCertificate:
    found = read_certificate(lambda: x509.load_pem_x509_certificate(data), 1)
    assert found is not None
    return found


def test_dates_key_and_issuer_are_read() -> None:
    found = read(certificate("rsa1024", issuer="Maker CA", begins=date(2021, 2, 3), ends=date(2031, 2, 3)))

    assert (found.key_kind, found.key_bits, found.is_short) == ("RSA", 1024, True)
    assert (found.begins, found.ends) == (date(2021, 2, 3), date(2031, 2, 3))
    assert (found.is_self_signed, found.is_authority, found.digest) == (False, False, "")


@pytest.mark.parametrize(("digest", "expected"), [("SHA256", ""), ("SHA1", "SHA-1"), ("MD5", "MD5")])
def test_a_broken_digest_is_named(digest: str, expected: str) -> None:
    assert read(certificate(issuer="Maker CA", digest=digest)).digest == expected


def test_an_authority_is_told_from_a_device() -> None:
    assert read(certificate(authority=True)).is_authority
    assert not read(certificate()).is_authority


@pytest.mark.parametrize(
    ("kind", "bits", "short"),
    [("RSA", 2047, True), ("RSA", 2048, False), ("EC secp192r1", 192, True), ("Ed25519", 256, False), ("", 0, False)],
)
def test_sizes_are_judged_by_kind(kind: str, bits: int, short: bool) -> None:  # noqa: FBT001
    assert is_short(kind, bits) is short


def test_what_does_not_parse_is_none() -> None:
    assert read_certificate(lambda: x509.load_pem_x509_certificate(b"-----BEGIN CERTIFICATE-----"), None) is None
