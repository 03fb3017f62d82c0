import json

from fairmark.workflows.documents import documents, rule_texts
from tests.doubles.assessments import KNOWN_FLAW, assessment


def test_every_document_is_made_and_vex_only_when_there_is_something_to_state() -> None:
    names = set(documents(assessment()))

    assert names == {"assessment.json", "report.html", "sbom.cdx.json", "sbom.spdx.json", "findings.sarif"}
    assert set(documents(assessment(findings=(KNOWN_FLAW,)))) == names | {"vex.json"}


def test_every_rule_has_its_documentation() -> None:
    for text in rule_texts().values():
        assert text.what
        assert text.fix
        assert text.false_positives


def test_the_same_assessment_gives_the_same_bytes() -> None:
    assert documents(assessment()) == documents(assessment())
    assert json.loads(documents(assessment())["assessment.json"])["schema"] == "fairmark.assessment/1"
