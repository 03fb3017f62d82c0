"""The list of components as SPDX 2.3 JSON.

Source: SPDX specification 2.3, clauses 6 (document), 7 (packages) and 11 (relationships).
A licence that is no SPDX expression is kept as a comment, and NOASSERTION stands in its place.
"""

from typing import Any

from fairmark.model.assessment import Assessment
from fairmark.model.image import Component
from fairmark.render.cyclonedx import reference, unique
from fairmark.render.identity import assessment_digest, document, document_uuid, is_sha256, timestamp
from fairmark.render.licences import expression
from fairmark.render.wording import device_name

_DEVICE = "SPDXRef-Firmware"
_UNKNOWN = "NOASSERTION"


def render(assessment: Assessment) -> bytes:
    """Return the SPDX document; the same assessment gives the same bytes."""
    name = document_uuid("spdx", assessment_digest(assessment))
    packages = [_package(one) for one in unique(assessment.components)]
    contains = [_relation(_DEVICE, "CONTAINS", one["SPDXID"]) for one in packages]
    return document(
        {
            "spdxVersion": "SPDX-2.3",
            "dataLicense": "CC0-1.0",
            "SPDXID": "SPDXRef-DOCUMENT",
            "name": f"Software in {device_name(assessment.device)}",
            "documentNamespace": f"https://spdx.org/spdxdocs/fairmark-{name}",
            "creationInfo": {
                "created": timestamp(assessment),
                "creators": [f"Tool: {assessment.tool.name}-{assessment.tool.version}"],
            },
            "packages": [_firmware(assessment), *packages],
            "relationships": [_relation("SPDXRef-DOCUMENT", "DESCRIBES", _DEVICE), *contains],
        }
    )


def _relation(one: str, kind: str, other: str) -> dict[str, str]:
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}


def _firmware(assessment: Assessment) -> dict[str, Any]:
    device = assessment.device
    made = _base(_DEVICE, device_name(device), device.firmware_version or "")
    made["primaryPackagePurpose"] = "FIRMWARE"
    made["supplier"] = f"Organization: {device.maker}" if device.maker else _UNKNOWN
    if is_sha256(assessment.image.sha256):
        made["checksums"] = [{"algorithm": "SHA256", "checksumValue": assessment.image.sha256}]
    return made


def _package(component: Component) -> dict[str, Any]:
    made = _base(f"SPDXRef-{reference(component)}", component.name, component.version)
    known = expression(component.licence)
    made["licenseDeclared"] = known or _UNKNOWN
    if component.licence and not known:
        made["licenseComments"] = f"The package states: {component.licence}"
    made["sourceInfo"] = f"{component.source}; seen at {', '.join(sorted(set(component.paths))) or 'no single file'}"
    if outside := _outside(component):
        made["externalRefs"] = outside
    return made


def _base(ident: str, name: str, version: str) -> dict[str, Any]:
    made: dict[str, Any] = {"SPDXID": ident, "name": name}
    if version:
        made["versionInfo"] = version
    return made | {
        "downloadLocation": _UNKNOWN,
        "filesAnalyzed": False,
        "licenseConcluded": _UNKNOWN,
        "licenseDeclared": _UNKNOWN,
        "copyrightText": _UNKNOWN,
    }


def _outside(component: Component) -> list[dict[str, str]]:
    found = []
    if component.purl:
        found.append(("PACKAGE-MANAGER", "purl", component.purl))
    if component.cpe.startswith("cpe:2.3:"):
        found.append(("SECURITY", "cpe23Type", component.cpe))
    keys = ("referenceCategory", "referenceType", "referenceLocator")
    return [dict(zip(keys, values, strict=True)) for values in found]
