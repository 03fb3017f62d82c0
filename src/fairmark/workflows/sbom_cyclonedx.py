"""Read CycloneDX JSON (1.2 to 1.7), as Buildroot, Yocto layers and common generators write it.

Source: CycloneDX specification 1.6, ``components``. Components may stand inside components; the device itself
(``metadata.component``) is none, what stands inside it is one. Buildroot marks what it builds for its own use
(``BR_TYPE`` host).
"""

from collections.abc import Mapping
from typing import Any

from fairmark.workflows.foreign_json import mapping, rows, text
from fairmark.workflows.sbom_entries import Collected, Entry, component_of

_NO_SOFTWARE = {
    "cryptographic-asset": "cryptographic assets",
    "data": "data",
    "device": "devices",
    "file": "files",
    "machine-learning-model": "models",
    "platform": "platforms",
}


def cyclonedx(document: Mapping[str, Any], most: int) -> Collected:
    """Return the components in the order of the document, those inside others included; no more than ``most`` + 1."""
    found = Collected()
    inside = mapping(mapping(document.get("metadata")).get("component")).get("components")
    waiting = [
        *_placed("components", document.get("components"), most),
        *_placed("metadata/component/components", inside, most),
    ][::-1]
    while waiting and len(found.entries) <= most:
        place, row = waiting.pop()
        waiting += _placed(f"{place}/components", row.get("components"), most)[::-1]
        if reason := _left_out(row):
            found.left_out[reason] += 1
        else:
            found.entries.append(Entry(_component(row), place))
    return found


def _placed(place: str, value: object, most: int) -> list[tuple[str, dict[str, Any]]]:
    listed = value[: most + 1] if isinstance(value, list) else []
    return [(f"{place}/{number}", row) for number, row in enumerate(listed) if isinstance(row, dict)]


def _left_out(row: Mapping[str, Any]) -> str:
    """Say why a row is no component of the device; '' where it is one."""
    if not text(row.get("name")):
        return "entries without a name"
    if text(row.get("scope")) == "excluded":
        return "entries that are not shipped"
    marks = {text(one.get("name")): text(one.get("value")) for one in rows(row.get("properties"), 1_000)}
    if marks.get("BR_TYPE", "").lower() == "host":
        return "tools of the build"
    return _NO_SOFTWARE.get(text(row.get("type")), "")


def _component(row: Mapping[str, Any]) -> Any:
    return component_of(row.get("name"), row.get("version"), row.get("purl"), row.get("cpe"), _licence(row))


def _licence(row: Mapping[str, Any]) -> str:
    named = []
    for one in rows(row.get("licenses"), 20):
        inner = mapping(one.get("license"))
        named.append(text(one.get("expression")) or text(inner.get("id")) or text(inner.get("name")))
    return " AND ".join(filter(None, named))
