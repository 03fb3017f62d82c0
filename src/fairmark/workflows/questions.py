"""What a maker should state next: the facts that decide which provisions apply."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from fairmark.model.assessment import Assessment
from fairmark.model.device import Device
from fairmark.model.standard import Catalogue
from fairmark.model.vocabulary import declared_facts, vocabulary
from fairmark.standards.contradictions import Contradiction, settle
from fairmark.standards.library import catalogue, catalogues
from fairmark.standards.questions import Question, questions


def open_questions(
    device: Device, wanted: Sequence[str] = (), assessment: Assessment | None = None
) -> tuple[tuple[Question, ...], tuple[Contradiction, ...]]:
    """Return the questions, most decisive first, and the declared facts that an assessment refutes.

    ``wanted`` are ids of catalogues, none for all; an ``assessment`` adds what was seen. Raises WrongUsageError for an
    unknown id.
    """
    facts, refuted = settle(declared_facts(device, vocabulary()), assessment.facts if assessment else ())
    return questions(device, facts, chosen(wanted)), refuted


def chosen(wanted: Sequence[str]) -> tuple[Catalogue, ...]:
    """Return the catalogues with these ids, each once; all of them when none is named."""
    return tuple(catalogue(name) for name in dict.fromkeys(wanted)) if wanted else catalogues()


def as_rows(asked: Sequence[Question], refuted: Sequence[Contradiction]) -> dict[str, Any]:
    """Return both as plain data."""
    lost = [{"fact": one.fact, "declared": one.claimed, "seen": one.proof} for one in refuted]
    return {"questions": [asdict(one) for one in asked], "refuted": lost}
