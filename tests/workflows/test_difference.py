import random
from functools import cache

import pytest

from fairmark.model.assessment import Assessment, Inputs
from fairmark.model.finding import Reach
from fairmark.model.service import Port, Service
from fairmark.model.standard import Level, Outcome, Verdict
from fairmark.model.test_case import CaseInput, TestCase
from fairmark.model.value import canonical_json
from fairmark.workflows.carried import read_older
from fairmark.workflows.difference import difference
from tests.doubles.assessments import PASSWORD, assessment, device, digest, repaired, risk
from tests.doubles.updates import camera, with_package, with_packages
from tests.model.test_test_case import case
from tests.workflows.test_carried import assessed


def test_an_update_that_mends_everything_broke_nothing() -> None:
    found = difference(assessment(), repaired())

    assert [one for one in found.broke if one.kind == "finding"] == []
    assert PASSWORD.title in {one.title for one in found.fixed}
    assert (found.level.reached, found.level.required) == ((0, 1), (2, 2))


def test_the_way_back_is_broken() -> None:
    found = difference(repaired(), assessment())

    assert PASSWORD.title in {one.title for one in found.broke}
    assert {"finding", "verdict", "level"} <= {one.kind for one in found.broke}


def test_an_assessment_compared_with_itself_differs_in_nothing() -> None:
    whole = assessment(cases=(case(),))

    found = difference(whole, whole)

    assert (found.broke, found.fixed, found.retest, found.notes) == ((), (), (), ())
    assert found.same_findings == len(whole.findings)
    assert [one.case for one in found.carried] == [case().id]


def with_outcome(outcome: Outcome) -> Assessment:
    first = assessment().verdicts[0]
    return assessment(verdicts=(Verdict.model_validate(first.model_dump() | {"outcome": outcome}),), findings=())


@pytest.mark.parametrize(
    ("was", "now", "where"),
    [
        (Outcome.PASS, Outcome.FAIL, "broke"),
        (Outcome.PASS, Outcome.INCONCLUSIVE, "broke"),
        (Outcome.INCONCLUSIVE, Outcome.FAIL, "broke"),
        (Outcome.NOT_APPLICABLE, Outcome.FAIL, "broke"),
        (Outcome.FAIL, Outcome.INCONCLUSIVE, "fixed"),
        (Outcome.FAIL, Outcome.PASS, "fixed"),
        (Outcome.INCONCLUSIVE, Outcome.PASS, "fixed"),
        (Outcome.NOT_APPLICABLE, Outcome.INCONCLUSIVE, ""),
        (Outcome.PASS, Outcome.NOT_APPLICABLE, ""),
        (Outcome.NOT_APPLICABLE, Outcome.PASS, ""),
        (Outcome.PASS, Outcome.PASS, ""),
    ],
)
def test_verdicts_get_worse_or_better(was: Outcome, now: Outcome, where: str) -> None:
    found = difference(with_outcome(was), with_outcome(now))

    told = {name for name in ("broke", "fixed") for one in getattr(found, name) if one.kind == "verdict"}
    assert told == ({where} if where else set())


def opened(*, declared: bool | None) -> Assessment:
    port = Port(protocol="tcp", number=8080)
    one = Service(name="http", program="/bin/http", user="www", ports=(port,), reach=Reach.EXPOSED, declared=declared)
    return assessment(services=(one,))


def test_a_port_that_nobody_declared_is_broken_and_a_declared_one_is_listed() -> None:
    undeclared, unknown, declared = (difference(assessment(), opened(declared=state)) for state in (False, None, True))

    for one in (undeclared, unknown):
        assert [change.title for change in one.broke] == ["tcp/8080 is open: /bin/http"]
    assert declared.broke == ()
    assert len(declared.services.added) == 1


def test_money_counts_as_moved_only_where_the_ranges_do_not_overlap() -> None:
    cheap, dear, near = (assessment(risk=risk(mean, mean)) for mean in (1_000, 1_000_000, 1_100))

    far = difference(cheap, dear)
    close = difference(cheap, near)

    assert {one.kind for one in far.broke} == {"money"}
    assert {one.kind for one in difference(dear, cheap).fixed} == {"money"}
    assert [one.told_apart for one in close.money] == [False] * 3
    assert close.broke == ()


