"""Which ports take a connection, on the loopback."""

import asyncio
import contextlib

from fairmark.examine.probe.adapters.scan import scan
from fairmark.examine.probe.ports import spans
from tests.doubles import probe_servers as servers


def test_open_ports_are_told_from_closed_ones_and_progress_is_told() -> None:
    told: list[str] = []
    with contextlib.ExitStack() as stack:
        ports = sorted(stack.enter_context(servers.serving(servers.silent)) for _ in range(3))
        with servers.serving(servers.silent) as closed:
            pass
        asked = spans([*ports, closed])

        found = asyncio.run(scan(servers.HOST, asked, 2.0, told.append))

    assert found.open == tuple(ports)
    assert found.refused == 1
    assert found.silent == found.not_asked == ()
    assert told == []


def test_progress_is_told_every_thousand_ports() -> None:
    told: list[str] = []

    found = asyncio.run(scan("127.0.0.77", ((1, 9),) * 120, 2.0, told.append))

    assert told == ["asked 1,000 of 1,080 ports"]
    assert len(found.open) + found.refused == 1_080
