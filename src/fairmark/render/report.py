"""The report: one HTML file that needs nothing else, for the screen, the phone and paper.

No script, no network: the page's own content security policy admits the one style sheet
inside it, by its digest, and nothing more. Everything that is written into the page passes
through ``_hostile``: hidden characters are written out, what is overlong loses its middle,
and Jinja escapes the rest.
"""

import base64
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from hashlib import sha256

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from fairmark.model.assessment import Assessment
from fairmark.model.data import read_data
from fairmark.model.standard import Catalogue, Outcome, Verdict
from fairmark.model.vocabulary import vocabulary
from fairmark.render import charts, charts_device, flaws, marketing, matrix, money, reported, wording
from fairmark.render.identity import assessment_digest
from fairmark.render.summary import Summary, summarise, worst_first
from fairmark.render.templates import KeptTemplates

_PACKAGE = "fairmark.render"
_LONGEST_TEXT = 800
_ROWS = 500
_CARDS = 24
_IN_FULL = 3


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The verdicts of one catalogue, failures first."""

    id: str
    name: str
    edition: str
    is_law: bool
    counts: Mapping[Outcome, int]
    verdicts: tuple[Verdict, ...]
    bar: Markup
    told: str
    """One sentence: what fails, what is open."""
    law: str
    """Since when it is law; empty for everything else."""
    law_from: str
    """The day from which what fails of it is law, where that is still to come."""
    brief: bool
    """Whether what would settle an open provision is left to `fairmark explain`: of many catalogues the same holds."""

    @property
    def failed(self) -> tuple[Verdict, ...]:
        return tuple(one for one in self.verdicts if one.outcome is Outcome.FAIL)


def render(assessment: Assessment, catalogues: Sequence[Catalogue] = (), links: matrix.Links = ()) -> str:
    """Return the report as HTML.

    ``catalogues`` give the standards their names and say which are law; ``links`` join capabilities to provisions.
    """
    summary = summarise(assessment, catalogues)
    style, policy = _style()
    template = _environment().get_template("report.html.j2")
    return template.render(
        a=assessment,
        summary=summary,
        style=style,
        policy=policy,
        sentence=wording.verdict_sentence(assessment, summary),
        shelves=_shelves(assessment, summary, catalogues),
        grid=matrix.grid(assessment.verdicts, links, _spoken(assessment)),
        findings=sorted(assessment.findings, key=worst_first),
        titles={one.id: one.title for one in assessment.findings},
        chart=Markup(charts.loss_exceedance(assessment.risk, "exceedance")),  # noqa: S704 - our own SVG, escaped there
        money={name: Markup(one) for name, one in charts_device.charts(assessment).items()},  # noqa: S704 - our own SVG
        scenarios=sorted(assessment.risk.scenarios, key=lambda one: (-(one.private + one.external), one.id)),
        created=assessment.created.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        digest=assessment_digest(assessment),
        inputs=_digests(assessment),
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=KeptTemplates(_PACKAGE, ("report.html.j2", "report_money.html.j2")),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_hostile,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "w": wording,
        "m": money,
        "advertised": marketing.section,
        "blocks": matrix.blocks,
        "flaws": flaws,
        "reported": reported,
        "Outcome": Outcome,
        "rows": _ROWS,
        "cards": _CARDS,
        "badge": _badge,
    }
    environment.filters |= {"short": wording.shorten}
    return environment


def _hostile(value: object) -> object:
    """Make text of unknown origin harmless; what is markup already is ours."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return wording.visible(wording.shorten(value, _LONGEST_TEXT))
    return value


@cache
def _style() -> tuple[Markup, Markup]:
    """Return the style sheet and the policy that admits it, and nothing else."""
    style = read_data(_PACKAGE, "report.css").decode()
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    return Markup(style), Markup(policy)  # noqa: S704 - files of ours


def _badge(kind: str, value: str, text: str) -> Markup:
    return Markup('<span class="badge {}-{}">{}</span>').format(kind, value, text)


def _shelves(assessment: Assessment, summary: Summary, catalogues: Sequence[Catalogue]) -> tuple[_Shelf, ...]:
    names = {one.id: one.name for one in catalogues}
    later = {one.catalogue for one in assessment.verdicts if one.applies_from and one.applies_from > summary.today}
    places = {one.id: number for number, one in enumerate(catalogues)}
    ids = sorted(
        {one.catalogue for one in assessment.verdicts},
        key=lambda key: (key not in summary.laws, key in later, places.get(key, len(places)), key),
    )
    order = list(wording.OUTCOMES)
    shelves = []
    for number, key in enumerate(ids):
        found = [one for one in assessment.verdicts if one.catalogue == key]
        tally = Counter(one.outcome for one in found)
        counts = {outcome: tally[outcome] for outcome in Outcome}
        shelves.append(
            _Shelf(
                id=key,
                name=names.get(key, key),
                edition=found[0].edition,
                is_law=key in summary.laws,
                counts=counts,
                # A stable sort: within one outcome the catalogue's own order stays.
                verdicts=tuple(sorted(found, key=lambda one: order.index(one.outcome))),
                told=matrix.told(names.get(key, key), found),
                law=matrix.in_force(found, summary.today) if key in summary.laws else "",
                law_from=_first_day(found, summary) if key in summary.laws else "",
                brief=number >= _IN_FULL and key not in summary.laws,
                bar=Markup(charts.outcome_bar(counts, f"bar-{number}", names.get(key, key))),  # noqa: S704 - our own SVG
            )
        )
    return tuple(shelves)


def _first_day(verdicts: Sequence[Verdict], summary: Summary) -> str:
    failed = [one for one in verdicts if one.outcome is Outcome.FAIL]
    return str(matrix.first_day(failed or verdicts, summary.today) or "")


def _spoken(assessment: Assessment) -> dict[str, str]:
    """Finding -> title of the capability it speaks of."""
    known = vocabulary().capabilities
    return {one.id: known[one.capability].title for one in assessment.findings if one.capability in known}


def _digests(assessment: Assessment) -> tuple[tuple[str, str], ...]:
    given = assessment.inputs.model_dump(exclude={"catalogues"})
    named = [
        (name.replace("_", " "), value if isinstance(value, str) else ", ".join(value)) for name, value in given.items()
    ]
    named += [(f"catalogue {name}", value) for name, value in sorted(assessment.inputs.catalogues.items())]
    return tuple(named)
