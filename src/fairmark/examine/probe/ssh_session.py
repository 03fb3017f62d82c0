"""As much of an SSH client as it takes to ask which logins are offered, and to try a password.

Sources: RFC 4253 (transport), RFC 4252 (authentication), RFC 4344 (counter mode), RFC 5656 and RFC 8731 (elliptic
key exchange). The host key is not checked: nothing that is sent here is a secret. No command is ever run.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fairmark.examine.probe.ssh import LARGEST_PACKET, Banner, Offer, read_banner, read_offer
from fairmark.examine.probe.wire import Line

BANNER = b"SSH-2.0-fairmark"
_MOST_PACKETS = 40
_EXCHANGES = {
    "curve25519-sha256": "sha256",
    "curve25519-sha256@libssh.org": "sha256",
    "ecdh-sha2-nistp256": "sha256",
    "diffie-hellman-group14-sha256": "sha256",
    "diffie-hellman-group14-sha1": "sha1",
    "diffie-hellman-group1-sha1": "sha1",
}
_HOST_KEYS = (
    *("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512"),
    *("rsa-sha2-256", "ssh-rsa", "ssh-dss"),
)
_CIPHERS = {"aes128-ctr": 16, "aes256-ctr": 32, "aes128-cbc": 16, "aes256-cbc": 32}
_MACS = {"hmac-sha2-256": "sha256", "hmac-sha1": "sha1"}
# RFC 2409, 6.2 and RFC 3526, 3: the primes of groups 1 and 14
_PRIME = (
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE"
)
_GROUPS = {
    "diffie-hellman-group1-sha1": int(_PRIME + "65381FFFFFFFFFFFFFFFF", 16),
    "diffie-hellman-group14-sha1": int(
        _PRIME + "45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D"
        "670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817"
        "183995497CEA956AE515D2261898FA051015728E5A8AACAA68FFFFFFFFFFFFFFFF",
        16,
    ),
}
_GROUPS["diffie-hellman-group14-sha256"] = _GROUPS["diffie-hellman-group14-sha1"]


class SshEndError(Exception):
    """The server ended it, said what does not fit, or shares no algorithm with us."""


@dataclass(frozen=True, slots=True)
class _Chosen:
    exchange: str
    cipher_out: str
    cipher_in: str
    mac_out: str
    mac_in: str


@dataclass(slots=True)
class _Direction:
    """Keys and counter of one direction; without keys everything goes in clear."""

    cipher: CipherContext | None = None
    mac_key: bytes = b""
    mac: str = ""
    number: int = 0

    @property
    def block(self) -> int:
        return 16 if self.cipher else 8

    def tag(self, packet: bytes) -> bytes:
        return hmac.digest(self.mac_key, self.number.to_bytes(4) + packet, self.mac) if self.mac else b""

    @property
    def tag_length(self) -> int:
        return hashlib.new(self.mac).digest_size if self.mac else 0

    def turned(self, data: bytes) -> bytes:
        return self.cipher.update(data) if self.cipher else data

    def counted(self) -> None:
        self.number = (self.number + 1) & 0xFFFFFFFF


class SshSession:
    """One connection to an SSH server. ``random`` gives so many random bytes."""

    def __init__(self, line: Line, random: Callable[[int], bytes]) -> None:
        self._line, self._random = line, random
        self._buffer = b""
        self._in, self._out = _Direction(), _Direction()
        self._banner = Banner(b"", b"")
        self._ours = self._theirs = b""
        self.offer: Offer | None = None

    async def greet(self) -> Offer:
        """Exchange banners and offers.

        Raises:
            SshEndError: when the other side is no SSH server of version 2.
        """
        await self._line.send(BANNER + b"\r\n")
        heard = await self._line.hear(lambda data: read_banner(data) is not None)
        banner = read_banner(heard)
        if banner is None or not banner.raw.startswith((b"SSH-2.0-", b"SSH-1.99-")):
            raise SshEndError("no banner of version 2")
        self._banner, self._buffer = banner, banner.rest
        self._theirs = await self._packet()
        offer = read_offer(self._theirs)
        if offer is None:
            raise SshEndError("no offer of algorithms")
        self.offer = offer
        return offer

    @property
    def banner(self) -> Banner:
        """The line with which the server names itself."""
        return self._banner

    async def secure(self) -> None:
        """Agree on keys, and from here on encrypt.

        Raises:
            SshEndError: when nothing of what both can is shared, or the server ends it.
        """
        offer = self.offer or await self.greet()
        self._ours = self._our_offer()
        await self._send(self._ours)
        chosen = _choose(offer)
        if chosen.exchange in _GROUPS:
            await self._exchange_numbers(chosen)
        else:
            await self._exchange_points(chosen)

    async def methods(self, user: str) -> tuple[str, ...]:
        """Return the ways in which the server lets ``user`` log in; ('none',) when it asks for nothing."""
        await self._send(b"\x05" + _string(b"ssh-userauth"))
        await self._expect(6)
        answer = await self._authenticate(user, b"none", b"")
        if answer[0] == 52:
            return ("none",)
        names = _Reader(answer[1:]).string().decode("ascii", "replace").split(",")
        return tuple(sorted({name for name in names if name})[:16])

    async def password_opens(self, user: str, password: str) -> bool:
        """Try one password, after ``methods``."""
        answer = await self._authenticate(user, b"password", b"\0" + _string(password.encode()))
        return answer[0] == 52

    async def _authenticate(self, user: str, method: bytes, rest: bytes) -> bytes:
        asked = b"\x32" + _string(user.encode()) + _string(b"ssh-connection") + _string(method) + rest
        await self._send(asked)
        return await self._expect(51, 52)

    def _our_offer(self) -> bytes:
        ciphers, macs = ",".join(_CIPHERS), ",".join(_MACS)
        lists = (",".join(_EXCHANGES), ",".join(_HOST_KEYS), ciphers, ciphers, macs, macs, "none", "none", "", "")
        return b"\x14" + self._random(16) + b"".join(_string(one.encode()) for one in lists) + bytes(5)

    async def _exchange_points(self, chosen: _Chosen) -> None:
        if chosen.exchange.startswith("curve25519"):
            ours = X25519PrivateKey.from_private_bytes(self._random(32))
            public = ours.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        else:
            point = ec.derive_private_key(1 + int.from_bytes(self._random(31)), ec.SECP256R1())
            public = point.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        await self._send(b"\x1e" + _string(public))
        answer = _Reader((await self._expect(31))[1:])
        host_key, theirs = answer.string(), answer.string()
        try:
            if chosen.exchange.startswith("curve25519"):
                secret = ours.exchange(X25519PublicKey.from_public_bytes(theirs))
            else:
                peer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
                secret = point.exchange(ec.ECDH(), peer)
        except ValueError:
            raise SshEndError("its point is none") from None
        await self._take_keys(chosen, host_key, _string(public) + _string(theirs), int.from_bytes(secret))

    async def _exchange_numbers(self, chosen: _Chosen) -> None:
        prime = _GROUPS[chosen.exchange]
        ours = 2 + int.from_bytes(self._random(48))
        public = pow(2, ours, prime)
        await self._send(b"\x1e" + _number(public))
        answer = _Reader((await self._expect(31))[1:])
        host_key, theirs = answer.string(), int.from_bytes(answer.string())
        if not 1 < theirs < prime - 1:
            raise SshEndError("its number is out of range")
        await self._take_keys(chosen, host_key, _number(public) + _number(theirs), pow(theirs, ours, prime))

    async def _take_keys(self, chosen: _Chosen, host_key: bytes, exchanged: bytes, secret: int) -> None:
        """Derive the keys (RFC 4253, 7.2 and 8) and switch both directions over."""
        digest, shared = _EXCHANGES[chosen.exchange], _number(secret)
        said = (BANNER, self._banner.raw, self._ours, self._theirs, host_key)
        whole = hashlib.new(digest, b"".join(map(_string, said)) + exchanged + shared).digest()

        def key(letter: bytes, length: int) -> bytes:
            made = hashlib.new(digest, shared + whole + letter + whole).digest()
            while len(made) < length:
                made += hashlib.new(digest, shared + whole + made).digest()
            return made[:length]

        await self._send(b"\x15")
        await self._expect(21)
        out, into = (
            _cipher(chosen.cipher_out, key(b"C", 32), key(b"A", 16)),
            _cipher(chosen.cipher_in, key(b"D", 32), key(b"B", 16)),
        )
        macs = _MACS[chosen.mac_out], _MACS[chosen.mac_in]
        keys = key(b"E", hashlib.new(macs[0]).digest_size), key(b"F", hashlib.new(macs[1]).digest_size)
        self._out = _Direction(out.encryptor(), keys[0], macs[0], self._out.number)
        self._in = _Direction(into.decryptor(), keys[1], macs[1], self._in.number)

    async def _send(self, payload: bytes) -> None:
        block = self._out.block
        padding = block - (5 + len(payload)) % block
        padding += block if padding < 4 else 0
        packet = (1 + len(payload) + padding).to_bytes(4) + bytes([padding]) + payload + self._random(padding)
        tag = self._out.tag(packet)
        await self._line.send(self._out.turned(packet) + tag)
        self._out.counted()

    async def _packet(self) -> bytes:
        block = self._in.block
        head = self._in.turned(await self._take(block))
        length, padding = int.from_bytes(head[:4]), head[4]
        if not max(padding + 2, block - 4) <= length <= LARGEST_PACKET or (length + 4) % block:
            raise SshEndError("a packet has an impossible length")
        whole = head + self._in.turned(await self._take(length + 4 - block))
        tag = await self._take(self._in.tag_length)
        if not hmac.compare_digest(tag, self._in.tag(whole)):
            raise SshEndError("a packet is not authentic")
        self._in.counted()
        return whole[5 : 4 + length - padding]

    async def _take(self, count: int) -> bytes:
        if len(self._buffer) < count:
            missing = count - len(self._buffer)
            self._buffer += await self._line.hear(lambda data: len(data) >= missing)
        if len(self._buffer) < count:
            raise SshEndError("it stopped in the middle")
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken

    async def _expect(self, *numbers: int) -> bytes:
        """Return the next message that is one of these, past notes and banners."""
        for _ in range(_MOST_PACKETS):
            message = await self._packet()
            if message and message[0] in numbers:
                return message
            if not message or message[0] not in (2, 4, 7, 53):
                break
        raise SshEndError("it said something else")


def _choose(offer: Offer) -> _Chosen:
    def first(ours: Any, theirs: tuple[str, ...]) -> str:
        found = next((name for name in ours if name in theirs), None)
        if found is None:
            raise SshEndError("no algorithm is shared")
        return str(found)

    first(_HOST_KEYS, offer.host_keys)
    return _Chosen(
        first(_EXCHANGES, offer.exchanges),
        first(_CIPHERS, offer.ciphers_out),
        first(_CIPHERS, offer.ciphers_in),
        first(_MACS, offer.macs_out),
        first(_MACS, offer.macs_in),
    )


def _cipher(name: str, key: bytes, start: bytes) -> Cipher[Any]:
    mode = modes.CTR(start) if name.endswith("ctr") else modes.CBC(start)
    return Cipher(algorithms.AES(key[: _CIPHERS[name]]), mode)


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4) + data


def _number(value: int) -> bytes:
    """Write a positive integer as mpint (RFC 4251, 5)."""
    return _string(value.to_bytes(value.bit_length() // 8 + 1) if value else b"")


class _Reader:
    """Takes strings off the front of a message."""

    def __init__(self, data: bytes) -> None:
        self._parts = _strings(data)

    def string(self) -> bytes:
        try:
            return next(self._parts)
        except StopIteration:
            raise SshEndError("a message is too short") from None


def _strings(data: bytes) -> Iterator[bytes]:
    at = 0
    while at + 4 <= len(data):
        end = at + 4 + int.from_bytes(data[at : at + 4])
        if end > len(data):
            return
        yield data[at + 4 : end]
        at = end
