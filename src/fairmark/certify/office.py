"""The office of an issuer: its settings, the journal of states, and what of it others may have.

The folder is ``adapters.office``'s; here stand the values in it and the two doors to the world, as protocols.
"""

import base64
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic import Field, ValidationError

from fairmark.certify.certificate import Certificate, IssuedBy
from fairmark.certify.cose import PublicKey
from fairmark.certify.eligibility import Rules
from fairmark.certify.order import InWords, Order, Word
from fairmark.certify.status import Reason, State, Why
from fairmark.certify.trust import Day, Id, Issuer, Key, Log, Scheme, StatusSource, TrustList, encoded
from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.ledger.notes import VerifierKey
from fairmark.ledger.signing import Algorithm
from fairmark.model.value import Value, canonical_json

DAY = 86_400
TRUST_DAYS = 90
KEY_DAYS = 2 * 365
_LEAST_PLACES = 1024
_HINT = "Restore it from a copy of the office; the log tells what it must hold."
STATES = {state.name.lower(): state for state in State}
REASONS = {reason.name.lower().replace("_", "-"): reason for reason in Reason}


class OwnKey(Value):
    """A key of the office: how it is opened, and its public side."""

    name: str = Field(min_length=1, description="a file in the office's folder, or pkcs11:...")
    algorithm: Algorithm
    public: Key

    @property
    def key(self) -> PublicKey:
        """The public key."""
        return PublicKey(self.algorithm, base64.urlsafe_b64decode(self.public + "=" * (-len(self.public) % 4)))


class Settings(Value):
    """``office.json``."""

    format: Literal["fairmark.office/1"] = Field(default="fairmark.office/1", alias="schema")
    issuer: IssuedBy
    scheme: Rules
    issuer_key: OwnKey
    status_key: OwnKey
    not_before: Day
    not_after: Day
    log: str = Field(min_length=1, description="folder of the log, relative to the office's")
    status_list: Id = 1


class Change(Value):
    """A change of state: one line of the journal."""

    number: int = Field(gt=0)
    state: str
    reason: str = ""
    at: int = Field(ge=0, description="seconds since 1970")


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry with its place in the log, and the proof."""

    index: int
    proof: bytes


class Ledger(Protocol):
    """The log that an office enters everything into."""

    @property
    def key(self) -> VerifierKey:
        """The log's key."""
        ...

    @property
    def witnesses(self) -> tuple[str, ...]:
        """Keys of the witnesses that see its checkpoints."""
        ...

    def enter(self, entries: Sequence[bytes]) -> tuple[Logged, ...]:
        """Return when every entry has its place below a signed checkpoint; one that is there keeps its place."""
        ...

    def has(self, entry: bytes) -> bool:
        """Whether an entry stands below a signed checkpoint."""
        ...

    def since(self, start: int) -> Iterator[bytes]:
        """Yield the entries from a place on, in their order."""
        ...


class Cabinet(Protocol):
    """The office's folder. Whatever is written is durable when the call returns, and whole or not there at all."""

    @property
    def settings(self) -> Settings:
        """The settings."""
        ...

    def alone(self) -> AbstractContextManager[None]:
        """Keep other processes out of the office for a while."""
        ...

    def numbers(self) -> list[int]:
        """Return the numbers of all certificates, the smallest first; also of one that is not finished."""
        ...

    def open_file(self, number: int, files: Mapping[str, bytes]) -> None:
        """Make the folder of a new certificate in one step."""
        ...

    def read(self, number: int, name: str) -> bytes | None:
        """Return a file of a certificate; None when it is not there."""
        ...

    def write(self, number: int, name: str, content: bytes) -> None:
        """Write a file of a certificate."""
        ...

    def number_of(self, decision: str) -> int | None:
        """Return the certificate that followed from a decision, by its digest."""
        ...

    def remember(self, decision: str, number: int) -> None:
        """Note which certificate followed from a decision."""
        ...

    def seen(self) -> int:
        """Return how many entries of the log were compared with this office."""
        ...

    def see(self, size: int) -> None:
        """Note how many entries of the log were compared with this office."""
        ...

    def changes(self) -> list[Change]:
        """Return the journal of states, the oldest first."""
        ...

    def add_change(self, change: Change) -> None:
        """Add a line to the journal."""
        ...

    def published(self, name: str) -> bytes | None:
        """Return a file that others may have; None when it is not there."""
        ...

    def publish(self, name: str, content: bytes) -> None:
        """Write a file that others may have."""
        ...


def read_settings(content: bytes, name: str) -> Settings:
    """Return the settings of an office; raises UnreadableInputError."""
    try:
        return Settings.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UnreadableInputError(f"{name}: {place}: {first['msg']}", hint="Restore it, or make it anew.") from None


