"""Makers' VEX documents in three formats, from plain JSON data to statements.

Sources: OpenVEX specification 0.2.0; CSAF 2.0 clause 4.5 (profile VEX) with its product tree; CycloneDX 1.6,
``vulnerabilities[].analysis``. A document is a stranger's: what is not of the expected type is passed
over, counts are bounded, and texts are cut.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from fairmark.model.vulnerability import Justification, Status
from fairmark.vulnerabilities.vex import MakerStatement, Named

MOST_STATEMENTS = 100_000
_MOST_PRODUCTS = 1_000  # that one statement names
_MOST_BRANCHES = 50_000  # of one product tree
_MOST_COMPONENTS = 100_000
_LONGEST = 500  # characters of a text
_CVE = re.compile(r"CVE-\d{4}-\d{4,12}")
_NOTHING = Named("")

_CSAF_STATUS = {
    "known_affected": Status.AFFECTED,
    "first_affected": Status.AFFECTED,
    "last_affected": Status.AFFECTED,
    "known_not_affected": Status.NOT_AFFECTED,
    "fixed": Status.FIXED,
    "first_fixed": Status.FIXED,
    "under_investigation": Status.UNDER_INVESTIGATION,
}
_CYCLONEDX_STATE = {
    "exploitable": Status.AFFECTED,
    "in_triage": Status.UNDER_INVESTIGATION,
    "resolved": Status.FIXED,
    "resolved_with_pedigree": Status.FIXED,
    "not_affected": Status.NOT_AFFECTED,
    "false_positive": Status.NOT_AFFECTED,
}
_CYCLONEDX_JUSTIFICATION = {
    "code_not_present": Justification.CODE_NOT_PRESENT,
    "code_not_reachable": Justification.CODE_NOT_IN_EXECUTE_PATH,
    "requires_configuration": Justification.NOT_CONTROLLABLE,
    "requires_dependency": Justification.CODE_NOT_IN_EXECUTE_PATH,  # another component is absent, not this one
    "requires_environment": Justification.NOT_CONTROLLABLE,
    "protected_by_compiler": Justification.MITIGATED,
    "protected_at_runtime": Justification.MITIGATED,
    "protected_at_perimeter": Justification.MITIGATED,
    "protected_by_mitigating_control": Justification.MITIGATED,
}


def reader_of(document: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], Iterator[MakerStatement]] | None:
    """Return what reads a document of that kind; None where it is none of the three."""
    if "openvex" in _text(document.get("@context")):
        return openvex
    if _text(_mapping(document.get("document")).get("csaf_version")):
        return csaf
    return cyclonedx if document.get("bomFormat") == "CycloneDX" else None


def openvex(document: Mapping[str, Any]) -> Iterator[MakerStatement]:
    """Read OpenVEX: products, and the components inside them as subcomponents."""
    said = _time(document.get("last_updated")) or _time(document.get("timestamp"))
    for row in _rows(document.get("statements"), MOST_STATEMENTS):
        flaw = row.get("vulnerability")
        named = _mapping(flaw)
        aliases = _ids(named.get("aliases"))
        status = _status(row.get("status"))
        products = _rows_or_ids(row.get("products"))
        parts = [part for product in products for part in _rows_or_ids(product.get("subcomponents"))]
        # once for all ids of the flaw: a thousand of these times a thousand products would be a million names
        named_products = tuple(name for one in products for name in _openvex_names(one))
        named_parts = tuple(name for one in parts[:_MOST_PRODUCTS] for name in _openvex_names(one))
        for cve in _cves([flaw, named.get("name"), named.get("@id"), *aliases]):
            if status:
                yield MakerStatement(
                    cve=cve,
                    status=status,
                    products=named_products,
                    parts=named_parts,
                    justification=_justification(row.get("justification")),
                    reason=_text(row.get("impact_statement")) or _text(row.get("status_notes")),
                    stated=_time(row.get("last_updated")) or _time(row.get("timestamp")) or said,
                )


def _openvex_names(row: Mapping[str, Any]) -> Iterator[Named]:
    """Give the name of a product, and the digest of its content as a second name where there is one."""
    identifiers = _mapping(row.get("identifiers"))
    name = _text(row.get("@id"))
    purl = _text(identifiers.get("purl")) or (name if name.startswith("pkg:") else "")
    plain = name.rstrip("/").rpartition("/")[2] if name.startswith(("https://", "http://")) else name
    yield Named(name=plain if not purl else "", purl=purl)
    if digest := _text(_mapping(row.get("hashes")).get("sha-256")):
        yield Named(name=digest.lower())


def csaf(document: Mapping[str, Any]) -> Iterator[MakerStatement]:
    """Read CSAF VEX: the product tree gives every product id a name, a version and what it is a part of."""
    products, inside = _product_tree(_mapping(document.get("product_tree")))
    said = _time(_mapping(_mapping(document.get("document")).get("tracking")).get("current_release_date"))
    for row in _rows(document.get("vulnerabilities"), MOST_STATEMENTS):
        flags = _by_product(row.get("flags"), "label")
        threats = [one for one in _rows(row.get("threats"), 1_000) if one.get("category") == "impact"]
        impacts = _by_product(threats, "details")
        for key, status in _CSAF_STATUS.items():
            ids = _mapping(row.get("product_status")).get(key)
            for one in _cves([row.get("cve")]):
                for product in _ids(ids):
                    part, whole = inside.get(product, ("", product))
                    yield MakerStatement(
                        cve=one,
                        status=status,
                        products=(products.get(whole, Named(whole)),),
                        parts=(products.get(part, Named(part)),) if part else (),
                        justification=_justification(flags.get(product)),
                        reason=impacts.get(product, ""),
                        stated=said,
                    )


def _product_tree(tree: Mapping[str, Any]) -> tuple[dict[str, Named], dict[str, tuple[str, str]]]:
    """Return the named products, and for each combined one which part it is of which product."""
    products: dict[str, Named] = {}
    for full in _rows(tree.get("full_product_names"), _MOST_BRANCHES):
        _add_product(products, full, _NOTHING)
    waiting = [(one, _NOTHING) for one in _rows(tree.get("branches"), 1_000)]
    for _ in range(_MOST_BRANCHES):
        if not waiting:
            break
        branch, above = waiting.pop()
        here = _narrowed(above, branch.get("category"), _text(branch.get("name")))
        _add_product(products, _mapping(branch.get("product")), here)
        waiting += [(one, here) for one in _rows(branch.get("branches"), 1_000)]
    inside = {}
    for row in _rows(tree.get("relationships"), _MOST_BRANCHES):
        combined = _text(_mapping(row.get("full_product_name")).get("product_id"))
        inside[combined] = (_text(row.get("product_reference")), _text(row.get("relates_to_product_reference")))
    return products, inside


def _narrowed(above: Named, category: object, text: str) -> Named:
    """Return what a branch of the product tree adds to the ones above it."""
    if category == "product_name":
        return Named(text, above.version, versions=above.versions)
    if category == "product_version":
        return Named(above.name, text)
    return Named(above.name, versions=text) if category == "product_version_range" else above


def _add_product(products: dict[str, Named], row: Mapping[str, Any], here: Named) -> None:
    identity = _text(row.get("product_id"))
    if identity:
        purl = _text(_mapping(row.get("product_identification_helper")).get("purl"))
        products[identity] = Named(here.name or _text(row.get("name")), here.version, purl, here.versions)


def _by_product(rows: object, key: str) -> dict[str, str]:
    return {product: _text(row.get(key)) for row in _rows(rows, 1_000) for product in _ids(row.get("product_ids"))}


def cyclonedx(document: Mapping[str, Any]) -> Iterator[MakerStatement]:
    """Read CycloneDX: ``affects`` refers to components by bom-ref; the document's own subject is the product.

    Without a subject the components stand for themselves.
    """
    metadata = _mapping(document.get("metadata"))
    whole = _mapping(metadata.get("component"))
    known = {_text(one.get("bom-ref")): _cyclonedx_name(one) for one in _all_components(document, whole)}
    product, own = _cyclonedx_name(whole), _text(whole.get("bom-ref"))
    said = _time(metadata.get("timestamp"))
    for row in _rows(document.get("vulnerabilities"), MOST_STATEMENTS):
        analysis = _mapping(row.get("analysis"))
        status = _CYCLONEDX_STATE.get(_text(analysis.get("state")))
        references = [_text(one.get("ref")) for one in _rows(row.get("affects"), _MOST_PRODUCTS)]
        parts = tuple(known.get(one, _referred(one)) for one in references if one != own)
        for cve in _cves([row.get("id")]):
            if status:
                yield MakerStatement(
                    cve=cve,
                    status=status,
                    products=parts if product == _NOTHING else (product,),
                    parts=parts,
                    justification=_CYCLONEDX_JUSTIFICATION.get(_text(analysis.get("justification"))),
                    reason=_text(analysis.get("detail")),
                    stated=_time(analysis.get("lastUpdated")) or _time(row.get("updated")) or said,
                )


def _all_components(document: Mapping[str, Any], whole: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give the components and those inside them, a bounded number."""
    waiting = [*_rows(document.get("components"), _MOST_COMPONENTS), *_rows(whole.get("components"), _MOST_COMPONENTS)]
    for _ in range(_MOST_COMPONENTS):
        if not waiting:
            return
        one = waiting.pop()
        yield one
        waiting += _rows(one.get("components"), _MOST_COMPONENTS)


