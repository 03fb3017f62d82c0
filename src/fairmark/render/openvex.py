"""What is known about published flaws, as OpenVEX 0.2.0.

Source: OpenVEX specification 0.2.0. One statement for each flaw and component, whatever became of it: a
dropped alarm is never left out in silence, it stands here with its justification. The product is the
device build, the component its subcomponent. OpenVEX wants at least one statement, so without any
there is no document. A finding that names a CVE and has no statement gets one of its own.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from fairmark.model.assessment import Assessment
from fairmark.model.finding import Confidence, Finding
from fairmark.model.vulnerability import Statement, Status
from fairmark.render.identity import assessment_digest, document, document_uuid, is_sha256, timestamp


def render(assessment: Assessment) -> bytes | None:
    """Return the OpenVEX document, or ``None`` while there is no flaw to speak of."""
    product = _product(assessment)
    statements = [*_of_matches(assessment, product), *_of_findings(assessment, product)]
    if not statements:
        return None
    return document(
        {
            "@context": "https://openvex.dev/ns/v0.2.0",
            "@id": f"urn:uuid:{document_uuid('openvex', assessment_digest(assessment))}",
            "author": "Fairmark",
            "role": "Automated examination of the firmware image",
            "timestamp": timestamp(assessment),
            "version": 1,
            "tooling": f"{assessment.tool.name} {assessment.tool.version}",
            "statements": statements,
        }
    )


def _of_matches(assessment: Assessment, product: dict[str, Any]) -> Iterator[dict[str, Any]]:
    fixes = {finding.id: finding.fix for finding in assessment.findings}
    ordered = sorted(assessment.vulnerabilities.statements, key=lambda one: (one.cve, one.component, one.version))
    for one in ordered:
        yield _statement(one, product, fixes.get(one.finding, ""))


def _statement(one: Statement, product: dict[str, Any], fix: str) -> dict[str, Any]:
    vulnerability = {"name": one.cve} | ({"description": one.title} if one.title else {})
    made: dict[str, Any] = {
        "vulnerability": vulnerability,
        "products": [product | {"subcomponents": [_component(one)]}],
        "status": one.status.value,
        "status_notes": _notes(one),
    }
    if one.status is Status.AFFECTED:
        made["action_statement"] = fix or _advice(one)
    if one.status is Status.NOT_AFFECTED:
        if one.justification:
            made["justification"] = one.justification.value
        made["impact_statement"] = one.reason
    return made


def _advice(one: Statement) -> str:
    if one.fixed_in:
        return f"Update {one.component} to {one.fixed_in} or newer."
    return f"Update {one.component} to a version without {one.cve}; the sources name none."


def _notes(one: Statement) -> str:
    parts = [f"{one.reason} (source: {one.source})"]
    if one.kev:
        since = f" since {one.kev_added.isoformat()}" if one.kev_added else ""
        parts.append(f"known to be exploited{since}")
    if one.finding:
        parts.append(f"reported as {one.finding}")
    return "; ".join(parts)


def _component(one: Statement) -> dict[str, Any]:
    """Name the component by its package URL, else by a generic one of its name and version."""
    version = f"@{quote(one.version, safe='')}" if one.version else ""
    purl = one.purl or f"pkg:generic/{quote(one.component, safe='')}{version}"
    return {"@id": purl, "identifiers": {"purl": purl}}


def _of_findings(assessment: Assessment, product: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Speak of the CVEs that findings name and no match explains, the best proof of each."""
    stated = {one.cve for one in assessment.vulnerabilities.statements}
    others: dict[str, list[Finding]] = {}
    for finding in sorted(assessment.findings, key=lambda one: (one.cve, one.confidence, one.id)):
        if finding.cve and finding.cve not in stated:
            others.setdefault(finding.cve, []).append(finding)
    for cve, flaws in others.items():
        made: dict[str, Any] = {"vulnerability": {"name": cve}, "products": [product]}
        if flaws[0].confidence is Confidence.A:
            made |= {"status": "affected", "action_statement": flaws[0].fix}
        else:
            made |= {"status": "under_investigation"}
        yield made | {"status_notes": "; ".join(f"{one.title} ({one.id})" for one in flaws)}


def _product(assessment: Assessment) -> dict[str, Any]:
    device = assessment.device
    parts = [quote(part, safe="") for part in (device.maker, device.model or "device") if part]
    version = f"@{quote(device.firmware_version, safe='')}" if device.firmware_version else ""
    purl = f"pkg:generic/{'/'.join(parts)}{version}"
    made: dict[str, Any] = {"@id": purl, "identifiers": {"purl": purl}}
    if is_sha256(assessment.image.sha256):
        made["hashes"] = {"sha-256": assessment.image.sha256}
    return made
