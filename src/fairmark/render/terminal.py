"""The summary that fits one screen, in the order of the report.

With ``colour`` it is for a terminal; without, it is plain ASCII for pipes, logs and diffs:
no colour codes, no boxes, and what is not ASCII is written as an escape. Text from an image
cannot command the terminal: control characters are written out before anything is styled.
"""

import io
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fairmark.model.assessment import Assessment
from fairmark.model.finding import Finding
from fairmark.model.risk import Budget, PlanItem
from fairmark.model.standard import Catalogue, Outcome, Status, Verdict
from fairmark.render import money as figures
from fairmark.render import wording
from fairmark.render.flaws import flaw_line
from fairmark.render.reported import reported_line
from fairmark.render.summary import Summary, summarise

_PROOFS, _NARROWEST = 3, 40
_DUTIES, _MEASURES = 2, 2
_BUDGETS, _SWINGS = 6, 2
_LABEL = 14


@dataclass(frozen=True, slots=True)
class _Screen:
    """Lines for one width; each is cut to it, so that a screen stays a screen."""

    width: int
    colour: bool
    lines: list[Text] = field(default_factory=list)

    def line(self, text: str = "", style: str = "") -> None:
        self.lines.append(Text(self.cut(text), style=style if self.colour else "", no_wrap=True))

    def cut(self, text: str) -> str:
        one = self.clean(text).replace("\n", " ")
        if cell_len(one) <= self.width:
            return one
        return set_cell_size(one, self.width - 3).rstrip() + "..."

    def clean(self, text: str) -> str:
        seen = wording.visible(text)
        return seen if self.colour else seen.encode("ascii", "backslashreplace").decode()

    def paragraph(self, head: str, text: str, style: str = "", most: int = 2) -> None:
        """Add a text of at most ``most`` lines that hangs behind ``head``."""
        wrapped = textwrap.wrap(self.clean(text), self.width - len(head), break_long_words=True) or [""]
        if len(wrapped) > most:
            wrapped = [*wrapped[: most - 1], wrapped[most - 1][: self.width - len(head) - 3].rstrip() + "..."]
        for index, part in enumerate(wrapped):
            self.line(f"{head if index == 0 else ' ' * len(head)}{part}", style)

    def labelled(self, label: str, text: str, most: int = 2) -> None:
        """Add a paragraph of at most ``most`` lines that hangs beside its label."""
        room = self.width - _LABEL
        wrapped = textwrap.wrap(self.clean(text), room, break_long_words=True) or [""]
        if len(wrapped) > most:
            wrapped = [*wrapped[: most - 1], wrapped[most - 1][: room - 3].rstrip(" ;,") + "..."]
        for index, part in enumerate(wrapped):
            head = Text(f"{label if index == 0 else '':{_LABEL}}", style="bold" if self.colour else "")
            self.lines.append(head.append(part, style="not bold" if self.colour else ""))

    def text(self) -> str:
        return _printed(self.lines, self.width, colour=self.colour)


def render(assessment: Assessment, width: int, colour: bool, catalogues: Sequence[Catalogue] = ()) -> str:  # noqa: FBT001
    """Return the summary in at most 45 lines of ``width`` cells (40 at least), without a line end after the last."""
    summary = summarise(assessment, catalogues)
    screen = _Screen(max(width, _NARROWEST), colour)
    screen.line(wording.verdict_sentence(assessment, summary), _mood(summary))
    screen.paragraph("", ", ".join((wording.device_name(assessment.device), *wording.device_line(assessment.device))))
    screen.line()
    _proofs(screen, summary)
    _law(screen, assessment, summary)
    _plan(screen, assessment)
    currency = assessment.risk.currency
    screen.labelled("Maker", wording.loss_sentence(assessment.risk.private, currency))
    screen.labelled("Others", wording.loss_sentence(assessment.risk.external, currency))
    guesses = [f"{one.field} ({one.used})" for one in assessment.risk.assumptions]
    screen.labelled(
        "", "; not stated: ".join(filter(None, (wording.assumed_sentence(assessment.risk), ", ".join(guesses))))
    )
    screen.line()
    screen.labelled("Known flaws", flaw_line(assessment), most=3)
    if said := reported_line(assessment):
        screen.labelled("Code scanners", said)
    screen.labelled("Examined", wording.coverage_sentence(assessment.coverage))
    unseen = [subject.partition(":")[0].rstrip(".") for subject in assessment.coverage.not_examined]
    screen.labelled("Not examined", "; ".join(unseen), most=3)
    screen.labelled("Verdicts", ", ".join(f"{count} {outcome}" for outcome, count in summary.counts.items()))
    screen.labelled("Level", wording.level_sentence(assessment.level))
    return screen.text()


