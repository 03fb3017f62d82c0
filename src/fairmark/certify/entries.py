"""What goes into the log: one line of canonical JSON for each certificate, change of state, claim, list and advisory.

All have the same five fields, and only digests of what could one day have to be deleted.
"""

from typing import Any

from fairmark.certify.certificate import Certificate
from fairmark.model.value import canonical_json, sha256_hex


def certificate(signed: bytes, found: Certificate, label: bytes, *, at: int) -> bytes:
    """Return the entry of a certificate, made before it is signed: nothing signed is ever outside the log.

    Args:
        signed: the canonical JSON that the signature will cover.
        found: the same as a value.
        label: the claims of its label, as they are signed.
        at: seconds since 1970.
    """
    body = {
        "scheme": found.scheme.name,
        "level": found.level.granted,
        "expires": found.expires.isoformat(),
        "support_until": found.support_until.isoformat(),
        "evidence": found.evidence,
        "decision": found.decision,
        "label": sha256_hex(label),
        "status": [found.status.list, found.status.index],
    }
    return _entry("certificate", subject(found.issuer.id, found.number), at, sha256_hex(signed), body)


def state(issuer: int, number: int, found: str, reason: str, *, at: int) -> bytes:
    """Return the entry of a change of state; the digest is that of nothing, because there is no document."""
    return _entry("state", subject(issuer, number), at, "", {"state": found, "reason": reason})


def claim(maker: str, model: str, body: dict[str, Any], *, at: int) -> bytes:
    """Return the entry of what a maker promises of a model: support end, password policy, contact."""
    return _entry("claim", f"{maker} / {model}", at, "", body)


def status_list(number: int, content: bytes, *, at: int) -> bytes:
    """Return the entry of a signed status list."""
    return _entry("status-list", str(number), at, sha256_hex(content), {})


def trust_list(version: int, content: bytes, *, at: int) -> bytes:
    """Return the entry of a trust list."""
    return _entry("trust-list", str(version), at, sha256_hex(content), {})


def advisory(name: str, content: bytes, *, at: int) -> bytes:
    """Return the entry of a published advisory."""
    return _entry("advisory", name, at, sha256_hex(content), {})


def subject(issuer: int, number: int) -> str:
    """Return the number of a certificate as it is printed: issuer and certificate."""
    return f"{issuer}-{number}"


def _entry(kind: str, about: str, at: int, digest: str, body: dict[str, Any]) -> bytes:
    return canonical_json({"type": kind, "subject": about, "at": at, "digest": digest, "body": body})
