"""UF2: blocks become areas of bytes, and the family says the chip."""

from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.containers.uf2 import UF2
from fairmark.model.gap import GapReason
from tests.doubles.firmware_images import CODE, uf2
from tests.doubles.hostile import cut, flipped, survive
from tests.doubles.opening import open_with


def test_blocks_are_joined_and_the_chip_is_named() -> None:
    opened = open_with(UF2, uf2(0x1000_0000, CODE) + b"behind")

    (part,) = opened.parts
    assert (part.name, part.blob.read(0, 1 << 20)) == ("0x10000000", CODE)
    assert (opened.note, opened.gaps) == ("UF2 for RP2040", ())
    assert opened.size == 512 * -(-len(CODE) // 256)


def test_an_unknown_family_is_a_number() -> None:
    assert open_with(UF2, uf2(0, CODE, family=7)).note == "UF2 for family 0x7"


def test_missing_blocks_are_noted() -> None:
    opened = open_with(UF2, uf2(0, CODE)[: 512 * 3])

    assert [gap.reason for gap in opened.gaps] == [GapReason.DAMAGED]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30_000), st.integers(0, 255)), max_size=6))
def test_damage_never_escapes(flips: list[tuple[int, int]]) -> None:
    image = uf2(0, CODE)

    for one in (flipped(image, flips), *cut(image)):
        survive(UF2, one)
