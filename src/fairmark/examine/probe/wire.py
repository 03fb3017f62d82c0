"""What the probe needs of a connection. ``adapters/wire.py`` makes it of sockets, tests of plain values."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

MOST_BYTES = 64 << 10
"""What is read of one answer. Nothing that is looked for comes later."""


class SilentError(Exception):
    """The port did not take the connection, or the handshake failed."""


Enough = Callable[[bytes], bool]


class Line(Protocol):
    """One open connection, to be used as an asynchronous context manager."""

    @property
    def certificate(self) -> bytes:
        """The certificate that the server showed (DER); empty without TLS."""

    @property
    def closed(self) -> bool:
        """Whether the other side ended it."""

    async def send(self, data: bytes) -> None:
        """Send; a connection that is gone is no error."""

    async def hear(self, enough: Enough, *, greeting: bool = False) -> bytes:
        """Return what arrives until ``enough`` says so of all of it, the time is over, or ``MOST_BYTES`` are there.

        ``greeting``: the other side may be one that waits for us, so the time is shorter.
        """


@dataclass(frozen=True, slots=True)
class Reply:
    """What one question over UDP brought. ``refused``: the device said that nothing waits there."""

    data: bytes = b""
    refused: bool = False


class Wire(Protocol):
    """The way to the one device that the user named."""

    @property
    def host(self) -> str:
        """The name as the user gave it, for headers."""

    @property
    def address(self) -> str:
        """The one address that is spoken to."""

    def open(self, port: int, *, tls: bool = False) -> AbstractAsyncContextManager[Line]:
        """Connect; raises ``SilentError`` on entering when nothing takes the connection."""

    async def ask(self, port: int, question: bytes, *, any_port: bool = False) -> Reply:
        """Ask over UDP and return the first answer; ``any_port``: it may come from another port of the device."""

    def seconds(self) -> float:
        """Return a clock that only goes forward."""


@dataclass(frozen=True, slots=True)
class Door:
    """One open port of the device, and whether what is said there goes through TLS."""

    wire: Wire
    port: int
    random: Callable[[int], bytes]
    tls: bool = False

    def open(self) -> AbstractAsyncContextManager[Line]:
        """Connect; raises ``SilentError`` on entering."""
        return self.wire.open(self.port, tls=self.tls)


async def exchange(door: Door, question: bytes, enough: Enough) -> bytes:
    """Connect, say ``question``, return what is heard; nothing when the connection fails."""
    try:
        async with door.open() as line:
            await line.send(question)
            return await line.hear(enough)
    except SilentError:
        return b""
