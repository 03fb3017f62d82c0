"""Record tests by hand and take them into an assessment."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import yaml
from pydantic import Field, ValidationError

from fairmark import __version__
from fairmark.errors import WrongUsageError
from fairmark.examine.rule import Rule
from fairmark.model.device import Device
from fairmark.model.evidence import Evidence, EvidenceKind, Tool, Where
from fairmark.model.finding import Confidence, Detection, Finding, Method, Observation, Reach, Severity, joined
from fairmark.model.value import Value
from fairmark.model.vocabulary import declared_facts, vocabulary
from fairmark.standards.manual import (
    Attached,
    ManualTest,
    Record,
    Result,
    Results,
    State,
    added,
    checked,
    lacking,
    manual_test,
    states,
)
from fairmark.workflows.mapping import read_mapping

MAX_BYTES = 8 << 20
_HINT = "Write it with `fairmark standards record`; never by hand."
_ANSWERS_HINT = (
    'Write records: [{test: model-on-device, result: PASS, by: "A. Tester", day: 2026-11-20, unit: "SN 17", '
    'seen: "The label says EC-100.", attach: [label.jpg]}]'
)
_MOST_FAULTS = 20
_QUOTED = 300

BY_HAND = Rule(
    id="test-by-hand-failed",
    title="A test by hand failed",
    weakness="no-security-test",  # stands for the kind; each finding names its own
    severity=Severity.MEDIUM,
    what="A person did the test as it is written and recorded that the device does not do what it asks. The record "
    "names the person, the day, the unit and what was seen.",
    false_positives="A test that was done otherwise than it is written.",
    fix="Mend what was seen, and do the test again on the new firmware; both records stay.",
)
RULES = (BY_HAND,)


class Answer(Value):
    """A record as a person writes it into a file: files by their path, digests are computed."""

    test: str
    result: Result
    by: str
    day: date
    unit: str
    seen: str
    attach: tuple[str, ...] = Field(default=(), max_length=50)


class Answers(Value):
    """A file of answers."""

    records: tuple[Answer, ...] = Field(min_length=1, max_length=1000)


def read_results(content: bytes, name: str, device: Device) -> Results:
    """Return the results of this device; raises WrongUsageError for every fault of form, or another device's file."""
    if not content:
        return Results(maker=device.maker or "", model=device.model or "")
    if len(content) > MAX_BYTES:
        raise WrongUsageError(f"{name} is larger than {MAX_BYTES} bytes", hint=_HINT)
    try:
        results = Results.model_validate(read_mapping(content, name, hint=_HINT))
    except ValidationError as error:
        raise _faults(name, "is no file of results", error, _HINT) from None
    if (results.maker, results.model) != (device.maker or "", device.model or ""):
        of = f"{results.maker} {results.model}".strip() or "a device without a name"
        raise WrongUsageError(f"{name} holds results of {of}", hint="Give the profile of that device, or another file.")
    return checked(results, name)


def written(results: Results) -> bytes:
    """Return the text of a results file; the same results give the same bytes."""
    head = "# Tests by hand. Records are only added; each holds the digest of the one before it. Do not edit.\n"
    data = results.model_dump(mode="json")
    return (head + yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120)).encode()


def read_answers(content: bytes, name: str) -> tuple[Answer, ...]:
    """Return the answers of a file that somebody wrote; raises WrongUsageError with every fault."""
    if len(content) > MAX_BYTES:
        raise WrongUsageError(f"{name} is larger than {MAX_BYTES} bytes", hint=_ANSWERS_HINT)
    try:
        return Answers.model_validate(read_mapping(content, name, hint=_ANSWERS_HINT)).records
    except ValidationError as error:
        raise _faults(name, "is no list of records", error, _ANSWERS_HINT) from None


def recorded(
    results: Results, answers: Iterable[Answer], device: Device, attach: Callable[[str], Attached], today: date
) -> Results:
    """Return the results with the answers added; ``attach`` gives digest and size of a file by its path.

    Raises WrongUsageError for an unknown test, a day to come, or another fault in an answer; then nothing is added.
    """
    for answer in answers:
        manual_test(answer.test)
        if answer.day > today:
            hint = "Record a test after it was done."
            raise WrongUsageError(f"the record of {answer.test}: {answer.day} is not over yet", hint=hint)
        given = answer.model_dump(exclude={"attach"})
        try:
            record = Record(
                **given, firmware=device.firmware_version or "", attached=tuple(attach(one) for one in answer.attach)
            )
        except ValidationError as error:
            raise _faults(f"the record of {answer.test}", "is not whole", error, _ANSWERS_HINT) from None
        results = added(results, record)
    return results


