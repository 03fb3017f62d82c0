"""Skeletons of the documents that a law wants from a maker, filled in as far as an assessment can.

The maker completes and signs them; nothing here says that a device meets a law, and nothing is signed. What the
assessment does not know stays an open place. While provisions of the law fail, or none was judged, the document says
so on top. The structure of each document is in ``declarations.yaml``, with its source.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pydantic import Field, TypeAdapter

from fairmark.errors import WrongUsageError
from fairmark.model.assessment import Assessment
from fairmark.model.data import load_yaml
from fairmark.model.device import Device
from fairmark.model.standard import Catalogue, Outcome, Status, Verdict
from fairmark.model.value import Value
from fairmark.render import declaration_facts as facts
from fairmark.render.paper import Block, Fields, Heading, Open, Paper, Paragraph, Table, Text, Warned
from fairmark.render.wording import OUTCOMES, count

_TABLES = {
    "law": ("Verdicts", "No provision of this law was judged."),
    "catalogues": ("Catalogues", "No catalogue was judged."),
    "services": ("Services", "No service was seen; that is no proof that there is none."),
    "components": ("Components", "No component was seen; that is no proof that there is none."),
    "tests": ("Tests run", "No test case is recorded in the assessment."),
    "gaps": ("Not examined", "No gap is recorded in the assessment."),
}
"""Name and what stands in its place where it has no row."""
_CLAIMS = {True: "implemented", False: "not implemented", None: "not applicable"}
_ROWS = 400


class Place(Value):
    """One place of the document."""

    label: str
    of: str = Field(default="", description="what of the assessment fills it")
    open: str = Field(description="what a person must write where nothing is known")


class Section(Value):
    """One section, after the points of the law."""

    heading: str
    source: str
    fields: tuple[Place, ...] = ()
    note: str = ""
    tables: tuple[str, ...] = ()


class Skeleton(Value):
    """One kind of document."""

    title: str
    law: str = Field(description="catalogue whose verdicts stand against it")
    name: str
    due: str
    source: str
    unverified: str = ""
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Declaration:
    """The document, and what stands against it; a document with obstacles is not due."""

    paper: Paper
    obstacles: tuple[str, ...]


@cache
def skeletons() -> Mapping[str, Skeleton]:
    """Return the kinds of documents: name -> structure."""
    data = load_yaml("fairmark.render", "declarations.yaml")
    return TypeAdapter(dict[str, Skeleton]).validate_python(data)


def declaration(assessment: Assessment, kind: str, catalogues: Sequence[Catalogue] = ()) -> Declaration:
    """Return the skeleton of that kind; ``catalogues`` give the standards their names.

    Raises:
        WrongUsageError: for a kind that is not known.
    """
    known = skeletons()
    if kind not in known:
        raise WrongUsageError(f"there is no document of the kind {kind!r}", hint=f"Known: {', '.join(known)}.")
    chosen = known[kind]
    names = {one.id: one.name for one in catalogues}
    judged = [
        one for one in assessment.verdicts if one.catalogue == chosen.law and one.status is not Status.INFORMATIVE
    ]
    failed = [one for one in judged if one.outcome is Outcome.FAIL]
    blocks = [*_top(chosen, judged, failed), Paragraph(chosen.source, quiet=True)]
    known_facts = {"law": chosen.name} | facts.texts(assessment)
    for section in chosen.sections:
        blocks += _section(section, assessment, known_facts, judged, names)
    title = f"{facts.product(assessment) or 'A device without a name'}; {chosen.name}"
    return Declaration(Paper(chosen.title, title, tuple(blocks)), _obstacles(chosen, judged, failed))


def _obstacles(chosen: Skeleton, judged: Sequence[Verdict], failed: Sequence[Verdict]) -> tuple[str, ...]:
    if not judged:
        return (f"no provision of {chosen.name} was judged",)
    return tuple(f"{one.provision} fails: {one.title}. {one.reason}" for one in failed)


def _top(chosen: Skeleton, judged: Sequence[Verdict], failed: Sequence[Verdict]) -> list[Block]:
    """Return what a reader must see before anything else."""
    made: list[Block] = []
    if not judged:
        made.append(Warned(f"{chosen.due} is not due: no provision of {chosen.name} was judged in this assessment."))
    if failed:
        made.append(Warned(f"{chosen.due} is not due while these fail:", _obstacles(chosen, judged, failed)))
    waiting = [one for one in judged if one.outcome is Outcome.INCONCLUSIVE]
    if waiting:
        text = f"{count(len(waiting), 'provision')} without a verdict: the maker has to settle them before it signs."
        made.append(Warned(text, tuple(f"{one.provision}: {one.title}" for one in waiting), grave=False))
    made.append(
        Paragraph(
            "A skeleton that the maker completes, answers for and signs. It declares nothing by itself: a result of a "
            "tool is not conformity. Marked places are open."
        )
    )
    if chosen.unverified:
        made.append(Warned(chosen.unverified, grave=False))
    return made


def _section(
    section: Section,
    assessment: Assessment,
    known: Mapping[str, str],
    judged: Sequence[Verdict],
    names: Mapping[str, str],
) -> list[Block]:
    made: list[Block] = [Heading(section.heading), Paragraph(section.source, quiet=True)]
    if section.fields:
        made.append(Fields(tuple((place.label, _filled(place, known)) for place in section.fields)))
    if section.note:
        made.append(Paragraph(section.note))
    for wanted in section.tables:
        made += _table(wanted, assessment, judged, names)
    return made


def _filled(place: Place, known: Mapping[str, str]) -> Text:
    return known.get(place.of) or Open(place.open)


def _table(wanted: str, assessment: Assessment, judged: Sequence[Verdict], names: Mapping[str, str]) -> list[Block]:
    header: tuple[str, ...]
    if wanted == "law":
        header, rows = ("Provision", "What it asks", "Claim", "Verdict", "Why"), _verdicts(judged, assessment.device)
    elif wanted == "catalogues":
        header, rows = ("Catalogue", "Edition", "Verdicts"), _catalogues(assessment, names)
    else:
        header, rows = facts.table(wanted, assessment)
    title, without = _TABLES[wanted]
    if not rows:
        return [Paragraph(without)]
    left = len(rows) - _ROWS
    more: list[Block] = [Paragraph(f"{left:,} more rows are in assessment.json.", quiet=True)] if left > 0 else []
    return [Table(title, header, tuple(rows[:_ROWS])), *more]


def _verdicts(judged: Sequence[Verdict], device: Device) -> list[tuple[str, ...]]:
    made: list[tuple[str, ...]] = []
    for one in judged:
        claim = device.claims.get(one.catalogue, {}).get(one.provision)
        said = "none" if claim is None else _CLAIMS[claim.implemented]
        why = f"{said}: {claim.reason}" if claim and claim.reason else said
        made.append((one.provision, one.title, why, OUTCOMES[one.outcome], one.reason))
    return made


def _catalogues(assessment: Assessment, names: Mapping[str, str]) -> list[tuple[str, ...]]:
    tallies: dict[tuple[str, str], Counter[Outcome]] = {}
    for one in assessment.verdicts:
        tallies.setdefault((one.catalogue, one.edition), Counter())[one.outcome] += 1
    return [
        (
            names.get(catalogue, catalogue),
            edition,
            ", ".join(f"{tally[outcome]} {OUTCOMES[outcome].lower()}" for outcome in Outcome if tally[outcome]),
        )
        for (catalogue, edition), tally in tallies.items()
    ]
