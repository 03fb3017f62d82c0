"""What a detector is: rules with their documentation as data, and one function."""

from collections.abc import Callable
from dataclasses import dataclass

from fairmark.examine.subject import Subject
from fairmark.model.finding import Confidence, Detection, Finding, Reach, Severity
from fairmark.model.vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of finding, and all that a reader may want to know about it."""

    id: str
    title: str
    weakness: str
    severity: Severity
    what: str
    """What the rule looks for and why it matters."""
    false_positives: str
    """When it is known to be wrong."""
    fix: str
    cwe: str = ""
    references: tuple[str, ...] = ()

    def finding(
        self,
        title: str,
        evidence: tuple[str, ...],
        *,
        confidence: Confidence,
        reach: Reach,
        severity: Severity | None = None,
    ) -> Finding:
        """Make a finding of this rule; ``evidence`` holds ids of evidence, at least one."""
        return Finding(
            rule=self.id,
            weakness=self.weakness,
            capability=vocabulary().weaknesses[self.weakness].capability,
            title=title,
            severity=severity or self.severity,
            confidence=confidence,
            reach=reach,
            cwe=self.cwe,
            fix=self.fix,
            evidence=evidence,
        )


@dataclass(frozen=True, slots=True)
class Detector:
    """One topic: its rules, and the function that looks for them. Pure: a subject in, a detection out."""

    id: str
    title: str
    rules: tuple[Rule, ...]
    detect: Callable[[Subject], Detection]
