"""Keys: what parses is a finding named by its public part, what does not is none; secrets in text are hidden."""

from datetime import UTC, datetime
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.detectors.keys import DETECTOR
from fairmark.examine.key_files import read_keys
from fairmark.examine.subject import Service
from fairmark.model.finding import Confidence, Detection, Reach
from tests.doubles.subjects import service, subject


@cache
def rsa_key(bits: int = 1024) -> rsa.RSAPrivateKey:
    """Make an RSA key once."""
    return rsa.generate_private_key(65537, bits)


EC_KEY = ec.derive_private_key(7, ec.SECP256R1())
ED_KEY = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))


def pem(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey,
    form: PrivateFormat = PrivateFormat.PKCS8,
    protection: KeySerializationEncryption | None = None,
    encoding: Encoding = Encoding.PEM,
) -> bytes:
    """Write a private key."""
    return key.private_bytes(encoding, form, protection or NoEncryption())


def certificate(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Make a self-signed certificate."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "device")])
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), 1, datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def dropbear(*fields: bytes) -> bytes:
    """Write a host key of dropbear."""
    return b"".join(len(field).to_bytes(4) + field for field in fields)


def look(files: dict[str, bytes], *services: Service) -> Detection:
    """Run the detector."""
    return DETECTOR.detect(subject(files, services=services))


@pytest.mark.parametrize(
    ("data", "kind", "bits"),
    [
        (pem(rsa_key(), PrivateFormat.TraditionalOpenSSL), "RSA", 1024),
        (pem(rsa_key()), "RSA", 1024),
        (pem(rsa_key(), encoding=Encoding.DER), "RSA", 1024),
        (pem(EC_KEY, PrivateFormat.TraditionalOpenSSL), "EC secp256r1", 256),
        (pem(EC_KEY, PrivateFormat.OpenSSH), "EC secp256r1", 256),
        (pem(ED_KEY, PrivateFormat.OpenSSH), "Ed25519", 256),
        (dropbear(b"ssh-ed25519", bytes(32) + ED_KEY.public_key().public_bytes_raw()), "Ed25519", 256),
        (
            dropbear(
                b"ssh-rsa",
                b"\1\0\1",
                b"\0" + rsa_key().private_numbers().public_numbers.n.to_bytes(128),
                b"\1",
                b"\1",
                b"\1",
            ),
            "RSA",
            1024,
        ),
    ],
)
def test_every_form_of_private_key_is_read(data: bytes, kind: str, bits: int) -> None:
    (key,), _ = read_keys(data)

    assert (key.kind, key.bits, len(key.public_sha256)) == (kind, bits, 64)


def test_the_same_key_in_two_forms_has_the_same_name() -> None:
    (first,), _ = read_keys(pem(EC_KEY))
    (second,), _ = read_keys(pem(EC_KEY, PrivateFormat.OpenSSH))

    assert first.public_sha256 == second.public_sha256


def test_a_private_key_is_proven_and_its_body_is_not_repeated() -> None:
    data = pem(EC_KEY)
    found = look({"/etc/server.key": data})

    (finding,) = found.findings
    assert (finding.rule, finding.confidence, finding.reach) == ("private-key-in-image", Confidence.A, Reach.PRESENT)
    assert data.splitlines()[1].decode() not in str(found)
    assert found.observations == ()


def test_an_encrypted_key_is_strong_but_not_proven() -> None:
    data = pem(EC_KEY, protection=BestAvailableEncryption(b"word"))

    (finding,) = look({"/etc/server.key": data}).findings

    assert finding.confidence is Confidence.B


def test_a_short_key_and_its_certificate_are_findings_of_their_own() -> None:
    rules = {finding.rule for finding in look({"/etc/a.key": pem(rsa_key())}).findings}
    with_certificate = look({"/etc/a.key": pem(EC_KEY), "/etc/a.crt": certificate(EC_KEY)})

    assert rules == {"private-key-in-image", "key-too-short"}
    assert {finding.rule for finding in with_certificate.findings} == {"private-key-in-image", "certificate-shared"}


def test_a_certificate_alone_is_no_finding() -> None:
    found = look({"/etc/ssl/ca.crt": certificate(EC_KEY)})

    assert found.findings == ()
    assert found.observations[0].complete is False  # program code is not searched for keys


@pytest.mark.parametrize(
    "path",
    [
        "/usr/share/doc/x/server.key",
        "/usr/lib/python3/test/key.pem",
        "/usr/lib/python3/Crypto/SelfTest/keys.py",
        "/usr/lib/python3/x/test_import.py",
    ],
)
def test_keys_of_documentation_and_tests_are_hints(path: str) -> None:
    (finding,) = look({path: pem(EC_KEY)}).findings

    assert finding.confidence is Confidence.C


def test_what_looks_like_a_key_but_does_not_parse_is_none() -> None:
    text = b"grep -q -- '-----BEGIN RSA PRIVATE KEY-----' \"$1\"\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"

    assert look({"/etc/init.d/check": text}).findings == ()


