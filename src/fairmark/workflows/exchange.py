"""Hand results on: catalogues and assessments in the forms of other tools, and documents for the maker to complete."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fairmark.errors import WrongUsageError
from fairmark.model.assessment import Assessment
from fairmark.render import (
    ciso_assistant,
    oscal_catalogue,
    oscal_components,
    oscal_plan,
    oscal_poam,
    oscal_results,
    paper_docx,
    paper_html,
    paper_markdown,
)
from fairmark.render.declarations import declaration, skeletons
from fairmark.render.paper import Paper, open_places
from fairmark.standards.library import catalogue, catalogues

OSCAL, CISO_ASSISTANT = "oscal", "ciso-assistant"
CATALOGUE = "catalog"
OF_ASSESSMENTS: Mapping[str, Callable[[Assessment], bytes]] = {
    "component-definition": oscal_components.render,
    "assessment-plan": oscal_plan.render,
    "assessment-results": oscal_results.render,
    "poam": oscal_poam.render,
}
PAPERS: Mapping[str, Callable[[Paper], bytes]] = {
    "html": paper_html.render,
    "md": paper_markdown.render,
    "docx": paper_docx.render,
}


@dataclass(frozen=True, slots=True)
class Declared:
    """A document for the maker, what stands against it, and how many places are open."""

    content: bytes
    obstacles: tuple[str, ...]
    open_places: int


def is_catalogue(name: str) -> bool:
    """Say whether a catalogue has this id."""
    return any(one.id == name for one in catalogues())


def export_catalogue(name: str, form: str, kind: str = CATALOGUE) -> bytes:
    """Return the catalogue with this id in that form; raises WrongUsageError for what a catalogue does not hold."""
    if kind != CATALOGUE:
        hint = "Give the assessment.json that `fairmark assess` wrote."
        raise WrongUsageError(f"a {kind} is made from an assessment, and {name} is a catalogue", hint=hint)
    chosen = catalogue(name)
    return ciso_assistant.render(chosen) if form == CISO_ASSISTANT else oscal_catalogue.render(chosen)


def export_assessment(assessment: Assessment, form: str, kind: str) -> bytes:
    """Return the OSCAL document of that kind; raises WrongUsageError for what an assessment does not hold."""
    if form == CISO_ASSISTANT or kind == CATALOGUE:
        known = ", ".join(one.id for one in catalogues())
        raise WrongUsageError("a catalogue is exported by its id, not from an assessment", hint=f"Known: {known}.")
    return OF_ASSESSMENTS[kind](assessment)


def declare(assessment: Assessment, kind: str, form: str) -> Declared:
    """Return the document of that kind for the maker to complete."""
    made = declaration(assessment, kind, catalogues())
    return Declared(PAPERS[form](made.paper), made.obstacles, open_places(made.paper))


def kinds_of_declarations() -> tuple[str, ...]:
    """Return the kinds of documents that can be begun."""
    return tuple(skeletons())
