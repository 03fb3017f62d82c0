"""Hello messages of TLS by hand: which versions and weak suites a server takes that no library speaks any more.

Sources: RFC 6101 (SSL 3.0), RFC 5246 (TLS 1.2; 7.4.1), RFC 8446 (TLS 1.3; 4.1, 4.2), the IANA registry of
cipher suites. Nothing is negotiated to its end: the first answer tells.
"""

from dataclasses import dataclass
from enum import StrEnum

VERSIONS = {"SSLv3": 0x0300, "TLSv1.0": 0x0301, "TLSv1.1": 0x0302, "TLSv1.2": 0x0303, "TLSv1.3": 0x0304}
OLD = ("SSLv3", "TLSv1.0", "TLSv1.1")
# what a server of any age knows: ECDHE, DHE and RSA with AES, then 3DES and RC4
_COMMON = (
    *(0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0x009E, 0x009F, 0xC009, 0xC013, 0xC00A, 0xC014),
    *(0xC023, 0xC027, 0x0033, 0x0039, 0x002F, 0x0035, 0x003C, 0x003D, 0x009C, 0x009D, 0x000A, 0xC012, 0x0005, 0x0004),
)
_MODERN = (0x1301, 0x1302, 0x1303)
WEAK_SUITES = {
    "NULL": (0x0001, 0x0002, 0x003B, 0xC006, 0xC010, 0xC001, 0xC00B),
    "EXPORT": (0x0003, 0x0006, 0x0008, 0x000B, 0x000E, 0x0011, 0x0014, 0x0017, 0x0019),
    "anonymous": (0x0018, 0x001B, 0x0034, 0x003A, 0x006C, 0x006D, 0x00A6, 0x00A7, 0xC016, 0xC017, 0xC018, 0xC019),
    "RC4": (0x0004, 0x0005, 0xC007, 0xC011, 0xC002, 0xC00C),
    "DES": (0x0009, 0x000C, 0x000F, 0x0012, 0x0015, 0x000A, 0x000D, 0x0010, 0x0013, 0x0016, 0xC008, 0xC012),
}
_HANDSHAKE, _ALERT = 22, 21
_SERVER_HELLO = 2
_LARGEST_RECORD = (1 << 14) + 2048


class Kind(StrEnum):
    """What a server answered to a hello."""

    HELLO = "hello"
    ALERT = "alert"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ServerAnswer:
    """The first message of a server: the version and suite that it chose, or that it refuses."""

    kind: Kind
    version: int = 0
    suite: int = 0


def client_hello(version: int, suites: tuple[int, ...], *, random: bytes, name: str = "") -> bytes:
    """Return a record with a ClientHello for exactly one version. ``random`` holds 32 bytes."""
    offered = b"".join(suite.to_bytes(2) for suite in suites)
    body = min(version, 0x0303).to_bytes(2) + random[:32].ljust(32, b"\0") + b"\0"
    body += len(offered).to_bytes(2) + offered + b"\x01\x00"
    if version > 0x0300:
        extensions = _extensions(version, random, name)
        body += len(extensions).to_bytes(2) + extensions
    message = b"\x01" + len(body).to_bytes(3) + body
    return bytes([_HANDSHAKE]) + min(version, 0x0301).to_bytes(2) + len(message).to_bytes(2) + message


def hello_for(label: str, *, random: bytes, name: str = "") -> bytes:
    """Return the hello that asks for one version by its name in ``VERSIONS``."""
    suites = _MODERN if label == "TLSv1.3" else _COMMON
    return client_hello(VERSIONS[label], suites, random=random, name=name)


def _extensions(version: int, random: bytes, name: str) -> bytes:
    groups = b"".join(group.to_bytes(2) for group in (0x001D, 0x0017, 0x0018, 0x0019))
    signatures = b"".join(
        one.to_bytes(2) for one in (0x0403, 0x0503, 0x0804, 0x0805, 0x0401, 0x0501, 0x0807, 0x0203, 0x0201)
    )
    made = _extension(10, _counted(groups)) + _extension(11, b"\x01\x00") + _extension(13, _counted(signatures))
    if name and not name.replace(".", "").isdigit() and ":" not in name and name.isascii():
        made += _extension(0, _counted(b"\0" + _counted(name.encode()[:255])))
    if version >= 0x0304:
        share = b"\x00\x1d" + _counted(random[:32].ljust(32, b"\x09"))
        made += _extension(43, b"\x02\x03\x04") + _extension(51, _counted(share))
    return made


def _counted(data: bytes) -> bytes:
    return len(data).to_bytes(2) + data


def _extension(number: int, data: bytes) -> bytes:
    return number.to_bytes(2) + _counted(data)


def record_is_whole(data: bytes) -> bool:
    """Whether the first record has arrived, or what arrived is none."""
    if len(data) < 5:
        return False
    length = int.from_bytes(data[3:5])
    return data[0] not in (_HANDSHAKE, _ALERT) or length > _LARGEST_RECORD or len(data) >= 5 + length


def read_answer(data: bytes) -> ServerAnswer:
    """Read the first record that a server sent."""
    if len(data) < 7 or data[1] != 3 or data[0] not in (_HANDSHAKE, _ALERT):
        return ServerAnswer(Kind.OTHER)
    length = int.from_bytes(data[3:5])
    body = data[5 : 5 + length]
    if data[0] == _ALERT:
        return ServerAnswer(Kind.ALERT) if length == 2 and len(body) == 2 else ServerAnswer(Kind.OTHER)
    if length > _LARGEST_RECORD or len(body) < 42 or body[0] != _SERVER_HELLO or int.from_bytes(body[1:4]) < 38:
        return ServerAnswer(Kind.OTHER)
    version = int.from_bytes(body[4:6])
    at = 39 + body[38]
    if body[38] > 32 or len(body) < at + 3 or version not in VERSIONS.values():
        return ServerAnswer(Kind.OTHER)
    return ServerAnswer(Kind.HELLO, _chosen(body[at + 3 :]) or version, int.from_bytes(body[at : at + 2]))


def _chosen(extensions: bytes) -> int:
    """Return the version in the extension 'supported versions', or 0."""
    end = 2 + int.from_bytes(extensions[:2])
    at = 2
    while at + 4 <= min(end, len(extensions)):
        number, length = int.from_bytes(extensions[at : at + 2]), int.from_bytes(extensions[at + 2 : at + 4])
        if number == 43 and length == 2:
            return int.from_bytes(extensions[at + 4 : at + 6])
        at += 4 + length
    return 0
