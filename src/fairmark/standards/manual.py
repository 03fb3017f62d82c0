"""Tests by hand: what to do, what was recorded, and a history in which nothing is lost.

A person settles what no tool can. ``manual_tests.yaml`` says how, so that another person can
repeat it. A record names who did it, when, on which unit, and what was seen; a file that
proves it is kept as digest and size alone. Records are only ever added: a changed answer
stands behind the older one, and each record holds the digest of the one before it, so a
record that was altered or taken out is noticed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.model.data import load_yaml
from fairmark.model.value import Value, canonical_json, sha256_hex
from fairmark.standards.condition import evaluate

PACKAGE, FILE = "fairmark.standards", "manual_tests.yaml"
MOST_RECORDS = 10_000
_LINE, _LINES = r"^[^\x00-\x1f\x7f-\x9f]*$", r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$"
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=_LINE)]
Sentences = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True, pattern=_LINES)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Kind(StrEnum):
    """What a test asks."""

    CONCEPTUAL = "conceptual"
    FUNCTIONAL = "functional"
    COMPLETENESS = "completeness"


class Result(StrEnum):
    """What a person found: the units of ETSI TS 103 701."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"


class ManualTest(Value):
    """One test by hand."""

    title: str
    capability: str
    kind: Kind
    shows: tuple[str, ...] = ()
    weakness: str = ""
    when: str = ""
    needs: tuple[str, ...] = Field(min_length=1)
    steps: tuple[str, ...] = Field(min_length=1)
    record: str
    attach: bool
    passes: str = Field(alias="pass")
    fails: str = Field(alias="fail")
    inconclusive: str

    @property
    def rules(self) -> tuple[str, ...]:
        """The rule ids under which the crosswalk hears a PASS."""
        return self.shows or (f"hand-{self.capability}",)

    def means(self, result: Result) -> str:
        """Return what a result means in this test."""
        return {Result.PASS: self.passes, Result.FAIL: self.fails}.get(result, self.inconclusive)


class ManualTests(Value):
    """The schema of ``manual_tests.yaml``."""

    id: str
    version: str
    date: str
    tests: dict[str, ManualTest]


class Attached(Value):
    """A file that proves a record: its name, digest and size, never its content."""

    name: Line
    sha256: Digest
    size: int = Field(ge=0)


class Record(Value):
    """What one person did and saw; `day`, because `on` would be a truth value in YAML."""

    test: str
    result: Result
    by: Line = Field(description="who did it")
    day: date = Field(description="the day on which it was done")
    unit: Line = Field(description="which unit: serial number or another mark")
    firmware: str = Field(default="", max_length=200, description="the version that ran on it")
    seen: Sentences = Field(description="what was done and seen, as the test asks")
    attached: tuple[Attached, ...] = Field(default=(), max_length=50)
    previous: str = Field(default="", description="digest of the record before this one; empty for the first")

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical form."""
        return sha256_hex(canonical_json(self))


class Results(Value):
    """The results file of one device: every record in the order in which it was written."""

    format: Literal["fairmark.results/1"] = "fairmark.results/1"
    maker: str = ""
    model: str = ""
    records: tuple[Record, ...] = Field(default=(), max_length=MOST_RECORDS)

    @property
    def latest(self) -> Mapping[str, Record]:
        """The record that holds for each test: the last."""
        return {record.test: record for record in self.records}


@dataclass(frozen=True, slots=True)
class State:
    """Where a test stands."""

    name: str
    test: ManualTest
    record: Record | None
    lacks: tuple[str, ...]
    """What keeps a recorded PASS from counting."""


@cache
def manual_tests() -> Mapping[str, ManualTest]:
    """Return every test by its id, read once."""
    return ManualTests.model_validate(load_yaml(PACKAGE, FILE)).tests


def manual_test(name: str) -> ManualTest:
    """Return a test; raises WrongUsageError when there is none of that id."""
    if name not in manual_tests():
        raise WrongUsageError(f'there is no test by hand "{name[:100]}"', hint="`--list` shows them all.")
    return manual_tests()[name]


def states(results: Results, facts: Mapping[str, bool], firmware: str = "") -> tuple[State, ...]:
    """Return where each test stands, in the order of the file; those that the facts rule out are left out."""
    latest = results.latest
    return tuple(
        State(name, test, record := latest.get(name), lacking(test, record, firmware) if record else ())
        for name, test in manual_tests().items()
        if evaluate(test.when, facts) is not False or name in latest
    )


def lacking(test: ManualTest, record: Record, firmware: str = "") -> tuple[str, ...]:
    """Return what keeps a recorded PASS from counting: the file that the test wants, or another firmware."""
    found = []
    if test.attach and not record.attached:
        found.append("the test wants a file as evidence, and none is attached")
    if firmware and record.firmware != firmware:
        found.append(f"it was done on firmware {record.firmware or 'of an unknown version'}, not {firmware}")
    return tuple(found)


def added(results: Results, record: Record) -> Results:
    """Return the results with one more record, chained to the last."""
    manual_test(record.test)
    if len(results.records) >= MOST_RECORDS:
        raise WrongUsageError(
            f"the results hold {MOST_RECORDS} records", hint="Begin a file of its own for this firmware."
        )
    previous = results.records[-1].digest if results.records else ""
    return results.model_copy(update={"records": (*results.records, record.model_copy(update={"previous": previous}))})


def checked(results: Results, name: str) -> Results:
    """Return the results when every record is of a known test and no record was altered, moved or taken out.

    Raises UnreadableInputError with the number of the first that is not.
    """
    previous = ""
    for number, record in enumerate(results.records, 1):
        if record.test not in manual_tests():
            hint = "Was it written by a newer version?"
            raise UnreadableInputError(f'{name}: record {number}: there is no test "{record.test[:100]}"', hint=hint)
        if record.previous != previous:
            raise UnreadableInputError(
                f"{name}: record {number} does not follow the one before it: a record was changed, moved or taken out",
                hint="Take the file from a copy. To correct an answer, record the test again: the older one is kept.",
            )
        previous = record.digest
    return results
