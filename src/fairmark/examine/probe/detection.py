"""From a report of the probe to findings, observations and facts, for the assessment of the device."""

from collections.abc import Iterator

from fairmark.examine.probe.case import Case
from fairmark.examine.probe.findings import proven
from fairmark.examine.probe.observations import seen
from fairmark.model.device import Device
from fairmark.model.finding import Detection, SeenFact
from fairmark.model.network import LoginKind, NetworkReport


def detect(report: NetworkReport, device: Device, sha256: str) -> Detection:
    """Return what the report shows of ``device``; ``sha256`` is the digest of the file it came in."""
    case = Case(report, device, sha256, doubt(report, device))
    found = tuple(proven(case))
    against = {one.finding.capability for one in found}
    observations = tuple(seen(case, against))
    facts = tuple(_facts(case))
    evidence = {one.evidence.id: one.evidence for one in found} | {case.overview.id: case.overview}
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


def _facts(case: Case) -> Iterator[SeenFact]:
    services, shown = case.report.services, (case.overview.id,)
    if not services:
        return
    first = f"{services[0].port} answers on the network"
    yield SeenFact(fact="interface.network", value=True, statement=first, evidence=shown)
    yield SeenFact(fact="interface.exposed_services", value=True, statement=first, evidence=shown)
    if case.undeclared:
        words = f"{case.undeclared[0]} is open, which the maker does not list"
        yield SeenFact(fact="interface.unused_network", value=True, statement=words, evidence=shown)
    asking = [one for one in services if {x.kind for x in one.logins} - {LoginKind.KEY}]
    if asking:
        words = f"{asking[0].port} asks for a password"
        for fact in ("auth.password", "auth.network"):
            yield SeenFact(fact=fact, value=True, statement=words, evidence=shown)
