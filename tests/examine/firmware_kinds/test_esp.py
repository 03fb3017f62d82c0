"""Images of Espressif's chips: what the head says, and whether a signature follows."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.blob import Blob
from fairmark.examine.firmware_kinds.esp import is_esp_image, read_esp_image
from fairmark.examine.firmware_kinds.firmware import Firmware, Signature
from tests.doubles.firmware_images import CODE, esp8266_image, esp_image, signed_esp_image


def _read(image: bytes) -> Firmware:
    found = read_esp_image(Blob(image))
    assert found is not None
    return found


def test_an_application_names_chip_project_version_and_sdk() -> None:
    found = _read(esp_image(chip=5, counter=3))

    assert (found.title, found.project, found.version, found.built_with) == (
        "ESP32-C3 application",
        "lamp",
        "1.4.0",
        "ESP-IDF v4.4.2",
    )
    assert (found.signature, found.rollback, found.faults) == (Signature.UNSIGNED, 3, ())
    assert found.summary.startswith("ESP32-C3 application 'lamp' 1.4.0, built with ESP-IDF v4.4.2, unsigned")


@pytest.mark.parametrize(("version", "scheme"), [(2, "RSA-3072"), (3, "ECDSA P-256")])
def test_a_signature_block_with_the_right_digest_counts(version: int, scheme: str) -> None:
    image = signed_esp_image(esp_image(), version=version)

    found = _read(image)

    assert (found.signature, found.scheme) == (Signature.SIGNED, f"secure boot version 2, {scheme}")
    assert len(found.key) == 64
    assert (found.size, found.faults) == (len(image), ())


def test_the_older_signature_follows_at_once() -> None:
    image = esp_image()
    image += bytes(4) + bytes(range(100, 164))

    assert _read(image).scheme == "secure boot version 1, ECDSA P-256"


def test_an_image_that_was_changed_after_signing_is_told() -> None:
    image = bytearray(signed_esp_image(esp_image()))
    image[400] ^= 1

    assert "changed after signing" in " ".join(_read(bytes(image)).faults)


def test_a_block_with_a_wrong_checksum_is_no_signature() -> None:
    plain = esp_image()
    image = bytearray(signed_esp_image(plain))
    image[-(4096 - 1000)] ^= 1

    assert _read(bytes(image)).signature is Signature.UNSIGNED


def test_a_boot_loader_and_an_old_chip_have_no_place_for_a_signature_of_that_kind() -> None:
    assert _read(esp_image(described=False)).signature is Signature.UNKNOWN
    assert (_read(esp8266_image()).chip, _read(esp8266_image()).signature) == ("ESP8266", Signature.UNKNOWN)


def test_other_bytes_are_no_image() -> None:
    for data in (b"", b"\xe9", b"\xe9\x01\x02\x20" + bytes(400), CODE, b"\xe9" * 5000, esp_image()[:600]):
        assert not is_esp_image(Blob(data))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 16_000), st.integers(0, 255)), max_size=8), st.integers(0, 16_000))
def test_damage_never_escapes(flips: list[tuple[int, int]], length: int) -> None:
    raw = bytearray(signed_esp_image(esp_image()))
    for at, value in flips:
        raw[at % len(raw)] = value

    found = read_esp_image(Blob(bytes(raw[:length])))

    assert found is None or found.size <= length
