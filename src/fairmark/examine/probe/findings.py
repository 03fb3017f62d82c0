"""What the running device shows to be wrong."""

from collections.abc import Iterator
from dataclasses import dataclass

from fairmark.examine.probe import rules
from fairmark.examine.probe.case import Case
from fairmark.examine.probe.certificate import faults
from fairmark.examine.probe.greetings import CLEAR_PROTOCOLS
from fairmark.examine.probe.tls import OLD
from fairmark.examine.rule import Rule
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Finding, Reach, Severity
from fairmark.model.network import Answered, LoginKind, NetworkService, Slowing

_IN_CLEAR = frozenset({LoginKind.PASSWORD, LoginKind.BASIC, LoginKind.FORM, LoginKind.COMMUNITY})
_SPELT = {"telnet": "Telnet", "modbus": "Modbus", "redis": "Redis", "memcached": "memcached", "mysql": "MySQL"}
LISTING = "it lists the files of a folder"


@dataclass(frozen=True, slots=True)
class Proven:
    """A finding with the evidence it names."""

    finding: Finding
    evidence: Evidence


def proven(case: Case) -> Iterator[Proven]:
    """Yield everything that is wrong, port by port."""
    for service in case.report.services:
        yield from _of_service(case, service)
    yield from _defaults(case)
    for one in case.report.throttling:
        if one.result is Slowing.NONE:
            title = (
                f"{one.tries} wrong passwords in a row at {_named(one.port, one.protocol)} were refused at once each"
            )
            yield _made(case, rules.NO_THROTTLING, one.port, title, confidence=Confidence.B)


def _of_service(case: Case, service: NetworkService) -> Iterator[Proven]:
    name = _named(service.port, service.protocol)
    if service.protocol in CLEAR_PROTOCOLS and service.tls is None:
        yield _made(case, rules.CLEAR_SERVICE, service.port, f"{name} answers on the network", quote=service.banner)
    elif service.port in case.undeclared:
        yield _made(case, rules.UNDECLARED, service.port, f"{name} is open and not declared", quote=service.banner)
    if service.weak:
        yield _made(case, rules.BROKEN, service.port, f"{name} offers {', '.join(service.weak)}")
    yield from _open(case, service, name)
    yield from _tls(case, service, name)
    yield from _logins(case, service, name)
    if told := [*service.tells, *(what for what in service.open_to_all if what == LISTING)]:
        title = f"{name} tells before any login: {'; '.join(told[:4])}"
        yield _made(case, rules.TOLD, service.port, title, confidence=Confidence.B)


def _open(case: Case, service: NetworkService, name: str) -> Iterator[Proven]:
    given = [what for what in service.open_to_all if what != LISTING]
    if given and service.protocol == "adb":
        yield _made(case, rules.DEBUG, service.port, f"{name} gives {', '.join(given)}")
    elif given:
        yield _made(case, rules.OPEN_TO_ALL, service.port, f"{name} serves strangers: {', '.join(given)}")


def _tls(case: Case, service: NetworkService, name: str) -> Iterator[Proven]:
    seen = service.tls
    if seen is None:
        return
    old = [label for label in OLD if seen.versions.get(label) is Answered.YES]
    suites = [label for label, said in sorted(seen.weak_suites.items()) if said is Answered.YES]
    if old or suites:
        broken = [*old, *(f"suites with {label}" for label in suites)]
        yield _made(case, rules.OLD_TLS, service.port, f"{name} takes {', '.join(broken)}")
    certificate = seen.certificate
    if certificate is None:
        return
    today = case.report.when.date()
    wrong = list(faults(certificate))
    if not certificate.begins <= today <= certificate.ends:
        wrong.insert(0, f"it is valid from {certificate.begins} to {certificate.ends}, and {today} is neither")
    if wrong:
        yield _made(case, rules.CERTIFICATE, service.port, f"The certificate of {name}: {'; '.join(wrong)}")


def _logins(case: Case, service: NetworkService, name: str) -> Iterator[Proven]:
    kinds = sorted({login.kind for login in service.logins if not login.protected and login.kind in _IN_CLEAR})
    if not kinds:
        return
    sure = Confidence.B if kinds == [LoginKind.FORM] else Confidence.A
    words = f"{name} takes passwords in clear ({', '.join(kinds)})"
    yield _made(case, rules.LOGIN_IN_CLEAR, service.port, words, confidence=sure)
    yield _made(case, rules.PLAIN_TRANSPORT, service.port, f"{name} protects nothing on the way", confidence=sure)


def _defaults(case: Case) -> Iterator[Proven]:
    for one in case.report.defaults:
        if not one.accepted:
            continue
        entries = ", ".join(str(number) for number in one.accepted)
        word = "entry" if len(one.accepted) == 1 else "entries"
        title = f"{_named(one.port, one.protocol)} accepts {word} {entries} of the list of known defaults"
        yield _made(case, rules.EMPTY if one.without_password else rules.DEFAULT, one.port, title)


def _named(port: str, protocol: str) -> str:
    name = _SPELT.get(protocol, protocol.upper()) or "an unknown service"
    return f"{name} at {port}"


def _made(
    case: Case,
    rule: Rule,
    port: str,
    title: str,
    *,
    confidence: Confidence = Confidence.A,
    severity: Severity | None = None,
    quote: str = "",
) -> Proven:
    """Make a finding; where it is not sure that this build was probed, it is no longer proven."""
    text = title[:1].upper() + title[1:]
    evidence = case.evidence(port, text[:300], quote)
    grade = Confidence.B if case.doubt and confidence is Confidence.A else confidence
    made = rule.finding(text, (evidence.id,), confidence=grade, reach=Reach.EXPOSED, severity=severity)
    return Proven(made, evidence)
