"""What an SSH server says before any key is exchanged: its banner and the algorithms that it offers.

Sources: RFC 4253 (4.2 banner, 6 packets, 7.1 key exchange), RFC 9142 (which key exchanges are broken).
"""

from dataclasses import dataclass

from fairmark.examine.probe.text import shown

LARGEST_PACKET = 35_000
KEXINIT = 20
_MOST_LINES, _LONGEST_LINE, _LONGEST_LIST = 50, 8_192, 16_384
BROKEN = frozenset(
    {
        *("diffie-hellman-group1-sha1", "rsa1024-sha1", "ssh-dss", "none", "arcfour", "arcfour128", "arcfour256"),
        *("des-cbc", "3des-cbc", "3des-ctr", "blowfish-cbc", "cast128-cbc", "idea-cbc", "rijndael-cbc@lysator.liu.se"),
        *("hmac-md5", "hmac-md5-96", "hmac-sha1-96", "hmac-md5-etm@openssh.com", "hmac-md5-96-etm@openssh.com"),
        "hmac-sha1-96-etm@openssh.com",
    }
)


@dataclass(frozen=True, slots=True)
class Banner:
    """The line with which a server names itself; ``raw`` goes into the hash of the key exchange."""

    raw: bytes
    rest: bytes
    """What came behind the line."""

    @property
    def text(self) -> str:
        """The line, to be shown."""
        return shown(self.raw)


@dataclass(frozen=True, slots=True)
class Offer:
    """The lists of a KEXINIT: names in the order of the server's preference."""

    exchanges: tuple[str, ...]
    host_keys: tuple[str, ...]
    ciphers_in: tuple[str, ...]
    ciphers_out: tuple[str, ...]
    macs_in: tuple[str, ...]
    macs_out: tuple[str, ...]

    @property
    def broken(self) -> tuple[str, ...]:
        """The broken algorithms among them. No compression is no fault, so those lists are not looked at."""
        every = (self.exchanges, self.host_keys, self.ciphers_in, self.ciphers_out, self.macs_in, self.macs_out)
        return tuple(sorted({name for names in every for name in names if name.lower() in BROKEN}))


def read_banner(data: bytes) -> Banner | None:
    """Find the banner; other lines may stand before it (RFC 4253, 4.2)."""
    at = 0
    for _ in range(_MOST_LINES):
        end = data.find(b"\n", at, at + _LONGEST_LINE)
        if end < 0:
            return None
        line = data[at:end].removesuffix(b"\r")
        at = end + 1
        if line.startswith((b"SSH-2.0-", b"SSH-1.99-", b"SSH-1.")):
            return Banner(line[:255], data[at:])
    return None


def packet_is_whole(data: bytes) -> bool:
    """Whether the first packet in clear has arrived, or what arrived is none."""
    if len(data) < 5:
        return False
    length = int.from_bytes(data[:4])
    return not 2 <= length <= LARGEST_PACKET or len(data) >= 4 + length


def read_packet(data: bytes) -> bytes | None:
    """Return the payload of the first packet in clear."""
    if len(data) < 6:
        return None
    length, padding = int.from_bytes(data[:4]), data[4]
    if not 2 <= length <= LARGEST_PACKET or padding > length - 2 or len(data) < 4 + length:
        return None
    return data[5 : 4 + length - padding]


def read_offer(payload: bytes) -> Offer | None:
    """Read the payload of a KEXINIT."""
    if not payload or payload[0] != KEXINIT:
        return None
    lists: list[tuple[str, ...]] = []
    at = 17
    for _ in range(10):
        length = int.from_bytes(payload[at : at + 4])
        if len(payload) < at + 4 + length or length > _LONGEST_LIST:
            return None
        names = payload[at + 4 : at + 4 + length].decode("ascii", "replace").split(",")
        lists.append(tuple(name for name in names if name))
        at += 4 + length
    return Offer(lists[0], lists[1], lists[3], lists[2], lists[5], lists[4])
