"""Test cases: what was asked of which part of the image, what was read for it, and what came out.

A case is the unit of repeating: where nothing that it read has changed, its result still holds. A wrong result
that is carried over is worse than a test that is run again, so a case that may have read more than it can name has
an input without a digest, and such a case is always run again.
"""

from enum import StrEnum
from typing import Any, Literal, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from fairmark.model.finding import Finding
from fairmark.model.standard import Outcome
from fairmark.model.value import Value, content_id

CaseOutcome = Literal[Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE]


class CaseKind(StrEnum):
    """What a case asks, as test methods of the field tell it apart."""

    CONCEPTUAL = "conceptual"  # is the design enough, by what documents say
    COMPLETENESS = "completeness"  # is anything there that nobody declared
    FUNCTIONAL = "functional"  # does the device do it


class _Short(Value):
    """A value of which an assessment holds hundreds: what is empty is not written."""

    @model_serializer(mode="wrap")
    def _without_empty(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in write(self).items() if value not in ("", 0, (), [])}


class CaseInput(_Short):
    """One thing that a case has read. Without a digest it cannot be compared, and the case is run again."""

    kind: str = Field(description="listing, text, content, rights, program facts, services, component, data ...")
    name: str = Field(default="", description="path or folder (ending in '/') it is about; '' is the whole image")
    sha256: str = ""


class TestCase(_Short):
    """One examination of one unit. The id rests on the examination and the unit alone, so two builds share it.

    Tool and rules are those of the assessment (``tool``, ``inputs.examination``): with others nothing is carried over.
    """

    __test__ = False  # for pytest, which collects classes by their name

    id: str = ""
    examination: str = Field(description="a detector, inventory, published-flaws, maker-sbom, document, network ...")
    capabilities: tuple[str, ...] = Field(default=(), description="capabilities that the case can speak of, sorted")
    kind: CaseKind
    unit: str = Field(description="'image', a component with its version, a document, an address")
    inputs: tuple[CaseInput, ...] = ()
    outcome: CaseOutcome
    reason: str
    because: tuple[str, ...] = Field(default=(), description="ids of findings and evidence, sorted")
    results: tuple[str, ...] = Field(
        default=(), description="ids of the observations, facts, gaps and unseen subjects that it gave, sorted"
    )
    hints: int = Field(default=0, ge=0, description="grade C findings that were left out")
    hidden: tuple[Finding, ...] = Field(
        default=(), description="those of them that are kept for the next build; they count in no verdict and no price"
    )
    carried_from: str = Field(default="", description="SHA-256 of the older assessment.json that the result is from")

    @model_validator(mode="after")
    def _name_itself(self) -> Self:
        object.__setattr__(self, "id", case_id(self.examination, self.unit))
        return self


class CarriedOver(Value):
    """What an assessment took over from an older one, and how far that one is to be believed."""

    older: str = Field(description="SHA-256 of the older assessment.json")
    older_image: str = Field(default="", description="SHA-256 of the image that it is about")
    carried: int = Field(ge=0, description="cases that were taken over")
    run_again: int = Field(ge=0, description="cases that were run")
    price: bool = Field(
        default=False, description="whether the price was taken over: all that it follows from is the same"
    )
    trust: str = Field(description="what the carried results rest on, in a sentence")


def case_id(examination: str, unit: str) -> str:
    """Return the id of the case that asks ``examination`` of ``unit``."""
    return content_id("tc", examination, unit)
