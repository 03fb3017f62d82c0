"""The decision: who granted or refused a certificate, on which assessment, to which level, and why.

It names the assessment by its digest, so that it cannot be used for another one, and people by what they do and whom
they do it for. Under every scheme but the demonstration's, whoever decides or reviews has not evaluated.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError

from fairmark.certify.certificate import Digest, Sentence
from fairmark.errors import WrongUsageError
from fairmark.model.value import Value

LARGEST_DECISION = 256 << 10
EXAMPLE = "See docs/howto/certify-a-device.md for one."
Short = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


class Outcome(StrEnum):
    """What was decided."""

    GRANT = "grant"
    REFUSE = "refuse"


class Accepted(StrEnum):
    """What speaks against a certificate and a decision may accept, with a reason that goes into it.

    A mandatory provision that fails, law that is broken and a level that was not reached are not among them.
    """

    BELOW_REQUIRED = "below-required"
    REQUIRED_UNKNOWN = "required-unknown"
    OLD_DATA = "old-data"


class Person(Value):
    """Somebody who had a part: a name or a post, and for whom."""

    name: Short
    organisation: Short

    @property
    def same(self) -> tuple[str, str]:
        """What two persons are compared by."""
        return _plain(self.name), _plain(self.organisation)


class Acceptance(Value):
    """One thing that was accepted."""

    accepts: Accepted
    why: Sentence


class Decision(Value):
    """The decision file."""

    format: Literal["fairmark.decision/1"] = Field(alias="schema")
    assessment: Digest = Field(description="SHA-256 of the assessment.json that was decided on")
    outcome: Outcome
    level: int = Field(default=1, ge=1, le=9, description="the level that is granted")
    decided: date
    evaluated_by: tuple[Person, ...] = Field(min_length=1, max_length=50)
    reviewed_by: tuple[Person, ...] = Field(default=(), max_length=50)
    decided_by: Person
    why: Sentence
    accepts: tuple[Acceptance, ...] = Field(default=(), max_length=len(Accepted))

    def accepted(self, what: Accepted) -> str:
        """Return why something was accepted; empty when it was not."""
        return next((one.why for one in self.accepts if one.accepts is what), "")

    @property
    def four_eyes(self) -> str:
        """Return what is wrong with who decided and who evaluated; empty when nothing is."""
        evaluators = {one.same for one in self.evaluated_by}
        if self.decided_by.same in evaluators:
            return f"{self.decided_by.name} both evaluated and decided"
        both = [one.name for one in self.reviewed_by if one.same in evaluators]
        return f"{both[0]} both evaluated and reviewed" if both else ""

    def is_by(self, organisation: str) -> bool:
        """Whether somebody of that organisation evaluated."""
        return any(_plain(one.organisation) == _plain(organisation) for one in self.evaluated_by)


def read_decision(fields: Any, name: str) -> Decision:
    """Return the decision in the fields of a file; raises WrongUsageError with everything that is wrong."""
    try:
        return Decision.model_validate(fields)
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, one['loc'])) or name}: {one['msg']}"
            for one in error.errors(include_url=False, include_input=False)
        ]
        raise WrongUsageError("\n  ".join([f"{name} is no decision:", *faults]), hint=EXAMPLE) from None


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
