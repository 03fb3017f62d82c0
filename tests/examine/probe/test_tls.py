"""Hello messages by hand and the answers to them."""

import pytest

from fairmark.examine.probe import tls

RANDOM = bytes(range(32))


def server_hello(version: int, suite: int, *, extensions: bytes | None = None, session: bytes = b"") -> bytes:
    body = version.to_bytes(2) + RANDOM + bytes([len(session)]) + session + suite.to_bytes(2) + b"\0"
    body += b"" if extensions is None else len(extensions).to_bytes(2) + extensions
    message = b"\2" + len(body).to_bytes(3) + body
    return b"\x16\x03\x03" + len(message).to_bytes(2) + message


@pytest.mark.parametrize("label", tls.VERSIONS)
def test_a_hello_is_one_record_that_says_its_own_lengths(label: str) -> None:
    hello = tls.hello_for(label, random=RANDOM, name="camera.example")

    assert hello[0] == 22
    assert int.from_bytes(hello[3:5]) == len(hello) - 5
    assert int.from_bytes(hello[6:9]) == len(hello) - 9
    assert int.from_bytes(hello[9:11]) == min(tls.VERSIONS[label], 0x0303)
    assert (b"camera.example" in hello) == (label != "SSLv3")
    assert tls.record_is_whole(hello)


def test_the_chosen_version_and_suite_are_read() -> None:
    old = tls.read_answer(server_hello(0x0301, 0x000A, session=b"s" * 32))
    new = tls.read_answer(server_hello(0x0303, 0x1301, extensions=b"\0\x2b\0\2\3\4\0\x33\0\0"))

    assert old == tls.ServerAnswer(tls.Kind.HELLO, 0x0301, 0x000A)
    assert new == tls.ServerAnswer(tls.Kind.HELLO, 0x0304, 0x1301)


def test_an_alert_is_a_refusal_and_junk_is_neither() -> None:
    good = server_hello(0x0303, 0xC02F)

    assert tls.read_answer(b"\x15\x03\x01\0\2\2\x46").kind is tls.Kind.ALERT
    junk = (b"", b"HTTP/1.1 400 Bad", good[:20], b"\x15\x03\x03\0\x09\2\x46", b"\x16\x03\x03\xff\xff" + good[5:])
    junk += (good.replace(b"\x03\x03", b"\x09\x09"), good[:43] + b"\xff" + good[44:])
    assert {tls.read_answer(one).kind for one in junk} == {tls.Kind.OTHER}


def test_a_record_is_waited_for_and_nonsense_is_not() -> None:
    good = server_hello(0x0303, 0xC02F)

    assert not tls.record_is_whole(good[:-1])
    assert tls.record_is_whole(good)
    assert tls.record_is_whole(b"220 hello")
    assert tls.record_is_whole(b"\x16\x03\x03\xff\xff")
