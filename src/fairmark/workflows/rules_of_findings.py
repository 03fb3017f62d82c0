"""Every rule that a finding may belong to: of the detectors, about the maker's SBOM, about published flaws."""

from fairmark.examine.detectors import DETECTORS
from fairmark.examine.rule import Rule
from fairmark.vulnerabilities.grade import RULES, VulnerabilityRule
from fairmark.workflows.sbom_differences import RULES as SBOM_RULES


def rules_of_findings() -> tuple[Rule | VulnerabilityRule, ...]:
    """Return the rules in the order of the detectors; those about the maker's SBOM and published flaws last."""
    return (*(rule for detector in DETECTORS for rule in detector.rules), *SBOM_RULES, *RULES)
