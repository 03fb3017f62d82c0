"""A results file is checked strictly, and records become evidence of the kind PERSON."""

from datetime import date

import pytest

from fairmark.errors import FairmarkError, WrongUsageError
from fairmark.model.device import Device
from fairmark.model.evidence import EvidenceKind
from fairmark.model.finding import Confidence, Method
from fairmark.standards.manual import Attached, Results
from fairmark.workflows.manual import (
    Answer,
    as_rows,
    read_answers,
    read_results,
    recorded,
    seen_by_hand,
    where_it_stands,
    written,
)

DEVICE = Device(maker="Example Cameras Ltd", model="EC-100", firmware_version="1.0.4")
TODAY = date(2026, 11, 21)
EMPTY = read_results(b"", "results.yaml", DEVICE)


def attach(path: str) -> Attached:
    return Attached(name=path, sha256="a" * 64, size=1234)


def answer(test: str = "model-on-device", result: str = "PASS", **more: object) -> Answer:
    given = {"by": "A. Tester", "day": "2026-11-20", "unit": "SN 17", "seen": "The label\nsays EC-100."}
    return Answer.model_validate({"test": test, "result": result, "attach": ["label.jpg"], **given, **more})


def done(*answers: Answer, device: Device = DEVICE) -> Results:
    return recorded(EMPTY, answers, device, attach, TODAY)


def test_what_is_written_is_read_back_exactly() -> None:
    results = done(answer(), answer("handover", "INCONCLUSIVE", attach=[]), answer(result="FAIL"))

    assert read_results(written(results), "results.yaml", DEVICE) == results
    assert written(results) == written(read_results(written(results), "results.yaml", DEVICE))
    assert b"label.jpg" in written(results)


def test_a_whole_pass_is_a_complete_observation_by_a_person() -> None:
    found = seen_by_hand(done(answer()), DEVICE, "results.yaml")

    (told,) = found.observations
    assert (told.rule, told.capability, told.method, told.complete) == (
        "hand-unique-identity",
        "unique-identity",
        Method.HUMAN,
        True,
    )
    (proof,) = found.evidence
    assert proof.kind is EvidenceKind.PERSON
    assert proof.where.path == "results.yaml: model-on-device"
    assert proof.where.quote == "The label says EC-100."
    assert "by A. Tester on 2026-11-20, unit SN 17, firmware 1.0.4" in proof.statement
    assert "label.jpg (1234 bytes" in proof.statement


@pytest.mark.parametrize(
    ("results", "device"),
    [
        (done(answer(attach=[])), DEVICE),
        (done(answer()), DEVICE.model_copy(update={"firmware_version": "1.0.5"})),
        (done(answer(result="INCONCLUSIVE")), DEVICE),
    ],
    ids=["no file", "other firmware", "undecided"],
)
def test_a_pass_that_is_not_whole_does_not_count(results: Results, device: Device) -> None:
    (told,) = seen_by_hand(results, device, "results.yaml").observations

    assert not told.complete
    assert "It does not count as shown" in told.statement


def test_a_fail_is_a_finding_of_grade_b_with_the_weakness_of_the_test() -> None:
    found = seen_by_hand(done(answer("reset-erases", "FAIL"), answer("handover", "FAIL", attach=[])), DEVICE, "r")

    assert {(one.weakness, one.capability, one.confidence) for one in found.findings} == {
        ("no-data-deletion", "data-deletion", Confidence.B),
        ("unmet-ownership-onboarding", "ownership-onboarding", Confidence.B),
    }
    assert found.observations == ()


def test_a_fail_on_another_firmware_is_a_hint() -> None:
    device = DEVICE.model_copy(update={"firmware_version": "2.0"})

    (finding,) = seen_by_hand(done(answer(result="FAIL")), device, "r").findings

    assert finding.confidence is Confidence.C


def test_the_last_record_counts() -> None:
    found = seen_by_hand(done(answer(result="FAIL"), answer()), DEVICE, "r")

    assert found.findings == ()
    assert len(found.observations) == 1


def test_one_test_may_show_several_things() -> None:
    found = seen_by_hand(done(answer("consent-flow")), DEVICE, "r")

    assert [one.rule for one in found.observations] == [
        "hand-consent-given",
        "hand-consent-recorded",
        "hand-consent-withdrawn",
    ]


def test_an_answer_for_a_day_to_come_adds_nothing() -> None:
    with pytest.raises(WrongUsageError, match="not over yet"):
        done(answer(day="2026-11-22"))


def test_results_of_another_device_are_refused() -> None:
    with pytest.raises(WrongUsageError, match="holds results of Example Cameras Ltd EC-100"):
        read_results(written(done(answer())), "r", DEVICE.model_copy(update={"model": "EC-200"}))


@pytest.mark.parametrize(
    "content",
    [
        b"[]",
        b"format: fairmark.results/2",
        b"records: 7",
        b"records: [7]",
        b"model: a\nmodel: b",
        b"a: &a [*a]",
        b"\xff\xfe",
        b"{" * 5000,
        b"records: [" + b"{test: x}," * 2000 + b"]",
        b"format: fairmark.results/1\nmaker: Example Cameras Ltd\nmodel: EC-100\nextra: 1",
        b"x" * (9 << 20),
    ],
)
def test_a_results_file_that_is_none_is_refused_with_a_word(content: bytes) -> None:
    with pytest.raises(FairmarkError) as caught:
        read_results(content, "results.yaml", DEVICE)

    assert caught.value.hint
    assert len(caught.value.message) < 10_000


def test_a_results_file_that_was_edited_is_refused() -> None:
    text = written(done(answer(), answer("handover", attach=[]))).replace(b"SN 17", b"SN 18", 1)

    with pytest.raises(FairmarkError, match="record 2 does not follow"):
        read_results(text, "results.yaml", DEVICE)


def test_answers_may_come_from_a_file() -> None:
    content = b"""records:
  - {test: handover, result: PASS, by: A. Tester, day: 2026-11-20, unit: SN 17, seen: As the manual says.}
"""

    (one,) = read_answers(content, "answers.yaml")

    assert (one.test, one.day) == ("handover", date(2026, 11, 20))
    with pytest.raises(WrongUsageError, match="records.0.by: Field required"):
        read_answers(b"records: [{test: handover}]", "answers.yaml")


def test_where_it_stands_says_what_is_open() -> None:
    rows = {row["test"]: row for row in as_rows(where_it_stands(done(answer(attach=[])), DEVICE))}

    assert rows["handover"]["state"] == "open"
    assert rows["model-on-device"]["state"] == "PASS"
    assert rows["model-on-device"]["lacks"] == ["the test wants a file as evidence, and none is attached"]
