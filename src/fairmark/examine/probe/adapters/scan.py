"""Which TCP ports take a connection: all that were asked for, many at a time, one host."""

import asyncio
import errno
import resource
import socket
from collections.abc import Callable, Iterator, Sequence

from fairmark.examine.probe.order import Scan
from fairmark.examine.probe.ports import count, spans

MOST_SOCKETS = 500
_SPARE = 64
_EVERY = 1_000  # ports between two words of progress
_OURS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL})


async def scan(
    address: str, wanted: Sequence[tuple[int, int]], seconds: float, progress: Callable[[str], None]
) -> Scan:
    """Try to connect to each port once; a silent one is tried a second time."""
    ports = (port for first, last in wanted for port in range(first, last + 1))
    whole = count(wanted)
    first = await _round(address, ports, seconds, lambda done: progress(f"asked {done:,} of {whole:,} ports"))
    again = iter(sorted((*first["silent"], *first["ours"])))
    second = await _round(address, again, seconds, lambda done: progress(f"asked {done:,} silent ports again"))
    return Scan(
        open=tuple(sorted((*first["open"], *second["open"]))),
        refused=len(first["refused"]) + len(second["refused"]),
        silent=spans(second["silent"]),
        not_asked=spans(second["ours"]),
    )


async def _round(
    address: str, ports: Iterator[int], seconds: float, told: Callable[[int], None]
) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {"open": [], "refused": [], "silent": [], "ours": []}
    done = 0

    async def worker() -> None:
        nonlocal done
        for port in ports:
            found[await _state(address, port, seconds)].append(port)
            done += 1
            if done % _EVERY == 0:
                told(done)

    workers = [asyncio.ensure_future(worker()) for _ in range(_sockets())]
    try:
        await asyncio.gather(*workers)
    finally:
        for one in workers:
            one.cancel()
    return found


def _sockets() -> int:
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    room = MOST_SOCKETS if soft == resource.RLIM_INFINITY else soft - _SPARE
    return max(1, min(MOST_SOCKETS, room))


async def _state(address: str, port: int, seconds: float) -> str:
    loop = asyncio.get_running_loop()
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as asker:
            asker.setblocking(False)
            async with asyncio.timeout(seconds):
                await loop.sock_connect(asker, (address, port))
            # On the same machine a port that chance gave to us can meet itself: that is nobody's service.
            return "refused" if asker.getsockname()[:2] == asker.getpeername()[:2] else "open"
    except TimeoutError:
        return "silent"
    except OSError as error:
        return "ours" if error.errno in _OURS else "refused" if error.errno == errno.ECONNREFUSED else "silent"
