"""What several OSCAL documents of an assessment share: the device, the tool, the proofs, the verdicts.

OSCAL knows two states of a finding. FAIL is not satisfied for the reason ``fail``, INCONCLUSIVE not satisfied for the
reason ``other``; the property ``outcome`` says which. NOT_APPLICABLE is no finding: the control is excluded from those
that were reviewed, and an observation says why.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from fairmark.model.assessment import Assessment
from fairmark.model.evidence import Evidence, EvidenceKind
from fairmark.model.finding import Finding
from fairmark.model.standard import Outcome, Verdict
from fairmark.render import oscal
from fairmark.render.identity import assessment_digest, is_sha256, timestamp

STATES = {
    Outcome.PASS: {"state": "satisfied", "reason": "pass"},
    Outcome.FAIL: {"state": "not-satisfied", "reason": "fail"},
    Outcome.INCONCLUSIVE: {"state": "not-satisfied", "reason": "other"},
}
_WITHOUT_TEXT = "(no text)"
_SLOTTED = ("id", "catalogue", "edition", "title", "reason")
"""Fields of a verdict that stand elsewhere than in its properties."""


@dataclass(frozen=True, slots=True)
class Subject:
    """An assessment with what its documents need again and again."""

    assessment: Assessment
    digest: str
    when: str
    proofs: dict[str, Finding | Evidence]
    evidence: dict[str, Evidence]

    def uuid(self, *parts: Any) -> str:
        """Return the UUID of a part of this assessment."""
        return oscal.uuid(self.digest, *parts)


def subject(assessment: Assessment) -> Subject:
    """Prepare an assessment."""
    evidence = {one.id: one for one in assessment.evidence}
    return Subject(
        assessment=assessment,
        digest=assessment_digest(assessment),
        when=timestamp(assessment),
        proofs={**evidence, **{one.id: one for one in assessment.findings}},
        evidence=evidence,
    )


def metadata(of: Subject, title: str) -> dict[str, Any]:
    """Return the metadata of a document about the device."""
    extra = [oscal.prop("assessment", of.digest), oscal.prop("tool", _tool(of))]
    name = device_name(of.assessment)
    return oscal.metadata(f"{title}: {name}", version=of.digest[:16], modified=of.when, extra=extra)


def device_name(assessment: Assessment) -> str:
    """Return maker, model and version in one line."""
    device = assessment.device
    named = [one for one in (device.maker, device.model, device.firmware_version) if one]
    return " ".join(named) or "a device without a name"


def device_component(of: Subject, *place: int, defined: bool = False) -> dict[str, Any]:
    """Return the device as a component; ``defined`` for a component definition, which knows no status.

    A document may define a component in several places, each under a UUID of its own: ``place`` says where.
    """
    image = of.assessment.image
    about = [oscal.prop("image-sha256", image.sha256)] if is_sha256(image.sha256) else []
    made = {
        "uuid": device_uuid(of, *place),
        "type": "hardware",
        "title": oscal.title_of(device_name(of.assessment)),
        "description": "The device whose firmware image and documents were examined.",
        "props": about,
    }
    return made if defined else made | {"status": {"state": "operational"}}


def device_uuid(of: Subject, *place: int) -> str:
    """Return the UUID of the device's component."""
    return of.uuid("device", *place)


def assets(of: Subject, *place: int) -> dict[str, Any]:
    """Return the tool that made the assessment, and the platform that OSCAL wants around it."""
    tool = {
        "uuid": of.uuid("tool", *place),
        "type": "software",
        "title": oscal.title_of(_tool(of)),
        "description": "The program that examined the device and judged it.",
        "status": {"state": "operational"},
    }
    platform = {"uuid": of.uuid("platform", *place), "uses-components": [{"component-uuid": tool["uuid"]}]}
    return {"components": [tool], "assessment-platforms": [platform]}


def by_catalogue(verdicts: Iterable[Verdict]) -> list[tuple[str, str, list[Verdict]]]:
    """Return (catalogue, edition, verdicts) for every run of verdicts of one edition, in their order."""
    groups = groupby(verdicts, key=lambda one: (one.catalogue, one.edition))
    return [(catalogue, edition, list(found)) for (catalogue, edition), found in groups]


