"""The cybersecurity risk assessment as Markdown: the same content as the page, for a repository or a technical file."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC

from fairmark.model.assessment import Assessment
from fairmark.model.risk import PlanItem
from fairmark.model.threat import ThreatModel
from fairmark.render import money, threat_words, wording

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~!&])")
_LONGEST_TEXT = 800


def render(model: ThreatModel, assessment: Assessment) -> str:
    """Return the document. ``assessment`` must be the one that the model was made from."""
    return "\n".join(_lines(model, assessment)) + "\n"


def escaped(text: str) -> str:
    r"""Return text of unknown origin as plain words on one line of Markdown.

    >>> escaped("<b>a|b</b>\n# c")
    '\\<b\\>a\\|b\\</b\\> \\# c'
    """
    flat = " ".join(wording.visible(wording.shorten(text, _LONGEST_TEXT)).split())
    return _SPECIAL.sub(r"\\\1", flat)


def _lines(model: ThreatModel, assessment: Assessment) -> Iterator[str]:
    device = assessment.device
    created = model.created.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    yield from (f"# Cybersecurity risk assessment: {escaped(wording.device_name(device))}", "")
    yield from (f"**{threat_words.headline(model)}.** {created}", "")
    yield from (escaped("; ".join(wording.device_line(device))), "", threat_words.DUTY, "")
    yield from _attention(model)
    yield from ("## Purpose and foreseeable use", "")
    yield from _table(("", ""), ((label, text) for label, text, _ in threat_words.use_rows(device)))
    yield from _model(model)
    yield from _threats(model, assessment)
    yield from _money(model, assessment)
    yield from _requirements(model)
    yield from _treatment(model, assessment)
    yield from _unseen(model, assessment)
    yield from ("## Upkeep", "", *(f"- {text}" for text in threat_words.upkeep(model)), "")
    yield from ("## Provenance", "")
    yield f"- made by {model.tool.name} {model.tool.version} from assessment `{model.assessment}`"
    yield f"- image `{model.image or 'none'}`, rules of threats `{model.rules}`"
    yield f"- threats.yaml `{model.edits or 'none'}`, assessment before `{model.previous or 'none'}`"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield a table; every cell is escaped here."""
    names = tuple(head)
    yield f"| {' | '.join(names)} |"
    yield f"|{'---|' * len(names)}"
    yield from (f"| {' | '.join(escaped(cell) for cell in row)} |" for row in rows)
    yield ""


def _attention(model: ThreatModel) -> Iterator[str]:
    conflicts = [f"{one.id}: {one.conflict}" for one in model.threats if one.conflict]
    for title, texts in (
        ("Decisions that speak of something that is not there", model.unmatched),
        ("Decisions that the evidence contradicts, or whose review is due", conflicts),
        ("What the new image changes", [f"{one.kind}: {one.text} ({one.subject})" for one in model.changes]),
    ):
        if texts:
            yield from (f"## {title}", "", *(f"- {escaped(text)}" for text in texts), "")


def _model(model: ThreatModel) -> Iterator[str]:
    titles = threat_words.titles(model)
    flows = {one.target: one for one in model.flows}
    yield from ("## Trust boundaries", "")
    yield from _table(("Boundary", "Between"), ((one.title, one.what) for one in model.boundaries))
    yield from ("## Assets", "", "Unknown is not absent.", "")
    rows = ((one.title, threat_words.PRESENCES[one.presence], one.why) for one in model.assets)
    yield from _table(("Asset", "How we know", "Why"), rows)
    yield from ("## Entry points and flows", "")
    points = (
        (
            f"{one.title} ({one.id})",
            f"{threat_words.PRESENCES[one.presence]}: {one.why}",
            f"{one.source}, across: {', '.join(titles.get(name, name) for name in one.boundaries)}",
            (one.user or "not known") if one.programs else "-",
            flows[one.id].protection,
        )
        for one in model.entry_points
    )
    yield from _table(("Entry point", "How we know", "From", "Runs as", "Protection on the way"), points)


