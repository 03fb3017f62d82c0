"""MQTT: whether a broker takes anybody (OASIS MQTT 3.1.1, 3.1 CONNECT and 3.2 CONNACK)."""

ACCEPTED, BAD_LOGIN, NOT_AUTHORISED = 0, 4, 5


def connect(name: str, *, user: str | None = None, password: str = "") -> bytes:
    """Return a CONNECT with a clean session; without ``user`` it is anonymous."""
    flags = 0x02 | (0xC0 if user is not None else 0)
    body = b"\x00\x04MQTT\x04" + bytes([flags]) + b"\x00\x0a" + _text(name)
    if user is not None:
        body += _text(user) + _text(password)
    return b"\x10" + _length(len(body)) + body


DISCONNECT = b"\xe0\x00"


def answer_is_whole(data: bytes) -> bool:
    """Whether a CONNACK has arrived, or what arrived is none."""
    return len(data) >= 4 or (bool(data) and data[0] != 0x20)


def read_connack(data: bytes) -> int | None:
    """Return the code of a CONNACK: 0 accepted, 1 to 5 refused; ``None`` for anything else."""
    if len(data) < 4 or data[0] != 0x20 or data[1] < 2 or data[2] > 1:
        return None
    # version 5 answers with its own codes, from 0x80 on; every one of them refuses
    return data[3] if data[3] <= 5 or data[3] >= 0x80 else None


def _text(text: str) -> bytes:
    raw = text.encode()[:65_535]
    return len(raw).to_bytes(2) + raw


def _length(count: int) -> bytes:
    made = bytearray()
    while True:
        count, digit = divmod(count, 128)
        made.append(digit | (0x80 if count else 0))
        if not count:
            return bytes(made)
