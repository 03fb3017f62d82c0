"""The cybersecurity risk assessment as a paper: the content of the page, for a repository or a technical file."""

from collections.abc import Iterable, Iterator
from datetime import UTC

from fairmark.model.assessment import Assessment
from fairmark.model.risk import PlanItem
from fairmark.model.threat import EntryPoint, Threat, ThreatModel
from fairmark.render import money, threat_words, wording
from fairmark.render.paper import Block, Fields, Heading, Items, Open, Paper, Paragraph, Table

_LONGEST_TEXT = 800
_TO_WRITE = "nobody has written this down yet; it belongs into the part use of device.yaml"


def paper(model: ThreatModel, assessment: Assessment) -> Paper:
    """Return the document. ``assessment`` must be the one that the model was made from."""
    created = model.created.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return Paper(
        title=f"Cybersecurity risk assessment: {_told(wording.device_name(assessment.device))}",
        subtitle=f"{threat_words.headline(model)}. {created}",
        blocks=tuple(_blocks(model, assessment)),
    )


def _blocks(model: ThreatModel, assessment: Assessment) -> Iterator[Block]:
    device = assessment.device
    yield Paragraph(_told("; ".join(wording.device_line(device))))
    yield Paragraph(threat_words.DUTY)
    yield from _attention(model)
    yield Heading("Purpose and foreseeable use")
    yield Fields(
        tuple(
            (label, Open(_TO_WRITE) if is_left else _told(text))
            for label, text, is_left in threat_words.use_rows(device)
        )
    )
    yield from _model(model)
    yield from _threats(model, assessment)
    yield from _money(model, assessment)
    yield from _requirements(model)
    yield from _treatment(model, assessment)
    yield from _residual(model, assessment)
    yield from _unseen(model, assessment)
    yield Heading("Upkeep")
    yield Items(threat_words.upkeep(model))
    yield Heading("Provenance")
    yield Fields(
        (
            ("Made by", f"{model.tool.name} {model.tool.version}"),
            ("Assessment", model.assessment),
            ("Image", model.image or "none"),
            ("Rules of threats", model.rules),
            ("threats.yaml", model.edits or "none was given"),
            ("Assessment before", model.previous or "none was given"),
        )
    )


def _told(text: str) -> str:
    """Return text of unknown origin in a bearable length."""
    return wording.shorten(text, _LONGEST_TEXT)


