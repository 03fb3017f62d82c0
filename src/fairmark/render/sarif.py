"""Findings as SARIF 2.1.0, for code hosts and editors.

Source: OASIS SARIF 2.1.0. Places are paths inside the image, relative to it; names that are
not UTF-8 become percent-encoded bytes again. Hints (grade C) are left out: they never decide.
What could not be examined is told as notifications, so that an empty list cannot be
mistaken for a whole one.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fairmark.model.assessment import Assessment
from fairmark.model.evidence import Evidence, EvidenceKind
from fairmark.model.finding import Finding, Severity
from fairmark.model.gap import Gap
from fairmark.render.identity import document
from fairmark.render.summary import Summary, summarise
from fairmark.render.wording import GAPS, visible

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
_ESCAPED_BYTE = re.compile(r"\\x([0-9a-f]{2})")
_GAPS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class RuleText:
    """What a reader may want to know about a rule; the caller has it, the findings only name it."""

    title: str
    what: str
    fix: str
    false_positives: str = ""
    cwe: str = ""
    references: tuple[str, ...] = ()


def render(assessment: Assessment, rules: Mapping[str, RuleText]) -> bytes:
    """Return the SARIF log with one run. A rule that ``rules`` does not know is named by its id alone."""
    summary = summarise(assessment)
    findings = (*summary.proven, *summary.strong, *summary.contradicted)
    order = sorted({one.rule for one in findings} | set(rules))
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": assessment.tool.name,
                "version": assessment.tool.version,
                "rules": [_rule(name, rules.get(name)) for name in order],
            }
        },
        "originalUriBaseIds": {"IMAGE": {"description": {"text": "The root of the firmware image"}}},
        "invocations": [_invocation(assessment.coverage.gaps)],
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, order.index(one.rule), summary) for one in findings],
    }
    if assessment.image.sha256:
        run["properties"] = {"imageSha256": assessment.image.sha256}
    return document({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(name: str, text: RuleText | None) -> dict[str, Any]:
    if text is None:
        return {"id": name}
    prose = [text.what, f"Fix: {text.fix}"]
    if text.false_positives:
        prose.append(f"Known to be wrong: {text.false_positives}")
    tags = ["security", *([f"external/cwe/{text.cwe.lower()}"] if text.cwe else [])]
    made: dict[str, Any] = {
        "id": name,
        "shortDescription": {"text": text.title},
        "fullDescription": {"text": text.what},
        "help": {"text": "\n\n".join(prose)},
        "properties": {"tags": tags},
    }
    links = [one for one in text.references if one.startswith("https://")]
    return made | ({"helpUri": links[0]} if links else {})


def _result(finding: Finding, index: int, summary: Summary) -> dict[str, Any]:
    seen = [summary.evidence[one] for one in finding.evidence if one in summary.evidence]
    places = [_location(one) for one in seen]
    made: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": visible(f"{finding.title}. {finding.fix}")},
        "locations": places[:1],
        "partialFingerprints": {"fairmarkFinding/v1": finding.id},
        "properties": {
            "confidence": finding.confidence.value,
            "reach": finding.reach.value,
            "capability": finding.capability,
            "weakness": finding.weakness,
            "breaks": [f"{one.catalogue} {one.provision}" for one in summary.breaks[finding.id]],
        },
    }
    if places[1:]:
        made["relatedLocations"] = [place | {"id": number} for number, place in enumerate(places[1:], start=1)]
    return made


# The file that speaks of it, where the image does not: the maker's word, the report of a probe.
_FILES_OF = {EvidenceKind.CLAIM: "device.yaml", EvidenceKind.NETWORK: "network.json"}


def _location(evidence: Evidence) -> dict[str, Any]:
    where = evidence.where
    made: dict[str, Any] = {"message": {"text": visible(evidence.statement)}} if evidence.statement else {}
    if evidence.kind is EvidenceKind.DOCUMENT:  # an entry of the maker's SBOM, by its place there
        name, _, entry = where.path.partition("#")
        found: dict[str, Any] = {"artifactLocation": {"uri": quote(name)}}
        found |= {"region": {"startLine": where.line}} if where.line is not None else {}
        inside = {"logicalLocations": [{"fullyQualifiedName": entry}]} if entry else {}
        return {"physicalLocation": found} | inside | made
    if evidence.kind in _FILES_OF:
        field = {"fullyQualifiedName": where.path}
        given = {"artifactLocation": {"uri": _FILES_OF[evidence.kind]}}
        return {"physicalLocation": given, "logicalLocations": [field]} | made
    physical: dict[str, Any] = {"artifactLocation": {"uri": image_uri(where.root, where.path), "uriBaseId": "IMAGE"}}
    region = _region(evidence)
    return {"physicalLocation": physical | ({"region": region} if region else {})} | made


def _region(evidence: Evidence) -> dict[str, Any]:
    where = evidence.where
    if where.line is None and where.offset is None:
        return {}
    place = {"startLine": where.line} if where.line is not None else {"byteOffset": where.offset}
    return place | ({"snippet": {"text": visible(where.quote)}} if where.quote else {})


def image_uri(root: str, path: str) -> str:
    r"""Return a path of the image as a relative URI: ``\xNN`` is a byte, and all but plain characters are encoded.

    >>> image_uri("", "/etc/a b\\xff")
    'etc/a%20b%FF'
    """
    pieces = [one.strip("/") for one in (root, path)]
    raw = "/".join(one for one in pieces if one).encode("utf-8", "surrogateescape").decode("latin-1")
    return quote(_ESCAPED_BYTE.sub(lambda found: chr(int(found[1], 16)), raw).encode("latin-1")) or "."


def _invocation(gaps: Sequence[Gap]) -> dict[str, Any]:
    told = [
        {
            "level": "warning",
            "message": {"text": visible(f"Not examined: {one.where}: {GAPS[one.reason]}. {one.detail}")},
        }
        for one in gaps[:_GAPS_SHOWN]
    ]
    if len(gaps) > _GAPS_SHOWN:
        more = f"Not examined: {len(gaps) - _GAPS_SHOWN} more places, listed in assessment.json."
        told.append({"level": "warning", "message": {"text": more}})
    return {"executionSuccessful": True, "toolExecutionNotifications": told}
