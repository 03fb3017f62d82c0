"""Every rule that a finding may belong to: of the detectors, about the maker's SBOM, about published flaws."""

from fairmark.examine.detectors import DETECTORS
from fairmark.examine.probe.rules import RULES as PROBE_RULES
from fairmark.examine.rule import Rule
from fairmark.vulnerabilities.grade import RULES, VulnerabilityRule
from fairmark.workflows.maker_documents import RULES as DOCUMENT_RULES
from fairmark.workflows.manual import RULES as HAND_RULES
from fairmark.workflows.refuted import RULES as CLAIM_RULES
from fairmark.workflows.sbom_differences import RULES as SBOM_RULES


def rules_of_findings() -> tuple[Rule | VulnerabilityRule, ...]:
    """Return the rules in the order of the detectors; of the probe, the maker's SBOM and published flaws last."""
    elsewhere = (*PROBE_RULES, *DOCUMENT_RULES, *HAND_RULES, *CLAIM_RULES, *SBOM_RULES)
    return (*(rule for detector in DETECTORS for rule in detector.rules), *elsewhere, *RULES)
