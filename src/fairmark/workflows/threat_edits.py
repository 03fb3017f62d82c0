"""Read ``threats.yaml``: what the engineer decided about threats, and what he adds to them."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from fairmark.errors import WrongUsageError
from fairmark.model.threat import Day, DecisionKind, Stride
from fairmark.model.value import Value
from fairmark.model.vocabulary import Vocabulary
from fairmark.risk.fleet import SCENARIOS
from fairmark.risk.threat_rules import ThreatRules
from fairmark.workflows.mapping import read_mapping

FILE = "threats.yaml"
OWN = "own:"
"""Begins the ids of what the engineer adds."""

MAX_BYTES = 1 << 20
MOST_ROWS, MOST_FAULTS, LONGEST_FAULT = 5_000, 50, 300
HINT = "Start with: fairmark threats out/assessment.json --init"

Reason = Annotated[str, StringConstraints(min_length=10, max_length=2000, strip_whitespace=True)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]


class Signed(Value):
    """Whoever writes here says why, who he is, and when."""

    reason: Reason
    owner: Line
    date: Day


class DecisionRow(Signed):
    """What is decided about one threat."""

    threat: Line
    decision: DecisionKind
    reference: str = Field(default="", max_length=500, description="where it is mitigated: a document, a ticket")
    review: Day | None = Field(default=None, description="the day on which somebody looks at it again")

    @model_validator(mode="after")
    def _name_the_place(self) -> Self:
        if self.decision is DecisionKind.MITIGATED_ELSEWHERE and not self.reference.strip():
            raise ValueError("mitigated_elsewhere needs a reference: where is it mitigated?")
        return self


class AddedEntryPoint(Signed):
    """An entry point that no image shows. Its ``kind`` says which threats are proposed there."""

    id: Word
    title: Line
    kind: Word
    source: str = Field(default="", max_length=300)


class AddedThreat(Signed):
    """A threat that no rule proposes."""

    id: Word
    title: Line
    what: str = Field(default="", max_length=2000)
    stride: Stride
    entry: Line
    weaknesses: tuple[Word, ...] = Field(default=(), max_length=50)
    scenarios: tuple[Word, ...] = Field(min_length=1, max_length=20)


class RequirementRow(Signed):
    """Why one point of Annex I part I does not apply."""

    point: Line
    applies: Literal[False]


class Edits(Value):
    """The whole file."""

    decisions: tuple[DecisionRow, ...] = Field(default=(), max_length=MOST_ROWS)
    entry_points: tuple[AddedEntryPoint, ...] = Field(default=(), max_length=MOST_ROWS)
    threats: tuple[AddedThreat, ...] = Field(default=(), max_length=MOST_ROWS)
    requirements: tuple[RequirementRow, ...] = Field(default=(), max_length=MOST_ROWS)


def read_edits(content: bytes, name: str, rules: ThreatRules, words: Vocabulary) -> Edits:
    """Return what the file says; ``name`` is the file's name, for messages.

    Whether its threats exist depends on the build and is not asked here.

    Raises:
        WrongUsageError: with every fault of the file, one a line.
    """
    if len(content) > MAX_BYTES:
        raise WrongUsageError(f"{name} is larger than {MAX_BYTES} bytes", hint=HINT)
    data = read_mapping(content, name, hint=HINT)
    given = {key: () if value is None else value for key, value in data.items()}  # a heading with nothing under it
    try:
        edits = Edits.model_validate(given)
    except ValidationError as error:
        raise _faulty(name, [_fault(one) for one in error.errors(include_url=False)]) from None
    if faults := list(_faults(edits, rules, words)):
        raise _faulty(name, faults)
    return edits


def nearest(word: str, choices: Iterable[str]) -> str:
    """Return ``(did you mean ...?)`` for the choice that is most like the word; empty if none is."""
    from difflib import get_close_matches  # noqa: PLC0415 - only needed to word a fault

    match = get_close_matches(word[:300], list(choices)[:2000], n=1)
    return f" (did you mean {match[0]}?)" if match else ""


def _faults(edits: Edits, rules: ThreatRules, words: Vocabulary) -> Iterator[str]:
    """Yield what stands twice and what names something that does not exist."""
    yield from _twice("decisions", (one.threat for one in edits.decisions))
    yield from _twice("entry_points", (one.id for one in edits.entry_points))
    yield from _twice("threats", (f"{one.id}@{one.entry}" for one in edits.threats))
    yield from _twice("requirements", (one.point for one in edits.requirements))
    kinds = {kind.id for kind in rules.kinds}
    for point in edits.entry_points:
        yield from _unknown(f"entry_points.{point.id}.kind", "kind of entry point", (point.kind,), kinds)
    for threat in edits.threats:
        yield from _unknown(f"threats.{threat.id}.weaknesses", "weakness", threat.weaknesses, words.weaknesses.keys())
        yield from _unknown(f"threats.{threat.id}.scenarios", "scenario", threat.scenarios, SCENARIOS.keys())


def _twice(where: str, names: Iterable[str]) -> Iterator[str]:
    counted = Counter(names)
    yield from (f"{where}: {name} stands {count} times" for name, count in sorted(counted.items()) if count > 1)


def _unknown(where: str, what: str, names: Iterable[str], known: Collection[str]) -> Iterator[str]:
    for name in names:
        if name not in known:
            yield f"{where}: {name} is no {what}{nearest(name, known)}"


def _fault(error: object) -> str:
    """Word one fault of pydantic's list: where, what was expected."""
    row = error if isinstance(error, dict) else {}
    path = ".".join(str(part) for part in row.get("loc", ())) or "the file"
    said = str(row.get("msg", "is not valid")).removeprefix("Value error, ")
    said = said.replace("Input should be", "expected").replace("Field required", "is missing")
    if row.get("type") == "extra_forbidden":
        return f"{path}: is not a field"
    return f"{path}: {said}"


def _faulty(name: str, faults: list[str]) -> WrongUsageError:
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    shown = [re.sub(r"[^\x20-\U0010ffff]", " ", fault)[:LONGEST_FAULT] for fault in faults[:MOST_FAULTS]]
    more = [f"and {len(faults) - MOST_FAULTS:,} more"] if len(faults) > MOST_FAULTS else []
    return WrongUsageError("\n  ".join([f"{name} has {count}:", *shown, *more]), hint=HINT)


NO_EDITS = Edits()
