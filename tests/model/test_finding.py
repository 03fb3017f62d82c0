import pytest
from pydantic import ValidationError

from fairmark.model.evidence import Evidence, EvidenceKind, Tool, Where
from fairmark.model.finding import Confidence, Detection, Finding, Reach, Severity, joined

TOOL = Tool(name="fairmark", version="test")


def seen(path: str) -> Evidence:
    return Evidence(kind=EvidenceKind.FILE, where=Where(path=path), tool=TOOL)


def flaw(path: str, severity: Severity = Severity.HIGH, confidence: Confidence = Confidence.A) -> Finding:
    return Finding(
        rule="rule",
        weakness="default-password",
        capability="no-default-password",
        title=f"flaw in {path}",
        severity=severity,
        confidence=confidence,
        reach=Reach.PRESENT,
        fix="mend it",
        evidence=(seen(path).id,),
    )


def test_a_finding_without_evidence_is_refused() -> None:
    with pytest.raises(ValidationError):
        Finding.model_validate(flaw("/a").model_dump() | {"evidence": ()})


def test_the_same_flaw_in_the_same_place_keeps_its_id_when_its_severity_is_judged_anew() -> None:
    assert flaw("/a").id == flaw("/a", Severity.LOW).id
    assert flaw("/a").id != flaw("/b").id


def test_a_detection_that_names_unknown_evidence_is_refused() -> None:
    with pytest.raises(ValidationError, match="named but not given"):
        Detection(findings=(flaw("/a"),))


def test_joining_orders_the_worst_first_and_keeps_everything_once() -> None:
    low = Detection(findings=(flaw("/low", Severity.LOW),), evidence=(seen("/low"),))
    high = Detection(
        findings=(flaw("/hint", Severity.HIGH, Confidence.C), flaw("/high")), evidence=(seen("/high"), seen("/hint"))
    )

    together = joined([low, high, low])

    assert [finding.title for finding in together.findings] == ["flaw in /high", "flaw in /hint", "flaw in /low"]
    assert len(together.evidence) == 3


def test_reach_is_ordered_from_present_to_exposed() -> None:
    assert [reach.rank for reach in (Reach.PRESENT, Reach.LINKED, Reach.STARTED, Reach.EXPOSED)] == [0, 1, 2, 3]
