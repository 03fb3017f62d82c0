"""A service: a program that the device starts, where it waits, and the chain that proves it."""

import re

from pydantic import Field

from fairmark.model.device import Device
from fairmark.model.finding import Reach
from fairmark.model.value import Value

_PORT = re.compile(r"(tcp|udp|sctp|dccp)/(\d{1,5})")
_DECLARED = re.compile(r"(?i)\b(tcp|udp)\s*/\s*(\d{1,5})\b")


class Port(Value):
    """Where a service waits. Without an address it waits at every address that the device has, or nobody knows."""

    protocol: str = Field(pattern=r"^[a-z]{3,4}$", description="tcp, udp")
    number: int = Field(ge=0, le=65535)
    address: str = Field(default="", description="empty: every address, or not known")

    def __str__(self) -> str:
        """Write it as device.yaml does: ``tcp/23``."""
        return f"{self.protocol}/{self.number}"


class Service(Value):
    """A program that the device starts.

    ``reach`` is EXPOSED when it waits at a port that others can reach, else STARTED. One program
    may be started twice, at different ports: then it stands here twice.
    """

    name: str = Field(description="the kind of service: telnet, http, ssh; else the name of the program")
    kind: str = Field(default="other", description="telnet, ftp, remote-shell, ssh, web or other")
    program: str = Field(description="path inside its root file system")
    root: str = Field(default="", description="the nested root file system it lies in; '' is the main one")
    user: str = Field(description="user that it runs as")
    arguments: str = Field(default="", description="redacted")
    ports: tuple[Port, ...] = ()
    reach: Reach
    started_by: str = Field(default="", description="the file that begins the chain")
    chain: tuple[str, ...] = Field(default=(), description="ids of evidence, from the enabling line to the program")
    declared: bool | None = Field(
        default=None,
        description="whether device.yaml lists every port of it; null: it waits at none, or no services are listed",
    )


def port_of(text: str) -> Port | None:
    """Read ``tcp/23``; ``None`` for a text that names no port.

    >>> port_of("tcp/23")
    Port(protocol='tcp', number=23, address='')
    """
    found = _PORT.fullmatch(text.strip().lower())
    number = int(found[2]) if found else -1
    return Port(protocol=found[1], number=number) if found and number <= 65535 else None


def declared_ports(device: Device) -> frozenset[str] | None:
    """Return the ports that device.yaml lists, as ``tcp/443``; ``None`` if it lists no services at all."""
    if device.declared_services is None:
        return None
    return frozenset(
        f"{protocol.lower()}/{int(number)}"
        for text in device.declared_services
        for protocol, number in _DECLARED.findall(text)
    )
