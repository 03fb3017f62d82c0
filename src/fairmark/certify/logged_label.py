"""Where a label stands in a log: the proof of its certificate's entry, which names the label by its digest.

That is how a stolen key is survived without printing anything anew: what stood in the log before the theft counts, and
nobody can enter anything before that place.
"""

import json
from typing import Any

from fairmark.certify.cose import Message, parse
from fairmark.certify.entries import subject
from fairmark.certify.label import Claims, from_digits, read_claims, take_apart
from fairmark.certify.label_verdict import may_sign
from fairmark.certify.trust import Log, Register, Trusted
from fairmark.errors import CheckFailedError, FairmarkError, UnreadableInputError
from fairmark.ledger.checkpoint import log_key
from fairmark.ledger.notes import parse_key
from fairmark.ledger.proofs import Proof, check_proof, parse_proof
from fairmark.model.value import sha256_hex


def names_of_proof(text: str, register: Register) -> tuple[str, ...]:
    """Return under which names the proof of a label is kept; nothing where the label counts without one."""
    try:
        _, claims, by = _signed(text, register)
    except FairmarkError:
        return ()
    if by.issuer.log_cutoff is None:
        return ()
    return (f"proofs/{subject(claims.issuer, claims.number)}.tlog", f"certificates/{claims.number}.tlog")


def index_of(text: str, register: Register, content: bytes, *, now: int) -> int:
    """Return the place of a label in the log that its issuer's cut counts in.

    Args:
        text: the label.
        register: whom to believe: issuers and logs.
        content: the proof; it carries the entry.
        now: seconds since 1970; witnesses cannot have seen it later.

    Raises:
        UnreadableInputError: no label, or no proof.
        CheckFailedError: nobody trusted signed the label, the log is not trusted, too few witnesses saw it, or the
            entry is another certificate's.
    """
    message, claims, by = _signed(text, register)
    proof = parse_proof(content)
    if not proof.extra:
        raise UnreadableInputError("the proof carries no entry", hint="Take the one that the registry publishes.")
    index = _proven(proof, _logs_of(by, register), now)
    if not _is_entry_of(proof.extra, message, claims):
        raise CheckFailedError("the proof is of another label", hint="Take the one with the number of this one.")
    return index


def _signed(text: str, register: Register) -> tuple[Message, Claims, Trusted]:
    message = parse(from_digits(take_apart(text).digits))
    signers = [one for one in register.with_header(message.header) if message.is_signed_by(one.key)]
    claims = read_claims(message.payload)
    by = next((one for one in signers if may_sign(one, claims)), None)
    if by is None:
        raise CheckFailedError("nobody who is trusted signed this label", hint="Name a trust list with --trust DIR.")
    return message, claims, by


def _logs_of(by: Trusted, register: Register) -> list[Log]:
    """Return the log that the cut of an issuer counts in; there may be several keys of it."""
    name = by.issuer.log
    return [one for one in register.trust.logs if name is None or one.origin == name]


def _proven(proof: Proof, logs: list[Log], now: int) -> int:
    last: FairmarkError = CheckFailedError("the trust list names no log for it", hint="Get a newer trust list.")
    for log in logs:
        try:
            key, witnesses = log_key(log.origin, log.key.public), [parse_key(text) for text in log.witnesses]
            return check_proof(proof, proof.extra, key, witnesses, quorum=log.quorum, now=now).index
        except FairmarkError as error:
            last = error
    raise CheckFailedError(f"its place in the log is not proven: {last.message}", hint=last.hint)


def _is_entry_of(entry: bytes, message: Message, claims: Claims) -> bool:
    try:
        found: Any = json.loads(entry)
        told = found["type"], found["subject"], found["body"]["label"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
    return told == ("certificate", subject(claims.issuer, claims.number), sha256_hex(message.payload))
