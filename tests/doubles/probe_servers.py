"""Servers on the loopback for the probe, honest and hostile: each a coroutine over one connection."""

import asyncio
import contextlib
import ssl
import threading
import warnings
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fairmark.examine.probe.order import Pace

HOST = "127.0.0.1"
QUICK = Pace(connect=2.0, greeting=0.15, answer=0.6, datagram=0.3)
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Answerer = Callable[[bytes], bytes | None]


def words(count: int) -> bytes:
    """Stand in for chance: always the same bytes."""
    return bytes(range(7, 7 + count))


@contextmanager
def _loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _loop, _context: None)  # clients that go away in the middle are the point here
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        asyncio.run_coroutine_threadsafe(_end_all(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end_all() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@contextmanager
def serving(handler: Handler, *, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve until the end of the block; give the port."""

    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ValueError, asyncio.CancelledError, asyncio.IncompleteReadError):
            await handler(reader, writer)
        writer.transport.abort()

    with _loop() as loop:
        start = asyncio.start_server(guarded, HOST, 0, ssl=tls)
        server = asyncio.run_coroutine_threadsafe(start, loop).result(10)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            loop.call_soon_threadsafe(server.close)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, answer: Answerer) -> None:
        self.answer, self.questions = answer, []
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        said = self.answer(data)
        if said is not None and self.transport:
            self.transport.sendto(said, addr)


@contextmanager
def answering(answer: Answerer) -> Iterator[int]:
    """Answer datagrams until the end of the block; give the port."""
    with _loop() as loop:
        start = loop.create_datagram_endpoint(lambda: _Datagrams(answer), local_addr=(HOST, 0))
        transport, _ = asyncio.run_coroutine_threadsafe(start, loop).result(10)
        try:
            yield transport.get_extra_info("sockname")[1]
        finally:
            loop.call_soon_threadsafe(transport.close)


def fixed(answer: bytes, *, greeting: bytes = b"") -> Handler:
    """Say the greeting, then the same answer to every first question, and hang up."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await reader.read(4096)
        writer.write(answer)
        await writer.drain()
        writer.close()

    return handle


def http(answer: Callable[[str, dict[str, str]], tuple[int, dict[str, str], bytes]]) -> Handler:
    """Answer requests; anything else gets nothing."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *rest = head.split("\r\n")
        if not first.endswith(("HTTP/1.1", "HTTP/1.0")):
            return
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        status, given, body = answer(first.split()[1], headers)
        lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in given.items())]
        writer.write("\r\n".join((*lines, f"Content-Length: {len(body)}", "", "")).encode() + body)
        await writer.drain()

    return handle


def telnet(accepts: Callable[[str, str], bool] | None, *, locks_after: int = 0) -> Handler:
    """A login over telnet; without ``accepts`` a shell at once. ``locks_after`` wrong tries it takes nobody any more."""
    wrong = 0

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal wrong
        if locks_after and wrong >= locks_after:
            return
        writer.write(b"\xff\xfd\x18\xff\xfb\x01\r\n")
        if accepts is None:
            writer.write(b"BusyBox v1.19.4 built-in shell (ash)\r\n# ")
            await reader.read(100)
            return
        writer.write(b"camera login: ")
        user = await _line(reader)
        writer.write(b"Password: ")
        password = await _line(reader)
        if accepts(user, password):
            writer.write(b"\r\n\r\nBusyBox v1.19.4\r\n# ")
        else:
            wrong += 1
            writer.write(b"\r\nLogin incorrect\r\ncamera login: ")
        await reader.read(100)

    return handle


async def _line(reader: asyncio.StreamReader) -> str:
    """Read a line past the answers to our negotiation."""
    while True:
        data = await reader.readuntil(b"\n")
        if text := bytes(b for b in data if b < 0x80 and b not in (0x18, 0x01)).decode().strip():
            return text
        if data.strip(b"\xff\xfc\xfe\x18\x01") in (b"\r\n", b"\n"):
            return ""


def mqtt(accepts: Callable[[str | None, str], bool]) -> Handler:
    """A broker that answers CONNECT alone."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readexactly(2)
        body = await reader.readexactly(head[1])
        if head[0] != 0x10 or body[2:6] != b"MQTT":
            return
        parts, at = [], 10
        while at < len(body):
            length = int.from_bytes(body[at : at + 2])
            parts.append(body[at + 2 : at + 2 + length].decode())
            at += 2 + length
        user, password = (parts[1], parts[2]) if body[7] & 0x80 else (None, "")
        writer.write(b"\x20\x02\x00" + (b"\0" if accepts(user, password) else b"\5"))
        await writer.drain()

    return handle


def rtsp(*, login: bool) -> Handler:
    """A camera that describes its stream under /live, to everybody or not."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[0]
        if not first.endswith("RTSP/1.0"):
            return
        begin, sdp = "RTSP/1.0 200 OK\r\nCSeq: 2\r\nServer: Cam/2.1.7\r\n", b"v=0\r\nm=video 0 RTP/AVP 96\r\n"
        if first.startswith("OPTIONS"):
            writer.write(f"{begin}\r\n".encode())
        elif "/live " not in first:
            writer.write(b"RTSP/1.0 404 Not Found\r\n\r\n")
        elif login:
            writer.write(b'RTSP/1.0 401 X\r\nWWW-Authenticate: Basic realm="EC-100"\r\n\r\n')
        else:
            writer.write(f"{begin}Content-Length: {len(sdp)}\r\n\r\n".encode() + sdp)
        await writer.drain()

    return handle


async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send as long as anybody reads."""
    while True:
        writer.write(b"A" * 65_536)
        await writer.drain()


async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send a byte now and then, without end."""
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Take the connection and everything, and say nothing."""
    while await reader.read(4096):
        pass


def secured(folder: Path, certificate: bytes, key: bytes, *, old: bool = False) -> ssl.SSLContext:
    """Make the server side of TLS; ``old`` takes every version and suite that the library still has."""
    (folder / "cert.pem").write_bytes(certificate)
    (folder / "key.pem").write_bytes(key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if old:
        context.set_ciphers("ALL:eNULL:@SECLEVEL=0")
        with warnings.catch_warnings(action="ignore"):
            context.minimum_version = ssl.TLSVersion.TLSv1
    else:
        context.set_ciphers("ECDHE+AESGCM")
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context
