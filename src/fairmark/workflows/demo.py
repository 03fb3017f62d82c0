"""The demonstration: assess the flawed camera and its mended twin, the same way a user's image is assessed.

Then the maker asks for a statement for each: the flawed one is refused, the mended one gets a label and loses it again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fairmark.certify.decision import Accepted, read_decision
from fairmark.certify.label_verdict import LabelVerdict
from fairmark.demo.pair import PAIR, Example
from fairmark.model.assessment import Assessment
from fairmark.model.value import canonical_json, sha256_hex
from fairmark.workflows.certify import Desk, Issued, RefusedError, Request, issue
from fairmark.workflows.status import publish_status, set_state

IMAGE, PROFILE = "camera.bin", "device.yaml"
SENSORS = ("camera", "microphone")
_ACCEPTS = {
    Accepted.BELOW_REQUIRED: "A demonstration: nobody independent has tested it.",
    Accepted.OLD_DATA: "A demonstration: it runs offline, with the data inside the program.",
}


def files_of(example: Example) -> dict[str, bytes]:
    """Return the two files of one example device: its profile and its image."""
    return {PROFILE: example.profile(), IMAGE: example.image()}


def demonstrate(
    folder: Path,
    write: Callable[[Path, Mapping[str, bytes]], None],
    assess_image: Callable[[Path, Path], Assessment],
) -> tuple[Assessment, ...]:
    """Write each example into ``folder``/NAME and assess it; return the assessments in order."""
    assessments = []
    for example in PAIR:
        place = folder / example.name
        write(place, files_of(example))
        assessments.append(assess_image(place / IMAGE, place / PROFILE))
    return tuple(assessments)


@dataclass(frozen=True, slots=True)
class Statement:
    """A maker's statement for one camera, and what its label said before and after it was withdrawn."""

    issued: Issued
    before: LabelVerdict
    after: LabelVerdict


def refusal(desk: Desk, assessment: Assessment, seed: Callable[[], bytes]) -> tuple[str, ...]:
    """Ask for a statement that must not be given; return every reason, none if it was given all the same."""
    try:
        issue(desk, asked_for(assessment, desk.now), seed)
    except RefusedError as error:
        return error.reasons
    return ()


def statement(
    desk: Desk,
    assessment: Assessment,
    seed: Callable[[], bytes],
    evidence: Mapping[str, bytes],
    verify: Callable[[str], LabelVerdict],
) -> Statement:
    """Issue a statement, check its label, withdraw it, and check the same label again.

    Args:
        desk: of an office under the demonstration's scheme.
        assessment: of the camera.
        seed: gives 32 random bytes.
        evidence: what lies beside the assessment.
        verify: checks a label, offline, with what the office has published.
    """
    issued = issue(desk, asked_for(assessment, desk.now, evidence), seed)
    publish_status(desk)
    before = verify(issued.address)
    set_state(desk, issued.certificate.number, "withdrawn", "flaw")
    return Statement(issued, before, verify(issued.address))


def asked_for(assessment: Assessment, now: int, evidence: Mapping[str, bytes] | None = None) -> Request:
    """Return what the maker of an example asks for: it evaluates and decides itself, so level Declared at most."""
    content = canonical_json(assessment) + b"\n"
    maker = assessment.device.maker
    decision = {
        "schema": "fairmark.decision/1",
        "assessment": sha256_hex(content),
        "outcome": "grant",
        "level": 1,
        "decided": datetime.fromtimestamp(now, UTC).date().isoformat(),
        "evaluated_by": [{"name": "product security engineer", "organisation": maker}],
        "decided_by": {"name": "head of product", "organisation": maker},
        "why": "To show what a maker's statement is.",
        "accepts": [{"accepts": str(what), "why": why} for what, why in _ACCEPTS.items()],
    }
    return Request(
        assessment=content,
        name="assessment.json",
        decision=read_decision(decision, "decision.json"),
        decision_file=canonical_json(decision),
        evidence=evidence or {},
        sensors=SENSORS,
    )
