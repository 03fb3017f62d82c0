"""Keys of SSH, WireGuard and OpenVPN in texts; passphrases are never told by a digest."""

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.public_keys import public_keys, tunnel_keys

LINE = (
    ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
    .public_key()
    .public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    .decode()
)
OTHER = ec.derive_private_key(9, ec.SECP256R1()).public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
WIREGUARD = "6Ov0C1o4ofzEVTMnBGRbYHnTyJqIm3rYbwbmbzO5UEo="


def test_authorised_keys_are_read_with_options_and_without_comments() -> None:
    text = f'# {LINE}\nfrom="10.0.0.1" {LINE} maker\n{OTHER.decode()}\nssh-rsa AAAA\n'

    found = public_keys("/root/.ssh/authorized_keys", text)

    assert [(key.kind, key.line) for key in found] == [("Ed25519", 2), ("EC secp256r1", 3)]


def test_the_same_line_in_another_file_is_left_alone() -> None:
    assert public_keys("/etc/motd", LINE) == ()
    assert len(public_keys("/etc/ssh/ssh_host_ed25519_key.pub", LINE)) == 1


def test_a_private_key_of_wireguard_is_told_by_its_public_part() -> None:
    (found,) = tunnel_keys(f"[Interface]\nPrivateKey = {WIREGUARD}\n")
    (again,) = tunnel_keys(f"  option private_key '{WIREGUARD}'\n")

    assert (found.kind, found.line) == ("WireGuard", 2)
    assert found.public_sha256 == again.public_sha256
    assert not found.is_shared_secret


def test_placeholders_are_no_keys() -> None:
    assert tunnel_keys("PrivateKey = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n") == ()
    assert tunnel_keys("PrivateKey = <your private key here>\nPublicKey = " + WIREGUARD) == ()


def test_a_static_key_of_openvpn_is_a_shared_secret() -> None:
    lines = "\n".join(bytes((16 * row + column) % 256 for column in range(16)).hex() for row in range(16))
    text = f"-----BEGIN OpenVPN Static key V1-----\n{lines}\n-----END OpenVPN Static key V1-----\n"

    (found,) = tunnel_keys(text)

    assert found.is_shared_secret
    assert tunnel_keys(text.replace(lines[:32], "00" * 16).replace("f", "")) == ()


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_text_is_read_without_harm(text: str) -> None:
    public_keys("/root/.ssh/authorized_keys", f"ssh-ed25519 {text}\n{text}")
    tunnel_keys(f"PrivateKey = {text}\n{text}")
