"""The small SSH client against servers that say the wrong thing; real ones are in adapters/test_real_servers.py."""

import asyncio
from collections.abc import Callable

import pytest

from fairmark.examine.probe import ssh_session
from fairmark.examine.probe.ssh_session import SshEndError, SshSession
from tests.doubles.probe_servers import words
from tests.examine.probe.test_ssh import offer, packet

MODERN = offer("curve25519-sha256", "ssh-ed25519", *("aes128-ctr",) * 2, *("hmac-sha2-256",) * 2)


class Said:
    """A line on which everything was said before we speak."""

    certificate = b""
    closed = True

    def __init__(self, data: bytes) -> None:
        self.data, self.sent = data, b""

    async def send(self, data: bytes) -> None:
        self.sent += data

    async def hear(self, enough: Callable[[bytes], bool], *, greeting: bool = False) -> bytes:
        heard = b""
        while self.data and not (heard and enough(heard)):
            heard, self.data = heard + self.data[:1024], self.data[1024:]
        return heard


async def _all(session: SshSession) -> tuple[str, ...]:
    await session.greet()
    await session.secure()
    return await session.methods("root")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"220 ftp\r\n",
        b"SSH-1.5-old\r\n",
        b"SSH-2.0-x\r\n",
        b"SSH-2.0-x\r\n\x7f\xff\xff\xff\4aaaa",
        b"SSH-2.0-x\r\n" + packet(b"\x15"),
        b"SSH-2.0-x\r\n" + packet(MODERN + b"\0" * 4),
        b"SSH-2.0-x\r\n" + packet(offer("unheard-of", "ssh-rsa", "a", "a", "b", "b") + bytes(3)),
    ],
)
def test_a_server_that_does_not_fit_ends_in_one_error(data: bytes) -> None:
    with pytest.raises(SshEndError):
        asyncio.run(_all(SshSession(Said(data), words)))


def test_an_answer_to_the_key_exchange_that_is_no_point_ends_it() -> None:
    padded = MODERN + b"\0" * (-(len(MODERN) + 5 + 4) % 8)
    answer = b"\x1f" + b"".join(len(one).to_bytes(4) + one for one in (b"key", bytes(32), b"sig"))
    data = b"SSH-2.0-x\r\n" + packet(padded) + packet(answer + b"\0" * (-(len(answer) + 9) % 8))

    with pytest.raises(SshEndError, match="its point is none"):
        asyncio.run(_all(SshSession(Said(data), words)))


def test_numbers_are_written_as_the_protocol_wants_them() -> None:
    assert ssh_session._number(0) == bytes(4)
    assert ssh_session._number(0x7F) == b"\0\0\0\1\x7f"
    assert ssh_session._number(0x80) == b"\0\0\0\2\0\x80"
    assert [prime.bit_length() for prime in ssh_session._GROUPS.values()] == [1024, 2048, 2048]
    assert all(pow(2, prime - 1, prime) == 1 for prime in ssh_session._GROUPS.values())
