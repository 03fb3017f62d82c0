"""Read the maker's own list of components: CycloneDX or SPDX, as JSON."""

import json
from typing import Any

from pydantic import ValidationError

from fairmark.errors import UnreadableInputError
from fairmark.model.image import Component

MAX_SBOM_BYTES = 32 << 20
MOST_COMPONENTS = 100_000
SOURCE = "maker's SBOM"


def read_sbom(content: bytes, name: str) -> tuple[Component, ...]:
    """Return the components that the document lists, sorted; the maker's word, not a proof.

    Raises:
        UnreadableInputError: when it is neither CycloneDX nor SPDX JSON.
    """
    hint = "Give CycloneDX JSON (bomFormat) or SPDX JSON (spdxVersion)."
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        raise UnreadableInputError(f"{name} is not JSON", hint=hint) from None
    if isinstance(data, dict) and data.get("bomFormat") == "CycloneDX":
        rows = [_cyclonedx(row) for row in _rows(data, "components")]
    elif isinstance(data, dict) and str(data.get("spdxVersion", "")).startswith("SPDX-"):
        rows = [_spdx(row) for row in _rows(data, "packages")]
    else:
        raise UnreadableInputError(f"{name} is neither CycloneDX nor SPDX", hint=hint)
    if len(rows) > MOST_COMPONENTS:
        raise UnreadableInputError(
            f"{name} lists {len(rows):,} components", hint=f"At most {MOST_COMPONENTS:,} are read."
        )
    try:
        components = [Component(source=SOURCE, **row) for row in rows if row["name"]]
    except ValidationError as error:
        place = error.errors(include_url=False)[0]["loc"]
        raise UnreadableInputError(f"{name}: a component's {'.'.join(map(str, place))} is no text", hint=hint) from None
    return tuple(sorted(components, key=lambda c: (c.name, c.version, c.purl)))


def _rows(data: dict[str, Any], key: str) -> list[dict[str, Any]]:
    rows = data.get(key)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _cyclonedx(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": row.get("name", ""),
        "version": row.get("version", ""),
        "purl": row.get("purl", ""),
        "cpe": row.get("cpe", ""),
    }


def _spdx(row: dict[str, Any]) -> dict[str, Any]:
    references = [one for one in _rows(row, "externalRefs") if one.get("referenceType") == "purl"]
    purl = references[0].get("referenceLocator", "") if references else ""
    return {"name": row.get("name", ""), "version": row.get("versionInfo", ""), "purl": purl}
