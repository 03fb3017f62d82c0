"""Images for MCUboot: version, records, digest."""

from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.blob import Blob
from fairmark.examine.firmware_kinds.firmware import Firmware, Signature
from fairmark.examine.firmware_kinds.mcuboot import read_mcuboot_image
from tests.doubles.firmware_images import CODE, mcuboot_image


def _read(image: bytes) -> Firmware:
    found = read_mcuboot_image(Blob(image))
    assert found is not None
    return found


def test_a_signed_image_names_version_key_and_counter() -> None:
    image = mcuboot_image(CODE, counter=7, version=(1, 2, 3, 4))

    found = _read(image + b"\xff" * 99)

    assert (found.version, found.scheme, found.rollback, found.key) == ("1.2.3+4", "ECDSA", 7, "5a" * 32)
    assert (found.signature, found.size, found.faults) == (Signature.SIGNED, len(image), ())


def test_an_image_with_a_digest_alone_is_unsigned() -> None:
    found = _read(mcuboot_image(CODE, scheme=None))

    assert (found.signature, found.rollback) == (Signature.UNSIGNED, None)


def test_a_changed_program_does_not_fit_its_digest() -> None:
    image = bytearray(mcuboot_image(CODE))
    image[0x300] ^= 1

    assert _read(bytes(image)).faults == ("the digest is not that of the image: it was changed after signing",)


def test_an_encrypted_program_cannot_be_compared_with_its_digest() -> None:
    image = bytearray(mcuboot_image(CODE, flags=0x04))
    image[0x300] ^= 1

    found = _read(bytes(image))

    assert (found.is_encrypted, found.faults) == (True, ())


def test_missing_records_leave_the_signature_unknown() -> None:
    image = mcuboot_image(CODE)[: 0x200 + len(CODE)]

    found = _read(image)

    assert (found.signature, found.faults) == (Signature.UNKNOWN, ("the records behind the program are missing",))


def test_other_bytes_are_no_image() -> None:
    for data in (b"", b"\x3d\xb8\xf3\x96", b"\x3d\xb8\xf3\x96" + b"\xff" * 4000, CODE):
        assert read_mcuboot_image(Blob(data)) is None


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 11_000), st.integers(0, 255)), max_size=8), st.integers(0, 11_000))
def test_damage_never_escapes(flips: list[tuple[int, int]], length: int) -> None:
    raw = bytearray(mcuboot_image(CODE, counter=1))
    for at, value in flips:
        raw[at % len(raw)] = value

    found = read_mcuboot_image(Blob(bytes(raw[:length])))

    assert found is None or found.size <= length