def side_by_side(flawed: Assessment, fixed: Assessment, width: int = 80, *, colour: bool = False) -> str:
    """Return what two builds of one device differ in, in two columns: before and after."""
    screen = _Screen(max(width, _NARROWEST), colour)
    table = Table(box=None, padding=(0, 2, 0, 0), expand=True, show_header=True, header_style="bold" if colour else "")
    table.add_column("", ratio=2, overflow="fold")
    for one in (flawed, fixed):
        name = f"{one.device.model or 'device'} {one.device.firmware_version or ''}".strip()
        table.add_column(Text(screen.clean(wording.shorten(name, 60))), ratio=5, overflow="fold")
    before, after = _column(flawed, screen), _column(fixed, screen)
    for (label, left), (_, right) in zip(before, after, strict=True):
        table.add_row(label, left, right)
        table.add_row("", "", "")
    return _printed([table], screen.width, colour=colour)


def money(assessment: Assessment, width: int = 80, *, colour: bool = False) -> str:
    """Return how much is enough, what budgets buy, what would change the answer, and whether to wait for the fix.

    At most 40 lines; an empty text for an assessment without these figures.
    """
    enough, risk = assessment.plan.enough, assessment.risk
    if enough is None:
        return ""
    screen = _Screen(max(width, _NARROWEST), colour)
    name = f"{assessment.device.model or 'device'} {assessment.device.firmware_version or ''}".strip()
    screen.line(f"How much is enough: {name}", "bold")
    unit = f"{risk.currency} a year, 5 to 95 % over the inputs"
    screen.line(f"{unit}; {wording.assumed_sentence(risk)}")
    screen.lines.extend(
        _columns(
            screen,
            ("", "cost", "left to the maker", "left to others"),
            [
                (label, *(figures.span(each.range) for each in (one.cost, one.private, one.external)))
                for label, _, one in figures.rows_of(enough)
            ],
        )
    )
    screen.line(f"The private optimum is {figures.NOT_ADVICE}.")
    for label, titles in figures.added(enough):
        screen.paragraph(f"{label}: ", "; ".join(titles), most=3)
    screen.paragraph("", figures.between(enough, risk.currency), most=4)
    screen.line()
    screen.line(f"What a budget leaves, {risk.currency} a year (means; best set for each)", "bold")
    rows = [
        (
            wording.amount(point.best.cost.mean),
            *(wording.amount(side.mean) for side in (point.best.private, point.best.external)),
        )
        for point in _some(figures.telling(enough.frontier), _BUDGETS)
    ]
    screen.lines.extend(_columns(screen, ("spent", "left to the maker", "left to others"), rows))
    screen.line()
    screen.line("What would change this most (yearly mean)", "bold")
    for who, side in (("others", "external"), ("maker ", "private")):
        for swing, _, _ in figures.moved(risk.swings, side)[:_SWINGS]:
            screen.line(f"{who} {swing.id} {figures.swing_line(swing, side)}")
    for row in assessment.plan.shipping[:1]:
        screen.line()
        screen.paragraph(
            "", f"Ship or wait ({figures.title_of(row.control)}): {figures.waiting(row, risk.currency)}.", most=4
        )
    return screen.text()


def _some(rows: Sequence[Budget], most: int) -> list[Budget]:
    """Return at most so many of the rows, evenly, with the first and the last."""
    if len(rows) <= most:
        return list(rows)
    return [rows[round(k * (len(rows) - 1) / (most - 1))] for k in range(most)]


def _columns(screen: _Screen, head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Text]:
    """Lay rows out in columns; the first is left-aligned when it has no head, figures are right-aligned."""
    table = [[screen.clean(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[k]) for row in table) for k in range(len(head))]
    lines = []
    for number, row in enumerate(table):
        cells = [
            cell.ljust(size) if k == 0 and not head[0] else cell.rjust(size)
            for k, (cell, size) in enumerate(zip(row, widths, strict=True))
        ]
        style = "dim" if screen.colour and number == 0 else ""
        lines.append(Text(screen.cut("  ".join(cells).rstrip()), style=style, no_wrap=True))
    return lines


def _mood(summary: Summary) -> str:
    return "bold red" if summary.blocking else "bold"


