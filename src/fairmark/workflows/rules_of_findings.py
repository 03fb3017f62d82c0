"""Every rule that a finding may belong to: those of the detectors, and the two about published flaws."""

from fairmark.examine.detectors import DETECTORS
from fairmark.examine.rule import Rule
from fairmark.vulnerabilities.grade import RULES, VulnerabilityRule


def rules_of_findings() -> tuple[Rule | VulnerabilityRule, ...]:
    """Return the rules in the order of the detectors; those about published flaws last."""
    return (*(rule for detector in DETECTORS for rule in detector.rules), *RULES)
