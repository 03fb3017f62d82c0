"""The services that examining found, as values that the other pillars read."""

from collections.abc import Iterable

from fairmark.examine.daemons import daemons
from fairmark.examine.subject import Service as Started
from fairmark.model.device import Device
from fairmark.model.finding import Detection, Reach
from fairmark.model.service import Port, Service, declared_ports, port_of


def described(services: Iterable[Started], device: Device) -> tuple[Service, ...]:
    """Describe each service once, sorted by root, name, program and ports."""
    kinds = {daemon.service: daemon.kind for daemon in daemons().values()}
    declared = declared_ports(device)
    made = [_described(one, kinds, declared) for one in services]
    return tuple(sorted(made, key=lambda one: (one.root, one.name, one.program, tuple(map(str, one.ports)), one.chain)))


def chains(services: Iterable[Started]) -> Detection:
    """Return the evidence that the chains of services name."""
    evidence = {one.id: one for service in services for one in service.chain}
    return Detection(evidence=tuple(evidence[key] for key in sorted(evidence)))


def _described(service: Started, kinds: dict[str, str], declared: frozenset[str] | None) -> Service:
    found = {str(port): port for text in service.ports if (port := port_of(text)) is not None}
    ports: tuple[Port, ...] = tuple(sorted(found.values(), key=lambda port: (port.protocol, port.number)))
    return Service(
        name=service.name,
        kind=kinds.get(service.name, "other"),
        program=service.program,
        root=service.root,
        user=service.user,
        arguments=service.arguments,
        ports=ports,
        reach=Reach.EXPOSED if service.ports else Reach.STARTED,
        started_by=service.started_by,
        chain=tuple(one.id for one in service.chain),
        declared=None if declared is None or not ports else all(str(port) in declared for port in ports),
    )
