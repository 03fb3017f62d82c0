"""What the running device shows to be right, and whether everything that could hold the opposite was asked."""

from collections.abc import Collection, Iterator

from fairmark.examine.probe.case import Case
from fairmark.examine.probe.certificate import faults
from fairmark.examine.probe.ports import count
from fairmark.examine.probe.tls import OLD
from fairmark.examine.probe.tries import is_tried_whole
from fairmark.model.finding import Method, Observation
from fairmark.model.network import Answered, Ending, LoginKind, NetworkService, SeenTls, Slowing

_HARMLESS = frozenset({"mdns", "ssdp", "ntp", "dns", "dhcp"})
"""What these say over UDP is meant for everybody."""
KEYS_ALONE = "probe-keys-alone"
"""The rule of an observation that stands beside that of all logins."""
_WORKS = frozenset({Slowing.LOCKED, Slowing.SLOWED})


def seen(case: Case, spoken_against: Collection[str]) -> Iterator[Observation]:
    """Yield what is right, for each capability that no finding speaks against."""
    makers = (_surface, _transport, _logins, _keys_alone, _throttling, _defaults, _disclosure, _access, _identity)
    for make in makers:
        made = make(case)
        if made is not None and made.capability not in spoken_against:
            yield made


def _observation(case: Case, capability: str, statement: str, missing: Collection[str]) -> Observation:
    words = f"{statement}; not complete: {'; '.join(missing)}" if missing else statement
    return Observation(
        rule=f"probe-{capability}",
        capability=capability,
        statement=words,
        complete=not missing,
        method=Method.NETWORK_PROBE,
        evidence=(case.overview.id,),
    )


def _surface(case: Case) -> Observation:
    ports = ", ".join(one.port for one in case.report.services[:20]) or "nothing"
    silent = count(case.report.heard.tcp_silent)
    words = f"Open on the network: {ports}"
    words += f"; {silent:,} TCP ports gave no answer when asked twice" if silent else ""
    missing = list(case.lacking)
    if case.declared is None:
        missing.append("device.yaml lists no services to hold it against")
        return _observation(case, "attack-surface", words, missing)
    return _observation(case, "attack-surface", f"{words}; each is declared", missing)


def _transport(case: Case) -> Observation | None:
    if not case.report.services:
        return None
    weak = [clause for one in case.report.services if (clause := _unprotected(case, one))]
    words = "What listens uses TLS 1.2 or 1.3 with a valid certificate, or SSH without broken algorithms"
    if weak and len(weak) == len(case.report.services):
        return None
    return _observation(case, "secure-comms", words, (*case.lacking, *weak))


def _unprotected(case: Case, service: NetworkService) -> str:
    """Say why a service counts as not protected; '' when it does."""
    if service.tls is not None:
        fault = _tls_fault(case, service.tls)
        return f"{service.port}: {fault}" if fault else ""
    if service.protocol == "ssh":
        return f"{service.port} offers broken algorithms" if service.weak else ""
    if service.protocol == "http" and service.only_redirects and not service.logins:
        return ""
    if service.port.startswith("udp/") and service.protocol in _HARMLESS:
        return ""
    return f"{service.port} speaks {service.protocol or 'something'} without protection"


def _tls_fault(case: Case, tls: SeenTls) -> str:
    """Say what keeps a TLS server from counting as protected; what is not clear counts as not refused."""
    certificate, today = tls.certificate, case.report.when.date()
    dated = certificate is not None and certificate.begins <= today <= certificate.ends
    faults_of = {
        "old versions are taken, or it is not clear that they are refused": any(
            tls.versions.get(label) is not Answered.NO for label in OLD
        ),
        "weak suites are taken, or it is not clear that they are refused": any(
            said is not Answered.NO for said in tls.weak_suites.values()
        ),
        "neither TLS 1.2 nor 1.3 was agreed on": Answered.YES
        not in (tls.versions.get("TLSv1.2"), tls.versions.get("TLSv1.3")),
        "its certificate was not seen": certificate is None,
        "its certificate is signed by itself: whether clients check it is not seen": certificate is not None
        and certificate.self_signed,
        "its certificate is out of date or weak": certificate is not None and not (dated and not faults(certificate)),
    }
    return next((words for words, is_so in faults_of.items() if is_so), "")