def read_changes(content: bytes, name: str) -> list[Change]:
    """Return the lines of a journal; one that was cut off by a sudden end was never acknowledged and does not count.

    Raises UnreadableInputError for a line that is whole and none.
    """
    found = []
    for number, line in enumerate(content.split(b"\n")[:-1], 1):
        try:
            change = Change.model_validate(json.loads(line))
        except (ValueError, RecursionError):  # ValidationError is a ValueError
            raise UnreadableInputError(f"{name}: line {number} is damaged", hint=_HINT) from None
        if change.state not in STATES or (change.reason and change.reason not in REASONS):
            raise UnreadableInputError(f"{name}: line {number} names no state or reason", hint=_HINT)
        found.append(change)
    return found


def line_of(change: Change) -> bytes:
    """Return a change as a line of the journal."""
    return canonical_json(change) + b"\n"


def standing(changes: Iterable[Change]) -> tuple[dict[int, State], dict[int, Why]]:
    """Return what is not valid, and why, by certificate."""
    states: dict[int, State] = {}
    reasons: dict[int, Why] = {}
    for change in changes:
        states[change.number] = STATES[change.state]
        reasons.pop(change.number, None)
        if change.reason:
            reasons[change.number] = Why(change.at // DAY, REASONS[change.reason])
    return {number: state for number, state in states.items() if state is not State.VALID}, reasons


def unknown_here(entry: bytes, issuer: int, numbers: Collection[int], changes: Collection[Change]) -> str:
    """Return what an entry of the log says of this office that the office does not know; empty if it knows it.

    The office writes down first and logs afterwards. So whatever the log knows and the office does not was forgotten.
    """
    try:
        row = json.loads(entry)
        kind, about, at, body = (row[name] for name in ("type", "subject", "at", "body"))
        own, _, number = about.partition("-")
        if own != str(issuer) or kind not in {"certificate", "state"}:
            return ""
        if kind == "certificate":
            return "" if int(number) in numbers else f"certificate {number}"
        change = Change(number=int(number), state=body["state"], reason=body["reason"], at=at)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):  # others may use the log too
        return ""
    return "" if change in changes else f"that certificate {number} was {change.state}"


def next_change(before: State, change: Change) -> None:
    """Refuse a change that the scheme does not know: what was withdrawn stays so, and bad news need a reason.

    Raises WrongUsageError.
    """
    state = STATES[change.state]
    if before is State.WITHDRAWN:
        raise WrongUsageError(
            f"certificate {change.number} is withdrawn, and stays so", hint="Decide anew and issue a new certificate."
        )
    if before is state:
        raise WrongUsageError(
            f"certificate {change.number} is {change.state} already", hint="See: fairmark status show"
        )
    if state in {State.WITHDRAWN, State.SUSPENDED} and not change.reason:
        raise WrongUsageError(f"{change.state} needs a reason", hint=f"--reason {'|'.join(REASONS)}")


def places(numbers: Sequence[int]) -> int:
    """Return how long the status list is: room to grow, so that its length does not tell how many there are."""
    return max(_LEAST_PLACES, (numbers[-1] // _LEAST_PLACES + 1) * _LEAST_PLACES) if numbers else _LEAST_PLACES


def trust_list(settings: Settings, ledger: Ledger, *, version: int, now: int) -> TrustList:
    """Return the list with which others can check what this office issued; whoever trusts it decides that himself."""
    own, scheme, issuer = settings.issuer, settings.scheme, settings.issuer_key
    status = settings.status_key
    key = ledger.key
    return TrustList(
        version=version,
        issued=now,
        expires=now + TRUST_DAYS * DAY,
        schemes=(Scheme(id=scheme.id, name=scheme.name, levels=scheme.levels),),
        issuers=(
            Issuer(
                id=own.id,
                name=own.name,
                host=own.host,
                scheme=scheme.name,
                algorithm=issuer.algorithm,
                public=issuer.public,
                not_before=settings.not_before,
                not_after=settings.not_after,
            ),
        ),
        logs=(
            Log(
                origin=key.name,
                algorithm="EdDSA",
                public=encoded(key.public),
                witnesses=ledger.witnesses,
                quorum=len(ledger.witnesses) // 2 + 1 if ledger.witnesses else 0,
            ),
        ),
        status_lists=(
            StatusSource(
                id=settings.status_list,
                url=f"https://{own.host}/status/{settings.status_list}",
                algorithm=status.algorithm,
                public=status.public,
            ),
        ),
    )


def order(certificate: Certificate, *, automatic: bool | None, sensors: Sequence[Word] | None) -> Order:
    """Return the label of a certificate, with the words that are printed beside the code."""
    return Order(
        host=certificate.issuer.host,
        issuer=certificate.issuer.id,
        model=certificate.product.model,
        gtin=certificate.product.gtin,
        number=certificate.number,
        scheme=certificate.scheme.id,
        level=certificate.level.granted,
        issued=certificate.issued,
        expires=certificate.expires,
        support_until=certificate.support_until,
        evidence=certificate.evidence,
        status=certificate.status,
        printed=InWords(
            issuer=certificate.issuer.name,
            scheme=certificate.scheme.name,
            level=certificate.level.name,
            automatic_updates=automatic,
            sensors=tuple(sensors) if sensors is not None else None,
        ),
    )
