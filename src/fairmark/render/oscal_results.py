"""The verdicts of an assessment as OSCAL assessment results: one result for each catalogue that was judged."""

from typing import Any

from fairmark.errors import WrongUsageError
from fairmark.model.assessment import Assessment
from fairmark.model.standard import Outcome, Verdict
from fairmark.render import oscal
from fairmark.render import oscal_parts as parts

KIND = "assessment-results"
PLAN_FILE = "assessment-plan.json"
"""The name under which the plan is expected beside the results."""


def render(assessment: Assessment) -> bytes:
    """Return the assessment results; the verdicts can be read back from them exactly.

    Raises:
        WrongUsageError: when the assessment holds no verdict: OSCAL has no results without any.
    """
    of = parts.subject(assessment)
    if not assessment.verdicts:
        raise WrongUsageError("the assessment holds no verdict to export")
    plan = of.uuid("resource", "plan")
    named = {
        "document-ids": [{"identifier": f"urn:uuid:{of.uuid('assessment-plan')}"}],
        "rlinks": [{"href": PLAN_FILE, "media-type": "application/oscal.ap+json"}],
    }
    content = {
        "uuid": of.uuid(KIND),
        "metadata": parts.metadata(of, "Assessment results"),
        "import-ap": {"href": f"#{plan}"},
        "results": [
            _result(of, number, catalogue, edition, verdicts)
            for number, (catalogue, edition, verdicts) in enumerate(parts.by_catalogue(assessment.verdicts))
        ],
        "back-matter": {"resources": [oscal.resource(plan, "The assessment plan", **named)]},
    }
    return oscal.render(KIND, content)


def _result(of: parts.Subject, number: int, catalogue: str, edition: str, verdicts: list[Verdict]) -> dict[str, Any]:
    findings, omitted = [], []
    told: dict[str, str] = {}
    for position, one in enumerate(verdicts):
        place = (number, position)
        if one.outcome is Outcome.NOT_APPLICABLE:
            omitted.append(parts.omission(of, one, place))
            continue
        seen = [key for key in dict.fromkeys(one.because) if key in of.proofs]
        told |= {key: of.uuid("observation", key, number) for key in seen}
        findings.append(parts.finding(of, one, place, [told[key] for key in seen]))
    proofs = [parts.observation(of, of.proofs[key], number) for key in told]
    return {
        "uuid": of.uuid("result", number),
        "title": oscal.title_of(f"{catalogue}, {edition}"),
        "description": "Verdicts after the rules of ETSI TS 103 701. What a tool finds is no proof of conformity.",
        "start": of.when,
        "end": of.when,
        "props": [oscal.prop("catalogue", catalogue), oscal.prop("edition", edition)],
        "local-definitions": {
            "components": [parts.device_component(of, number)],
            "assessment-assets": parts.assets(of, number),
        },
        "reviewed-controls": parts.reviewed(verdicts),
        "observations": [*proofs, *omitted],
        "findings": findings,
    }
