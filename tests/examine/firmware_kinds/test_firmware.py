"""What is known of an image in one line."""

from fairmark.examine.firmware_kinds.firmware import Firmware, Signature, printable


def test_the_summary_names_only_what_is_known() -> None:
    assert Firmware("x", "Some program", 9).summary == "Some program"
    full = Firmware(
        "x", "Image", 9, version="1.0", signature=Signature.SIGNED, scheme="RSA", parts=(("a", "2"),), rollback=0
    )
    assert full.summary == "Image 1.0, a 2, signed with RSA, roll-back counter 0"


def test_a_field_ends_at_its_first_zero_and_holds_nothing_unprintable() -> None:
    assert printable(b"na\x1bme\0rest") == "name"