def _threats(model: ThreatModel, assessment: Assessment) -> Iterator[str]:
    scenarios = {one.id: one.title for one in assessment.risk.scenarios}
    yield from ("## Threats", "")
    yield from (f"- **{one.value}**: {threat_words.MEANINGS[one]}" for one in threat_words.MEANINGS)
    yield ""
    for place in threat_words.places(model):
        yield from (f"### {escaped(place.point.title)}: {place.summary}", "")
        rows = (
            (
                f"{one.title} ({one.stride.value}; {one.id})",
                f"{one.standing.value}. {one.why} {threat_words.decision_sentence(one)} {one.conflict}",
                "; ".join(scenarios.get(name, f"{name} (not priced for this device)") for name in one.scenarios),
                ". ".join(f"{state}: {named}" for state, named in threat_words.answer_rows(one)) or "none of our list",
            )
            for one in place.threats
        )
        yield from _table(("Threat", "Standing", "Scenarios", "Controls"), rows)


def _money(model: ThreatModel, assessment: Assessment) -> Iterator[str]:
    yield from ("## Likelihood and impact", "")
    yield f"Expected loss of one year, for the whole fleet. {wording.assumed_sentence(assessment.risk)}."
    yield ""
    rows = (
        (row.scenario.title, row.private, row.external, row.assumed, f"{row.open_threats} open of {row.threats}")
        for row in threat_words.money_rows(model, assessment)
    )
    yield from _table(("Scenario", "To the maker", "To users and third parties", "Inputs", "Threats"), rows)


def _requirements(model: ThreatModel) -> Iterator[str]:
    yield from ("## How Annex I part I applies", "")
    if not model.requirements:
        yield from (model.requirements_note, "")
        return
    rows = (
        (
            f"{one.point} {one.title}",
            f"{threat_words.applies_sentence(one)} {threat_words.reason_sentence(one)}",
            f"{wording.OUTCOMES[one.outcome]}. {one.reason}",
            threat_words.answered_sentence(one, model),
        )
        for one in model.requirements
    )
    yield from _table(("Point", "Does it apply?", "Evidence", "Threats it answers"), rows)
    yield from ("A verdict is what the evidence shows: none of them is a statement of conformity.", "")


def _treatment(model: ThreatModel, assessment: Assessment) -> Iterator[str]:
    currency, plan = assessment.risk.currency, assessment.plan
    yield from ("## Treatment", "")
    for title, items in (("Required by law", plan.required_by_law), ("Worth it", plan.worth_it)):
        if items:
            yield from (f"### {title}", "")
            head = ("Measure", "Effort", "Cost a year", "Maker's loss a year", "Others' loss a year", "Law")
            yield from _table(head, (_measure(item, currency) for item in items))
    decided = [one for one in model.threats if one.decision]
    yield from ("### Decided by the engineer", "")
    said = (f"- {escaped(f'{one.title} ({one.id}): {threat_words.decision_sentence(one)}')}" for one in decided)
    yield from (*(said if decided else ("Nothing is on record.",)), "")
    yield from ("## Residual risk", "")
    if plan.enough:
        left = (
            (name, *(f"{money.span(one.range)} (mean {wording.amount(one.mean)})" for one in sides))
            for name, _, choice in money.rows_of(plan.enough)
            for sides in ((choice.private, choice.external, choice.social),)
        )
        sets = (f"Set of measures, {currency} a year", "Left to the maker", "Left to others", "Left to everybody")
        yield from _table(sets, left)
    yield from (threat_words.residual_sentence(model), "")


def _measure(item: PlanItem, currency: str) -> tuple[str, ...]:
    return (
        item.title,
        wording.effort(item),
        wording.money_range(item.cost.range, currency),
        wording.change(item.step.private, currency),
        wording.change(item.step.external, currency),
        ", ".join(item.law) or "-",
    )


def _unseen(model: ThreatModel, assessment: Assessment) -> Iterator[str]:
    yield from ("## Not examined", "")
    rows = ((one.title, threat_words.PRESENCES[one.presence], one.why, one.settled_by) for one in model.not_examined)
    yield from _table(("Surface", "Is it there?", "Why it is not in here", "Who could examine it"), rows)
    yield from (*(f"- {escaped(one)}" for one in assessment.coverage.not_examined), "")