def reviewed(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Return the controls that were reviewed; those that do not apply are excluded, and the remarks say why."""
    ids = list(dict.fromkeys(oscal.control_id(one.catalogue, one.provision) for one in verdicts))
    apart = [one for one in verdicts if one.outcome is Outcome.NOT_APPLICABLE]
    left = list(dict.fromkeys(oscal.control_id(one.catalogue, one.provision) for one in apart))
    why = [f"{one.catalogue} {one.provision} does not apply: {one.reason}" for one in apart]
    selection = {
        "include-controls": [{"control-id": one} for one in ids],
        "exclude-controls": [{"control-id": one} for one in left],
    }
    return {"control-selections": [selection], "remarks": oscal.markup("\n\n".join(why))}


def finding(of: Subject, verdict: Verdict, place: tuple[int, int], observations: Sequence[str]) -> dict[str, Any]:
    """Return the finding of a verdict that applies; ``place`` is its result and its position there."""
    target = {
        "type": "statement-id",
        "target-id": oscal.statement_id(verdict.catalogue, verdict.provision),
        "status": STATES[verdict.outcome],
    }
    return _verdict(of, verdict, place) | {
        "target": target,
        "related-observations": [{"observation-uuid": one} for one in observations],
    }


def omission(of: Subject, verdict: Verdict, place: tuple[int, int]) -> dict[str, Any]:
    """Return the observation that says why a provision does not apply."""
    return _verdict(of, verdict, place) | {"methods": ["EXAMINE"], "types": ["control-objective"], "collected": of.when}


def _verdict(of: Subject, verdict: Verdict, place: tuple[int, int]) -> dict[str, Any]:
    return {
        "uuid": of.uuid("verdict", verdict.id, *place),
        "title": oscal.title_of(verdict.title),
        "description": prose(verdict.reason),
        "props": [
            oscal.prop("position", place[1]),
            *oscal.props(verdict, without=_SLOTTED),
            *oscal.title_props("title", verdict.title),
            *([] if verdict.reason else [oscal.prop("reason", "")]),
        ],
    }


def prose(text: str) -> str:
    """Return a text for a description, which may not be empty."""
    return oscal.markup(text) or _WITHOUT_TEXT


def observation(of: Subject, proof: Finding | Evidence, *place: int) -> dict[str, Any]:
    """Return one proof: a finding of ours with its evidence, or a piece of evidence on its own."""
    pieces = (
        [proof] if isinstance(proof, Evidence) else [of.evidence[one] for one in proof.evidence if one in of.evidence]
    )
    flaw = isinstance(proof, Finding)
    text = proof.title if isinstance(proof, Finding) else proof.statement
    return {
        "uuid": of.uuid("observation", proof.id, *place),
        "title": oscal.title_of(text),
        "description": prose(f"{text} {proof.fix}" if isinstance(proof, Finding) else text),
        "props": [oscal.prop("proof", proof.id), *(_grades(proof) if isinstance(proof, Finding) else [])],
        "methods": sorted({_method(one) for one in pieces}) or ["EXAMINE"],
        "types": ["finding" if flaw else "discovery"],
        "subjects": [{"subject-uuid": device_uuid(of, *place), "type": "component"}],
        "relevant-evidence": [_evidence(one) for one in pieces],
        "collected": of.when,
    }


def _grades(flaw: Finding) -> list[dict[str, Any]]:
    return oscal.props(flaw, without=("id", "title", "fix", "evidence", "kev", "epss"))


def _evidence(one: Evidence) -> dict[str, Any]:
    about = [oscal.prop("evidence", one.id), oscal.prop("path", one.where.path)]
    if is_sha256(one.where.sha256):
        about.append(oscal.prop("sha256", one.where.sha256))
    return {"description": prose(one.statement), "props": about}


def _method(one: Evidence) -> str:
    return "TEST" if one.kind in {EvidenceKind.NETWORK, EvidenceKind.PERSON} else "EXAMINE"


def _tool(of: Subject) -> str:
    return f"{of.assessment.tool.name} {of.assessment.tool.version}"