def test_money_of_another_currency_is_not_compared() -> None:
    dear = risk(1_000_000, 1_000_000).model_copy(update={"currency": "EUR"})

    found = difference(assessment(risk=risk(1_000, 1_000)), assessment(risk=dear))

    assert found.currency == ""
    assert "money" not in {one.kind for one in found.broke}
    assert any("currencies" in note for note in found.notes)


def test_a_lower_level_is_broken() -> None:
    old, new = (assessment(level=Level(required=2, reached=reached, why=("because",))) for reached in (2, 1))

    assert [one.kind for one in difference(old, new).broke] == ["level"]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"device": device(model="Another")}, "different devices"),
        ({"inputs": Inputs(examination="x")}, "rules differ"),
        ({"inputs": Inputs(vulnerability_db="x")}, "data of published flaws"),
        ({"inputs": Inputs(device="x")}, "device profile"),
        ({"inputs": Inputs(catalogues={"a": "b"})}, "catalogues"),
        ({"inputs": Inputs(calibration="x")}, "calibration"),
        ({}, "no test cases"),
    ],
)
def test_what_changed_beside_the_image_is_said(changes: dict, word: str) -> None:
    old = assessment(inputs=Inputs())

    found = difference(old, assessment(**({"inputs": Inputs()} | changes)))

    assert any(word in note for note in found.notes)


def with_cases(*cases: TestCase, image: str = "image") -> Assessment:
    whole = assessment(cases=cases)
    return whole.model_copy(update={"image": whole.image.model_copy(update={"sha256": digest(image)})})


def read(*inputs: tuple[str, str, str], **changes: object) -> TestCase:
    return case(inputs=tuple(CaseInput(kind=k, name=n, sha256=s) for k, n, s in inputs), **changes)


def test_a_case_must_be_run_again_when_something_that_it_read_changed_and_says_what() -> None:
    old = with_cases(read(("text", "/etc/", "1"), ("listing", "", "2")))
    new = with_cases(read(("text", "/etc/", "9"), ("listing", "", "2")))

    (again,) = difference(old, new).retest

    assert again.why == ("text of /etc/",)
    assert difference(old, new).carried == ()


def test_a_case_that_reads_more_or_less_than_before_must_be_run_again() -> None:
    one, two = read(("text", "/a", "1")), read(("text", "/a", "1"), ("text", "/b", "1"))

    assert difference(with_cases(one), with_cases(two)).retest[0].why == ("text of /b",)
    assert difference(with_cases(two), with_cases(one)).retest[0].why == ("it read less than before",)


def test_what_has_no_digest_cannot_be_compared() -> None:
    one = read(("crack", "", ""))

    assert difference(with_cases(one), with_cases(one)).retest[0].why == ("crack (cannot be compared)",)


def test_a_case_that_is_new_must_be_run() -> None:
    assert difference(with_cases(), with_cases(read(("text", "/a", "1")))).retest[0].why == ("there was no such case",)


def test_what_was_tested_on_the_device_or_by_hand_must_be_tested_again_and_comes_first() -> None:
    probe = read(("evidence", "", "1"), examination="network", unit="tcp/192.0.2.1:443")
    hand = read(("evidence", "", "1"), examination="person", unit="test 7")
    auto = read(("text", "/a", "1"))
    old = with_cases(probe, hand, auto, image="old")

    found = difference(old, with_cases(probe, read(("text", "/a", "2")), image="new"))

    assert [(one.examination, one.by_hand, one.now) for one in found.retest] == [
        ("network", True, "INCONCLUSIVE"),
        ("person", True, ""),
        ("keys", False, "INCONCLUSIVE"),
    ]
    assert "another image now" in found.retest[0].why[0]
    assert "nobody has tested the newer one" in found.retest[1].why[0]


@cache
def before() -> Assessment:
    return assessed(with_packages(camera(), 6))


def test_what_holds_with_proof_is_what_would_be_taken_over() -> None:
    new = with_package(with_packages(camera(), 6), "vendor-part-000", "3.0", random.Random(1))
    after = assessed(new, read_older(canonical_json(before()), "old"))

    found = difference(before(), after)

    assert {one.case for one in found.carried} == {one.id for one in after.cases if one.carried_from}
    assert len(found.carried) + len(found.retest) == len(after.cases)


def test_the_comparison_is_the_same_every_time() -> None:
    assert canonical_json(difference(assessment(), repaired())) == canonical_json(difference(assessment(), repaired()))
