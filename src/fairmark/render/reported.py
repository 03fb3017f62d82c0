"""How the results of other tools are told: theirs, not ours, the open ones first and the set-aside ones still there."""

from collections import Counter
from collections.abc import Sequence

from fairmark.model.assessment import Assessment
from fairmark.model.evidence import Tool
from fairmark.model.reported import Reported, ReportedLevel

LEVELS = {
    ReportedLevel.ERROR: "error",
    ReportedLevel.WARNING: "warning",
    ReportedLevel.NOTE: "note",
    ReportedLevel.NONE: "not rated",
}


def tool_name(tool: Tool) -> str:
    """Return name and version of a tool."""
    return f"{tool.name} {tool.version}".strip()


def reported_line(assessment: Assessment) -> str:
    """Return one line for the terminal; '' where no report was read."""
    if not assessment.scanners:
        return ""
    names = sorted({tool_name(one.tool) for one in assessment.scanners})
    open_ = [one for one in assessment.reported if not one.suppressed]
    levels = Counter(one.level for one in open_)
    counts = ", ".join(f"{levels[one]} {LEVELS[one]}" for one in ReportedLevel if levels[one]) or "nothing open"
    aside = len(assessment.reported) - len(open_)
    more = f"; {aside} set aside there" if aside else ""
    failed = "" if all(one.complete for one in assessment.scanners) else "; not every run came to its end"
    return f"{', '.join(names)}: {counts}{more}{failed}. Their word on the sources, not seen in the image"


def weakness_of(one: Reported) -> str:
    """Say what the result speaks of, in the words of the vocabulary where its CWE leads there."""
    return one.weakness or "no weakness of ours"


def gravest_first(reported: Sequence[Reported]) -> list[Reported]:
    """Return the open results by level, then those that are set aside."""
    return sorted(reported, key=lambda one: (one.suppressed, -one.level.rank, one.rule, one.id))
