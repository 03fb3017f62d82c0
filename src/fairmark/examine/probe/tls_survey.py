"""Which versions and weak suites a TLS server takes, one hello each, and the certificate that it shows.

Some servers refuse with an alert, others just hang up. A hang-up counts as a refusal only if the server still
answers afterwards what it answered before: else it may have hung up for another reason.
"""

from collections.abc import Mapping

from fairmark.examine.probe import tls
from fairmark.examine.probe.certificate import read_certificate
from fairmark.examine.probe.wire import Door, SilentError
from fairmark.model.network import Answered, SeenCertificate, SeenTls


async def speaks_tls(door: Door) -> bool:
    """Whether the server answers a hello, be it with a refusal."""
    answer, _ = await _said(door, tls.hello_for("TLSv1.2", random=door.random(32), name=door.wire.host))
    return answer.kind is not tls.Kind.OTHER


async def survey(door: Door) -> SeenTls:
    """Ask for every version alone, then for the weak suites in the newest version that still has them."""
    hung_up: set[str] = set()
    versions = {label: await _version(door, label, hung_up) for label in tls.VERSIONS}
    taken = [label for label, said in versions.items() if said is Answered.YES]
    older = [label for label in taken if label != "TLSv1.3"]
    suites = {name: await _suites(door, older[-1], name, hung_up) if older else Answered.NO for name in tls.WEAK_SUITES}
    if hung_up and not (taken and await _version(door, taken[-1], set()) is Answered.YES):
        versions, suites = _doubted(versions, hung_up), _doubted(suites, hung_up)
    return SeenTls(versions=versions, weak_suites=suites, certificate=await _certificate(door))


async def _version(door: Door, label: str, hung_up: set[str]) -> Answered:
    answer, closed = await _said(door, tls.hello_for(label, random=door.random(32), name=door.wire.host))
    return _accepts(answer, tls.VERSIONS[label], label, hung_up, closed=closed)


async def _suites(door: Door, label: str, name: str, hung_up: set[str]) -> Answered:
    numbers = tls.WEAK_SUITES[name]
    hello = tls.client_hello(tls.VERSIONS[label], numbers, random=door.random(32), name=door.wire.host)
    answer, closed = await _said(door, hello)
    if answer.kind is tls.Kind.HELLO and answer.suite not in numbers:
        return Answered.UNCLEAR
    return _accepts(answer, tls.VERSIONS[label], name, hung_up, closed=closed)


async def _said(door: Door, hello: bytes) -> tuple[tls.ServerAnswer, bool]:
    """Return the first answer to a hello, and whether the server hung up without one."""
    try:
        async with door.open() as line:
            await line.send(hello)
            heard = await line.hear(tls.record_is_whole)
            return tls.read_answer(heard), line.closed and not heard
    except SilentError:
        return tls.ServerAnswer(tls.Kind.OTHER), False


def _accepts(answer: tls.ServerAnswer, number: int, label: str, hung_up: set[str], *, closed: bool) -> Answered:
    """A hello in the version asked for is a yes, a refusal or another version a no, anything else says nothing."""
    if closed:
        hung_up.add(label)
        return Answered.NO
    if answer.kind is tls.Kind.OTHER:
        return Answered.UNCLEAR
    return Answered.YES if answer.kind is tls.Kind.HELLO and answer.version == number else Answered.NO


def _doubted(answers: Mapping[str, Answered], hung_up: set[str]) -> dict[str, Answered]:
    return {label: Answered.UNCLEAR if label in hung_up else said for label, said in answers.items()}


async def _certificate(door: Door) -> SeenCertificate | None:
    try:
        async with door.wire.open(door.port, tls=True) as line:
            return read_certificate(line.certificate)
    except SilentError:
        return None
