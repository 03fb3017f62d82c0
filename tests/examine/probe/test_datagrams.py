"""The UDP questions."""

from fairmark.examine.probe.datagrams import QUESTIONS


def test_there_is_a_real_question_for_each_of_eight_protocols() -> None:
    said = {port: [ask.says("192.0.2.7") for ask in asks] for port, asks in QUESTIONS.items()}

    assert list(said) == [53, 67, 69, 123, 161, 1900, 5353, 5683]
    assert all(len(one) >= 12 for words in said.values() for one in words)
    assert len(said[67][0]) == 244
    assert len(said[123][0]) == 48


def test_short_and_foreign_answers_are_none() -> None:
    for junk in (b"", b"\xff", b"\0" * 8, b"HTTP/1.1 404 Not Found\r\n\r\n"):
        assert [ask.read(junk) for asks in QUESTIONS.values() for ask in asks if ask.read(junk)] == []


def test_what_serves_strangers_is_told() -> None:
    (tftp,), (coap,), (ntp,) = QUESTIONS[69], QUESTIONS[5683], QUESTIONS[123]

    file = tftp.read(b"\0\3\0\1root:x:0:0")
    refusal = tftp.read(b"\0\5\0\1File not found\0")
    resources = coap.read(b"\x60\x45\x46\x4d\xff</light>;rt=x")

    assert file
    assert file.open_to_all
    assert refusal
    assert not refusal.open_to_all
    assert resources
    assert resources.banner == "</light>;rt=x"
    assert ntp.read(b"\x24" + bytes(47))
