"""The whole probe of one device, from the first port to the last try; bounded in time, bytes and tries."""

import asyncio
from collections.abc import Callable, Sequence

from fairmark.examine.probe import upnp, web
from fairmark.examine.probe.adapters.scan import scan
from fairmark.examine.probe.adapters.wire import DeviceWire
from fairmark.examine.probe.datagrams import Question, Told
from fairmark.examine.probe.draft import Draft
from fairmark.examine.probe.interview import interview
from fairmark.examine.probe.order import Conducted, Order
from fairmark.examine.probe.tries import attempt_for, chosen_defaults, try_defaults, try_throttling
from fairmark.examine.probe.wire import Door, exchange
from fairmark.model.network import DefaultTries, LoginKind, NetworkService, Throttling

MOST_EXAMINED = 256
"""Open ports that are spoken to; a device that opens more of them than that is playing."""
_AT_ONCE = 4
_PORT_SECONDS, _TRIES_SECONDS = 240.0, 600.0
TOO_LONG = "it took too long: what was learnt until then is left out"
LEFT_OUT = "not spoken to: too many ports are open"
DESCRIPTION_ELSEWHERE = "its description is said to lie on another host, which was not contacted"


def conduct(order: Order, *, progress: Callable[[str], None], random: Callable[[int], bytes]) -> Conducted:
    """Ask everything that was ordered, and wait for the answers."""
    return asyncio.run(_conduct(order, progress, random))


async def _conduct(order: Order, progress: Callable[[str], None], random: Callable[[int], bytes]) -> Conducted:
    wire = DeviceWire(order.name, order.address, order.pace)
    progress("asking the ports")
    scanned = await scan(order.address, order.tcp, order.pace.connect, progress)
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(port: int) -> NetworkService:
        async with gate:
            progress(f"speaking to tcp/{port}")
            return await _interviewed(Door(wire, port, random))

    asked, more = scanned.open[:MOST_EXAMINED], scanned.open[MOST_EXAMINED:]
    services = list(await asyncio.gather(*(one(port) for port in asked)))
    services += [NetworkService(port=f"tcp/{port}", notes=(LEFT_OUT,)) for port in more[:MOST_EXAMINED]]
    progress("asking over UDP")
    datagrams = await asyncio.gather(*(_by_datagram(wire, port, asks, random) for port, asks in order.udp.items()))
    silent = tuple(port for port, said in zip(order.udp, datagrams, strict=True) if said is None)
    refused = tuple(port for port, said in zip(order.udp, datagrams, strict=True) if said is False)
    throttling, defaults = await _tries(order, wire, services, progress, random)
    answered = [said for said in datagrams if isinstance(said, NetworkService)]
    return Conducted(scanned, (*services, *answered), silent, refused, tuple(throttling), tuple(defaults))


async def _interviewed(door: Door) -> NetworkService:
    try:
        async with asyncio.timeout(_PORT_SECONDS):
            return await interview(door)
    except TimeoutError:
        return NetworkService(port=f"tcp/{door.port}", notes=(TOO_LONG,))


async def _by_datagram(
    wire: DeviceWire, port: int, asks: Sequence[Question], random: Callable[[int], bytes]
) -> NetworkService | bool | None:
    """Return what answered; ``False``: the device says that nothing waits there; ``None``: silence."""
    draft, answered, refused = Draft(), False, False
    for ask in asks:
        reply = await wire.ask(port, ask.says(wire.host), any_port=ask.any_port)
        refused = refused or reply.refused
        if not reply.data:
            continue
        answered = True
        told = ask.read(reply.data)
        if told is None:
            draft.notes.add("it answered with something that is not of its protocol")
            continue
        draft.protocol = ask.protocol
        _note(draft, told)
        if told.location:
            await _described(wire, told.location, draft, random)
    if not answered:
        return False if refused else None
    return draft.service(port, None, transport="udp")


def _note(draft: Draft, told: Told) -> None:
    draft.banner = draft.banner or told.banner
    draft.tells |= set(told.tells)
    draft.names |= set(told.names)
    draft.open_to_all |= set(told.open_to_all)
    draft.notes |= set(told.notes)
    if told.community:
        draft.logins.add((LoginKind.COMMUNITY, False))


async def _described(wire: DeviceWire, location: str, draft: Draft, random: Callable[[int], bytes]) -> None:
    """Fetch the description of a UPnP device, if it lies on this very device."""
    place = upnp.place_of(location, wire.address)
    if place is None:
        draft.notes.add(DESCRIPTION_ELSEWHERE)
        return
    door = Door(wire, place[0], random)
    message = web.read_message(await exchange(door, web.question(wire.host, place[1]), web.is_whole))
    if message is not None and message.status == 200:
        draft.names |= set(upnp.names(message.body))
        draft.tells |= set(upnp.tells(message.body))


async def _tries(
    order: Order,
    wire: DeviceWire,
    services: Sequence[NetworkService],
    progress: Callable[[str], None],
    random: Callable[[int], bytes],
) -> tuple[list[Throttling], list[DefaultTries]]:
    """Try defaults first: a lock that ten wrong passwords bring about would hide them."""
    slowed: list[Throttling] = []
    tried: list[DefaultTries] = []
    for service in services:
        attempt = attempt_for(service)
        if attempt is None:
            continue
        door = Door(wire, int(service.port.partition("/")[2]), random, tls=service.tls is not None)
        with_limit = asyncio.timeout(_TRIES_SECONDS)
        try:
            async with with_limit:
                if order.defaults:
                    progress(f"trying known defaults at {service.port}")
                    known = chosen_defaults() if order.known is None else order.known
                    tried.append(await try_defaults(door, service, attempt, known))
                if order.throttling:
                    progress(f"trying wrong passwords at {service.port}")
                    slowed.append(await try_throttling(door, service, attempt))
        except TimeoutError:
            progress(f"{service.port}: the tries took too long and were stopped")
    return slowed, tried
