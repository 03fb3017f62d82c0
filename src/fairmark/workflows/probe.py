"""The journey of a running device: what was heard becomes ``network.json``, and that becomes evidence.

The report is a document of its own: one probes in the laboratory and assesses at the desk. Reading
one back trusts nothing in it: it is checked field by field, and held against the device.yaml at hand.
"""

from collections.abc import Sequence
from datetime import datetime

from pydantic import ValidationError

from fairmark import __version__
from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.examine.probe.detection import detect
from fairmark.examine.probe.order import Conducted, Order
from fairmark.examine.probe.ports import ALL, written
from fairmark.examine.probe.tries import is_tried_whole
from fairmark.model.device import Device
from fairmark.model.evidence import Tool
from fairmark.model.finding import Detection
from fairmark.model.network import (
    MOST_SERVICES,
    Asked,
    Heard,
    LoginKind,
    NetworkReport,
    NetworkService,
    ProbedDevice,
    Target,
)
from fairmark.model.value import canonical_json, sha256_hex
from fairmark.workflows.foreign_json import read_json

MAX_NETWORK_BYTES = 16 << 20
_HINT = "Give the network.json that `fairmark probe` wrote."
_MOST_FAULTS = 5


def order_of_ports(spans: Sequence[tuple[int, int]] | None) -> Sequence[tuple[int, int]]:
    """Return the TCP ports to ask: the user's, else all of them."""
    return ALL if spans is None else spans


def report_of(
    order: Order, heard: Conducted, device: Device, *, when: datetime, only_interface: bool = False
) -> NetworkReport:
    """Write down what was asked and heard; ``when`` has a time zone.

    Raises:
        UnreadableInputError: when nothing at all answered: then nobody knows whether the device was there.
    """
    if not heard.is_there:
        hint = "Is the device on, is it in this network, and does a firewall of this machine stand in between?"
        raise UnreadableInputError(f"nothing answers at {order.address}", hint=hint)
    asked = Asked(
        tcp=tuple(order.tcp),
        udp=tuple(order.udp),
        defaults=order.defaults,
        throttling=order.throttling,
        only_interface=only_interface,
    )
    return NetworkReport(
        tool=Tool(name="fairmark", version=__version__),
        when=when,
        target=Target(name=order.name, address=order.address),
        owned=True,
        device=ProbedDevice(maker=device.maker, model=device.model, firmware_version=device.firmware_version),
        asked=asked,
        heard=Heard(
            tcp_silent=heard.scan.silent,
            tcp_not_asked=heard.scan.not_asked,
            udp_silent=heard.udp_silent,
            udp_refused=heard.udp_refused,
        ),
        services=heard.services[:MOST_SERVICES],
        throttling=heard.throttling,
        defaults=heard.defaults,
        not_asked=tuple(_not_asked(asked, heard)),
    )


def _not_asked(asked: Asked, heard: Conducted) -> list[str]:
    """Return what nobody asked, in a sentence each."""
    found = []
    if asked.tcp != ALL:
        found.append(f"Of TCP only the ports {written(asked.tcp)} were asked.")
    spoken = sum(one.port.startswith("tcp/") for one in heard.services)
    if len(heard.scan.open) > spoken:
        found.append(f"{len(heard.scan.open):,} TCP ports are open; only {spoken:,} of them stand here.")
    ports = ", ".join(str(port) for port in asked.udp) or "none"
    found.append(f"Of UDP only the ports {ports} were asked, a question each; silence there says nothing.")
    if not asked.defaults:
        found.append("Known default passwords were not tried.")
    if not asked.throttling:
        found.append("Whether wrong passwords are slowed down was not tried.")
    elif untried := [one.port for one in heard.services if _is_untried(one)]:
        found.append(f"Logins that this program cannot try, or not in all their ways: {', '.join(untried[:20])}.")
    if not asked.only_interface:
        found.append("Other addresses and radios of the device were not asked, and nobody states that it has none.")
    found.append("What the device sends by itself was not looked at.")
    return found


def _is_untried(service: NetworkService) -> bool:
    guessable = {login.kind for login in service.logins} - {LoginKind.KEY}
    return bool(guessable) and not is_tried_whole(service)


def read_network(content: bytes, name: str) -> NetworkReport:
    """Return the report that a file holds.

    Raises:
        UnreadableInputError: when it is none, with the first faults.
    """
    data = read_json(content, name, limit=MAX_NETWORK_BYTES, hint=_HINT, unique=True)
    try:
        report = NetworkReport.model_validate(data)
        canonical_json(report)
    except UnicodeEncodeError:
        raise UnreadableInputError(f"{name} holds half of a character (a surrogate)", hint=_HINT) from None
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)[:_MOST_FAULTS]
        said = "; ".join(f"{'.'.join(str(part)[:40] for part in one['loc'][:6])}: {one['msg'][:100]}" for one in faults)
        raise UnreadableInputError(f"{name} is no report of a probe: {said}", hint=_HINT) from None
    return report


def network_detection(content: bytes, name: str, device: Device) -> Detection:
    """Return what a report shows of ``device``.

    Another firmware version, or none, is accepted with a doubt that is said; another product is not.

    Raises:
        UnreadableInputError: when it is no report.
        WrongUsageError: when it is one of another product.
    """
    report = read_network(content, name)
    for word in ("maker", "model"):
        probed, assessed = getattr(report.device, word), getattr(device, word)
        if probed and assessed and probed != assessed:
            said = f"{name} is of another product: its {word} is {probed[:60]!r}, device.yaml says {assessed[:60]!r}"
            raise WrongUsageError(said, hint="Probe this device, or name its own device.yaml.")
    return detect(report, device, sha256_hex(content))
