"""The certificate: who vouches for what, on which evidence, to which level, and until when.

A value in canonical JSON, signed in a DSSE envelope. It hides nothing: every provision that fails or stayed open stands
in it by name, so does what was not examined, and what the decision accepted although it speaks against it.
"""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError, model_validator

from fairmark.certify import dsse
from fairmark.certify.canonical import read_canonical
from fairmark.certify.cose import PublicKey
from fairmark.certify.label import Claims, fault
from fairmark.certify.order import Place
from fairmark.certify.trust import DEMO, Host, Id, Name
from fairmark.errors import UnreadableInputError
from fairmark.ledger.signing import Signer
from fairmark.model.standard import Outcome, Verdict
from fairmark.model.value import Value, canonical_json

PAYLOAD_TYPE = "application/vnd.fairmark.certificate+json"
SCHEMA: Literal["fairmark.certificate/1"] = "fairmark.certificate/1"
MONTHS = 24
LARGEST = 2 << 20
_EPOCH = date(1970, 1, 1)

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Provisions = tuple[Annotated[str, StringConstraints(min_length=1, max_length=80)], ...]


class IssuedBy(Value):
    """Who signs."""

    id: Id
    name: Name
    host: Host


class Product(Value):
    """What the certificate is about."""

    model: str
    hardware: str | None = None
    gtin: Annotated[str, StringConstraints(pattern=r"^[0-9]{14}$")] | None = None


class Firmware(Value):
    """The builds that it covers, each by the digest of its image; no other build is covered."""

    version: str | None = None
    images: tuple[Digest, ...] = Field(min_length=1, max_length=1000)


class SchemeOf(Value):
    """Under which rules."""

    id: Id
    name: Name


class Levels(Value):
    """The level that is granted, beside the one that would be enough and the one that the evidence reaches."""

    granted: int = Field(ge=1, le=9)
    name: Name
    required: int | None = Field(ge=0, le=9, description="null while a fact that decides it is unknown")
    reached: int = Field(ge=0, le=9)
    self_run: bool = Field(description="a statement: no independent evaluation, or a scheme of nobody")


class CatalogueOutcome(Value):
    """What became of one catalogue. ``fail`` and ``inconclusive`` name every provision, recommended ones too."""

    id: str
    edition: str
    digest: str = Field(default="", description="SHA-256 of the catalogue's file")
    asked: bool = Field(description="whether the scheme or a law asks the device to meet it")
    law: bool = Field(description="whether it is law in a market of the device")
    passed: int = Field(ge=0)
    not_applicable: int = Field(ge=0)
    fail: Provisions = ()
    inconclusive: Provisions = ()


class OpenFlaw(Value):
    """A finding that is no proof, or too small to stand in the way, and that is there all the same."""

    title: str
    severity: str
    confidence: str
    cve: str = ""


class Condition(Value):
    """What speaks against the certificate and was accepted in the decision, with the reason."""

    id: str
    says: Sentence
    why: Sentence


