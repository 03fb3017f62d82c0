from fairmark.model.standard import Outcome
from fairmark.model.test_case import CaseInput, CaseKind, TestCase, case_id
from fairmark.model.value import canonical_json


def case(**changes: object) -> TestCase:
    given = {
        "examination": "keys",
        "kind": CaseKind.FUNCTIONAL,
        "unit": "image",
        "inputs": (CaseInput(kind="listing", sha256="a" * 64),),
        "outcome": Outcome.INCONCLUSIVE,
        "reason": "nothing was found",
    }
    return TestCase.model_validate(given | changes)


def test_two_builds_share_the_id_of_a_case() -> None:
    assert case().id == case(outcome=Outcome.FAIL, inputs=()).id == case_id("keys", "image")
    assert case(unit="zlib 1.3").id != case().id


def test_a_given_id_is_computed_again() -> None:
    assert case(id="tc-forged").id == case().id


def test_what_is_empty_is_not_written_and_is_read_back_the_same() -> None:
    written = canonical_json(case())

    assert b"carried_from" not in written
    assert b'"hints"' not in written
    assert TestCase.model_validate_json(written) == case()
    assert TestCase.model_validate_json(canonical_json(case(inputs=()))) == case(inputs=())
