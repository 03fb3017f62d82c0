"""Issue a certificate: look at every reason against it, enter it into the log, and only then sign it.

The order of the steps is what makes a sudden end harmless. Everything that is needed to finish is put down in one step,
together with the number; the log gets the entry of what will be signed; then come signature, label and publication. So
nothing signed is ever outside the log, a number is given once, and the next run finishes what the last one began.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from pydantic import ValidationError

from fairmark.certify import bundle, certificate, entries, label, qr
from fairmark.certify.certificate import Certificate, Firmware, Levels, OpenFlaw, Product, SchemeOf, latest_end
from fairmark.certify.decision import Decision
from fairmark.certify.eligibility import Answer, Case, eligible
from fairmark.certify.label_verdict import DAY, day_text
from fairmark.certify.office import Cabinet, Ledger, Logged, Settings, order, unknown_here
from fairmark.certify.order import Place, read_order
from fairmark.errors import CheckFailedError, UnreadableInputError, WrongUsageError
from fairmark.ledger.signing import Signer
from fairmark.model.asked import is_asked
from fairmark.model.assessment import Assessment
from fairmark.model.device import Market
from fairmark.model.finding import Confidence
from fairmark.model.listing import DIGITS
from fairmark.model.standard import Outcome
from fairmark.model.value import canonical_json, sha256_hex
from fairmark.standards.level import level
from fairmark.standards.library import catalogue_digests, catalogues
from fairmark.standards.summary import law_in
from fairmark.vulnerabilities.freshness import warnings
from fairmark.workflows.gate import read_assessment

DRAFT, SIGNED, PROOF = "draft.json", "certificate.json", "proof.tlog"
ENTRY, CLAIM, ORDER, MANIFEST, KEPT, DECISION = (
    "entry.json",
    "claim.json",
    "order.json",
    "manifest.json",
    "evidence.json",
    "decision",
)
LABEL = "label.txt"
"""Comes last: a certificate with its label is finished."""
_STARTER = "starter"


@dataclass(frozen=True, slots=True)
class Desk:
    """What an office works with."""

    cabinet: Cabinet
    ledger: Ledger
    issuer: Signer
    status: Signer
    now: int
    """Seconds since 1970."""

    @property
    def settings(self) -> Settings:
        """The settings of the office."""
        return self.cabinet.settings


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks a certificate for."""

    assessment: bytes
    name: str
    """Of the assessment's file."""
    decision: Decision
    decision_file: bytes
    evidence: Mapping[str, bytes]
    """Path -> content; the assessment itself is added."""
    gtin: str | None = None
    sensors: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate, signed and logged."""

    certificate: Certificate
    signed: bytes
    logged: Logged
    address: str
    again: bool = False
    """It was there already: the same decision gives the same certificate."""


class RefusedError(CheckFailedError):
    """No certificate, and every reason."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(
            "\n  ".join(["no certificate:", *reasons]), hint="Mend what is named, assess again, and decide anew."
        )
        self.reasons = tuple(reasons)


def issue(desk: Desk, request: Request, seed: Callable[[], bytes]) -> Issued:
    """Issue the certificate that a decision grants; the same decision gives the same one again.

    Args:
        desk: of the office.
        request: what is asked for.
        seed: gives 32 random bytes, for the salts of the evidence.

    Raises:
        RefusedError: with every reason.
        WrongUsageError: evidence or a GTIN that cannot be.
    """
    cabinet = desk.cabinet
    with cabinet.alone():
        take_up(desk)
        digest = sha256_hex(request.decision_file)
        number = cabinet.number_of(digest)
        if number is not None:
            return _kept(desk, number, again=True)
        assessment = read_assessment(request.assessment, request.name)
        answer = answer_to(desk, request, assessment)
        if answer.reasons:
            raise RefusedError(answer.reasons)
        number = max(cabinet.numbers(), default=0) + 1
        cabinet.open_file(number, _prepared(desk, request, assessment, answer, number, seed()))
        cabinet.remember(digest, number)
        return _finished(desk, number)


def take_up(desk: Desk) -> None:
    """Begin work in an office: see that it forgot nothing, and finish what a sudden end left half done.

    Raises CheckFailedError for an office that was restored from an old copy: it would give numbers twice, and call
    certificates valid that were withdrawn.
    """
    cabinet = desk.cabinet
    numbers, changes = cabinet.numbers(), cabinet.changes()
    size = cabinet.seen()
    for entry in desk.ledger.since(size):
        if forgotten := unknown_here(entry, desk.settings.issuer.id, numbers, changes):
            raise CheckFailedError(
                f"the log knows {forgotten}, and this office does not: it is an old copy",
                hint="Nothing was signed. Restore a newer copy of the office.",
            )
        size += 1
    if size != cabinet.seen():
        cabinet.see(size)
    if not numbers:
        return
    number = numbers[-1]
    cabinet.remember(sha256_hex(_needed(cabinet, number, DECISION)), number)
    if cabinet.read(number, LABEL) is None:
        _finished(desk, number)


