"""What other tools report about the device's sources: kept apart from our findings, each with the tool's name."""

from enum import StrEnum

from pydantic import Field

from fairmark.model.evidence import Tool
from fairmark.model.value import Value


class ReportedLevel(StrEnum):
    """How grave the other tool calls it, in SARIF's words, the gravest first."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    NONE = "none"

    @property
    def rank(self) -> int:
        """3 (error) to 0 (none)."""
        return 3 - list(ReportedLevel).index(self)


class Reported(Value):
    """One result of another tool. Its evidence says which tool, where and what.

    The id rests on the tool, its rule and its fingerprint, not on the line: it stays when lines move.
    """

    id: str
    rule: str
    level: ReportedLevel
    cwe: str = Field(default="", description="the first that the tool names")
    weakness: str = Field(default="", description="word of the vocabulary that the CWE leads to, '' where none")
    capability: str = ""
    suppressed: bool = Field(default=False, description="the team has set it aside in its tool; it stays visible")
    suppression: str = Field(default="", description="the reason that the team gave there")
    evidence: str = Field(description="id of the evidence, of kind 'report'")


class Scanner(Value):
    """One run of another tool whose report was read."""

    tool: Tool
    document: str = Field(description="SHA-256 of the report")
    results: int = Field(ge=0)
    suppressed: int = Field(default=0, ge=0)
    left_out: dict[str, int] = Field(default_factory=dict, description="results that report no problem, by reason")
    complete: bool = Field(default=True, description="the tool says that it ran to its end")
