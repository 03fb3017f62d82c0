"""From a report of the probe to findings, observations and facts, for the assessment of the device."""

from collections.abc import Iterator, Sequence

from fairmark.examine.probe.case import Case
from fairmark.examine.probe.findings import proven
from fairmark.examine.probe.observations import seen
from fairmark.model.device import Device
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Detection, SeenFact
from fairmark.model.network import LoginKind, NetworkReport


def detect(report: NetworkReport, device: Device, sha256: str) -> Detection:
    """Return what the report shows of ``device``; ``sha256`` is the digest of the file it came in."""
    case = Case(report, device, sha256, doubt(report, device))
    found = tuple(proven(case))
    against = {one.finding.capability for one in found}
    observations = tuple(seen(case, against))
    ports = _by_port(case)
    facts = tuple(_facts(case, ports))
    shown = (*(one.evidence for one in found), case.overview, *ports)
    evidence = {one.id: one for one in shown}
    unseen = [f"The running device: {sentence}" for sentence in report.not_asked]
    if case.doubt:
        unseen.append(f"The running device: {case.doubt}, so nothing is taken for proven by the probe.")
    return Detection(
        findings=tuple(one.finding for one in found),
        observations=observations,
        facts=facts,
        evidence=tuple(evidence[key] for key in sorted(evidence)),
        unseen=tuple(unseen),
    )


def doubt(report: NetworkReport, device: Device) -> str:
    """Say why it is not sure that this build was probed; '' when the versions agree."""
    probed, assessed = report.device.firmware_version, device.firmware_version
    if probed and probed == assessed:
        return ""
    said = f"firmware {probed}" if probed else "a firmware that nobody named"
    return f"{said} was probed, and {assessed or 'no version'} stands in device.yaml"


def _by_port(case: Case) -> tuple[Evidence, ...]:
    """Return one evidence for each port that answered, so that whoever lists the ways in misses none of them."""
    return tuple(
        case.evidence(one.port, f"{one.protocol or 'something that was not recognised'} answers at {one.port}")
        for one in case.report.services
    )


def _facts(case: Case, ports: Sequence[Evidence]) -> Iterator[SeenFact]:
    services, shown = case.report.services, (case.overview.id,)
    if not services:
        return
    first = f"{services[0].port} answers on the network"
    yield SeenFact(fact="interface.network", value=True, statement=first, evidence=shown)
    each = tuple(dict.fromkeys((*shown, *(one.id for one in ports))))
    yield SeenFact(fact="interface.exposed_services", value=True, statement=first, evidence=each)
    if case.undeclared:
        words = f"{case.undeclared[0]} is open, which the maker does not list"
        yield SeenFact(fact="interface.unused_network", value=True, statement=words, evidence=shown)
    asking = [one for one in services if {x.kind for x in one.logins} - {LoginKind.KEY}]
    if asking:
        words = f"{asking[0].port} asks for a password"
        for fact in ("auth.password", "auth.network"):
            yield SeenFact(fact=fact, value=True, statement=words, evidence=shown)
