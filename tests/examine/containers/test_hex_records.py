"""Intel HEX and S-records: lines become areas of bytes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import DamagedError
from fairmark.examine.containers.hex_records import INTEL_HEX, S_RECORDS
from fairmark.model.gap import GapReason
from tests.doubles.firmware_images import CODE, intel_hex, s_records
from tests.doubles.hostile import flipped, survive
from tests.doubles.opening import open_with


def test_areas_of_intel_hex_are_parts_named_by_their_address() -> None:
    opened = open_with(INTEL_HEX, intel_hex({0: CODE, 0x1000_1000: b"settings"}))

    assert [(part.name, part.blob.read(0, 1 << 20)) for part in opened.parts] == [
        ("0x0", CODE),
        ("0x10001000", b"settings"),
    ]
    assert opened.gaps == ()


def test_small_holes_are_filled_as_erased_flash_is() -> None:
    (part,) = open_with(INTEL_HEX, intel_hex({0: b"head", 16: b"tail"})).parts

    assert part.blob.read(0, 99) == b"head" + b"\xff" * 12 + b"tail"


def test_s_records_are_read_with_four_bytes_of_address() -> None:
    image = s_records(0x0800_0000, CODE)

    (part,) = open_with(S_RECORDS, image).parts

    assert S_RECORDS.recognise(Blob(image), 0)
    assert (part.name, part.blob.read(0, 1 << 20)) == ("0x8000000", CODE)


def test_a_line_with_a_wrong_checksum_is_noted_and_left_out() -> None:
    lines = intel_hex({0: CODE}, newline="\n").split(b"\n")
    lines[5] = lines[5][:-2] + b"00"

    opened = open_with(INTEL_HEX, b"\n".join(lines))

    assert [gap.reason for gap in opened.gaps] == [GapReason.DAMAGED]
    assert len(opened.parts[0].blob.read(0, 1 << 20)) == len(CODE)


def test_text_that_only_looks_alike_is_none() -> None:
    for text in (b":10 o'clock\n:11\n:12\n", b"S00 what\n", b":", b"S1\n", b":00000001FF"):
        assert not INTEL_HEX.recognise(Blob(text), 0)
        assert not S_RECORDS.recognise(Blob(text), 0)


def test_a_file_without_data_is_damaged() -> None:
    with pytest.raises(DamagedError):
        open_with(INTEL_HEX, b":020000040000FA\n:00000001FF\n")


def test_scattered_addresses_do_not_make_much_of_little() -> None:
    rows = [bytes([1]) + (number * 4097 % 65536).to_bytes(2) + bytes(2) for number in range(200)]
    lines = [":" + (row + bytes([-sum(row) & 0xFF])).hex() for row in rows]

    opened = open_with(INTEL_HEX, ("\n".join(lines) + "\n").encode())

    assert sum(part.blob.size for part in opened.parts) <= 200 * 4098


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 255)), max_size=6))
def test_damage_never_escapes(flips: list[tuple[int, int]]) -> None:
    survive(INTEL_HEX, flipped(intel_hex({0: CODE}), flips))
    survive(S_RECORDS, flipped(s_records(0, CODE), flips))
