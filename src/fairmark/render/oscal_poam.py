"""The plan of action and milestones: what is wrong or open, and the control that mends it.

First what the law requires, then what is worth it, in the order of the plan; then the failures and flaws that no
control of the plan answers; last the provisions without a verdict, with what would settle them.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from fairmark.errors import WrongUsageError
from fairmark.model.assessment import Assessment
from fairmark.model.finding import Finding
from fairmark.model.risk import PlanItem
from fairmark.model.standard import Outcome, Verdict
from fairmark.render import oscal
from fairmark.render import oscal_parts as parts

KIND = "plan-of-action-and-milestones"
_LAW = "A law of the device's markets requires it."
_WORTH = "It saves more than it costs, by the price of this assessment."


def render(assessment: Assessment) -> bytes:
    """Return the plan of action.

    Raises:
        WrongUsageError: when nothing is wrong or open: OSCAL has no plan without an item.
    """
    of = parts.subject(assessment)
    risks = {one.id: of.uuid("risk", one.id) for one in assessment.findings}
    failed = {
        f"{one.catalogue} {one.provision}": parts.finding(of, one, (0, number), _observed(of, one.because))
        for number, one in enumerate(assessment.verdicts)
        if one.outcome is Outcome.FAIL
    }
    items = [*_items(of, risks, failed), *_waiting(of)]
    if not items:
        raise WrongUsageError("nothing is wrong and nothing is open: there is no plan of action to write")
    content = {
        "uuid": of.uuid(KIND),
        "metadata": parts.metadata(of, "Plan of action and milestones"),
        "system-id": {"identifier-type": "http://ietf.org/rfc/rfc4122", "id": parts.device_uuid(of)},
        "local-definitions": {"components": [parts.device_component(of)], "assessment-assets": parts.assets(of)},
        "observations": [parts.observation(of, of.proofs[key]) for key in _named(of)],
        "risks": [_risk(of, one, risks[one.id]) for one in assessment.findings],
        "findings": list(failed.values()),
        "poam-items": items,
    }
    return oscal.render(KIND, content)


def _named(of: parts.Subject) -> list[str]:
    """Return the ids of the proofs that risks and failures point to, each once."""
    because = [key for one in of.assessment.verdicts if one.outcome is Outcome.FAIL for key in one.because]
    ids = dict.fromkeys([one.id for one in of.assessment.findings] + because)
    return [key for key in ids if key in of.proofs]


def _observed(of: parts.Subject, ids: Iterable[str]) -> list[str]:
    return [of.uuid("observation", key) for key in dict.fromkeys(ids) if key in of.proofs]


def _risk(of: parts.Subject, flaw: Finding, identity: str) -> dict[str, Any]:
    facets = [
        {"name": name, "system": oscal.NAMESPACE, "value": value}
        for name, value in (("severity", flaw.severity.value), ("confidence", flaw.confidence.value))
    ]
    actor = {"type": "tool", "actor-uuid": of.uuid("tool")}
    return {
        "uuid": identity,
        "title": oscal.title_of(flaw.title),
        "description": parts.prose(flaw.title),
        "statement": f"Weakness {flaw.weakness}, reach: {flaw.reach.value}.",
        "props": [oscal.prop("finding", flaw.id), oscal.prop("rule", flaw.rule)],
        "status": "open",
        "characterizations": [{"origin": {"actors": [actor]}, "facets": facets}],
        "remediations": [
            {
                "uuid": of.uuid("remediation", flaw.id),
                "lifecycle": "recommendation",
                "title": "What to do",
                "description": parts.prose(flaw.fix),
            }
        ],
        "related-observations": [{"observation-uuid": one} for one in _observed(of, [flaw.id])],
    }


def _items(of: parts.Subject, risks: dict[str, str], failed: dict[str, Any]) -> Iterator[dict[str, Any]]:
    plan = of.assessment.plan
    answered: set[str] = set()
    ordered = [(one, _LAW) for one in plan.required_by_law] + [(one, _WORTH) for one in plan.worth_it]
    for number, (one, why) in enumerate(ordered):
        answered |= {*one.fixes, *one.law}
        yield _planned(of, number, one, why, [failed[key] for key in one.law if key in failed], risks)
    for flaw in of.assessment.findings:
        if flaw.id not in answered:
            yield {
                "uuid": of.uuid("item", flaw.id),
                "title": oscal.title_of(flaw.title),
                "description": parts.prose(flaw.fix),
                "related-risks": [{"risk-uuid": risks[flaw.id]}],
            }
    for key, finding in failed.items():
        if key not in answered:
            yield {
                "uuid": of.uuid("item", key),
                "title": oscal.title_of(f"{key} fails"),
                "description": finding["description"],
                "related-findings": [{"finding-uuid": finding["uuid"]}],
            }


def _planned(
    of: parts.Subject, number: int, one: PlanItem, why: str, findings: list[dict[str, Any]], risks: dict[str, str]
) -> dict[str, Any]:
    return {
        "uuid": of.uuid("item", number, one.control),
        "title": oscal.title_of(one.title[:1].upper() + one.title[1:]),
        "description": why,
        "props": [oscal.prop("control", one.control), *(oscal.prop("law", ", ".join(one.law)) for _ in one.law[:1])],
        "related-findings": [{"finding-uuid": found["uuid"]} for found in findings],
        "related-risks": [{"risk-uuid": risks[key]} for key in one.fixes if key in risks],
    }


def _waiting(of: parts.Subject) -> Iterator[dict[str, Any]]:
    for number, one in enumerate(of.assessment.verdicts):
        if one.outcome is Outcome.INCONCLUSIVE:
            yield _open(of, number, one)


def _open(of: parts.Subject, number: int, one: Verdict) -> dict[str, Any]:
    return {
        "uuid": of.uuid("item", number, one.id),
        "title": oscal.title_of(f"{one.catalogue} {one.provision} is not settled: {one.title}"),
        "description": parts.prose(one.settled_by or one.reason),
        "props": [
            oscal.prop("catalogue", one.catalogue),
            oscal.prop("provision", one.provision),
            oscal.prop("outcome", one.outcome.value),
        ],
    }
