"""Programs without a header: the table of vectors."""

import random

import pytest

from fairmark.examine.blob import Blob
from fairmark.examine.firmware_kinds.cortex_m import is_cortex_m_image, read_cortex_m_image
from tests.doubles.firmware_images import CODE, cortex_m_program, with_softdevice


@pytest.mark.parametrize(
    ("base", "stack"),
    [(0, 0x2000_4000), (0x0800_0000, 0x2002_0000), (0x0100_0000, 0x2100_9878), (0x6000_0000, 0x2000_1000)],
)
def test_tables_of_several_chips_are_known(base: int, stack: int) -> None:
    assert is_cortex_m_image(Blob(cortex_m_program(base=base, stack=stack)))


def test_the_table_may_stand_behind_a_first_stage_of_256_bytes() -> None:
    assert is_cortex_m_image(Blob(b"\x00\xb5\x32\x4b" + bytes(252) + cortex_m_program(base=0x1000_0000)))


def test_the_softdevice_names_itself() -> None:
    found = read_cortex_m_image(Blob(with_softdevice(cortex_m_program(), 140, 7_002_000)))

    assert found is not None
    assert (found.parts, found.chip) == ((("nrf-softdevice-s140", "7.2.0"),), "Nordic nRF")


def test_other_bytes_are_no_program() -> None:
    noise = random.Random(5).randbytes(1 << 16)
    ones = [CODE, b"\0" * 4096, b"\xff" * 4096, b"\x7fELF" + bytes(4096), cortex_m_program()[:64], noise]
    ones += [noise[at : at + 512] for at in range(0, 1 << 15, 64)]

    assert [one for one in ones if is_cortex_m_image(Blob(one))] == []
