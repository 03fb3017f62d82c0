"""Services: clear-text logins that really start, open ports that the maker did not declare."""

import re
from collections.abc import Sequence

from fairmark.examine.daemons import daemons
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.services import Trace, trace
from fairmark.examine.subject import Service, Subject
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Detection, Finding, Observation, Reach, SeenFact, Severity

TELNET = Rule(
    id="service-telnet-started",
    title="A telnet, ftp or remote-shell service starts with the device",
    weakness="service-telnet",
    severity=Severity.HIGH,
    what="Init starts a service that takes passwords or commands in clear. The whole chain was followed: the enabling "
    "line, the program in the image, its settings, its port. Worms look for exactly this port.",
    false_positives="A packet filter in front of the port is not looked at. Grade B: it starts under a condition that "
    "only the running device can answer.",
    fix="Remove the program and the line that starts it. Where a shell is needed in service, use ssh with keys.",
    cwe="CWE-319",
    references=("ETSI EN 303 645 provision 5.6-1",),
)
UNDECLARED = Rule(
    id="service-undeclared",
    title="A service is open that the maker did not declare",
    weakness="undeclared-service",
    severity=Severity.MEDIUM,
    what="A started program waits at a port that the list of declared services in device.yaml does not name.",
    false_positives="The list is incomplete, or a packet filter closes the port.",
    fix="Stop the service if nobody needs it, bind it to 127.0.0.1, or declare it with its purpose.",
    cwe="CWE-1327",
    references=("ETSI EN 303 645 provision 5.6-1",),
)

_CLEAR_KINDS = frozenset({"telnet", "ftp", "remote-shell"})
_INIT_FILES = (
    "/etc/inittab",
    "/etc/init.d/rcS",
    "/init",
    "/etc/rc.common",
    "/lib/systemd/systemd",
    "/usr/lib/systemd/systemd",
)


def _detect(subject: Subject) -> Detection:
    traced = trace(subject)
    exposed = [service for service in subject.services if service.ports]
    clear = [service for service in exposed if is_clear_text(service)]
    maybe = [service for service in traced.conditional if service.ports and is_clear_text(service)]
    findings = [_started(service) for service in clear] + [_perhaps(service) for service in maybe]
    findings += [
        _undeclared(service, missing) for service, missing in _missing(subject, exposed) if service not in clear
    ]
    evidence = {one.id: one for service in (*exposed, *maybe) for one in service.chain}
    observations: tuple[Observation, ...] = ()
    if not findings:
        looked = _looked_at(subject, traced)
        observations = _nothing_clear(subject, traced, looked)
        evidence |= {one.id: one for one in looked}
    return Detection(
        findings=tuple(findings),
        observations=observations,
        facts=(*_facts(exposed), *_unused(_missing(subject, exposed))),
        evidence=tuple(evidence[key] for key in sorted(evidence)),
        gaps=traced.gaps,
    )


def is_clear_text(service: Service) -> bool:
    """Whether it is telnet, ftp, a remote shell or the like."""
    return any(one.service == service.name and one.kind in _CLEAR_KINDS for one in daemons().values())


def _ids(service: Service) -> tuple[str, ...]:
    return tuple(one.id for one in service.chain)


def _named(service: Service) -> str:
    """Name service, program and ports: ``telnet (busybox, tcp/23)``."""
    where = f" in {service.root}" if service.root else ""
    return f"{service.name} ({service.program.rpartition('/')[2]}, {', '.join(service.ports)}){where}"


def _started(service: Service) -> Finding:
    title = f"The device starts {_named(service)}"
    return TELNET.finding(title, _ids(service), confidence=Confidence.A, reach=Reach.EXPOSED)


def _perhaps(service: Service) -> Finding:
    title = f"A start script starts {_named(service)} under a condition that only the running device can answer"
    return TELNET.finding(title, _ids(service), confidence=Confidence.B, reach=Reach.PRESENT, severity=Severity.MEDIUM)


def _missing(subject: Subject, exposed: Sequence[Service]) -> list[tuple[Service, list[str]]]:
    """Return the open services with those of their ports that are not declared."""
    declared = subject.device.declared_services
    if declared is None:
        return []
    ports = {
        f"{one[0].lower()}/{one[1]}" for text in declared for one in re.findall(r"(?i)\b(tcp|udp)\s*/\s*(\d+)", text)
    }
    open_ports = ((service, [port for port in service.ports if port not in ports]) for service in exposed)
    return [(service, missing) for service, missing in open_ports if missing]


def _undeclared(service: Service, missing: Sequence[str]) -> Finding:
    title = f"{service.program.rpartition('/')[2]} waits at {', '.join(missing)}, which is not declared"
    return UNDECLARED.finding(title, _ids(service), confidence=Confidence.A, reach=Reach.EXPOSED)


def _looked_at(subject: Subject, traced: Trace) -> tuple[Evidence, ...]:
    """Return evidence of what was traced: the start of every service, or else the settings of init."""
    starts = {service.chain[0].id: service.chain[0] for service in traced.services if service.chain}
    if not starts:
        files = (subject.file(path, root) for root in traced.recognised for path in _INIT_FILES)
        seen = (subject.evidence(item, "everything that this starts was traced") for item in files if item)
        starts = {one.id: one for one in seen}
    return tuple(starts[key] for key in sorted(starts))


def _nothing_clear(subject: Subject, traced: Trace, looked: Sequence[Evidence]) -> tuple[Observation, ...]:
    if not looked:
        return ()
    main = subject.trees[0].name if subject.trees else None
    complete = main in traced.recognised and not traced.unfollowed
    ports = sorted({port for service in subject.services for port in service.ports})
    statement = "No telnet, ftp or remote-shell service is started; open: " + (
        ", ".join(ports) or "nothing that was recognised"
    )
    if traced.unfollowed:
        statement += f"; but what {traced.unfollowed[0]} starts was not followed"
    return (
        Observation(
            rule="services",
            capability="attack-surface",
            statement=statement,
            complete=complete,
            evidence=tuple(one.id for one in looked),
        ),
    )


def _facts(exposed: Sequence[Service]) -> tuple[SeenFact, ...]:
    if not exposed:
        return ()
    first = exposed[0]
    statement = f"{_named(first)} is started"
    facts = ("interface.exposed_services", "interface.network")
    return tuple(SeenFact(fact=fact, value=True, statement=statement, evidence=_ids(first)) for fact in facts)


def _unused(missing: Sequence[tuple[Service, list[str]]]) -> tuple[SeenFact, ...]:
    """A port that the maker does not list is none that he uses."""
    if not missing:
        return ()
    service, ports = missing[0]
    statement = f"{_named(service)} waits at {', '.join(ports)}, which the maker does not list"
    return (SeenFact(fact="interface.unused_network", value=True, statement=statement, evidence=_ids(service)),)


DETECTOR = Detector(id="services", title="Started services", rules=(TELNET, UNDECLARED), detect=_detect)
