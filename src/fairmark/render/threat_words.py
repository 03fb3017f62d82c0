"""The sentences and rows of the threat model, so that page, Markdown and terminal say the same."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from fairmark.model.assessment import Assessment
from fairmark.model.device import Device
from fairmark.model.risk import Interval, ScenarioLoss
from fairmark.model.threat import (
    ControlState,
    DecisionKind,
    EntryPoint,
    Presence,
    Requirement,
    Standing,
    Threat,
    ThreatModel,
)
from fairmark.render.wording import amount, count, money, money_range

SIGNS = {Standing.OPEN: "✕", Standing.NOT_EXAMINED: "?", Standing.CLAIMED: "~", Standing.ANSWERED: "✓"}
CLASSES = {
    Standing.OPEN: "fail",
    Standing.NOT_EXAMINED: "inconclusive",
    Standing.CLAIMED: "not_applicable",
    Standing.ANSWERED: "pass",
}
MEANINGS = {
    Standing.OPEN: "a finding, or the maker's own word, makes it real now",
    Standing.NOT_EXAMINED: "nothing makes it real, and nothing rules it out: unknown is not absent",
    Standing.CLAIMED: "the maker says that something answers it; nobody has seen that work",
    Standing.ANSWERED: "what it needs was looked for everywhere, and not found",
}
PRESENCES = {
    Presence.SEEN: "seen",
    Presence.DECLARED: "stated by the maker, not seen",
    Presence.ASSUMED: "taken to be there",
    Presence.POSSIBLE: "may start",
    Presence.UNKNOWN: "not known",
    Presence.DENIED: "stated to be absent",
}
STATES = {
    ControlState.IN_PLACE: "in place",
    ControlState.CLAIMED: "claimed",
    ControlState.MISSING: "missing",
    ControlState.UNKNOWN: "unknown",
}
DECISIONS = {
    DecisionKind.ACCEPT: "accepted",
    DecisionKind.MITIGATED_ELSEWHERE: "mitigated elsewhere",
    DecisionKind.NOT_APPLICABLE: "held not applicable",
}
OPEN_FIELD = "open: nobody has written this down yet"
NO_REASON = "No reason is given. Article 13(4) asks for one: it is missing."
DUTY = (
    "Regulation (EU) 2024/2847 asks every maker for this assessment (Article 13(2)), for its upkeep during the support "
    "period (13(3)), and for a clear reason wherever a point of Annex I does not apply (13(4)). This document gathers "
    "what is known. It judges no conformity and replaces no decision of the maker."
)


@dataclass(frozen=True, slots=True)
class Place:
    """One entry point with its threats, the most urgent first."""

    point: EntryPoint
    threats: tuple[Threat, ...]

    @property
    def worst(self) -> Standing:
        """The most urgent standing of its threats."""
        return min((one.standing for one in self.threats), key=list(Standing).index, default=Standing.NOT_EXAMINED)

    @property
    def summary(self) -> str:
        """Return ``7 open, 3 not examined``."""
        return tally(self.threats)


@dataclass(frozen=True, slots=True)
class Money:
    """One scenario of the price, and the threats that lead to it."""

    scenario: ScenarioLoss
    private: str
    external: str
    assumed: str
    open_threats: int
    threats: int


def headline(model: ThreatModel) -> str:
    """Return the one sentence above everything; it never praises."""
    counts = Counter(one.standing for one in model.threats)
    total = count(len(model.threats), "threat")
    if counts[Standing.OPEN]:
        return f"{counts[Standing.OPEN]} of {total} are open; {counts[Standing.NOT_EXAMINED]} more were not examined"
    return f"No open threat among {total} was found; {counts[Standing.NOT_EXAMINED]} were not examined"


def tally(threats: Sequence[Threat]) -> str:
    """Return how many threats stand where: ``7 open, 3 not examined``."""
    counts = Counter(one.standing for one in threats)
    return ", ".join(f"{counts[one]} {one.value}" for one in Standing if counts[one]) or "no threat"


def places(model: ThreatModel) -> tuple[Place, ...]:
    """Return every entry point with its threats: the most open first, else in the order of the model."""
    order = list(Standing)
    by_entry: dict[str, list[Threat]] = {point.id: [] for point in model.entry_points}
    for one in sorted(model.threats, key=lambda one: order.index(one.standing)):
        by_entry[one.entry].append(one)
    found = [Place(point, tuple(by_entry[point.id])) for point in model.entry_points]
    return tuple(sorted(found, key=lambda one: -sum(t.standing is Standing.OPEN for t in one.threats)))


def use_rows(device: Device) -> tuple[tuple[str, str, bool], ...]:
    """Return what the assessment starts from: label, text, and whether it is still open."""
    use = device.use
    years = f"{use.years:g} years" if use.years is not None else None
    rows = (
        ("Intended purpose", use.purpose),
        ("Reasonably foreseeable use", use.foreseeable),
        ("Foreseeable misuse", use.misuse),
        ("Conditions of use: the place, and what stands around it", use.environment),
        ("Expected time in use", years),
        ("Network", str(device.network).replace("_", " ") if device.network else None),
        ("Who can touch it", str(device.physical_access).replace("_", " ") if device.physical_access else None),
        ("It moves, heats, locks or switches something", _yes(device.actuation)),
        ("Class under the Regulation", str(device.cra_class).replace("_", " ") if device.cra_class else None),
        ("Markets", ", ".join(device.markets) or None),
        ("End of support", device.support_until.isoformat() if device.support_until else None),
    )
    return tuple((label, text or OPEN_FIELD, text is None) for label, text in rows)


_SAID = {True: "yes", False: "no"}


def _yes(answer: bool | None) -> str | None:  # noqa: FBT001 - the answer itself
    return None if answer is None else _SAID[answer]


def money_rows(model: ThreatModel, assessment: Assessment) -> tuple[Money, ...]:
    """Return likelihood and impact, scenario by scenario, the dearest first."""
    risk = assessment.risk
    assumed = {one.id for one in risk.inputs if one.assumed}
    rows = []
    for one in sorted(risk.scenarios, key=lambda each: (-(each.private + each.external), each.id)):
        about = [threat for threat in model.threats if one.id in threat.scenarios]
        rows.append(
            Money(
                scenario=one,
                private=_amount(one.private_range, one.private, risk.currency),
                external=_amount(one.external_range, one.external, risk.currency),
                assumed=f"{len(assumed & set(one.inputs))} of {count(len(one.inputs), 'input')} assumed",
                open_threats=sum(threat.standing is Standing.OPEN for threat in about),
                threats=len(about),
            )
        )
    return tuple(rows)


def _amount(span: Interval | None, mean: float, currency: str) -> str:
    if span is None:
        return f"mean {money(mean, currency)}; the range is not in this assessment"
    if max(map(abs, span)) < 0.5 and abs(mean) < 0.5:
        return "nothing"
    return f"{money_range(span, currency)} (mean {amount(mean)})"


def factors_sentence(threat: Threat, assessment: Assessment) -> str:
    """Return the inputs that carry the likelihood of a threat, with their ranges: at most two."""
    used = [one for one in assessment.risk.inputs if one.id in threat.factors]
    if not used:
        return ""
    shown = "; ".join(
        f"{one.id} {one.low:.3g} to {one.high:.3g} {one.unit}{' (assumed)' if one.assumed else ''}" for one in used[:2]
    )
    return shown + (f"; and {len(used) - 2} more" if len(used) > 2 else "")


def answer_rows(threat: Threat) -> tuple[tuple[str, str], ...]:
    """Return the controls that answer a threat, by state: ``("missing", "signed updates; ...")``."""
    return tuple(
        (STATES[state], "; ".join(one.title for one in threat.answers if one.state is state))
        for state in ControlState
        if any(one.state is state for one in threat.answers)
    )


def applies_sentence(one: Requirement) -> str:
    """Say whether a point applies."""
    if one.applies is None:
        return "The maker holds that it does not apply; no evidence settles that."
    return "Yes." if one.applies else "Held not applicable."


def reason_sentence(one: Requirement) -> str:
    """Return the reason for a point that is held not applicable, or that it is missing; empty where it applies."""
    if one.applies:
        return ""
    return one.reason_not_applicable or NO_REASON


def decision_sentence(threat: Threat) -> str:
    """Return what was decided about a threat, by whom and when; empty if nothing was."""
    made = threat.decision
    if made is None:
        return ""
    where = f", see {made.reference}" if made.reference else ""
    again = f"; review on {made.review.isoformat()}" if made.review else ""
    return f"{DECISIONS[made.kind]}{where}: {made.reason} ({made.owner}, {made.date.isoformat()}{again})"


def upkeep(model: ThreatModel) -> tuple[str, ...]:
    """Return when this document has to be brought up to date."""
    until = model.device.support_until
    period = (
        f"It is kept up to date until the end of support, {until.isoformat()}, as Article 13(3) asks."
        if until
        else "The end of support is open: Article 13(8) asks for one, and this document is kept up to date until then."
    )
    again = "It is made again with every new image, and compared with the one before (`fairmark threats --previous`)."
    months = (
        f"Without a new image it is looked through after {model.review_months} months at the latest (our judgement, an "
        "assumption), and whenever `fairmark watch` reports a new flaw of a component."
    )
    return period, again, months


def answered_sentence(one: Requirement, model: ThreatModel) -> str:
    """Return where the threats stand that a point answers."""
    named = set(one.threats)
    about = [threat for threat in model.threats if threat.id in named]
    return tally(about) if about else "none of this model"


def residual_sentence(model: ThreatModel) -> str:
    """Return what stays whatever the money says."""
    accepted = [one for one in model.threats if one.decision and one.decision.kind is DecisionKind.ACCEPT]
    left = [one for one in model.threats if one.standing is Standing.OPEN and one.decision is None]
    unknown = sum(one.standing is Standing.NOT_EXAMINED for one in model.threats)
    return (
        f"{count(len(accepted), 'threat')} accepted by decision, {len(left)} open without any decision, "
        f"{unknown} not examined. What was not examined is in no figure above beyond the generic rates of the price."
    )


def crossing(model: ThreatModel, boundary: str) -> int:
    """Return how many entry points lie behind a boundary."""
    return sum(boundary in one.boundaries for one in model.entry_points)


def titles(model: ThreatModel) -> dict[str, str]:
    """Return what boundaries and assets are called, by id."""
    return {one.id: one.title for one in model.boundaries} | {one.id: one.title for one in model.assets}
