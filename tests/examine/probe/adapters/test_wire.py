"""Connections to one address, bounded."""

import asyncio
import time

import pytest

from fairmark.errors import WrongUsageError
from fairmark.examine.probe.adapters.wire import DeviceWire, pinned
from fairmark.examine.probe.wire import MOST_BYTES, Door, SilentError, exchange
from tests.doubles import probe_servers as servers


def heard(port: int, question: bytes = b"x", *, tls: bool = False) -> bytes:
    wire = DeviceWire(servers.HOST, servers.HOST, servers.QUICK)
    return asyncio.run(exchange(Door(wire, port, servers.words, tls=tls), question, lambda _data: False))


def test_an_endless_answer_is_cut_and_a_slow_one_is_left() -> None:
    with servers.serving(servers.endless) as port:
        flood = heard(port)
    with servers.serving(servers.drip) as port:
        drops = heard(port)

    assert MOST_BYTES <= len(flood) < 2 * MOST_BYTES
    assert 0 < len(drops) < 60


def test_a_closed_port_and_a_failed_handshake_are_silence() -> None:
    async def connect(port: int, *, tls: bool) -> None:
        async with DeviceWire(servers.HOST, servers.HOST, servers.QUICK).open(port, tls=tls):
            raise AssertionError

    with servers.serving(servers.fixed(b"no TLS here\r\n")) as port, pytest.raises(SilentError):
        asyncio.run(connect(port, tls=True))
    with pytest.raises(SilentError):
        asyncio.run(connect(port, tls=False))


def test_a_datagram_is_answered_refused_or_lost() -> None:
    wire = DeviceWire(servers.HOST, servers.HOST, servers.QUICK)
    with servers.answering(lambda data: data[::-1]) as port:
        answered = asyncio.run(wire.ask(port, b"abc"))
        twice = asyncio.run(wire.ask(port, b"abc", any_port=True))
    refused = asyncio.run(wire.ask(port, b"abc"))

    assert answered.data == twice.data == b"cba"
    assert refused.refused
    assert wire.seconds() <= time.monotonic()


@pytest.mark.parametrize(
    "name", ["0.0.0.0", "224.0.0.1", "255.255.255.255", "ff02::1", "", "a" * 300, "192.0.2.0/24", "a\r\nb"]
)
def test_what_is_not_one_host_is_refused(name: str) -> None:
    with pytest.raises(WrongUsageError) as told:
        pinned(name)

    assert "one" in told.value.hint


def test_an_address_is_its_own_pin() -> None:
    assert pinned("127.0.0.1") == "127.0.0.1"
