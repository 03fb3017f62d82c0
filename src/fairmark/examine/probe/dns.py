"""DNS and multicast DNS: who answers questions of names, and what it tells (RFC 1035, RFC 6762, RFC 6763)."""

from dataclasses import dataclass

from fairmark.examine.probe.text import once_each, shown

_A, _PTR, _TXT, _CHAOS, _INTERNET = 1, 12, 16, 3, 1
_MOST_RECORDS, _MOST_LABELS, _MOST_JUMPS = 64, 64, 32


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: whether it answers for others (recursion), and texts and names in the records."""

    recursive: bool
    texts: tuple[str, ...]


def version_question(number: int) -> bytes:
    """Ask a server for its version, in the class made for that."""
    return number.to_bytes(2) + b"\x01\x00\x00\x01" + bytes(6) + _name("version.bind") + b"\x00\x10\x00\x03"


def services_question() -> bytes:
    """Ask one device which services it announces, with the answer to us alone (RFC 6762, 5.4)."""
    return bytes(4) + b"\x00\x01" + bytes(6) + _name("_services._dns-sd._udp.local") + b"\x00\x0c\x80\x01"


def read_answer(data: bytes, number: int) -> Answer | None:
    """Read an answer to the question with that number."""
    if len(data) < 12 or int.from_bytes(data[:2]) != number or not data[2] & 0x80:
        return None
    questions = int.from_bytes(data[4:6])
    records = sum(int.from_bytes(data[at : at + 2]) for at in (6, 8, 10))
    at = 12
    for _ in range(min(questions, 4)):
        after = _skip(data, at)
        if after is None:
            return None
        at = after + 4
    texts: list[str] = []
    for _ in range(min(records, _MOST_RECORDS)):
        after = _skip(data, at)
        if after is None or after + 10 > len(data):
            break
        kind, length = int.from_bytes(data[after : after + 2]), int.from_bytes(data[after + 8 : after + 10])
        begin, end = after + 10, after + 10 + length
        if end > len(data):
            break
        if kind == _PTR:
            texts.append(shown(_read_name(data, begin)))
        elif kind == _TXT:
            texts += _strings(data[begin:end])
        at = end
    return Answer(bool(data[3] & 0x80), once_each(texts))


def _name(text: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".")) + b"\0"


def _skip(data: bytes, at: int) -> int | None:
    """Return the place behind a name."""
    for _ in range(_MOST_LABELS):
        if at >= len(data):
            return None
        length = data[at]
        if length & 0xC0 == 0xC0:
            return at + 2
        if length & 0xC0:
            return None
        at += 1 + length
        if not length:
            return at
    return None


def _read_name(data: bytes, at: int) -> str:
    labels: list[str] = []
    jumps = 0
    while at < len(data) and len(labels) < _MOST_LABELS and jumps < _MOST_JUMPS:
        length = data[at]
        if length & 0xC0 == 0xC0 and at + 1 < len(data):
            at = (length & 0x3F) << 8 | data[at + 1]
            jumps += 1
            continue
        if not length or length & 0xC0:
            break
        labels.append(data[at + 1 : at + 1 + length].decode("utf-8", "replace"))
        at += 1 + length
    return ".".join(labels)


def _strings(data: bytes) -> list[str]:
    found: list[str] = []
    at = 0
    while at < len(data) and len(found) < _MOST_RECORDS:
        found.append(shown(data[at + 1 : at + 1 + data[at]], 100))
        at += 1 + data[at]
    return found
