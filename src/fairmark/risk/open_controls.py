"""The controls that one device lacks: those a law asks for, those that mend something found or assumed."""

from collections.abc import Iterable, Mapping, Sequence

from fairmark.model.finding import Finding
from fairmark.model.risk import Bearer
from fairmark.model.vocabulary import vocabulary
from fairmark.risk.calibration import Calibration
from fairmark.risk.circumstances import TEST, Circumstances
from fairmark.risk.costs import entries_of


def owed_by_law(
    findings: Sequence[Finding],
    law: Mapping[str, tuple[str, ...]],
    admitted: Mapping[str, tuple[str, ...]],
    now: Circumstances,
    calibration: Calibration,
) -> dict[str, frozenset[str]]:
    """Return control -> provisions: the usual control of every weakness behind a legal failure, proven or admitted.

    Args:
        findings: those that count.
        law: finding id -> provisions of law that fail because of it.
        admitted: capability -> provisions of law that fail by the maker's own word.
        now: the device; what it has in place is not owed again.
        calibration: says who bears a control's cost.
    """
    behind = [(finding.weakness, law[finding.id]) for finding in findings if law.get(finding.id)]
    first = {weakness.capability: name for name, weakness in reversed(vocabulary().weaknesses.items())}
    behind += [(first[capability], provisions) for capability, provisions in admitted.items() if capability in first]
    owed: dict[str, frozenset[str]] = {}
    for weakness, provisions in behind:
        if control := _usual(weakness, now, calibration):
            owed[control] = owed.get(control, frozenset()) | set(provisions)
    return owed


def _usual(weakness: str, now: Circumstances, calibration: Calibration) -> str | None:
    for name in controls_of(weakness):
        if name not in now.controls and _of_the_maker(name, calibration):
            return name
    return None


def controls_of(weakness: str) -> tuple[str, ...]:
    """Return the controls that mend a weakness, the usual one first."""
    known = vocabulary().weaknesses
    return known[weakness].controls if weakness in known else ()


def candidates(findings: Sequence[Finding], now: Circumstances, calibration: Calibration) -> set[str]:
    """Return the controls that would mend something found, or something the price has to assume."""
    names = {name for finding in findings for name in controls_of(finding.weakness)}
    names |= {name for weakness in _assumed_weaknesses(now) if (name := _usual(weakness, now, calibration))}
    return {name for name in names if name not in now.controls and _of_the_maker(name, calibration)}


def _assumed_weaknesses(now: Circumstances) -> Iterable[str]:
    if TEST not in now.controls and now.remote:
        yield "no-security-test"
    if not now.automatic and now.remote:
        yield "no-auto-update"
    if not now.proven and now.remote:
        yield "default-password"
    if now.remote and now.accounts and now.watched:
        yield "no-mfa"
    if now.fraud:
        yield "debug-interface"


def _of_the_maker(control: str, calibration: Calibration) -> bool:
    """Whether the maker would bear its costs; a measure of access providers is no item of a maker's plan."""
    return all(entry.bearer is not Bearer.EXTERNAL for entry in entries_of(vocabulary().controls[control], calibration))