def _logins(case: Case) -> Observation | None:
    doors = [one for one in case.report.services if one.logins]
    if not doors:
        return None
    clear = [f"a login at {one.port} is not protected" for one in doors if not all(x.protected for x in one.logins)]
    weak = [c for one in doors if all(x.protected for x in one.logins) and (c := _unprotected(case, one))]
    names = ", ".join(one.port for one in doors[:10])
    missing = (*case.lacking, *clear, *weak)
    return _observation(case, "auth-strength", f"Every login that was met ({names}) runs over TLS or SSH", missing)


def _keys_alone(case: Case) -> Observation | None:
    """Say so where keys alone open every login that was met: no password is then kept that could be kept badly."""
    said = _logins(case)
    kinds = {login.kind for one in case.report.services for login in one.logins}
    if said is None or kinds != {LoginKind.KEY}:
        return None
    names = ", ".join(one.port for one in case.report.services if one.logins)
    words = f"Keys alone open the logins that were met ({names})"
    words += "" if said.complete else "; not complete, for the reasons that the protection of logins names"
    return said.model_copy(update={"rule": KEYS_ALONE, "statement": words})


def _throttling(case: Case) -> Observation | None:
    """A login with keys alone cannot be guessed at; every other one must have slowed down."""
    doors = [one for one in case.report.services if one.logins]
    guessable = [one for one in doors if {x.kind for x in one.logins} - {LoginKind.KEY}]
    if not doors:
        return None
    if not guessable:
        return _observation(case, "brute-force", "Only keys open the logins that were met", case.lacking)
    results = {one.port: one for one in case.report.throttling}
    works = [results[one.port] for one in guessable if one.port in results and results[one.port].result in _WORKS]
    if not works:
        return None
    left = [one.port for one in guessable if one.port not in {x.port for x in works} or not is_tried_whole(one)]
    missing = [*case.lacking, *(f"the login at {port} was not shown to slow down" for port in left)]
    said = ", ".join(f"{one.port} {one.result} after {one.tries} wrong passwords" for one in works)
    return _observation(case, "brute-force", f"Guessing is slowed: {said}", missing)


def _defaults(case: Case) -> Observation | None:
    """Never complete: a few tries of a long list, in the state that this unit is in."""
    tried = [one for one in case.report.defaults if one.tried and not one.accepted]
    if not tried:
        return None
    said = ", ".join(f"{len(one.tried)} at {one.port}" for one in tried)
    early = "; the tries ended early" if any(one.ended is not Ending.ALL_TRIED for one in tried) else ""
    words = f"Known defaults that were tried were refused: {said}{early}"
    return _observation(case, "no-default-password", words, ("a few tries are not every default",))


def _disclosure(case: Case) -> Observation | None:
    if not case.report.services:
        return None
    words = "No banner, header or description names a version, a serial number or files before a login"
    return _observation(case, "info-disclosure", words, case.lacking)


def _access(case: Case) -> Observation | None:
    if not case.report.services:
        return None
    missing = ("only the first question of each protocol was asked",)
    return _observation(case, "access-control", "Nothing that was asked for was given without a login", missing)


def _identity(case: Case) -> Observation | None:
    """The model of device.yaml, told by the device itself."""
    model = (case.device.model or "").casefold()
    if len(model) < 2:
        return None
    for one in case.report.services:
        if any(model in text.casefold() for text in (*one.names, one.banner)):
            words = f"The device names its model ({case.device.model}) at {one.port}"
            return _observation(case, "unique-identity", words, (case.doubt,) if case.doubt else ())
    return None
