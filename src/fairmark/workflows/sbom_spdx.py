"""Read SPDX: 2.2 and 2.3 as JSON and as tags, 3.0 as JSON-LD; as Yocto, Zephyr and common generators write it.

Sources: SPDX specifications 2.2.2, 2.3 and 3.0.1. The one package that a document describes stands for the whole
image, as do packages whose purpose is a file, an archive or a container. Source packages count only where a CPE or
a package URL says what they are (Zephyr's ``zephyr-sources``). Yocto's archives hold a document for each package and
one for each recipe: the package is listed, its recipe lends it the CPE.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fairmark.workflows.foreign_json import rows, text
from fairmark.workflows.sbom_entries import Collected, Entry, component_of

_MOST_RELATIONS = 500_000
_WHOLES = frozenset({"FILE", "ARCHIVE", "CONTAINER", "DEVICE", "INSTALL_MEDIA"})
_RECIPE, _PACKAGE = "SPDXRef-Recipe", "SPDXRef-Package-"
_TAG = re.compile(r"([A-Za-z]{3,40}):\s?(.*)")
_LONGEST_LINE = 4_096


def spdx2(document: Mapping[str, Any], most: int) -> Collected:
    """Return the packages of one document of SPDX 2.2 or 2.3."""
    found = Collected()
    packages = rows(document.get("packages"), most + 1)
    whole = _described(document, packages)
    for number, row in enumerate(packages):
        line = row.get("line")
        if reason := _left_out(row, whole):
            found.left_out[reason] += 1
        else:
            place = f"line {line}" if isinstance(line, int) else f"packages/{number}"
            found.entries.append(Entry(_component(row), place, line if isinstance(line, int) else None))
    return found


def _described(document: Mapping[str, Any], packages: list[dict[str, Any]]) -> str:
    """Return the id of the package that stands for the whole; '' where the document describes none or many."""
    listed = document.get("documentDescribes")
    ids = {one for one in listed[:1_000] if isinstance(one, str)} if isinstance(listed, list) else set()
    for one in rows(document.get("relationships"), _MOST_RELATIONS):
        if one.get("relationshipType") == "DESCRIBES" and one.get("spdxElementId") == "SPDXRef-DOCUMENT":
            ids.add(text(one.get("relatedSpdxElement")))
    ids &= {text(one.get("SPDXID")) for one in packages}
    return ids.pop() if len(ids) == 1 and len(packages) > 1 else ""


def _left_out(row: Mapping[str, Any], whole: str) -> str:
    """Say why a package is no component of the device; '' where it is one."""
    if not text(row.get("name")):
        return "entries without a name"
    identity = text(row.get("SPDXID"))
    known = _references(row)
    if whole and identity == whole and not known:
        return "the image as a whole"
    purpose = text(row.get("primaryPackagePurpose")).upper()
    if purpose in _WHOLES and not known:
        return "files and archives"
    if purpose == "SOURCE" and not known:
        return "sources without a CPE or package URL"
    return ""


def _component(row: Mapping[str, Any], lent: str = "") -> Any:
    known = _references(row)
    licence = text(row.get("licenseDeclared")) or text(row.get("licenseConcluded"))
    return component_of(row.get("name"), row.get("versionInfo"), known.get("purl"), known.get("cpe") or lent, licence)


def _references(row: Mapping[str, Any]) -> dict[str, str]:
    """Return purl and cpe of a package; the type may be a word or an address that ends in it."""
    found: dict[str, str] = {}
    for one in rows(row.get("externalRefs"), 1_000):
        kind = text(one.get("referenceType")).rpartition("/")[2]
        key = {"purl": "purl", "cpe23Type": "cpe", "cpe22Type": "cpe"}.get(kind, "")
        if key and (value := text(one.get("referenceLocator"))):
            found.setdefault(key, value)
    return found


def yocto(documents: Iterable[tuple[str, Mapping[str, Any]]], most: int) -> Collected:
    """Return the packages of a Yocto archive; native tools and recipes are no part of the image."""
    cpes: dict[str, str] = {}
    waiting: list[tuple[str, Mapping[str, Any], str]] = []
    found = Collected()
    for name, document in documents:
        recipe = _recipe_of(document)
        for row in rows(document.get("packages"), most + 1):
            identity = text(row.get("SPDXID"))
            if identity.startswith(_RECIPE):
                cpes[text(document.get("name"))] = _references(row).get("cpe", "")
            elif identity.startswith(_PACKAGE) and text(row.get("name")):
                waiting.append((name, row, recipe))
            if len(waiting) > most:
                break
    for name, package, recipe in waiting:
        component = _component(package, cpes.get(recipe, ""))
        found.entries.append(Entry(component, "packages/0", document=name))
    found.left_out["recipes"] = len(cpes)
    return found


def _recipe_of(document: Mapping[str, Any]) -> str:
    """Return the name of the document of the recipe that a package was built from."""
    for one in rows(document.get("relationships"), _MOST_RELATIONS):
        if one.get("relationshipType") == "GENERATED_FROM":
            reference = text(one.get("relatedSpdxElement")).partition(":")[0]
            if reference.startswith("DocumentRef-recipe-"):
                return reference.removeprefix("DocumentRef-")
    return ""


def spdx3(document: Mapping[str, Any], most: int) -> Collected:
    """Return the packages of SPDX 3.0: those that are installed, not their sources."""
    found = Collected()
    graph = document.get("@graph")
    for number, row in enumerate(graph[: most * 20] if isinstance(graph, list) else ()):
        if not isinstance(row, dict) or row.get("type") not in {"software_Package", "software/Package"}:
            continue
        purpose = text(row.get("software_primaryPurpose"))
        if purpose in {"source", "archive", "file", "diskImage", "filesystemImage", "container", "specification"}:
            found.left_out["sources and images"] += 1
        elif text(row.get("name")) and len(found.entries) <= most:
            found.entries.append(Entry(_component3(row), f"@graph/{number}"))
    return found


def _component3(row: Mapping[str, Any]) -> Any:
    named = {text(one.get("externalIdentifierType")): text(one.get("identifier")) for one in _identifiers(row)}
    purl = text(row.get("software_packageUrl")) or named.get("packageUrl", "") or named.get("purl", "")
    return component_of(row.get("name"), row.get("software_packageVersion"), purl, named.get("cpe23", ""))


def _identifiers(row: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from reversed(rows(row.get("externalIdentifier"), 100))


def tags(content: str, most: int) -> dict[str, Any]:
    """Return a document of tags and values in the shape of JSON, each package with its line."""
    packages: list[dict[str, Any]] = []
    relations: list[dict[str, str]] = []
    here: dict[str, Any] | None = None
    for number, key, value in _pairs(content):
        if key == "PackageName":
            here = {"name": value, "line": number, "externalRefs": []}
            packages.append(here)
            if len(packages) > most:
                break
        elif key in {"FileName", "SnippetSPDXID", "LicenseID"}:
            here = None
        elif key == "Relationship" and len(relations) < _MOST_RELATIONS:
            relations.append(dict(zip(_RELATION, value.split(" ", 2), strict=False)))
        elif here is not None:
            _set(here, key, value)
    return {"spdxVersion": "SPDX-2", "packages": packages, "relationships": relations}


_RELATION = ("spdxElementId", "relationshipType", "relatedSpdxElement")
_FIELDS = {
    "SPDXID": "SPDXID",
    "PackageVersion": "versionInfo",
    "PackageLicenseDeclared": "licenseDeclared",
    "PackageLicenseConcluded": "licenseConcluded",
    "PrimaryPackagePurpose": "primaryPackagePurpose",
}


def _set(package: dict[str, Any], key: str, value: str) -> None:
    if key == "ExternalRef":
        parts = value.split()
        if len(parts) == 3 and len(package["externalRefs"]) < 100:
            keys = ("referenceCategory", "referenceType", "referenceLocator")
            package["externalRefs"].append(dict(zip(keys, parts, strict=True)))
    elif key in _FIELDS:
        package.setdefault(_FIELDS[key], value)


def _pairs(content: str) -> Iterator[tuple[int, str, str]]:
    """Give line, tag and value; texts over several lines (``<text>``) are passed over."""
    inside = False
    for number, line in enumerate(content.splitlines(), start=1):
        if inside:
            inside = "</text>" not in line
            continue
        match = _TAG.match(line[:_LONGEST_LINE])
        if match is None:
            continue
        inside = "<text>" in match[2] and "</text>" not in line
        yield number, match[1], match[2].strip()
