"""What a person is told about a signed certificate: the rules and words of labels, and its place in the log.

A certificate whose entry in the log is not shown does not stand, where the trust list names a log: what is signed
outside the log is what a stolen key would make.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fairmark.certify import dsse, entries
from fairmark.certify.certificate import PAYLOAD_TYPE, Certificate, read_certificate
from fairmark.certify.label import Printed, payload
from fairmark.certify.label_verdict import LabelVerdict, judge_claims, may_sign
from fairmark.certify.status import Status
from fairmark.certify.trust import Log, Register
from fairmark.errors import CheckFailedError, FairmarkError
from fairmark.ledger.checkpoint import log_key
from fairmark.ledger.notes import VerifierKey, parse_key
from fairmark.ledger.proofs import check_proof, parse_proof

_NOT_LOGGED = "Its entry in the log was not shown; the registry has it as NUMBER.tlog."


@dataclass(frozen=True, slots=True)
class CertificateVerdict:
    """The certificate that somebody trusted signed, what is told of it, and where it stands in a log."""

    certificate: Certificate
    verdict: LabelVerdict
    log: str
    """Origin of the log that has it; empty where that was not shown."""
    index: int | None


def judge_certificate(
    content: bytes,
    register: Register,
    statuses: Mapping[int, Status],
    proof: bytes | None,
    *,
    now: int,
    seen: int = 0,
) -> CertificateVerdict:
    """Return what a person is told about a certificate.

    Args:
        content: the signed certificate.
        register: whom to believe.
        statuses: status lists that were checked, by number.
        proof: of its entry in the log, if there is one.
        now: what the clock says, in seconds since 1970.
        seen: the newest signed time that this verifier ever saw.

    Raises:
        UnreadableInputError: no certificate, or no proof.
        CheckFailedError: nobody trusted signed it, or whoever did may not; the proof does not hold.
    """
    envelope = dsse.parse(content, PAYLOAD_TYPE)
    signers = [one for one in register.everyone() if envelope.is_signed_by(one.key)]
    if not signers:
        hint = "Name a trust list with --trust DIR; without one nobody is trusted."
        raise CheckFailedError(f"nobody who is trusted signed it; it names the key {envelope.key_id[:16]}", hint=hint)
    found = read_certificate(envelope.payload)
    by = next((one for one in signers if may_sign(one, found.claims) and one.scheme.name == found.scheme.name), None)
    if by is None:
        raise CheckFailedError(
            "whoever signed it may not say that", hint="Issuer, scheme or day are not those of the key."
        )
    logs = [one for one in register.trust.logs if by.issuer.log is None or one.origin == by.issuer.log]
    log, index = _place(envelope.payload, found, logs, proof, max(now, seen)) if proof and logs else ("", None)
    verdict = judge_claims(found.claims, Printed(""), by, register, statuses, now=now, log_index=index, seen=seen)
    verdict = replace(verdict, says=verdict.says.replace("this label", "this certificate"))
    if index is None and logs:
        verdict = replace(verdict, stands=False, notes=(*verdict.notes, _NOT_LOGGED))
    return CertificateVerdict(found, verdict, log, index)


def _place(signed: bytes, found: Certificate, logs: Sequence[Log], content: bytes, now: int) -> tuple[str, int]:
    """Return the log that has a certificate, and the index; raises CheckFailedError where the proof does not hold."""
    proof = parse_proof(content)
    last = FairmarkError("")
    for log in logs:
        try:
            key, witnesses = _keys(log)
            proven = check_proof(proof, proof.extra, key, witnesses, quorum=log.quorum, now=now)
        except FairmarkError as error:
            last = error
            continue
        if not _is_entry_of(proof.extra, signed, found):
            raise CheckFailedError("the proof is of another certificate", hint="Take the one with its number.")
        return log.origin, proven.index
    raise CheckFailedError(f"its place in the log is not proven: {last.message}", hint=last.hint)


def _keys(log: Log) -> tuple[VerifierKey, list[VerifierKey]]:
    return log_key(log.origin, log.key.public), [parse_key(text) for text in log.witnesses]


def _is_entry_of(entry: bytes, signed: bytes, found: Certificate) -> bool:
    """Whether an entry is the one that was made of a certificate; only its time is not known from elsewhere."""
    try:
        at = json.loads(entry)["at"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
    return isinstance(at, int) and entry == entries.certificate(signed, found, payload(found.claims), at=at)
