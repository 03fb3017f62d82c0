"""What is known about published flaws, as OpenVEX 0.2.0.

Source: OpenVEX specification 0.2.0. A statement is made for each CVE among the findings:
*affected* when the flaw is proven in the image, *under investigation* otherwise. A dropped
alarm is never left out in silence. OpenVEX wants at least one statement, so without a CVE
there is no document.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from urllib.parse import quote

from fairmark.model.assessment import Assessment
from fairmark.model.finding import Confidence, Finding
from fairmark.render.identity import assessment_digest, document, document_uuid, is_sha256, timestamp


def render(assessment: Assessment) -> bytes | None:
    """Return the OpenVEX document, or ``None`` while no finding names a CVE."""
    flaws = sorted((one for one in assessment.findings if one.cve), key=lambda one: (one.cve, one.confidence, one.id))
    if not flaws:
        return None
    product = _product(assessment)
    return document(
        {
            "@context": "https://openvex.dev/ns/v0.2.0",
            "@id": f"urn:uuid:{document_uuid('openvex', assessment_digest(assessment))}",
            "author": "Fairmark",
            "role": "Automated examination of the firmware image",
            "timestamp": timestamp(assessment),
            "version": 1,
            "tooling": f"{assessment.tool.name} {assessment.tool.version}",
            "statements": [_statement(list(group), product) for _, group in groupby(flaws, key=lambda one: one.cve)],
        }
    )


def _statement(flaws: Sequence[Finding], product: dict[str, Any]) -> dict[str, Any]:
    worst = flaws[0]
    made: dict[str, Any] = {"vulnerability": {"name": worst.cve}, "products": [product]}
    if worst.confidence is Confidence.A:
        made |= {"status": "affected", "action_statement": worst.fix}
    else:
        made |= {"status": "under_investigation"}
    return made | {"status_notes": "; ".join(f"{one.title} ({one.id})" for one in flaws)}


def _product(assessment: Assessment) -> dict[str, Any]:
    device = assessment.device
    parts = [quote(part, safe="") for part in (device.maker, device.model or "device") if part]
    version = f"@{quote(device.firmware_version, safe='')}" if device.firmware_version else ""
    purl = f"pkg:generic/{'/'.join(parts)}{version}"
    made: dict[str, Any] = {"@id": purl, "identifiers": {"purl": purl}}
    if is_sha256(assessment.image.sha256):
        made["hashes"] = {"sha-256": assessment.image.sha256}
    return made
