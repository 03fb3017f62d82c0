"""What is left over is told apart: padding, kernel, encrypted, unknown."""

import pytest

from fairmark.examine.blob import Blob
from fairmark.examine.remainders import describe, entropy, has_boot_code, is_kernel, is_padding, padding_length, trimmed
from fairmark.model.gap import GapReason
from tests.doubles.images import NOISE


def test_erased_flash_is_padding_and_one_other_byte_is_not() -> None:
    assert is_padding(Blob(bytes(5000) + b"\xff" * 3_000_000))
    assert is_padding(Blob(b""))
    assert not is_padding(Blob(bytes(3_000_000) + b"x"))


def test_padding_is_cut_off_at_both_ends() -> None:
    blob = Blob(bytes(2_000_000) + b"core\0core" + b"\xff" * 2_000_000)

    assert padding_length(blob) == 2_000_000
    assert trimmed(blob).read(0, 20) == b"core\0core"


@pytest.mark.parametrize(("data", "bits"), [(b"", 0), (b"aaaa", 0), (b"abab", 1), (bytes(range(256)) * 9, 8)])
def test_entropy_is_in_bits_per_byte(data: bytes, bits: float) -> None:
    assert entropy(Blob(data)) == pytest.approx(bits)


def test_noise_is_told_from_text() -> None:
    assert describe(Blob(NOISE + bytes(1 << 20)))[0] is GapReason.ENCRYPTED_OR_RANDOM
    assert describe(Blob(b"plain text " * 1000)) == (GapReason.UNKNOWN_FORMAT, "no known format (3.10 bits per byte)")


def test_a_kernel_is_known_by_its_boot_code_or_its_version_line() -> None:
    zimage = Blob(bytes(0x24) + b"\x18\x28\x6f\x01")

    assert has_boot_code(zimage)
    assert is_kernel(zimage)
    assert is_kernel(Blob(b"..." * 99 + b"Linux version 4.4.60 (build)"))
    assert not is_kernel(Blob(NOISE))
