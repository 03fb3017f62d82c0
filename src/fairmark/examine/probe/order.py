"""What is to be asked of whom, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fairmark.examine.known_defaults import Default
from fairmark.examine.probe.datagrams import QUESTIONS, Question
from fairmark.model.network import DefaultTries, NetworkService, Throttling


@dataclass(frozen=True, slots=True)
class Pace:
    """How long is waited, in seconds."""

    connect: float = 2.0
    greeting: float = 2.0
    answer: float = 5.0
    datagram: float = 2.0


@dataclass(frozen=True, slots=True)
class Scan:
    """How the ports answered, as spans. ``refused``: the device said that nothing waits there."""

    open: tuple[int, ...]
    refused: int
    silent: tuple[tuple[int, int], ...]
    not_asked: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be asked of whom."""

    name: str
    address: str
    tcp: Sequence[tuple[int, int]]
    udp: Mapping[int, Sequence[Question]] = field(default_factory=lambda: QUESTIONS)
    defaults: bool = False
    throttling: bool = False
    pace: Pace = field(default_factory=Pace)
    known: Sequence[Default] | None = None
    """Instead of the list of known defaults."""


@dataclass(frozen=True, slots=True)
class Conducted:
    """What was heard."""

    scan: Scan
    services: tuple[NetworkService, ...]
    udp_silent: tuple[int, ...]
    udp_refused: tuple[int, ...]
    throttling: tuple[Throttling, ...]
    defaults: tuple[DefaultTries, ...]

    @property
    def is_there(self) -> bool:
        """Whether anything at all answered."""
        return bool(self.scan.open or self.scan.refused or self.services or self.udp_refused)