def _table(name: str, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Table:
    return Table(name, header, tuple(tuple(map(_told, row)) for row in rows))


def _attention(model: ThreatModel) -> Iterator[Block]:
    conflicts = [f"{one.id}: {one.conflict}" for one in model.threats if one.conflict]
    for title, texts in (
        ("Decisions that speak of something that is not there", model.unmatched),
        ("Decisions that the evidence contradicts, or whose review is due", conflicts),
        ("What the new image changes", [f"{one.kind}: {one.text} ({one.subject})" for one in model.changes]),
    ):
        if texts:
            yield Heading(title)
            yield Items(tuple(map(_told, texts)))


def _model(model: ThreatModel) -> Iterator[Block]:
    titles = threat_words.titles(model)
    flows = {one.target: one for one in model.flows}
    yield Heading("Trust boundaries")
    yield _table(
        "The lines behind which somebody else is trusted.",
        ("Boundary", "Between", "Entry points that cross it"),
        ((one.title, one.what, str(threat_words.crossing(model, one.id))) for one in model.boundaries),
    )
    yield Heading("Assets")
    yield _table(
        "What an attacker may want. Unknown is not absent.",
        ("Asset", "How we know", "Why"),
        ((one.title, threat_words.PRESENCES[one.presence], one.why) for one in model.assets),
    )
    yield Heading("Entry points and flows")
    yield _table(
        "Where data or a hand gets in, who stands there, and what is known of the protection on the way.",
        ("Entry point", "How we know", "From", "Runs as", "Protection on the way"),
        (
            (
                f"{one.title} ({_marked(one)})",
                f"{threat_words.PRESENCES[one.presence]}: {one.why}",
                f"{one.source}, across: {', '.join(titles.get(name, name) for name in one.boundaries)}",
                (one.user or "not known") if one.programs else "-",
                flows[one.id].protection,
            )
            for one in model.entry_points
        ),
    )


def _marked(one: EntryPoint) -> str:
    marks = ((True, one.id), (one.added, "added by the engineer"), (one.declared is False, "not declared"))
    return ", ".join(text for is_so, text in marks if is_so)


def _threats(model: ThreatModel, assessment: Assessment) -> Iterator[Block]:
    scenarios = {one.id: one.title for one in assessment.risk.scenarios}
    yield Heading("Threats")
    yield Items(tuple(f"{one.value}: {threat_words.MEANINGS[one]}" for one in threat_words.MEANINGS))
    for place in threat_words.places(model):
        behind = "; ".join(threat_words.titles(model).get(name, name) for name in place.point.assets)
        yield Heading(f"{_told(place.point.title)}: {place.summary}", 3)
        yield _table(
            f"From {place.point.source}. Behind it: {_told(behind) or 'nothing that is listed'}.",
            ("Threat", "Standing", "Scenarios", "Controls"),
            (_threat(one, scenarios, assessment) for one in place.threats),
        )


def _threat(one: Threat, scenarios: dict[str, str], assessment: Assessment) -> tuple[str, ...]:
    decided = threat_words.decision_sentence(one)
    asked = f"Not stated, and could rule it out: {', '.join(one.open_facts)}." if one.open_facts else ""
    standing = (f"{one.standing.value}.", one.why, asked, f"Decision: {decided}." if decided else "", one.conflict)
    leads = "; ".join(scenarios.get(name, f"{name} (not priced for this device)") for name in one.scenarios)
    likely = threat_words.factors_sentence(one, assessment)
    return (
        f"{one.title} ({one.stride.value}; {one.id}). {one.what}",
        " ".join(filter(None, standing)),
        f"{leads}. {likely}" if likely else leads,
        ". ".join(f"{state}: {named}" for state, named in threat_words.answer_rows(one)) or "none of our list",
    )


def _money(model: ThreatModel, assessment: Assessment) -> Iterator[Block]:
    yield Heading("Likelihood and impact")
    yield _table(
        f"Expected loss of one year, for the whole fleet. {wording.assumed_sentence(assessment.risk)}.",
        ("Scenario", "To the maker", "To users and third parties", "Inputs", "Threats"),
        (
            (row.scenario.title, row.private, row.external, row.assumed, f"{row.open_threats} open of {row.threats}")
            for row in threat_words.money_rows(model, assessment)
        ),
    )


def _requirements(model: ThreatModel) -> Iterator[Block]:
    yield Heading("How Annex I part I applies")
    if not model.requirements:
        yield Paragraph(model.requirements_note)
        return
    yield _table(
        "A verdict is what the evidence shows: none of them is a statement of conformity.",
        ("Point", "Does it apply?", "Evidence", "Threats it answers"),
        (
            (
                f"{one.point} {one.title}",
                f"{threat_words.applies_sentence(one)} {threat_words.reason_sentence(one)}",
                f"{wording.OUTCOMES[one.outcome]}. {one.reason}",
                threat_words.answered_sentence(one, model),
            )
            for one in model.requirements
        ),
    )


def _treatment(model: ThreatModel, assessment: Assessment) -> Iterator[Block]:
    currency, plan = assessment.risk.currency, assessment.plan
    yield Heading("Treatment")
    for title, what, items in (
        ("Required by law", "Law comes before money, whatever it costs.", plan.required_by_law),
        ("Worth it", "Beyond the law: each takes more loss from everybody than it costs.", plan.worth_it),
    ):
        if items:
            yield Heading(title, 3)
            head = ("Measure", "Effort", "Cost a year", "Maker's loss a year", "Others' loss a year", "Law")
            yield _table(what, head, (_measure(item, currency) for item in items))
    if plan.not_worth_it:
        yield Heading("Not worth it, and not required", 3)
        yield Items(tuple(item.title for item in plan.not_worth_it))
    yield Heading("Decided by the engineer", 3)
    said = (
        f"{one.title} ({one.id}): {threat_words.decision_sentence(one)}. By evidence: {one.standing.value}."
        for one in model.threats
        if one.decision
    )
    yield Items(tuple(map(_told, said)) or ("Nothing is on record.",))


def _measure(item: PlanItem, currency: str) -> tuple[str, ...]:
    return (
        item.title,
        wording.effort(item),
        wording.money_range(item.cost.range, currency),
        wording.change(item.step.private, currency),
        wording.change(item.step.external, currency),
        ", ".join(item.law) or "-",
    )


def _residual(model: ThreatModel, assessment: Assessment) -> Iterator[Block]:
    currency, enough = assessment.risk.currency, assessment.plan.enough
    yield Heading("Residual risk")
    if enough:
        yield _table(
            "Yearly loss that is left with each set of measures: 5 to 95 % over the inputs, and the mean.",
            (f"Set of measures, {currency} a year", "Left to the maker", "Left to others", "Left to everybody"),
            (
                (name, *(f"{money.span(one.range)} (mean {wording.amount(one.mean)})" for one in sides))
                for name, _, choice in money.rows_of(enough)
                for sides in ((choice.private, choice.external, choice.social),)
            ),
        )
    yield Paragraph(threat_words.residual_sentence(model))


def _unseen(model: ThreatModel, assessment: Assessment) -> Iterator[Block]:
    yield Heading("Not examined")
    yield _table(
        "Where threats come from that this assessment did not look at.",
        ("Surface", "Is it there?", "Why it is not in here", "Who could examine it"),
        ((one.title, threat_words.PRESENCES[one.presence], one.why, one.settled_by) for one in model.not_examined),
    )
    yield Items(tuple(map(_told, assessment.coverage.not_examined)))