def answer_to(desk: Desk, request: Request, assessment: Assessment) -> Answer:
    """Return whether a certificate may be issued, and all that speaks against it."""
    asked, law = _catalogues_of(desk, assessment)
    today = _day(desk.now)
    case = Case(
        assessment=assessment,
        digest=sha256_hex(request.assessment),
        decision=request.decision,
        rules=desk.settings.scheme,
        issuer=desk.settings.issuer.name,
        asked=asked,
        law=law,
        old_data=_old_data(assessment, today),
        doubts=tuple(_doubts(request.assessment, assessment)),
        today=today,
    )
    answer = eligible(case)
    first, last = desk.settings.not_before, desk.settings.not_after
    if first <= desk.now // DAY <= last:
        return answer
    told = f"The issuer's key is for certificates from {day_text(first)} to {day_text(last)}."
    return replace(answer, reasons=(*answer.reasons, told))


def _catalogues_of(desk: Desk, assessment: Assessment) -> tuple[frozenset[str], frozenset[str]]:
    """Return which catalogues the scheme or a law asks the device to meet, and which of them are law."""
    device = assessment.device
    markets = device.markets or tuple(Market)  # not stated: the law of every market counts
    law = {one.id for one in law_in(markets, catalogues())}
    asked = {one.id for one in catalogues() if is_asked(one, device)} | set(desk.settings.scheme.catalogues)
    return frozenset(asked | law), frozenset(law)


def _old_data(assessment: Assessment, today: date) -> tuple[str, ...]:
    feeds = assessment.vulnerabilities.feeds
    little = {feed.name for feed in feeds} <= {_STARTER}
    few = "Only the starter set of published flaws was used: it knows few, so its silence means nothing."
    old = (sentence.partition(" Run `")[0] for sentence in warnings(feeds, today))
    return (*((few,) if little else ()), *old)


def _doubts(content: bytes, assessment: Assessment) -> Sequence[str]:
    """Return where an assessment is not as the program writes it, or contradicts itself."""
    found = []
    if canonical_json(assessment) != content.rstrip(b"\n"):
        found.append("The assessment is not written as the program writes it: somebody changed it.")
    given = level(assessment.device, assessment.verdicts, assessment.findings).reached
    if given != assessment.level.reached:
        found.append(f"The assessment says level {assessment.level.reached}; its own verdicts give level {given}.")
    known = {one.id for one in assessment.evidence} | {one.id for one in assessment.findings}
    bare = [
        f"{one.catalogue} {one.provision}"
        for one in assessment.verdicts
        if one.outcome is Outcome.PASS and not known & set(one.because)
    ]
    if bare:
        found.append(f"A PASS rests on no evidence that is there: {', '.join(bare[:12])}.")
    return found


def _prepared(
    desk: Desk, request: Request, assessment: Assessment, answer: Answer, number: int, seed: bytes
) -> dict[str, bytes]:
    """Return all files that finishing the certificate needs."""
    evidence = {**request.evidence, "assessment.json": request.assessment}
    if faults := bundle.faults(evidence, assessment.image.sha256, _files_of(assessment)):
        raise WrongUsageError("\n  ".join(["this cannot be evidence:", *faults]), hint="Take it out of the store.")
    whole = bundle.bundle(evidence, seed)
    made = _certificate(desk, request, assessment, answer, number, whole.manifest.digest)
    automatic = assessment.device.facts.get("update.automatic")
    try:
        ordered = order(made, automatic=automatic, sensors=request.sensors)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]["msg"]
        raise WrongUsageError(f"a sensor cannot be printed: {problem}", hint="At most 12 short words.") from None
    return {
        DRAFT: made.written(),
        ENTRY: entries.certificate(made.written(), made, label.payload(made.claims), at=desk.now),
        CLAIM: entries.claim(made.holder, made.product.model, _promises(assessment), at=desk.now),
        ORDER: canonical_json(ordered),
        MANIFEST: whole.manifest.written(),
        KEPT: bundle.kept(whole, seed),
        DECISION: request.decision_file,
        **{f"evidence/{sha256_hex(content)}": content for content in evidence.values()},
    }


