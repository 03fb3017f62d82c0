from xml.etree import ElementTree as ET

import pytest

from fairmark.model.assessment import Assessment
from fairmark.model.standard import Outcome
from fairmark.render.junit import render
from tests.doubles.assessments import assessment, hostile
from tests.model.test_test_case import case

CASES = (
    case(examination="accounts", outcome=Outcome.FAIL, reason="A default password", because=("ev-1",)),
    case(examination="keys", carried_from="d" * 64),
    case(examination="services", outcome=Outcome.PASS, reason="all is declared"),
)


def suites(of: Assessment) -> dict[str, ET.Element]:
    root = ET.fromstring(render(of))
    return {one.attrib["name"]: one for one in root}


def test_every_verdict_and_every_case_is_there_and_the_counts_add_up() -> None:
    whole = assessment(cases=CASES)
    root = ET.fromstring(render(whole))

    assert int(root.attrib["tests"]) == len(whole.verdicts) + len(CASES)
    failed = sum(one.outcome is Outcome.FAIL for one in (*whole.verdicts, *CASES))
    assert int(root.attrib["failures"]) == failed
    for number in ("tests", "failures", "skipped"):
        assert int(root.attrib[number]) == sum(int(suite.attrib[number]) for suite in root)


def test_what_is_inconclusive_is_skipped_with_its_reason_and_never_a_pass() -> None:
    for suite in suites(assessment(cases=CASES)).values():
        for one in suite:
            skipped = one.find("skipped")
            if skipped is not None:
                assert skipped.attrib["message"].startswith(("INCONCLUSIVE: ", "NOT_APPLICABLE: "))

    (keys,) = suites(assessment(cases=CASES))["examination keys"]
    skipped = keys.find("skipped")
    assert skipped is not None
    assert "Taken over from the assessment dddd" in skipped.attrib["message"]


def test_a_failure_names_its_reason_and_its_proof() -> None:
    (accounts,) = suites(assessment(cases=CASES))["examination accounts"]

    failure = accounts.find("failure")
    assert failure is not None
    assert failure.attrib["message"] == "A default password"
    assert "ev-1" in (failure.text or "")


def test_a_pass_is_a_test_without_anything_in_it() -> None:
    (services,) = suites(assessment(cases=CASES))["examination services"]

    assert list(services) == []


@pytest.mark.parametrize(
    "name",
    ['"><testcase name="x"/>', "]]>&amp;<!--", "\x00\x01\x1b[31m", "\ud800", "\ufffe\uffff", "a\nb\tc", "x" * 10_000],
)
def test_hostile_words_stay_words(name: str) -> None:
    try:
        whole = hostile(name)
    except ValueError:  # the value itself refuses it
        whole = assessment()
    unit = name.encode("utf-8", "replace").decode()
    whole = whole.model_copy(update={"cases": (case(unit=unit, reason=unit), case(examination=unit))})

    root = ET.fromstring(render(whole))

    assert int(root.attrib["tests"]) == len(whole.verdicts) + 2
    assert len(root.findall(".//testcase")) == int(root.attrib["tests"])


def test_the_same_assessment_gives_the_same_bytes() -> None:
    assert render(assessment(cases=CASES)) == render(assessment(cases=CASES))
