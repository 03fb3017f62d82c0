"""The component definition: the device with what its maker claims and what was seen of it, and its software.

A provision that nobody claims and nothing decides says nothing of how the device is built, so it is left out.
"""

from typing import Any

from fairmark.model.assessment import Assessment
from fairmark.model.device import Claim
from fairmark.model.image import Component
from fairmark.model.standard import Outcome, Verdict
from fairmark.render import oscal
from fairmark.render import oscal_parts as parts

KIND = "component-definition"
_DECIDED = {
    Outcome.PASS: "The evidence supports it.",
    Outcome.FAIL: "The evidence contradicts it.",
    Outcome.INCONCLUSIVE: "No verdict: the evidence does not decide it.",
    Outcome.NOT_APPLICABLE: "It does not apply to this device.",
}


def render(assessment: Assessment) -> bytes:
    """Return the component definition."""
    of = parts.subject(assessment)
    device = parts.device_component(of, defined=True)
    device["control-implementations"] = _implementations(of)
    software = [_software(of, number, one) for number, one in enumerate(assessment.components)]
    content = {
        "uuid": of.uuid(KIND),
        "metadata": parts.metadata(of, "Component definition"),
        "components": [device, *software],
    }
    return oscal.render(KIND, content)


def _implementations(of: parts.Subject) -> list[dict[str, Any]]:
    made = []
    for number, (catalogue, edition, verdicts) in enumerate(parts.by_catalogue(of.assessment.verdicts)):
        claims = of.assessment.device.claims.get(catalogue, {})
        rows = [
            _requirement(of, (number, position), one, claims.get(one.provision))
            for position, one in enumerate(verdicts)
            if one.provision in claims or one.outcome in {Outcome.PASS, Outcome.FAIL}
        ]
        if rows:
            made.append(
                {
                    "uuid": of.uuid("implementation", number),
                    "source": f"{catalogue}.json",
                    "description": "What the maker claims, and what the examination says to it.",
                    "props": [oscal.prop("catalogue", catalogue), oscal.prop("edition", edition)],
                    "implemented-requirements": rows,
                }
            )
    return made


def _requirement(of: parts.Subject, place: tuple[int, int], verdict: Verdict, claim: Claim | None) -> dict[str, Any]:
    said = _said(claim)
    return {
        "uuid": of.uuid("requirement", verdict.id, *place),
        "control-id": oscal.control_id(verdict.catalogue, verdict.provision),
        "description": oscal.markup(f"{said} {_DECIDED[verdict.outcome]} {verdict.reason}".strip()),
        "props": [oscal.prop("claim", _claimed(claim)), oscal.prop("outcome", verdict.outcome.value)],
    }


def _said(claim: Claim | None) -> str:
    if claim is None:
        return "The maker claims nothing."
    words = {True: "implemented", False: "not implemented", None: "not applicable"}
    why = f": {claim.reason.rstrip('.')}." if claim.reason else "."
    return f"The maker claims: {words[claim.implemented]}{why}"


def _claimed(claim: Claim | None) -> str:
    if claim is None:
        return "none"
    return {True: "implemented", False: "not-implemented", None: "not-applicable"}[claim.implemented]


def _software(of: parts.Subject, number: int, one: Component) -> dict[str, Any]:
    named = {"version": one.version, "purl": one.purl, "cpe": one.cpe, "licence": one.licence}
    return {
        "uuid": of.uuid("component", number, one.name, one.version),
        "type": "software",
        "title": oscal.title_of(f"{one.name} {one.version}"),
        "description": parts.prose(f"Named by: {one.source}."),
        "props": [oscal.prop(key, value) for key, value in named.items() if value],
    }