def _certificate(
    desk: Desk, request: Request, assessment: Assessment, answer: Answer, number: int, evidence: str
) -> Certificate:
    device, settings, today = assessment.device, desk.settings, _day(desk.now)
    support = device.support_until or today  # a profile without one was refused
    asked, law = _catalogues_of(desk, assessment)
    granted = request.decision.level
    try:
        return Certificate(
            number=number,
            issuer=settings.issuer,
            holder=str(device.maker),
            product=Product(model=str(device.model), hardware=device.hardware_revision, gtin=_gtin(request.gtin)),
            firmware=Firmware(version=device.firmware_version, images=(assessment.image.sha256,)),
            scheme=SchemeOf(id=settings.scheme.id, name=settings.scheme.name),
            level=Levels(
                granted=granted,
                name=settings.scheme.levels[granted - 1],
                required=assessment.level.required,
                reached=answer.reached,
                self_run=answer.self_run,
            ),
            catalogues=certificate.outcomes(assessment.verdicts, dict(catalogue_digests()), asked, law),
            conditions=answer.conditions,
            findings=tuple(
                OpenFlaw(title=one.title, severity=str(one.severity), confidence=str(one.confidence), cve=one.cve)
                for one in assessment.findings
                if one.confidence is not Confidence.C
            ),
            not_examined=assessment.coverage.not_examined,
            issued=today,
            expires=latest_end(today, support),
            support_until=support,
            evidence=evidence,
            decision=sha256_hex(request.decision_file),
            assessment=sha256_hex(request.assessment),
            status=Place(list=settings.status_list, index=number),
        )
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the certificate"
        raise RefusedError([f"{place}: {first['msg']}"]) from None


def _gtin(given: str | None) -> str | None:
    if given is None:
        return None
    if not (given.isascii() and given.isdigit() and 8 <= len(given) <= 14 and label.is_gtin(int(given))):
        raise WrongUsageError(f"{given[:40]!r} is no GTIN", hint="Copy it from the bar code, check digit and all.")
    return given.zfill(14)


def _promises(assessment: Assessment) -> dict[str, object]:
    """Return what the maker says publicly of the model."""
    device = assessment.device
    return {
        "support_until": device.support_until.isoformat() if device.support_until else None,
        "security_contact": device.documents.security_contact,
        "disclosure_policy": device.documents.disclosure_policy,
        "factory_default_password": device.facts.get("auth.factory_default_password"),
    }


def _files_of(assessment: Assessment) -> Callable[[str, str], bool]:
    """Return whether a file with a name and SHA-256 is known to be one of the image."""
    whole = {one.where.sha256 for one in assessment.evidence if one.where.sha256}
    short = {text.rpartition(" ")[2] for folder in assessment.files for text in folder.files.values()}
    documents = set(assessment.inputs.documents) | {assessment.inputs.device, assessment.inputs.sbom}
    return lambda _name, digest: digest not in documents and (digest in whole or digest[:DIGITS] in short)


def _finished(desk: Desk, number: int) -> Issued:
    """Enter a prepared certificate into the log, sign it, make its label and publish it; every step may come twice."""
    cabinet = desk.cabinet
    payload = _needed(cabinet, number, DRAFT)
    found = certificate.read_certificate(payload)
    logged, _ = desk.ledger.enter([_needed(cabinet, number, ENTRY), _needed(cabinet, number, CLAIM)])
    cabinet.write(number, PROOF, logged.proof)
    signed = cabinet.read(number, SIGNED)
    if signed is None:
        signed = certificate.seal(found, desk.issuer)
        cabinet.write(number, SIGNED, signed)
    cabinet.publish(f"certificates/{number}.json", signed)
    cabinet.publish(f"certificates/{number}.tlog", logged.proof)
    ordered = read_order(_needed(cabinet, number, ORDER), ORDER)
    content = label.make(found.claims, desk.issuer)
    address = label.address(ordered.host, found.claims, content)
    cabinet.write(number, "label.svg", qr.svg(address, ordered).encode())
    cabinet.write(number, "label.png", qr.png(address, ordered))
    cabinet.write(number, LABEL, f"{address}\n".encode())
    return Issued(found, signed, logged, address)


def _kept(desk: Desk, number: int, *, again: bool) -> Issued:
    cabinet = desk.cabinet
    (logged,) = desk.ledger.enter([_needed(cabinet, number, ENTRY)])
    found = certificate.read_certificate(_needed(cabinet, number, DRAFT))
    address = _needed(cabinet, number, LABEL).decode().strip()
    return Issued(found, _needed(cabinet, number, SIGNED), logged, address, again)


def _needed(cabinet: Cabinet, number: int, name: str) -> bytes:
    content = cabinet.read(number, name)
    if content is None:
        raise UnreadableInputError(f"certificate {number} has no {name}", hint="Restore it from a copy of the office.")
    return content


def _day(now: int) -> date:
    return datetime.fromtimestamp(now // DAY * DAY, UTC).date()