def _cyclonedx_name(row: Mapping[str, Any]) -> Named:
    return Named(_text(row.get("name")), _text(row.get("version")), _text(row.get("purl")))


def _referred(reference: str) -> Named:
    """A reference into another document (BOM-Link) ends in the other's bom-ref, which often is a package URL."""
    _, _, last = reference.rpartition("#")
    return Named("", purl=last) if last.startswith("pkg:") else Named(last)


def _status(given: object) -> Status | None:
    return next((one for one in Status if one.value == given), None)


def _justification(given: object) -> Justification | None:
    return next((one for one in Justification if one.value == given), None)


def _cves(candidates: Sequence[object]) -> list[str]:
    texts = [one for one in candidates if isinstance(one, str)]
    return sorted({found.group() for one in texts if (found := _CVE.search(one[:_LONGEST]))})


def _text(given: object) -> str:
    """Return a text without control characters, cut to a bearable length; '' for anything else."""
    return "".join(c for c in given[:_LONGEST] if c.isprintable()) if isinstance(given, str) else ""


def _time(given: object) -> datetime | None:
    """Return a time in UTC; one without a zone counts as UTC, anything else as not said."""
    try:
        found = datetime.fromisoformat(given) if isinstance(given, str) else None
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC) if found else None
    except (ValueError, OverflowError):
        return None


def _mapping(given: object) -> Mapping[str, Any]:
    return given if isinstance(given, dict) else {}


def _rows(given: object, most: int) -> list[Mapping[str, Any]]:
    return [one for one in given[:most] if isinstance(one, dict)] if isinstance(given, list) else []


def _ids(given: object) -> list[str]:
    return [one for one in given[:_MOST_PRODUCTS] if isinstance(one, str)] if isinstance(given, list) else []


def _rows_or_ids(given: object) -> list[Mapping[str, Any]]:
    """Products may be objects, or in old documents plain identifiers."""
    if not isinstance(given, list):
        return []
    return [
        one if isinstance(one, dict) else {"@id": one} for one in given[:_MOST_PRODUCTS] if isinstance(one, dict | str)
    ]
