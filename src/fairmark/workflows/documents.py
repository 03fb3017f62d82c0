"""All documents of one assessment, by file name."""

from fairmark.examine.detectors import DETECTORS
from fairmark.model.assessment import Assessment
from fairmark.model.value import canonical_json
from fairmark.render.cyclonedx import cyclonedx
from fairmark.render.openvex import openvex
from fairmark.render.report import report
from fairmark.render.sarif import RuleText, sarif
from fairmark.render.spdx import spdx


def rule_texts() -> dict[str, RuleText]:
    """Return the documentation of every rule, for SARIF and the pages."""
    return {
        rule.id: RuleText(title=rule.title, what=rule.what, fix=rule.fix, false_positives=rule.false_positives)
        for detector in DETECTORS
        for rule in detector.rules
    }


def documents(assessment: Assessment) -> dict[str, bytes]:
    """Return file name -> content. ``vex.json`` is left out while there is no vulnerability to make a statement about."""
    written = {
        "assessment.json": canonical_json(assessment) + b"\n",
        "report.html": report(assessment).encode(),
        "sbom.cdx.json": canonical_json(cyclonedx(assessment)) + b"\n",
        "sbom.spdx.json": canonical_json(spdx(assessment)) + b"\n",
        "findings.sarif": canonical_json(sarif(assessment, rule_texts())) + b"\n",
    }
    if (vex := openvex(assessment)) is not None:
        written["vex.json"] = canonical_json(vex) + b"\n"
    return written