def where_it_stands(results: Results, device: Device) -> tuple[State, ...]:
    """Return the tests that matter for this device with their last record."""
    return states(results, declared_facts(device, vocabulary()), device.firmware_version or "")


def as_rows(found: Sequence[State]) -> list[dict[str, Any]]:
    """Return the states as plain data, with the whole text of each test."""
    return [
        {
            "test": one.name,
            "title": one.test.title,
            "capability": one.test.capability,
            "kind": one.test.kind.value,
            "attach": one.test.attach,
            "state": one.record.result.value if one.record else "open",
            "by": one.record.by if one.record else "",
            "day": str(one.record.day) if one.record else "",
            "lacks": list(one.lacks),
        }
        for one in found
    ]


def seen_by_hand(results: Results, device: Device, name: str) -> Detection:
    """Return what the last record of each test gives: observations, findings and evidence of the kind PERSON."""
    parts = [
        part
        for test, record in sorted(results.latest.items())
        for part in _parts(test, manual_test(test), record, device, name)
    ]
    return joined(parts)


def _parts(test: str, about: ManualTest, record: Record, device: Device, name: str) -> Iterator[Detection]:
    lacks = lacking(about, record, device.firmware_version or "")
    proof = _evidence(test, record, name)
    if record.result is Result.FAIL:
        yield Detection(findings=(_finding(test, about, proof, other_firmware=len(lacks) > 0),), evidence=(proof,))
        return
    if record.result is Result.INCONCLUSIVE:
        lacks = ("the person could not decide it", *lacks)
    rest = f" It does not count as shown: {'; '.join(lacks)}." if lacks else ""
    told = f"{about.title}: {record.result} by {record.by} on {record.day}, unit {record.unit}.{rest}"
    for rule in about.rules:
        observation = Observation(
            rule=rule,
            capability=about.capability,
            statement=told,
            complete=not lacks,
            method=Method.HUMAN,
            evidence=(proof.id,),
        )
        yield Detection(observations=(observation,), evidence=(proof,))


def _evidence(test: str, record: Record, name: str) -> Evidence:
    files = "".join(f" {one.name} ({one.size} bytes, SHA-256 {one.sha256})." for one in record.attached)
    attached = f" Attached:{files}" if files else ""
    unit = f"unit {record.unit}, firmware {record.firmware or 'not stated'}"
    statement = f"Test by hand {test}: {record.result}, by {record.by} on {record.day}, {unit}.{attached}"
    where = Where(path=f"{name}: {test}", sha256=record.digest, quote=" ".join(record.seen.split())[:_QUOTED])
    return Evidence(
        kind=EvidenceKind.PERSON, where=where, tool=Tool(name="fairmark", version=__version__), statement=statement
    )


def _finding(test: str, about: ManualTest, proof: Evidence, *, other_firmware: bool) -> Finding:
    """Make the finding of a failed test: grade B, because a person saw it; a hint where it was another firmware."""
    weakness = about.weakness or f"unmet-{about.capability}"
    return Finding(
        rule=BY_HAND.id,
        weakness=weakness,
        capability=about.capability,
        title=f"Failed by hand: {about.title[0].lower()}{about.title[1:]} ({test})",
        severity=BY_HAND.severity,
        confidence=Confidence.C if other_firmware else Confidence.B,
        reach=Reach.PRESENT,
        fix=BY_HAND.fix,
        evidence=(proof.id,),
    )


def _faults(name: str, what: str, error: ValidationError, hint: str) -> WrongUsageError:
    listed = [
        f"{'.'.join(map(str, one['loc']))[:100] or 'the file'}: {one['msg'][:200]}"
        for one in error.errors(include_url=False, include_input=False)[:_MOST_FAULTS]
    ]
    more = [f"and {error.error_count() - _MOST_FAULTS} more"] if error.error_count() > _MOST_FAULTS else []
    return WrongUsageError("\n  ".join([f"{name} {what}:", *listed, *more]), hint=hint)
