"""Keys from a seed: the same every time, and sound in form."""

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from fairmark.demo.keys import authority_certificate, device_certificate, private_pem, public_pem, rsa_key


def test_a_seed_gives_one_key_and_another_seed_another() -> None:
    first, again, other = (private_pem(rsa_key(seed, 1024)) for seed in ("a", "a", "b"))

    assert first == again
    assert first != other


def test_an_rsa_key_signs_and_has_the_length_that_was_asked_for() -> None:
    key = rsa_key("length", 1024)

    signature = key.sign(b"text", padding.PKCS1v15(), SHA256())

    key.public_key().verify(signature, b"text", padding.PKCS1v15(), SHA256())
    assert key.key_size == 1024
    assert load_pem_private_key(private_pem(key), None) is not None


def test_certificates_are_the_same_bytes_every_time_and_signed_by_themselves() -> None:
    key = rsa_key("certificate", 1024)

    own = device_certificate(key, "camera")
    authority = authority_certificate("authority", "Update CA")

    assert own == device_certificate(key, "camera")
    assert authority == authority_certificate("authority", "Update CA")
    for text in (own, authority):
        certificate = load_pem_x509_certificate(text)
        certificate.verify_directly_issued_by(certificate)


def test_a_public_key_is_all_that_leaves_the_elliptic_pair() -> None:
    text = public_pem("updates")

    assert text.startswith(b"-----BEGIN PUBLIC KEY-----")
    assert load_pem_public_key(text) is not None
