"""Where a private key may stand in a binary file."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.key_files import embedded_key
from fairmark.examine.key_marks import MOST_MARKS, key_marks

KEYS = {
    "RSA": rsa.generate_private_key(65537, 1024),
    "EC secp256r1": ec.derive_private_key(7, ec.SECP256R1()),
    "EC secp384r1": ec.derive_private_key(7, ec.SECP384R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))),
}
FORMS = [
    (kind, encoding, form)
    for kind in KEYS
    for encoding in ("PEM", "DER")
    for form in ("PKCS8", "TraditionalOpenSSL")
    if (kind, form) != ("Ed25519", "TraditionalOpenSSL")
]


def written(kind: str, encoding: str, form: str) -> bytes:
    return KEYS[kind].private_bytes(getattr(Encoding, encoding), getattr(PrivateFormat, form), NoEncryption())


@pytest.mark.parametrize(("kind", "encoding", "form"), FORMS)
def test_a_key_among_other_bytes_is_marked_where_it_begins_and_read_there(kind: str, encoding: str, form: str) -> None:
    before = b"\x7fELF\0\1" * 50
    data = before + written(kind, encoding, form) + b"\0 something else" * 20

    marks = key_marks(data)

    assert marks[0] == len(before)
    found = embedded_key(data, marks[0])
    assert found is not None
    assert (found.kind, len(found.public_sha256)) == (kind, 64)


def test_the_words_alone_are_no_key() -> None:
    text = b"\0-----BEGIN RSA PRIVATE KEY-----\0-----END RSA PRIVATE KEY-----\0%s PRIVATE KEY-----\0"

    marks = key_marks(text)

    assert len(marks) == 1
    assert embedded_key(text, marks[0]) is None


def test_places_that_look_like_keys_are_bounded() -> None:
    data = b"\x30\x82\x01\x00\x02\x01\x00\x02\x82" * 5000

    assert len(key_marks(data)) == MOST_MARKS


@given(st.binary(max_size=400), st.integers(0, 400))
@settings(max_examples=100, deadline=None)
def test_any_bytes_at_any_place_are_read_without_harm(data: bytes, at: int) -> None:
    framed = data[:at] + b"\x30\x77\x02\x01\x01\x04\x20" + data[at:]

    for mark in key_marks(framed):
        embedded_key(framed, mark)