def test_a_key_that_the_settings_of_an_open_service_name_is_exposed() -> None:
    web = service("/usr/sbin/webd", ports=("tcp/443",))
    settings_file = {"/etc/webd.conf": b"key = /etc/server.key\n"}
    near = look({"/etc/server.key": pem(EC_KEY), **settings_file}, web)
    far = look({"/etc/server.key": pem(EC_KEY), "/etc/webd.conf": b"# key = /etc/server.key\n"}, web)

    assert (near.findings[0].reach, far.findings[0].reach) == (Reach.EXPOSED, Reach.PRESENT)


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_read_without_harm(data: bytes) -> None:
    keys, certificates = read_keys(b"-----BEGIN PRIVATE KEY-----\n" + data + b"\n-----END PRIVATE KEY-----")

    assert all(key.encrypted for key in keys)
    assert certificates == ()


def test_a_secret_in_settings_is_found_and_hidden() -> None:
    found = look({"/etc/cloud.conf": b"server = mqtt.maker.net\nuser = fleet\npassword = Zu8rt4Kp0xWq\n"})

    (finding,) = found.findings
    assert (finding.rule, finding.confidence) == ("hardcoded-secret", Confidence.B)
    assert "Zu8rt4Kp0xWq" not in str(found)


def test_keys_that_are_no_flaw_are_noted_for_the_indexes() -> None:
    public = EC_KEY.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    found = look(
        {
            "/etc/ssl/cloud-ca.pem": certificate(EC_KEY),
            "/etc/ssh/ssh_host_ecdsa_key.pub": public,
            "/root/.ssh/authorized_keys": public + b" maker",
        }
    )

    noted = {
        item.where.path: item.statement for item in found.evidence if "SHA-256 of its public part" in item.statement
    }
    assert {path: text.partition(",")[0] for path, text in noted.items()} == {
        "/etc/ssl/cloud-ca.pem": "certificate",
        "/etc/ssh/ssh_host_ecdsa_key.pub": "host key",
        "/root/.ssh/authorized_keys": "authorised key",
    }
    assert len({text[-64:] for text in noted.values()}) == 1
    assert found.findings == ()


def test_a_list_of_public_authorities_is_not_noted() -> None:
    found = look({"/etc/ssl/certs/ca-certificates.crt": certificate(EC_KEY) * 25})

    assert not [item for item in found.evidence if "public part" in item.statement]


def test_a_passphrase_is_never_told_by_a_digest() -> None:
    found = look({"/etc/wpa_supplicant.conf": b'network={\n  ssid="home"\n  psk="hunter2hunter2"\n}\n'})

    assert [finding.rule for finding in found.findings] == ["hardcoded-secret"]
    assert "SHA-256" not in str([item.statement for item in found.evidence])


def test_secret_keys_of_tunnels_are_private_keys() -> None:
    found = look(
        {"/etc/wireguard/wg0.conf": b"[Interface]\nPrivateKey = 6Ov0C1o4ofzEVTMnBGRbYHnTyJqIm3rYbwbmbzO5UEo=\n"}
    )

    (finding,) = found.findings
    assert (finding.rule, finding.confidence) == ("private-key-in-image", Confidence.A)
    assert "6Ov0C1o4ofzEVTMnBGRb" not in str(found)


def test_a_program_that_writes_locked_keys_holds_none() -> None:
    code = (
        b'<?php\n$key = "-----BEGIN ENCRYPTED PRIVATE KEY-----\\r\\n" .\n chunk_split(base64_encode($key), 64) .\n'
        b" '-----END ENCRYPTED PRIVATE KEY-----';\n"
    )

    assert look({"/usr/share/php/keys.php": code}).findings == ()


def test_a_secret_in_settings_that_nothing_switches_on_is_a_hint() -> None:
    text = b"server = a.maker.net\nuser = fleet\npassword = Zu8rt4Kp0xWq\n"
    path, link = "/etc/radius/sites-available/example", "/etc/radius/sites-enabled/example"

    off = DETECTOR.detect(subject({path: text}))
    on = DETECTOR.detect(subject({path: text}, links={link: "../sites-available/example"}))

    assert [one.confidence for one in (*off.findings, *on.findings)] == [Confidence.C, Confidence.B]


def test_a_key_in_a_text_that_explains_is_none_of_the_program() -> None:
    code = b"def read(data):\n    '''Read a key.\n\n" + pem(EC_KEY) + b"    '''\n"

    assert look({"/usr/lib/python3/keys.py": code}).findings == ()
    assert len(look({"/usr/lib/python3/keys.py": b"KEY = '''" + pem(EC_KEY) + b"'''\n"}).findings) == 1


def test_a_secret_in_settings_that_only_come_along_is_a_hint() -> None:
    text = b"server = 'a.maker.net'\nuser = 'fleet'\npassword = 'Zu8rt4Kp0xWq'\n"

    found = [
        DETECTOR.detect(subject({path: text})).findings[0].confidence
        for path in (
            "/usr/share/phone/conf/basic/phone.conf",
            "/usr/lib/python3/dist-packages/phone/playbooks/phone.yml",
            "/usr/lib/python3/dist-packages/phone/phone.py",
            "/etc/phone.conf",
        )
    ]

    assert found == [Confidence.C, Confidence.C, Confidence.B, Confidence.B]
