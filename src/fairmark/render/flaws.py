"""How published flaws are told: what counts, what is a hint, what was dropped and why."""

from collections.abc import Sequence

from fairmark.model.assessment import Assessment
from fairmark.model.vulnerability import FeedState, Statement, Status

_JUSTIFIED = {
    "component_not_present": "the component is not there",
    "vulnerable_code_not_present": "the code is not there",
    "vulnerable_code_not_in_execute_path": "the code is never run",
    "vulnerable_code_cannot_be_controlled_by_adversary": "an attacker cannot reach it",
    "inline_mitigations_already_exist": "already prevented",
}
_MAKER = "maker VEX"
STATUS = {
    Status.AFFECTED: "affected",
    Status.UNDER_INVESTIGATION: "not decided",
    Status.FIXED: "mended",
    Status.NOT_AFFECTED: "not affected",
}


def flaw_line(assessment: Assessment) -> str:
    """Return one line for the terminal: the exploited ones by name, then counts, then the sources."""
    statements = assessment.vulnerabilities.statements
    if not assessment.vulnerabilities.feeds:
        return "no vulnerability data was used: none is reported, none is excluded"
    affected = [one for one in statements if one.status is Status.AFFECTED]
    exploited = [f"{one.cve} in {one.component} {one.version}" for one in affected if one.kev]
    open_ = sum(one.status is Status.UNDER_INVESTIGATION for one in statements)
    dropped = sum(one.status in {Status.NOT_AFFECTED, Status.FIXED} for one in statements)
    parts = [
        f"known exploited: {', '.join(exploited)}" if exploited else "none known to be exploited was matched",
        f"{len(affected)} affected",
        f"{open_} not decided",
        f"{dropped} dropped with a reason (vex.json){_on_word(statements)}",
        f"by {sources(assessment.vulnerabilities.feeds)}",
    ]
    return "; ".join(parts)


def _on_word(statements: Sequence[Statement]) -> str:
    """Say how many of the dropped ones rest on the maker's word alone."""
    count = sum(one.source == _MAKER and one.status is not Status.AFFECTED for one in statements)
    return f", {count} of them on the maker's word alone" if count else ""


def sources(feeds: tuple[FeedState, ...]) -> str:
    """Name the feeds with the day each is from."""
    return ", ".join(f"{one.name} {one.updated.isoformat() if one.updated else '(no date)'}" for one in feeds)


def exploitation(one: Statement) -> str:
    """Say what is known of attacks: listed as exploited and since when, the chance of it, or nothing."""
    if one.kev:
        return f"known exploited since {one.kev_added.isoformat()}" if one.kev_added else "known exploited"
    parts = [f"EPSS {one.epss:.2f}"] if one.epss is not None else []
    if one.exploitation in {"poc", "active"}:
        parts.append({"poc": "proof of concept", "active": "active"}[one.exploitation])
    return ", ".join(parts) or "not known"


def why(one: Statement) -> str:
    """Say the reason, with the justification where one was given; the maker's stays the maker's."""
    if one.source == _MAKER:
        return f"{one.reason}; it is the maker's word, not proven here"
    return f"{_JUSTIFIED[one.justification]}: {one.reason}" if one.justification else one.reason
