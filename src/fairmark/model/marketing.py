"""What the maker advertises, sentence by sentence, beside the evidence."""

from enum import StrEnum

from pydantic import Field

from fairmark.model.value import Value


class Bearing(StrEnum):
    """How evidence stands to a sentence. None of them says that it is true."""

    CONTRADICTED = "contradicted"
    EMPTY = "empty"  # nothing could ever show it, or its opposite
    OPEN = "open"  # something could, and nothing examined here does
    SUPPORTED = "supported"  # complete evidence speaks for it and none against
    NOT_JUDGED = "not judged"  # it says nothing of security, or in words that are not known


class Part(Value):
    """One claim in a sentence."""

    claim: str = Field(description="id of the kind of claim")
    title: str
    bearing: Bearing
    reason: str
    because: tuple[str, ...] = Field(default=(), description="ids of findings and evidence")


class Advertised(Value):
    """One sentence, and how evidence stands to it: as its worst part does."""

    line: int = Field(ge=1)
    sentence: str
    bearing: Bearing
    parts: tuple[Part, ...] = ()
