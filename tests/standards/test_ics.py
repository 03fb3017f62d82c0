"""The rows of the statement: what is claimed, and what stands against it."""

from fairmark.model.device import Device
from fairmark.model.implementation import ClaimRow
from fairmark.model.standard import Outcome, Verdict
from fairmark.standards.ics import NOTHING, Evidenced, rows
from fairmark.standards.library import catalogue
from tests.doubles.provisions import device, finding, verdicts

BOOK = catalogue("en303645")


def row(
    subject: Device, provision: str, facts: dict[str, bool] | None = None, evidenced: Evidenced = NOTHING
) -> ClaimRow:
    return next(one for one in rows(subject, BOOK, facts or {}, evidenced) if one.provision == provision)


def one_claim(provision: str, implemented: bool | None, reason: str = "") -> Device:  # noqa: FBT001
    return device(claims={"en303645": {provision: (implemented, reason)}})


def with_verdicts(given: dict[tuple[str, str], Verdict], *findings: object) -> Evidenced:
    return Evidenced(given, {one.id: one for one in findings})  # type: ignore[attr-defined]


def test_every_provision_has_a_row_and_silence_is_no_claim() -> None:
    listed = rows(Device(), BOOK, {})

    assert [one.provision for one in listed] == [one.id for one in BOOK.provisions]
    assert {one.claim for one in listed} == {""}
    assert all(not one.contradicted for one in listed)


def test_claims_are_written_as_letters_with_their_reasons() -> None:
    assert row(one_claim("5.1-1", True), "5.1-1", {"auth.password": True}).claim == "Y"
    assert row(one_claim("5.1-5", False, "any number\nof tries"), "5.1-5").reason == "any number of tries"
    assert row(one_claim("5.1-2", None, "none is pre-set"), "5.1-2").claim == "N/A"


def test_a_missing_reason_is_a_fault() -> None:
    assert "The reason is missing." in row(one_claim("5.1-5", False), "5.1-5").faults
    assert "The reason is missing." in row(one_claim("5.1-2", None, " "), "5.1-2").faults


def test_not_applicable_against_the_facts_is_contradicted_and_the_reverse_too() -> None:
    applies = {"auth.preset_unique_password": True}
    does_not = {"auth.preset_unique_password": False}

    assert row(one_claim("5.1-2", None, "x"), "5.1-2", applies).contradicted
    assert row(one_claim("5.1-2", True), "5.1-2", does_not).contradicted
    assert not row(one_claim("5.1-2", None, "x"), "5.1-2", does_not).contradicted


def test_an_undecided_condition_names_its_facts() -> None:
    found = row(one_claim("5.1-2", None, "x"), "5.1-2")

    assert found.applies is None
    assert found.faults == ("Whether it applies is not decided; state auth.preset_unique_password.",)


def test_a_claim_that_evidence_contradicts_names_the_finding() -> None:
    subject = device({"auth.password": True}, {"en303645": {"5.1-1": (True, "")}})
    bad = finding("default-password")

    found = row(subject, "5.1-1", {"auth.password": True}, with_verdicts(verdicts(subject, bad), bad))

    assert found.outcome is Outcome.FAIL
    assert found.contradicted[0].startswith("Contradicted by evidence: factory password common to units (grade A")


def test_an_unmet_recommendation_without_a_reason_is_a_fault() -> None:
    subject = device(claims={"en303645": {"5.7-1": (True, "")}})
    bad = finding("no-secure-boot")

    found = row(subject, "5.7-1", {}, with_verdicts(verdicts(subject, bad), bad))

    assert "A recommendation that is not met, without a reason." in found.faults


def test_whoever_admits_it_is_not_contradicted() -> None:
    subject = device(claims={"en303645": {"5.7-1": (False, "the loader cannot")}})
    bad = finding("no-secure-boot")

    found = row(subject, "5.7-1", {}, with_verdicts(verdicts(subject, bad), bad))

    assert (found.contradicted, found.faults) == ((), ())
