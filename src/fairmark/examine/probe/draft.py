"""What is being written down about one port while it is asked."""

from dataclasses import dataclass, field

from fairmark.examine.probe.text import once_each, shown
from fairmark.model.network import LoginKind, NetworkService, SeenLogin, SeenTls


@dataclass(slots=True)
class Draft:
    """Notes on one port, in any order and as often as one likes; ``service`` puts them into a fixed form."""

    protocol: str = ""
    banner: str = ""
    tells: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    logins: set[tuple[LoginKind, bool]] = field(default_factory=set)
    open_to_all: set[str] = field(default_factory=set)
    weak: set[str] = field(default_factory=set)
    only_redirects: bool = False
    notes: set[str] = field(default_factory=set)

    def service(self, port: int, tls: SeenTls | None, *, transport: str = "tcp") -> NetworkService:
        """Return the notes as a value."""
        return NetworkService(
            port=f"{transport}/{port}",
            protocol=self.protocol,
            tls=tls,
            banner=shown(self.banner),
            tells=once_each(self.tells),
            names=once_each(self.names),
            logins=tuple(SeenLogin(kind=kind, protected=safe) for kind, safe in sorted(self.logins)),
            open_to_all=once_each(self.open_to_all),
            weak=once_each(self.weak),
            only_redirects=self.only_redirects,
            notes=once_each(self.notes),
        )