def _proofs(screen: _Screen, summary: Summary) -> None:
    for number, finding in enumerate(summary.proven[:_PROOFS], start=1):
        screen.paragraph(f"{number}. ", finding.title, "bold")
        screen.line(f"   {_where(finding, summary)} {_how_bad(finding)}")
        screen.line(f"   fix: {finding.fix}")
    hidden = len(summary.proven) - _PROOFS
    if hidden > 0:
        screen.line(f"   {hidden} more proven, in the report")
    if not summary.proven:
        screen.line("Nothing was proven; that is no proof that there is nothing.")
    if summary.strong:
        screen.line(f"   and {wording.count(len(summary.strong), 'flaw')} with strong evidence (grade B)")
    if summary.contradicted:
        claims = wording.count(len(summary.contradicted), "claim")
        screen.line(f"   {claims} of the maker contradicted by what was found; the report lists them")
    screen.line()


def _where(finding: Finding, summary: Summary) -> str:
    seen = [summary.evidence[one] for one in finding.evidence if one in summary.evidence]
    return wording.shorten(wording.place(seen[0]), 44) if seen else "see assessment.json"


def _how_bad(finding: Finding) -> str:
    words = (wording.SEVERITIES[finding.severity], finding.reach.value, finding.cwe, finding.cve)
    return f"({', '.join(word for word in words if word)})"


def _law(screen: _Screen, assessment: Assessment, summary: Summary) -> None:
    broken, later = summary.law_broken, summary.law_to_come
    now = tuple(one for one in broken if one not in later)
    where = "" if assessment.device.markets else " (markets not stated: the law of every market counts)"
    text = _provisions(now) if now else "no provision of a law in force was found to fail"
    days = sorted({one.applies_from for one in later if one.applies_from})
    come = [f"{_counted(one for one in later if one.applies_from == day)} (from {day})" for day in days]
    screen.labelled("Law broken", text + where + (f"; to come: {', '.join(come)}" if come else ""))
    others = tuple(one for one in summary.mandatory_failed if one not in broken)
    advice = sum(one.status is Status.RECOMMENDED for one in summary.failed)
    catalogues = len({one.catalogue for one in others})
    also = [f"{len(others)} provisions of {wording.count(catalogues, 'more catalogue')}"] if others else []
    also += [wording.count(advice, "recommendation")] if advice else []
    if also:
        screen.labelled("Also failed", "; ".join(also))
    screen.line()


def _provisions(verdicts: Iterable[Verdict]) -> str:
    grouped = groupby(verdicts, key=lambda one: one.catalogue)
    return "; ".join(f"{name} {', '.join(one.provision for one in group)}" for name, group in grouped)


def _counted(verdicts: Iterable[Verdict]) -> str:
    """Catalogues with the number of their provisions: there are too many of them to name each provision here."""
    grouped = groupby(verdicts, key=lambda one: one.catalogue)
    return ", ".join(f"{name} {sum(1 for _ in group)}" for name, group in grouped)


def _plan(screen: _Screen, assessment: Assessment) -> None:
    plan = assessment.plan
    for label, items, most in (("Law requires", plan.required_by_law, _DUTIES), ("Worth it", plan.worth_it, _MEASURES)):
        for index, item in enumerate(items[:most]):
            screen.labelled(label if index == 0 else "", _measure(item, assessment.risk.currency))
        if len(items) > most:
            screen.labelled("", f"and {len(items) - most} more, in the report")
    if plan.required_by_law or plan.worth_it:
        screen.line()


def _measure(item: PlanItem, currency: str) -> str:
    return f"{item.title}: {wording.money(item.cost.annualised, currency)} a year, {wording.effort(item)}"


def _column(assessment: Assessment, screen: _Screen) -> list[tuple[str, Text]]:
    summary = summarise(assessment)
    risk, bold = assessment.risk, _mood(summary) if screen.colour else ""
    proofs = [f"- {wording.shorten(one.title, 200)}" for one in summary.proven] or ["none"]
    rows = [
        ("Verdict", wording.verdict_sentence(assessment, summary), bold),
        ("Proven", "\n".join(proofs), ""),
        ("Failed", _provisions(summary.failed).replace("; ", "\n") or "none", ""),
        ("Inconclusive", wording.count(summary.counts[Outcome.INCONCLUSIVE], "provision"), ""),
        ("Maker", wording.loss_sentence(risk.private, risk.currency), ""),
        ("Others", wording.loss_sentence(risk.external, risk.currency), ""),
        ("", wording.assumed_sentence(risk), ""),
    ]
    return [(label, Text(screen.clean(text), style=style)) for label, text, style in rows]


def _printed(things: Sequence[Text | Table], width: int, *, colour: bool) -> str:
    sheet = io.StringIO()
    console = Console(
        file=sheet,
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        _environ={},
    )
    for thing in things:
        console.print(thing)
    return "\n".join(line.rstrip() for line in sheet.getvalue().rstrip("\n").split("\n"))