class Certificate(Value):
    """One certificate. Dates are days in UTC; digests are SHA-256 in hexadecimal."""

    format: Literal["fairmark.certificate/1"] = Field(default=SCHEMA, alias="schema")
    number: int = Field(gt=0)
    issuer: IssuedBy
    holder: Name
    product: Product
    firmware: Firmware
    scheme: SchemeOf
    level: Levels
    catalogues: tuple[CatalogueOutcome, ...]
    conditions: tuple[Condition, ...] = ()
    findings: tuple[OpenFlaw, ...] = Field(
        default=(), description="of the grades A and B; none of them stands in the way"
    )
    not_examined: tuple[str, ...] = ()
    issued: date
    expires: date
    support_until: date
    evidence: Digest = Field(description="of the manifest of the evidence bundle")
    decision: Digest = Field(description="of the decision file")
    assessment: Digest = Field(description="of assessment.json")
    status: Place

    @model_validator(mode="after")
    def _hangs_together(self) -> Any:
        if (self.scheme.id == 0) != (self.scheme.name == DEMO):
            raise ValueError(f"scheme 0 is {DEMO}, and no other is")
        if self.expires > latest_end(self.issued, self.support_until):
            raise ValueError(f"it ends later than {MONTHS} months after its issue, or than the support")
        if problem := fault(self.claims):
            raise ValueError(problem)
        return self

    @property
    def claims(self) -> Claims:
        """What a label of this certificate says."""
        return Claims(
            issuer=self.issuer.id,
            model=self.product.model,
            number=self.number,
            scheme=self.scheme.id,
            level=self.level.granted,
            issued=(self.issued - _EPOCH).days,
            expires=(self.expires - _EPOCH).days,
            support_until=(self.support_until - _EPOCH).days,
            evidence=bytes.fromhex(self.evidence),
            status=(self.status.list, self.status.index),
            gtin=int(self.product.gtin) if self.product.gtin else None,
        )

    @property
    def inconclusive(self) -> int:
        """How many provisions stayed open, in all catalogues."""
        return sum(len(one.inconclusive) for one in self.catalogues)

    def written(self) -> bytes:
        """Return the canonical JSON that is signed and logged."""
        return canonical_json(self)


def latest_end(issued: date, support_until: date) -> date:
    """Return the last day a certificate may have: 24 months after its issue, and never after the support."""
    months = issued.year * 12 + issued.month - 1 + MONTHS
    year, month = months // 12, months % 12 + 1
    day = min(issued.day, monthrange(year, month)[1])  # 29 February
    return min(date(year, month, day), support_until)


def outcomes(
    verdicts: Sequence[Verdict], digests: dict[str, str], asked: frozenset[str], law: frozenset[str]
) -> tuple[CatalogueOutcome, ...]:
    """Return what became of every catalogue that was judged, in the order of the verdicts."""
    found: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        found.setdefault(verdict.catalogue, []).append(verdict)
    return tuple(
        CatalogueOutcome(
            id=name,
            edition=rows[0].edition,
            digest=digests.get(name, ""),
            asked=name in asked,
            law=name in law,
            passed=sum(one.outcome is Outcome.PASS for one in rows),
            not_applicable=sum(one.outcome is Outcome.NOT_APPLICABLE for one in rows),
            fail=tuple(one.provision for one in rows if one.outcome is Outcome.FAIL),
            inconclusive=tuple(one.provision for one in rows if one.outcome is Outcome.INCONCLUSIVE),
        )
        for name, rows in found.items()
    )


def seal(certificate: Certificate, signer: Signer) -> bytes:
    """Return the signed certificate."""
    return dsse.seal(PAYLOAD_TYPE, certificate.written(), signer)


def read_certificate(payload: bytes) -> Certificate:
    """Return a certificate from its canonical JSON; raises UnreadableInputError with what is wrong."""
    found = read_canonical(payload, "the certificate", limit=LARGEST)
    try:
        certificate = Certificate.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"][:6]) or "the whole"
        raise UnreadableInputError(
            f"no certificate: {place}: {first['msg']}", hint="Take the file as its issuer published it."
        ) from None
    if certificate.written() != payload:  # a field that was left out, or a number where a date belongs
        raise UnreadableInputError("no certificate: not written as one", hint="Take it as its issuer published it.")
    return certificate


def unchecked(content: bytes) -> Certificate:
    """Return what a signed certificate says of itself; nobody has checked its signature."""
    return read_certificate(dsse.parse(content, PAYLOAD_TYPE).payload)


def opened(content: bytes, keys: Sequence[PublicKey]) -> tuple[Certificate, PublicKey]:
    """Return the certificate that one of the keys signed, and the key.

    Raises:
        UnreadableInputError: no certificate.
        CheckFailedError: none of the keys signed it.
    """
    payload, key = dsse.opened(content, PAYLOAD_TYPE, keys)
    return read_certificate(payload), key
