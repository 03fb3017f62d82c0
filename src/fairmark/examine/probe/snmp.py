"""SNMP: what an agent tells to whoever says the word "public" (RFC 1157, RFC 3416; BER as in X.690)."""

from collections.abc import Iterator

SYS_DESCR, SYS_NAME = bytes.fromhex("2b06010201010100"), bytes.fromhex("2b06010201010500")
VERSIONS = {"v1": 0, "v2c": 1}
_SEQUENCE, _INTEGER, _OCTETS, _NULL, _OID, _RESPONSE = 0x30, 0x02, 0x04, 0x05, 0x06, 0xA2
_MOST_PARTS = 64


def get_description(version: int, community: str, number: int) -> bytes:
    """Ask for the description of the system."""
    binding = _item(_SEQUENCE, _item(_OID, SYS_DESCR) + _item(_NULL, b""))
    request = b"".join(_item(_INTEGER, one) for one in (number.to_bytes(4), b"\0", b"\0"))
    body = _item(_INTEGER, bytes([version])) + _item(_OCTETS, community.encode())
    return _item(_SEQUENCE, body + _item(0xA0, request + _item(_SEQUENCE, binding)))


def read_description(data: bytes) -> str | None:
    """Return the text that an agent gave; '' when it answered without one; ``None`` when it is no answer."""
    whole = next(_items(data), None)
    if whole is None or whole[0] != _SEQUENCE:
        return None
    parts = list(_items(whole[1]))
    if len(parts) != 3 or [kind for kind, _ in parts[:2]] != [_INTEGER, _OCTETS] or parts[2][0] != _RESPONSE:
        return None
    inner = list(_items(parts[2][1]))
    if len(inner) != 4 or inner[3][0] != _SEQUENCE:
        return None
    for kind, binding in _items(inner[3][1]):
        values = list(_items(binding)) if kind == _SEQUENCE else []
        if len(values) == 2 and values[1][0] == _OCTETS:
            return values[1][1][:1000].decode("utf-8", "replace")
    return ""


def _item(kind: int, content: bytes) -> bytes:
    length = bytes([len(content)]) if len(content) < 128 else b"\x82" + len(content).to_bytes(2)
    return bytes([kind]) + length + content


def _items(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Give kind and content of the items that stand one after the other; ends at the first that does not fit."""
    at = 0
    for _ in range(_MOST_PARTS):
        if at + 2 > len(data):
            return
        kind, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            count = length & 0x7F
            if not 1 <= count <= 4 or at + count > len(data):
                return
            length = int.from_bytes(data[at : at + count])
            at += count
        if at + length > len(data):
            return
        yield kind, data[at : at + length]
        at += length
