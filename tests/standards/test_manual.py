"""Tests by hand: their texts hang together, records are whole, and the history cannot be changed unnoticed."""

from datetime import date

import pytest
from pydantic import ValidationError

from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.model.vocabulary import vocabulary
from fairmark.standards.condition import facts_of
from fairmark.standards.manual import (
    Attached,
    Record,
    Result,
    Results,
    added,
    checked,
    lacking,
    manual_test,
    manual_tests,
    states,
)

PHOTO = Attached(name="label.jpg", sha256="0" * 64, size=10)


def record(test: str = "model-on-device", result: Result = Result.PASS, **more: object) -> Record:
    given = {"by": "A. Tester", "day": date(2026, 11, 20), "unit": "SN 17", "seen": "The label says EC-100."}
    return Record.model_validate({"test": test, "result": result, **given, **more})


def test_every_test_speaks_of_things_that_exist() -> None:
    words = vocabulary()

    assert len(manual_tests()) >= 25
    for name, test in manual_tests().items():
        assert test.capability in words.capabilities
        assert set(facts_of(test.when)) <= set(words.facts)
        assert all(rule.startswith(f"hand-{test.capability}") for rule in test.rules), name
        assert not test.weakness or words.weaknesses[test.weakness].capability == test.capability
        assert all(sentence.endswith((".", "?")) for sentence in (*test.steps, test.record, *map(test.means, Result)))


def test_every_capability_that_only_a_person_can_judge_has_a_test() -> None:
    tested = {test.capability for test in manual_tests().values()}

    assert {name for name, one in vocabulary().capabilities.items() if one.automation == "human"} <= tested


def test_a_changed_answer_keeps_the_older_one() -> None:
    results = added(added(Results(), record()), record(result=Result.FAIL))

    assert [one.result for one in results.records] == [Result.PASS, Result.FAIL]
    assert results.latest["model-on-device"].result is Result.FAIL
    assert results.records[1].previous == results.records[0].digest
    assert checked(results, "r") == results


def test_an_altered_a_missing_and_a_moved_record_are_noticed() -> None:
    first, second, third = (results := added(added(added(Results(), record()), record("handover")), record())).records
    altered = first.model_copy(update={"result": Result.FAIL})

    for broken in ((altered, second, third), (first, third), (second, third), (second, first, third)):
        with pytest.raises(UnreadableInputError, match="does not follow"):
            checked(results.model_copy(update={"records": broken}), "r")


def test_a_record_of_an_unknown_test_is_refused() -> None:
    with pytest.raises(UnreadableInputError, match="there is no test"):
        checked(Results(records=(record("nonsense"),)), "r")
    with pytest.raises(WrongUsageError, match="no test by hand"):
        added(Results(), record("nonsense"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"by": ""},
        {"by": " "},
        {"by": "A\x1b[2J"},
        {"unit": ""},
        {"unit": "a\nb"},
        {"seen": ""},
        {"seen": "x" * 4001},
        {"seen": "a\x00"},
        {"day": "yesterday"},
        {"result": "pass"},
        {"extra": 1},
        {"attached": [{"name": "x", "sha256": "0", "size": 1}]},
        {"attached": [{"name": "x", "sha256": "0" * 64, "size": -1}]},
    ],
)
def test_a_record_without_name_unit_day_or_words_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        record(**wrong)


def test_a_pass_lacks_the_file_that_the_test_wants_and_the_right_firmware() -> None:
    test = manual_test("model-on-device")

    assert lacking(test, record(attached=(PHOTO,))) == ()
    assert lacking(test, record()) == ("the test wants a file as evidence, and none is attached",)
    assert lacking(test, record(attached=(PHOTO,), firmware="1.0"), "1.1") == ("it was done on firmware 1.0, not 1.1",)


def test_tests_that_the_facts_rule_out_are_not_asked_unless_they_were_recorded() -> None:
    facts = {"product.toy": False, "product.childcare": False}

    names = {one.name for one in states(Results(), facts)}
    kept = {one.name for one in states(Results(records=(record("child-controls"),)), facts)}

    assert "child-controls" not in names
    assert "handover" in names
    assert "child-controls" in kept
