"""Connections to one pinned address: nothing here can speak to another."""

import asyncio
import contextlib
import ipaddress
import re
import socket
import ssl
import time
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fairmark.errors import WrongUsageError
from fairmark.examine.probe.order import Pace
from fairmark.examine.probe.wire import MOST_BYTES, Enough, Reply, SilentError

_CHUNK = 16 << 10
_LARGEST_DATAGRAM = 65_535
_MOST_DATAGRAMS = 16
_NAME = re.compile(r"[\w.:%-]{1,255}")
_ONE_HOST = "Give the IP address or the name of one device: one at a time."


def pinned(name: str) -> str:
    """Look a name up once; return the one address that is spoken to from then on.

    Raises:
        WrongUsageError: when the name leads to no address, or to one that stands for many hosts or for none.
    """
    if not _NAME.fullmatch(name):
        raise WrongUsageError(f"{name[:60]!r} is no name of a host", hint=_ONE_HOST)
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no name of a host"
        raise WrongUsageError(f"{name!r} leads to no address: {reason}", hint=_ONE_HOST) from None
    address = str(found[0][4][0])
    one = ipaddress.ip_address(address.partition("%")[0])
    if one.is_multicast or one.is_unspecified or one == ipaddress.IPv4Address("255.255.255.255"):
        raise WrongUsageError(f"{address} is no address of one host", hint=_ONE_HOST)
    return address


class DeviceLine:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pace: Pace) -> None:
        self._reader, self._writer, self._pace = reader, writer, pace
        self._closed = False
        self._heard = 0

    @property
    def certificate(self) -> bytes:
        """The certificate that the server showed (DER); empty without TLS."""
        secured = self._writer.get_extra_info("ssl_object")
        return (secured.getpeercert(binary_form=True) or b"") if secured else b""

    @property
    def closed(self) -> bool:
        """Whether the other side ended it."""
        return self._closed

    async def send(self, data: bytes) -> None:
        """Send; a connection that is gone is no error, and one that takes nothing is given up after a while."""
        try:
            self._writer.write(data)
            async with asyncio.timeout(self._pace.answer):
                await self._writer.drain()
        except (OSError, TimeoutError):
            self._closed = True

    async def hear(self, enough: Enough, *, greeting: bool = False) -> bytes:
        """Return what arrives until ``enough`` says so of all of it, the time is over, or too much is there."""
        heard = b""
        with contextlib.suppress(OSError, TimeoutError, ssl.SSLError):
            async with asyncio.timeout(self._pace.greeting if greeting else self._pace.answer):
                while len(heard) < MOST_BYTES and self._heard < 4 * MOST_BYTES and not (heard and enough(heard)):
                    data = await self._reader.read(_CHUNK)
                    if not data:
                        self._closed = True
                        break
                    self._heard += len(data)
                    heard += data
        return heard


class DeviceWire:
    """The way to the one device that the user named."""

    def __init__(self, host: str, address: str, pace: Pace | None = None) -> None:
        self.host, self.address, self.pace = host, address, pace or Pace()

    @asynccontextmanager
    async def open(self, port: int, *, tls: bool = False) -> AsyncIterator[DeviceLine]:
        """Connect to the pinned address; the certificate is looked at, not checked."""
        context = _any_tls() if tls else None
        try:
            async with asyncio.timeout(self.pace.connect + (self.pace.answer if tls else 0)):
                reader, writer = await asyncio.open_connection(
                    self.address, port, ssl=context, server_hostname=self._server_name() if tls else None
                )
        except (OSError, TimeoutError, ValueError) as error:
            raise SilentError(str(error)) from None
        try:
            yield DeviceLine(reader, writer, self.pace)
        finally:
            writer.transport.abort()
            with contextlib.suppress(OSError, TimeoutError):
                await writer.wait_closed()

    def _server_name(self) -> str:
        """The name for the handshake; one with characters of other alphabets would not do, an address always does."""
        return (self.host if self.host.isascii() else self.address).partition("%")[0]

    async def ask(self, port: int, question: bytes, *, any_port: bool = False) -> Reply:
        """Ask over UDP; only the device's own address is listened to.

        A connected socket hears a refusal, but takes answers from that one port alone. So where the answer may
        come from another port, the question is asked a second time over a connected one.
        """
        if any_port and (data := (await self._asked(port, question, connected=False)).data):
            return Reply(data)
        return await self._asked(port, question, connected=True)

    async def _asked(self, port: int, question: bytes, *, connected: bool) -> Reply:
        loop = asyncio.get_running_loop()
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as asker:
            asker.setblocking(False)
            try:
                async with asyncio.timeout(self.pace.datagram):
                    if connected:
                        await loop.sock_connect(asker, (self.address, port))
                        await loop.sock_sendall(asker, question)
                    else:
                        await loop.sock_sendto(asker, question, (self.address, port))
                    return Reply(await self._from_device(asker))
            except ConnectionRefusedError:
                return Reply(refused=True)
            except (OSError, TimeoutError):
                return Reply()

    async def _from_device(self, asker: socket.socket) -> bytes:
        """Return the first datagram that comes from the device's own address; at most a few others are passed over."""
        loop = asyncio.get_running_loop()
        for _ in range(_MOST_DATAGRAMS):
            data, sender = await loop.sock_recvfrom(asker, _LARGEST_DATAGRAM)
            if sender[0].partition("%")[0] == self.address.partition("%")[0]:
                return data
        return b""

    def seconds(self) -> float:
        """Return a clock that only goes forward."""
        return time.monotonic()


def _any_tls() -> ssl.SSLContext:
    """Every version and suite that the library still has: what is old shall be seen, not refused."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with warnings.catch_warnings(action="ignore"):
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context
