"""All documents of one assessment, by file name."""

from fairmark.model.assessment import Assessment
from fairmark.model.value import canonical_json
from fairmark.model.vocabulary import vocabulary
from fairmark.render import cyclonedx, openvex, report, sarif, spdx
from fairmark.render.sarif import RuleText
from fairmark.standards.library import catalogues, crosswalk
from fairmark.workflows.rules_of_findings import rules_of_findings


def rule_texts() -> dict[str, RuleText]:
    """Return the documentation of every rule, for SARIF and the pages."""
    return {
        rule.id: RuleText(
            title=rule.title,
            what=rule.what,
            fix=rule.fix,
            false_positives=rule.false_positives,
            cwe=rule.cwe,
            references=rule.references,
        )
        for rule in rules_of_findings()
    }


def documents(assessment: Assessment) -> dict[str, bytes]:
    """Return file name -> content; without ``vex.json`` while there is no vulnerability to make a statement about."""
    written = {
        "assessment.json": canonical_json(assessment) + b"\n",
        "report.html": report.render(assessment, catalogues(), titled_links()).encode(),
        "sbom.cdx.json": cyclonedx.render(assessment),
        "sbom.spdx.json": spdx.render(assessment),
        "findings.sarif": sarif.render(assessment, rule_texts()),
    }
    if (vex := openvex.render(assessment)) is not None:
        written["vex.json"] = vex
    return written


def titled_links() -> tuple[tuple[str, str, str], ...]:
    """Return every link as title of the capability, catalogue and provision."""
    titles = {name: one.title for name, one in vocabulary().capabilities.items()}
    return tuple((titles[link.capability], link.catalogue, link.provision) for link in crosswalk())
