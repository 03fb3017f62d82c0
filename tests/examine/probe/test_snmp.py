"""Questions and answers in BER."""

import pytest

from fairmark.examine.probe import snmp


def answer(text: bytes, *, kind: int = 0xA2, value: int = 4) -> bytes:
    binding = snmp._item(0x30, snmp._item(6, snmp.SYS_DESCR) + snmp._item(value, text))
    inner = snmp._item(2, b"\1") + snmp._item(2, b"\0") + snmp._item(2, b"\0") + snmp._item(0x30, binding)
    return snmp._item(0x30, snmp._item(2, b"\1") + snmp._item(4, b"public") + snmp._item(kind, inner))


def test_a_question_is_what_the_standard_wants() -> None:
    asked = snmp.get_description(1, "public", 0x464D)

    assert asked.hex() == ("302902010104067075626c6963a01c02040000464d020100020100300e300c06082b060102010101000500")


def test_a_description_is_read_short_and_long() -> None:
    assert snmp.read_description(answer(b"EC-100")) == "EC-100"
    assert snmp.read_description(answer(b"x" * 600)) == "x" * 600
    assert snmp.read_description(answer(b"", value=5)) == ""


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30",
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x80",
        answer(b"x", kind=0xA0),
        answer(b"x")[:-1],
        b"\x30\x03\2\1\1",
    ],
)
def test_what_is_no_answer_is_none(data: bytes) -> None:
    assert snmp.read_description(data) is None
