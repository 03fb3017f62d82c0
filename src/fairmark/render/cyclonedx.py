"""The list of components as CycloneDX 1.6 JSON.

Source: CycloneDX specification 1.6. Each component says where in the image it was seen
(``evidence.occurrences``). The list is marked incomplete where something could not be
opened, and unknown otherwise: nobody can prove that a list read from an image is whole.
"""

from typing import Any

from fairmark.model.assessment import Assessment
from fairmark.model.image import Component
from fairmark.model.value import content_id
from fairmark.render.identity import document, document_uuid, image_digest, is_sha256, timestamp
from fairmark.render.licences import expression
from fairmark.render.wording import device_name

_OPERATING_SYSTEMS = frozenset({"linux", "linux-kernel", "kernel", "freertos", "zephyr", "vxworks"})
_LONGEST_VERSION = 1024  # the schema allows no more


def render(assessment: Assessment) -> bytes:
    """Return the CycloneDX document; the same assessment gives the same bytes."""
    components = [_component(one) for one in unique(assessment.components)]
    device = _device(assessment)
    aggregate = "incomplete" if assessment.coverage.gaps else "unknown"
    return document(
        {
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "serialNumber": f"urn:uuid:{document_uuid('cyclonedx', image_digest(assessment))}",
            "version": 1,
            "metadata": {
                "timestamp": timestamp(assessment),
                "tools": {
                    "components": [
                        {"type": "application", "name": assessment.tool.name, "version": assessment.tool.version}
                    ]
                },
                "component": device,
            },
            "components": components,
            "dependencies": [{"ref": "device", "dependsOn": [one["bom-ref"] for one in components]}],
            "compositions": [{"aggregate": aggregate, "assemblies": ["device"]}],
        }
    )


def unique(components: tuple[Component, ...]) -> list[Component]:
    """Return each component once, in a fixed order."""
    named = {reference(one): one for one in components}
    return sorted(named.values(), key=lambda one: (one.name, one.version, reference(one)))


def reference(component: Component) -> str:
    """Return an id of the component that rests on its content."""
    return content_id("component", component.name, component.version, component.purl, component.paths)


def _device(assessment: Assessment) -> dict[str, Any]:
    device = assessment.device
    made: dict[str, Any] = {"type": "device", "bom-ref": "device", "name": device.model or device_name(device)}
    if device.maker:
        made["manufacturer"] = {"name": device.maker}
    if device.firmware_version:
        made["version"] = device.firmware_version
    if is_sha256(assessment.image.sha256):
        made["hashes"] = [{"alg": "SHA-256", "content": assessment.image.sha256}]
    if device.hardware_revision:
        made["properties"] = [{"name": "fairmark:hardware-revision", "value": device.hardware_revision}]
    return made


def _component(component: Component) -> dict[str, Any]:
    kind = "operating-system" if component.name.lower() in _OPERATING_SYSTEMS else "library"
    made: dict[str, Any] = {"type": kind, "bom-ref": reference(component), "name": component.name}
    said = {"version": component.version[:_LONGEST_VERSION], "cpe": component.cpe, "purl": component.purl}
    made |= {key: value for key, value in said.items() if value}
    if component.licence:
        made["licenses"] = [_licence(component.licence)]
    if component.paths:
        made["evidence"] = {"occurrences": [{"location": path} for path in sorted(set(component.paths))]}
    made["properties"] = [{"name": "fairmark:source", "value": component.source}]
    return made


def _licence(licence: str) -> dict[str, Any]:
    known = expression(licence)
    if not known:
        return {"license": {"name": licence}}
    return {"expression": known} if " " in known else {"license": {"id": known}}
