"""CONNECT and CONNACK."""

import pytest

from fairmark.examine.probe import mqtt


def test_a_connect_says_its_own_length_and_only_what_it_must() -> None:
    anonymous, named = mqtt.connect("me"), mqtt.connect("me", user="u", password="p" * 200)

    assert anonymous == b"\x10\x0e\0\4MQTT\4\2\0\x0a\0\2me"
    assert named[1:3] == b"\xdb\x01"
    assert named[10] == 0xC2
    assert len(named) == 3 + 0x5B + 128


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x20\2\0\0", 0),
        (b"\x20\2\0\5", 5),
        (b"\x20\3\0\x87\0", 0x87),
        (b"\x20\2\0\x0c", None),
        (b"\x20\2\0", None),
        (b"HTTP", None),
        (b"\x20\0\0\0", None),
    ],
)
def test_the_code_of_an_answer_is_read(data: bytes, code: int | None) -> None:
    assert mqtt.read_connack(data) == code
