"""The assessment plan: what is reviewed, by which activities, and what no activity has settled yet."""

from collections.abc import Sequence
from typing import Any

from fairmark.errors import WrongUsageError
from fairmark.model.assessment import Assessment
from fairmark.model.standard import Outcome, Verdict
from fairmark.render import oscal
from fairmark.render import oscal_parts as parts

KIND = "assessment-plan"


def render(assessment: Assessment) -> bytes:
    """Return the plan: one activity for the examination, one for each catalogue with questions that stay open.

    Raises:
        WrongUsageError: when the assessment judges nothing: a plan needs controls to review.
    """
    of = parts.subject(assessment)
    if not assessment.verdicts:
        raise WrongUsageError("the assessment judges no provision: there is nothing to plan")
    system = of.uuid("resource", "system")
    judged = parts.by_catalogue(assessment.verdicts)
    activities = [_examination(of), *_open_questions(of, judged)]
    about = oscal.resource(
        system,
        "The device profile",
        description="There is no system security plan: the profile of the device (device.yaml) stands for it.",
        citation={"text": f"device.yaml, SHA-256 {assessment.inputs.device or 'not given'}"},
    )
    content = {
        "uuid": of.uuid(KIND),
        "metadata": parts.metadata(of, "Assessment plan"),
        "import-ssp": {"href": f"#{system}"},
        "local-definitions": {"components": [parts.device_component(of)], "activities": activities},
        "reviewed-controls": _reviewed(judged),
        "assessment-subjects": [_device(of)],
        "assessment-assets": parts.assets(of),
        "tasks": [_task(of, one) for one in activities],
        "back-matter": {"resources": [about]},
    }
    return oscal.render(KIND, content)


def _reviewed(judged: Sequence[tuple[str, str, list[Verdict]]]) -> dict[str, Any]:
    selections = []
    for catalogue, edition, verdicts in judged:
        ids = dict.fromkeys(oscal.control_id(catalogue, one.provision) for one in verdicts)
        named = [oscal.prop("catalogue", catalogue), oscal.prop("edition", edition)]
        selections.append({"props": named, "include-controls": [{"control-id": one} for one in ids]})
    return {"control-selections": selections}


def _examination(of: parts.Subject) -> dict[str, Any]:
    """Return the activity of the tool, with a step for each detector that ran to its end."""
    steps = [
        {"uuid": of.uuid("step", one), "title": oscal.title_of(one), "description": f"fairmark explain {one}"}
        for one in of.assessment.coverage.detectors
    ]
    return {
        "uuid": of.uuid("activity", "examination"),
        "title": "Examine the firmware image and the documents",
        "description": "Done by the tool; what it could not open or read stays open and is never counted as good.",
        "props": [oscal.prop("method", "EXAMINE")],
        "steps": steps,
    }


def _open_questions(of: parts.Subject, judged: Sequence[tuple[str, str, list[Verdict]]]) -> list[dict[str, Any]]:
    made = []
    for number, (catalogue, edition, verdicts) in enumerate(judged):
        waiting = [one for one in verdicts if one.outcome is Outcome.INCONCLUSIVE]
        if not waiting:
            continue
        steps = [
            {
                "uuid": of.uuid("step", number, position, one.id),
                "title": oscal.title_of(f"{one.provision}: {one.title}"),
                "description": parts.prose(one.settled_by or one.reason),
            }
            for position, one in enumerate(waiting)
        ]
        made.append(
            {
                "uuid": of.uuid("activity", number, catalogue, edition),
                "title": oscal.title_of(f"Settle what is open in {catalogue}, {edition}"),
                "description": "Provisions without a verdict so far, each with what would settle it.",
                "props": [oscal.prop("catalogue", catalogue), oscal.prop("edition", edition)],
                "steps": steps,
            }
        )
    return made


def _device(of: parts.Subject) -> dict[str, Any]:
    chosen = {"subject-uuid": parts.device_uuid(of), "type": "component"}
    return {"type": "component", "include-subjects": [chosen]}


def _task(of: parts.Subject, activity: dict[str, Any]) -> dict[str, Any]:
    return {
        "uuid": of.uuid("task", activity["uuid"]),
        "type": "action",
        "title": activity["title"],
        "associated-activities": [{"activity-uuid": activity["uuid"], "subjects": [_device(of)]}],
    }
