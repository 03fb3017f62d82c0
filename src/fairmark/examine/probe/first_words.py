"""Servers that wait for the client: the first question of each protocol, and whether an answer belongs to it.

Sources: MS-SMB2 (2.2.3) and MS-CIFS (2.2.4.52) for SMB, the Modbus application protocol 1.1b3 (6.21), the protocol
description of Android's adb, RESP of Redis, memcached's protocol.txt, RFC 3261 (SIP), AMQP 0-9-1 (4.2.2).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from fairmark.examine.probe.text import once_each, shown

_ADB_VERSION, _ADB_LONGEST = 0x01000001, 4096


def smb1() -> bytes:
    """A negotiation that offers only the old dialect."""
    header = b"\xffSMB\x72" + bytes(4) + b"\x18\x53\xc8" + bytes(12) + b"\xff\xff\xfe\xff" + bytes(4)
    dialects = b"\x02NT LM 0.12\0"
    body = header + b"\0" + len(dialects).to_bytes(2, "little") + dialects
    return len(body).to_bytes(4) + body


def smb2() -> bytes:
    """A negotiation of the dialects 2.0.2 and 2.1."""
    header = b"\xfeSMB\x40\0" + bytes(6) + b"\0\0" + b"\x1f\0" + bytes(48)
    body = b"\x24\0\x02\0\x01\0\0\0" + bytes(4) + bytes(16) + bytes(8) + b"\x02\x02\x10\x02"
    return len(header + body).to_bytes(4) + header + body


def speaks_smb1(data: bytes) -> bool:
    """Whether the server took the old dialect: a positive answer that chooses it."""
    return (
        data[4:9] == b"\xffSMB\x72" and data[9:13] == bytes(4) and data[36:37] != b"\0" and data[37:39] != b"\xff\xff"
    )


def speaks_smb2(data: bytes) -> bool:
    """Whether an answer is one of SMB 2 or 3."""
    return data[4:8] == b"\xfeSMB"


def modbus_identity() -> bytes:
    """Read the device identification of unit 1. Nothing is written."""
    return b"\x46\x4d\0\0\0\x05\x01\x2b\x0e\x01\x00"


def speaks_modbus(data: bytes) -> bool:
    """Whether an answer bears our number and function; an exception is an answer as well."""
    return data[:4] == b"\x46\x4d\0\0" and len(data) >= 9 and data[7] in (0x2B, 0xAB)


def modbus_texts(data: bytes) -> tuple[str, ...]:
    """Return the texts of a device identification: vendor, product, revision."""
    if not speaks_modbus(data) or data[7] != 0x2B or len(data) < 14:
        return ()
    found, at = [], 14
    for _ in range(min(data[13], 16)):
        if at + 2 > len(data):
            break
        found.append(shown(data[at + 2 : at + 2 + data[at + 1]], 60))
        at += 2 + data[at + 1]
    return once_each(found)


def adb_connect() -> bytes:
    """Ask to connect, as a debugger does; nothing is opened."""
    body = b"host::fairmark\0"
    number = int.from_bytes(b"CNXN", "little")
    words = (number, _ADB_VERSION, _ADB_LONGEST, len(body), sum(body), number ^ 0xFFFFFFFF)
    return b"".join(word.to_bytes(4, "little") for word in words) + body


def speaks_adb(data: bytes) -> bool:
    """Whether a debug bridge answers, with or without asking for a key."""
    return len(data) >= 24 and data[:4] in (b"CNXN", b"AUTH", b"STLS") and _is_mirrored(data)


def adb_is_open(data: bytes) -> bool:
    """Whether the debug bridge took us without a key."""
    return data[:4] == b"CNXN" and speaks_adb(data)


def _is_mirrored(data: bytes) -> bool:
    return int.from_bytes(data[:4], "little") ^ 0xFFFFFFFF == int.from_bytes(data[20:24], "little")


def sip_options(host: str) -> bytes:
    """Ask a telephone what it can do."""
    named = f"[{host}]" if ":" in host else host
    return (
        f"OPTIONS sip:{named} SIP/2.0\r\nVia: SIP/2.0/TCP {named};branch=z9hG4bK-fairmark\r\nMax-Forwards: 5\r\n"
        f"From: <sip:fairmark@invalid>;tag=1\r\nTo: <sip:{named}>\r\nCall-ID: fairmark\r\nCSeq: 1 OPTIONS\r\n"
        "Content-Length: 0\r\n\r\n"
    ).encode()


_REDIS = re.compile(rb"\+PONG\r\n|-(?:NOAUTH|ERR|DENIED|WRONGPASS)\b")
_MEMCACHED = re.compile(rb"VERSION (\d[\w.+-]{0,30})\r\n")


def redis_is_open(data: bytes) -> bool:
    """Whether it answers commands without a password."""
    return data.startswith(b"+PONG\r\n")


def memcached_version(data: bytes) -> str:
    """Return the version that a cache tells anybody."""
    found = _MEMCACHED.match(data)
    return found[1].decode("ascii", "replace") if found else ""


@dataclass(frozen=True, slots=True)
class FirstWord:
    """One protocol: what is said to a silent server, and how its answer is known. ``usual`` ports are asked first."""

    protocol: str
    usual: frozenset[int]
    say: Callable[[str], bytes]
    belongs: Callable[[bytes], bool]


FIRST_WORDS: tuple[FirstWord, ...] = (
    FirstWord("smb", frozenset({139, 445}), lambda _host: smb2(), lambda d: speaks_smb2(d) or speaks_smb1(d)),
    FirstWord("smb", frozenset({139, 445}), lambda _host: smb1(), lambda d: speaks_smb2(d) or speaks_smb1(d)),
    FirstWord("modbus", frozenset({502}), lambda _host: modbus_identity(), speaks_modbus),
    FirstWord("adb", frozenset({5555}), lambda _host: adb_connect(), speaks_adb),
    FirstWord("redis", frozenset({6379}), lambda _host: b"PING\r\n", lambda d: bool(_REDIS.match(d))),
    FirstWord("memcached", frozenset({11211}), lambda _host: b"version\r\n", lambda d: bool(_MEMCACHED.match(d))),
    FirstWord("sip", frozenset({5060, 5061}), sip_options, lambda d: d.startswith(b"SIP/2.0 ")),
    FirstWord(
        "amqp", frozenset({5672, 5671}), lambda _host: b"AMQP\0\0\x09\x01", lambda d: d.startswith((b"\1\0\0", b"AMQP"))
    ),
)
