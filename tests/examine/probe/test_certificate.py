"""The facts of a certificate."""

from datetime import date

import pytest

from fairmark.examine.probe.certificate import faults, read_certificate
from tests.doubles.certificates import certificate


def test_key_digest_dates_and_issuer_are_read() -> None:
    own = read_certificate(certificate("rsa2048", ends=date(2024, 5, 6), form="DER"))
    issued = read_certificate(certificate("ec", issuer="maker", digest="SHA1", form="DER"))

    assert own
    assert issued
    assert (own.key, own.digest, own.self_signed, own.ends) == ("rsa 2048", "sha256", True, date(2024, 5, 6))
    assert (issued.key, issued.self_signed) == ("ec 256", False)
    assert faults(own) == ()
    assert faults(issued) == ("it is signed over sha1",)


def test_a_short_key_is_a_fault() -> None:
    short = read_certificate(certificate("rsa1024", form="DER"))

    assert short
    assert faults(short) == ("its key has 1024 bits (rsa)",)


@pytest.mark.parametrize("junk", [b"", b"\x30\x03\x02\x01", b"0" * 70_000])
def test_what_is_no_certificate_is_none(junk: bytes) -> None:
    assert read_certificate(junk) is None
