"""A report of the probe in the hands of whoever judges it: its evidence, and what stands in the way of completeness."""

from dataclasses import dataclass
from functools import cached_property

from fairmark.examine.probe.ports import ALL, count, written
from fairmark.model.device import Device
from fairmark.model.evidence import Evidence, EvidenceKind, Where
from fairmark.model.network import NetworkReport, NetworkService
from fairmark.model.service import declared_ports

OVERVIEW = ""


@dataclass(frozen=True)
class Case:
    """One report, the device it is held against, and the digest of the file. ``doubt``: is it the same build?"""

    report: NetworkReport
    device: Device
    sha256: str
    doubt: str = ""

    @cached_property
    def declared(self) -> frozenset[str] | None:
        """The ports that device.yaml lists, if it lists any."""
        return declared_ports(self.device)

    @cached_property
    def open_tcp(self) -> tuple[NetworkService, ...]:
        """The open TCP ports."""
        return tuple(one for one in self.report.services if one.port.startswith("tcp/"))

    @cached_property
    def undeclared(self) -> tuple[str, ...]:
        """The open ports that device.yaml does not list; none when it lists no services at all."""
        if self.declared is None:
            return ()
        return tuple(one.port for one in self.report.services if one.port not in self.declared)

    def evidence(self, port: str, statement: str, quote: str = "") -> Evidence:
        """Make evidence of what was heard at one port, or (``OVERVIEW``) of the probe as a whole."""
        address = self.report.target.address
        path = f"{port.partition('/')[0]}/{address}:{port.partition('/')[2]}" if port else f"probe/{address}"
        where = Where(path=path, sha256=self.sha256, quote=quote)
        return Evidence(kind=EvidenceKind.NETWORK, where=where, tool=self.report.tool, statement=statement)

    @cached_property
    def overview(self) -> Evidence:
        """What was asked, as evidence for what was not found."""
        asked = self.report.asked
        ports = ", ".join(one.port for one in self.report.services[:40]) or "none"
        tries = [name for name, made in (("defaults", asked.defaults), ("throttling", asked.throttling)) if made]
        words = f"asked {count(asked.tcp):,} TCP ports and {len(asked.udp)} questions over UDP"
        words += f", tried {' and '.join(tries)}" if tries else ""
        return self.evidence(OVERVIEW, f"{words}; answered: {ports}")

    @cached_property
    def lacking(self) -> tuple[str, ...]:
        """Why nothing that this report shows is complete, whatever it is about; a clause each."""
        report, found = self.report, []
        if report.asked.tcp != ALL:
            found.append("not every TCP port was asked")
        if report.heard.tcp_not_asked:
            found.append(f"this machine could not ask TCP {written(report.heard.tcp_not_asked)}")
        strange = [one.port for one in self.open_tcp if not one.protocol]
        if strange:
            more = f" and {len(strange) - 3} more" if len(strange) > 3 else ""
            found.append(f"what speaks at {', '.join(strange[:3])}{more} was not recognised")
        if not report.asked.only_interface:
            found.append("nobody states that the device answers at no other address or radio")
        return (*found, self.doubt) if self.doubt else tuple(found)
