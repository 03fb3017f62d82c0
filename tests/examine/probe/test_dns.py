"""Names out of answers that may point anywhere."""

import pytest

from fairmark.examine.probe import dns


def answer(records: bytes, count: int = 1, *, number: int = 0) -> bytes:
    return number.to_bytes(2) + b"\x84\0\0\0" + count.to_bytes(2) + bytes(4) + records


def record(kind: int, data: bytes, name: bytes = b"\0") -> bytes:
    return name + kind.to_bytes(2) + b"\0\1" + bytes(4) + len(data).to_bytes(2) + data


def test_texts_and_names_are_read() -> None:
    found = dns.read_answer(answer(record(16, b"\x05hello\x02ok") + record(12, dns._name("_rtsp._tcp.local")), 2), 0)

    assert found == dns.Answer(recursive=False, texts=("_rtsp._tcp.local", "hello", "ok"))


def test_a_name_that_points_at_itself_ends() -> None:
    looping = answer(record(12, b"\xc0\x17"))

    assert dns.read_answer(looping, 0) is not None


@pytest.mark.parametrize("data", [b"", bytes(12), b"\0\1" + answer(b"")[2:], b"\0\0\x84\0\xff\xff" + bytes(6)])
def test_what_is_no_answer_to_our_question_is_none(data: bytes) -> None:
    assert dns.read_answer(data, 0) is None


def test_huge_counts_and_short_records_end_at_the_end() -> None:
    assert dns.read_answer(answer(record(16, b"\xffshort"), 65_535), 0) == dns.Answer(False, ("short",))
    assert dns.read_answer(answer(b"\0\0\x10\0\1\0\0\0\0\xff\xff"), 0) == dns.Answer(False, ())


def test_the_questions_are_whole_names() -> None:
    assert dns.version_question(7).hex() == "000701000001000000000000" + b"\7version\4bind\0".hex() + "00100003"
    assert dns.services_question()[-4:] == b"\0\x0c\x80\1"
