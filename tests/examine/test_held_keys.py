"""All keys and certificates of an image, and what is public among them."""

from fairmark.examine.held_keys import held_keys, is_documentation, is_public
from tests.doubles.certificates import bundle, certificate, key_of
from tests.doubles.subjects import subject


def test_keys_and_certificates_are_read_by_text_and_by_name() -> None:
    made = subject(
        {
            "/etc/ssl/device.der": certificate(form="DER"),
            "/etc/ssl/device.crt": certificate("ec2"),
            "/etc/wg.conf": b"PrivateKey = 6Ov0C1o4ofzEVTMnBGRbYHnTyJqIm3rYbwbmbzO5UEo=\n",
            "/etc/notes.txt": b"nothing\n",
        }
    )

    held = held_keys(made)

    assert [file.path for file, _ in held.certificates] == ["/etc/ssl/device.crt", "/etc/ssl/device.der"]
    assert [key.kind for _, key in held.keys] == ["WireGuard"]


def test_a_long_list_and_authorities_at_their_place_are_public() -> None:
    made = subject(
        {
            "/etc/ssl/bundle.pem": bundle(20, 0),
            "/etc/ssl/certs/root.pem": certificate(authority=True),
            "/etc/ssl/certs/device.pem": certificate(),
            "/etc/maker/root.pem": certificate(authority=True),
        }
    )

    found = {file.path: is_public(file, inside) for file, inside in held_keys(made).certificates}

    assert found == {
        "/etc/ssl/bundle.pem": True,
        "/etc/ssl/certs/root.pem": True,
        "/etc/ssl/certs/device.pem": False,
        "/etc/maker/root.pem": False,
    }


def test_documentation_and_tests_are_known_by_their_folder() -> None:
    made = subject({"/usr/share/doc/x/a.pem": b"x", "/etc/a.pem": b"x"})

    assert [is_documentation(file) for file in made.files] == [False, True]
    assert key_of("ec").key_size == 256
