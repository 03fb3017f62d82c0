"""The verdicts: evidence against comes first, silence is open, and nothing is passed that was not seen whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.model.device import Documents, Network
from fairmark.model.finding import Confidence, Method, Observation
from fairmark.model.gap import GapReason
from fairmark.model.image import Coverage
from fairmark.model.standard import Outcome, Verdict
from fairmark.standards.claims import claim_evidence
from fairmark.standards.library import catalogues, crosswalk
from tests.doubles.provisions import BETTER, GAP, SEEN_WHOLE, WORDS, device, finding, observation, seen, verdicts

EN, PSTI, OLD = "en303645", "psti", "en303645-v2.1.1"
PASSWORDS = {"auth.password": True}
CLAIMED = {EN: {"5.1-1": (True, "")}, PSTI: {"1-2": (True, "")}}
RIGHT = observation("no-default-password")
LINKED_WEAKNESSES = sorted(
    {name for link in crosswalk() for name, item in WORDS.weaknesses.items() if item.capability == link.capability}
)
FEW = settings(max_examples=25, deadline=None, derandomize=True)


def test_silence_is_inconclusive() -> None:
    judged = verdicts(device())

    assert {verdict.outcome for verdict in judged.values()} == {Outcome.INCONCLUSIVE}
    assert all(verdict.settled_by for verdict in judged.values())
    assert all(verdict.reason for verdict in judged.values())


def test_there_is_one_verdict_for_every_provision_in_their_order() -> None:
    assert list(verdicts(device())) == [(item.id, p.id) for item in catalogues() for p in item.provisions]


def test_a_default_password_fails_the_standard_and_the_law() -> None:
    bad = finding("default-password")

    judged = verdicts(device(), bad)

    failed = {key for key, verdict in judged.items() if verdict.outcome is Outcome.FAIL}
    assert {(EN, "5.1-1"), (OLD, "5.1-1"), (PSTI, "1-2"), ("cra", "I.2.b"), ("cra", "I.2.d")} <= failed
    assert {name for name, _ in failed} == {EN, OLD, PSTI, "cra", "isvs", "en18031-1", "en18031-2", "en18031-3"}
    assert judged[PSTI, "1-2"].because == (bad.id, "ev-1")
    assert "grade A, high" in judged[PSTI, "1-2"].reason


def test_a_started_telnet_fails_the_service_provision_and_no_other() -> None:
    judged = verdicts(device(), finding("service-telnet"))

    assert [p for name, p in judged if name == EN and judged[name, p].outcome is Outcome.FAIL] == ["5.6-1"]
    assert [p for name, p in judged if name == PSTI and judged[name, p].outcome is Outcome.FAIL] == []
    assert "without deciding" in judged[EN, "5.6-5"].reason or "Open" in judged[EN, "5.6-5"].reason
    assert "Speaks against it without deciding" in judged[EN, "5.5-1"].reason


@pytest.mark.parametrize("confidence", [Confidence.A, Confidence.B])
def test_grades_a_and_b_may_fail_and_the_reason_names_the_grade(confidence: Confidence) -> None:
    verdict = verdicts(device(), finding("private-key-in-image", confidence=confidence))[EN, "5.4-3"]

    assert verdict.outcome is Outcome.FAIL
    assert f"grade {confidence}" in verdict.reason


def test_grade_c_never_changes_a_verdict() -> None:
    subject = device(PASSWORDS, CLAIMED)
    hints = [finding(name, confidence=Confidence.C) for name in LINKED_WEAKNESSES]

    assert verdicts(subject, *hints, observations=(RIGHT,)) == verdicts(subject, observations=(RIGHT,))


def test_complete_evidence_and_the_makers_claim_together_pass() -> None:
    judged = verdicts(device(PASSWORDS, CLAIMED), observations=(RIGHT,))

    passed = {key for key, verdict in judged.items() if verdict.outcome is Outcome.PASS}
    assert passed == {(EN, "5.1-1"), (PSTI, "1-2")}
    assert "ev-9" in judged[EN, "5.1-1"].because


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"observations": ()}, "nothing examined speaks for"),
        ({"observations": (observation("no-default-password", complete=False),)}, "does not cover every place"),
        ({"observations": (RIGHT, observation("no-default-password", complete=False))}, "does not cover every place"),
        ({"coverage": SEEN_WHOLE.model_copy(update={"gaps": (GAP,)})}, "1 part was not examined"),
        (
            {"coverage": SEEN_WHOLE.model_copy(update={"gaps": (GAP.model_copy(update={"reason": GapReason.TOOL}),)})},
            "tool failed",
        ),
        ({"coverage": Coverage()}, "no root file system was examined"),
    ],
)
def test_one_thing_unseen_keeps_the_verdict_open(change: dict[str, object], why: str) -> None:
    verdict = verdicts(device(PASSWORDS, CLAIMED), **({"observations": (RIGHT,)} | change))[EN, "5.1-1"]  # type: ignore[arg-type]

    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert why in verdict.reason


def test_an_image_without_an_account_database_is_inconclusive() -> None:
    subject = device(PASSWORDS, CLAIMED)

    assert verdicts(subject)[EN, "5.1-1"].outcome is Outcome.INCONCLUSIVE


def test_without_the_makers_claim_evidence_does_not_pass() -> None:
    verdict = verdicts(device(PASSWORDS), observations=(RIGHT,))[EN, "5.1-1"]

    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.reason == (
        "Open: the maker does not claim that it is implemented. Speaks for it without deciding: Seen to be right."
    )
    assert "ev-9" in verdict.because


def test_a_claim_without_evidence_does_not_pass() -> None:
    rows = {item.id: {p.id: (True, "") for p in item.provisions} for item in catalogues()}
    subject = device(dict.fromkeys(WORDS.facts, True), rows)

    judged = verdicts(subject)

    assert Outcome.PASS not in {verdict.outcome for verdict in judged.values()}
    assert "The maker claims that it is implemented." in judged[EN, "5.11-1"].reason


def test_a_credential_elsewhere_in_the_image_stands_in_the_way_of_a_pass() -> None:
    judged = verdicts(device(PASSWORDS, CLAIMED), finding("hardcoded-secret"), observations=(RIGHT,))

    assert judged[EN, "5.1-1"].outcome is Outcome.INCONCLUSIVE
    assert judged[PSTI, "1-2"].outcome is Outcome.INCONCLUSIVE
    assert "findings speak against it" in judged[PSTI, "1-2"].reason


def test_a_private_key_is_no_password() -> None:
    judged = verdicts(device(PASSWORDS, CLAIMED), finding("private-key-in-image"), observations=(RIGHT,))

    assert judged[PSTI, "1-2"].outcome is Outcome.PASS


def test_a_false_condition_takes_the_provision_out_and_says_which_fact_does() -> None:
    judged = verdicts(device({"auth.password": False}), facts=(seen("debug.present", value=False),))

    assert judged[EN, "5.1-1"].outcome is Outcome.NOT_APPLICABLE
    assert "auth.password is false (declared)" in judged[EN, "5.1-1"].reason
    assert "debug.present is false (seen in the image)" in judged[EN, "5.6-4A"].reason


def test_an_unknown_condition_names_the_facts_that_would_decide() -> None:
    verdict = verdicts(device({"constraint.no_brute_force_defence": False}))[EN, "5.1-5"]

    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "not known: auth.network." in verdict.reason
    assert verdict.settled_by.startswith("in device.yaml under facts: auth.network; then ")


def test_what_is_found_fails_even_where_nobody_stated_the_condition() -> None:
    verdict = verdicts(device(), finding("weak-password-hash"))[EN, "5.1-3"]

    assert verdict.outcome is Outcome.FAIL
    assert "auth.cryptographic" in verdict.reason


def test_a_finding_that_does_not_prove_the_condition_waits_for_it() -> None:
    shared = finding("shared-key")

    waiting = verdicts(device(), shared)[EN, "5.4-4"]
    stated = verdicts(device({"secrets.protect_update_or_service": True}), shared)[EN, "5.4-4"]

    assert waiting.outcome is Outcome.INCONCLUSIVE
    assert "Speaks against it" in waiting.reason
    assert shared.id in waiting.because
    assert stated.outcome is Outcome.FAIL


def test_a_finding_against_the_facts_leaves_the_provision_open() -> None:
    bad = finding("debug-interface")

    verdict = verdicts(device({"debug.present": False}), bad)[EN, "5.6-4A"]

    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert bad.id in verdict.because
    assert "what was found speaks against them" in verdict.reason


def test_a_proven_fact_wins_over_the_claim_and_the_verdict_says_so() -> None:
    verdict = verdicts(device({"auth.password": False}), facts=(seen("auth.password"),))[EN, "5.1-1"]

    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "The profile states that auth.password is false; the image shows the opposite." in verdict.reason
    assert "ev-5" in verdict.because


def test_not_implemented_fails_by_the_makers_own_statement() -> None:
    subject = device(claims={EN: {"5.11-1": (False, "planned for 2027")}})

    verdict = verdicts(subject, observations=(observation("data-deletion"),))[EN, "5.11-1"]

    assert verdict.outcome is Outcome.FAIL
    assert verdict.reason == "The maker states that it is not implemented. Reason given: planned for 2027."
    assert [item.id for item in claim_evidence(subject, [verdict])] == list(verdict.because)


def test_not_implemented_decides_nothing_while_the_condition_is_unknown() -> None:
    verdict = verdicts(device(claims={EN: {"5.1-4": (False, "")}}))[EN, "5.1-4"]

    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "if it applies, that fails it" in verdict.reason


def test_a_claim_that_evidence_contradicts_fails_and_says_so() -> None:
    verdict = verdicts(device(PASSWORDS, CLAIMED), finding("empty-password"))[EN, "5.1-1"]

    assert verdict.outcome is Outcome.FAIL
    assert "This contradicts the maker's claim that it is implemented." in verdict.reason


def test_not_applicable_is_not_believed_while_the_condition_holds() -> None:
    claims = {EN: {"5.1-1": (None, "no login"), "5.4-3": (None, "")}}

    judged = verdicts(device(PASSWORDS, claims), finding("hardcoded-secret"))

    assert judged[EN, "5.1-1"].outcome is Outcome.INCONCLUSIVE
    assert "no stated or seen fact says so" in judged[EN, "5.1-1"].reason
    assert judged[EN, "5.4-3"].outcome is Outcome.FAIL
    assert "is not borne out" in judged[EN, "5.4-3"].reason


def test_a_claim_for_what_does_not_apply_is_flagged() -> None:
    facts = {"auth.password": False, "auth.user": False, "auth.cryptographic": False}
    claims = {EN: {"5.1-1": (True, ""), "5.1-3": (False, ""), "5.1-4": (None, "")}}

    judged = verdicts(device(facts, claims))

    assert "claims it as implemented all the same" in judged[EN, "5.1-1"].reason
    assert "claims it as not implemented all the same" in judged[EN, "5.1-3"].reason
    assert "gives no reason" in judged[EN, "5.1-4"].reason
    assert {judged[EN, p].outcome for p in claims[EN]} == {Outcome.NOT_APPLICABLE}


@pytest.mark.parametrize(("paragraph", "field"), [("2-2a", "disclosure_policy"), ("soc", "statement_of_compliance")])
def test_an_address_alone_is_a_claim(paragraph: str, field: str) -> None:
    subject = device(documents=Documents.model_validate({field: "https://maker.example/page"}))

    verdict = verdicts(subject)[PSTI, paragraph]

    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert f"The profile names {field}: a claim." in verdict.reason
    assert [item.where.path for item in claim_evidence(subject, [verdict])] == [f"documents.{field}"]


def test_a_support_date_alone_is_a_claim_and_a_missing_one_is_no_proof() -> None:
    named = verdicts(device(support_until="2031-12-31"))[PSTI, "3-2"]
    missing = verdicts(device(support_until=None, documents=Documents(support_period="")))[PSTI, "3-2"]

    assert named.outcome is Outcome.INCONCLUSIVE
    assert missing.outcome is Outcome.INCONCLUSIVE
    assert "The profile names no support_period or support_until; one may exist all the same." in missing.reason


def test_a_recommendation_unmet_without_a_reason_breaks_the_duty_to_record_one() -> None:
    claims = {EN: {"5.6-5": (False, " "), "5.6-7": (False, "one process"), "5.12-1": (None, "")}}

    verdict = verdicts(device(claims=claims))[EN, "5.0-1"]

    assert verdict.outcome is Outcome.FAIL
    assert verdict.reason == "No reason is recorded for 2 unmet or excluded recommendations: 5.6-5, 5.12-1."


def test_a_recommendation_claimed_but_refuted_has_no_reason_either() -> None:
    bad = finding("root-daemon")

    verdict = verdicts(device(claims={EN: {"5.6-7": (True, "")}}), bad)[EN, "5.0-1"]

    assert verdict.outcome is Outcome.FAIL
    assert bad.id in verdict.because


def test_without_a_row_the_reason_may_stand_elsewhere() -> None:
    verdict = verdicts(device(), finding("root-daemon"))[EN, "5.0-1"]

    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.reason.endswith("Unmet recommendations for which this profile has no row: 5.6-7.")


def test_recorded_reasons_alone_do_not_pass() -> None:
    rows: dict[str, tuple[bool | None, str]] = {
        p.id: (False, "r") for p in catalogues()[0].provisions if p.status == "recommended"
    }

    assert verdicts(device(claims={EN: rows}))[EN, "5.0-1"].outcome is Outcome.INCONCLUSIVE


def test_no_network_takes_the_network_provisions_out() -> None:
    judged = verdicts(device(network=Network.NONE))

    assert judged[EN, "5.1-5"].outcome is Outcome.NOT_APPLICABLE
    assert judged[EN, "5.6-1"].outcome is Outcome.NOT_APPLICABLE
    assert judged[EN, "5.1-1"].outcome is Outcome.INCONCLUSIVE


PART = "en18031-1"
REACHED = {"access.asset_reachable": True}


def test_a_fact_that_is_the_outcome_of_a_requirement_is_known_to_its_catalogue_alone() -> None:
    bad = finding("missing-authentication")

    judged = verdicts(device(REACHED), bad)

    assert judged[PART, "ACM-1"].outcome is Outcome.FAIL
    assert judged[PART, "ACM-2"].outcome is Outcome.FAIL
    assert "access.managed" not in judged[PART, "ACM-2"].reason
    assert judged[EN, "5.5-5"].outcome is Outcome.INCONCLUSIVE


def test_what_is_not_required_takes_the_requirements_behind_it_out() -> None:
    judged = verdicts(device({"access.asset_reachable": False, "access.managed": True}))

    assert judged[PART, "ACM-1"].outcome is Outcome.NOT_APPLICABLE
    assert judged[PART, "ACM-2"].outcome is Outcome.NOT_APPLICABLE


def test_while_the_requirement_is_open_the_declared_fact_stands() -> None:
    assert verdicts(device({"access.managed": False}))[PART, "ACM-2"].outcome is Outcome.NOT_APPLICABLE
    assert "access.managed" in verdicts(device())[PART, "ACM-2"].reason


def test_a_row_against_the_condition_is_flagged_both_ways() -> None:
    claims = {EN: {"5.1-1": (None, "no login"), "5.1-4": (True, "")}}

    holds = verdicts(device({"auth.password": True, "auth.user": False}, claims))

    assert holds[EN, "5.1-1"].warnings == ("The maker's row says that it does not apply, but by the facts it does.",)
    assert holds[EN, "5.1-4"].warnings == ("The maker's row says implemented, but by the facts it does not apply.",)
    assert verdicts(device(PASSWORDS, CLAIMED))[EN, "5.1-1"].warnings == ()


def test_where_a_clause_gives_no_presumption_the_verdict_warns() -> None:
    skippable = verdicts(device({"auth.password_optional": True}))
    never = verdicts(device({"auth.password_optional": False, "product.toy": True}))

    assert "a notified body is needed" in skippable[PART, "AUM-5-1"].warnings[0]
    assert "Not known here" not in skippable[PART, "AUM-5-1"].warnings[0]
    assert verdicts(device())[PART, "AUM-5-1"].warnings[0].endswith("Not known here: auth.password_optional.")
    assert never[PART, "AUM-5-1"].warnings == ()
    assert "6.1.3 to 6.1.6" in never["en18031-2", "ACM-4"].warnings[0]
    assert "6.3.2.4" in never["en18031-3", "SUM-2"].warnings[0]
    assert never[PART, "SUM-2"].warnings == ()


def test_a_pass_wants_every_method_that_the_link_names() -> None:
    subject = device({"interface.unused_network": True}, {EN: {"5.6-1": (True, "")}})
    image = observation("attack-surface")
    probe = observation("attack-surface", method=Method.NETWORK_PROBE)

    def judged(*told: Observation, **more: object) -> Verdict:
        return verdicts(subject, observations=told, **more)[EN, "5.6-1"]  # type: ignore[arg-type]

    assert judged(image, probe).outcome is Outcome.PASS
    assert "in the image and at the live device" in judged(image, probe).reason
    assert judged(image).outcome is Outcome.INCONCLUSIVE
    assert 'nothing examined at the live device speaks for "Unused interfaces' in judged(image).reason
    assert judged(probe).outcome is Outcome.INCONCLUSIVE
    assert judged(image, probe.model_copy(update={"complete": False})).outcome is Outcome.INCONCLUSIVE
    assert judged(image, probe, coverage=SEEN_WHOLE.model_copy(update={"gaps": (GAP,)})).outcome is Outcome.INCONCLUSIVE


def test_a_gap_in_the_image_stands_not_in_the_way_of_what_documents_show() -> None:
    subject = device(claims={PSTI: {"3-2": (True, "")}})
    told = observation("support-period", method=Method.DOCUMENT, rule="support-end-date")

    assert verdicts(subject, observations=(told,), coverage=Coverage())[PSTI, "3-2"].outcome is Outcome.PASS


def test_another_set_of_methods_does_as_well() -> None:
    subject = device(claims={EN: {"5.3-16": (True, "")}})

    for method in (Method.NETWORK_PROBE, Method.HUMAN):
        told = observation("unique-identity", method=method)
        assert verdicts(subject, observations=(told,))[EN, "5.3-16"].outcome is Outcome.PASS


def test_every_recommendation_with_its_reason_and_the_makers_word_fulfil_the_duty() -> None:
    rows: dict[str, tuple[bool | None, str]] = {
        p.id: (False, "r") for p in catalogues()[0].provisions if p.status == "recommended"
    }

    verdict = verdicts(device(claims={EN: rows | {"5.0-1": (True, "")}}))[EN, "5.0-1"]

    assert verdict.outcome is Outcome.PASS
    assert verdict.reason.startswith("A reason is recorded for 42 recommendations")
    assert verdict.reason.endswith("Whether the reasons hold is for a reader.")


FINDINGS = st.builds(
    lambda name, grade: finding(name, confidence=grade),
    st.sampled_from(LINKED_WEAKNESSES),
    st.sampled_from(list(Confidence)),
)
FACTS = st.dictionaries(st.sampled_from(sorted(WORDS.facts)), st.booleans(), max_size=20)
CLAIMS = st.dictionaries(
    st.sampled_from([p.id for p in catalogues()[0].provisions]),
    st.tuples(st.sampled_from([True, False, None]), st.sampled_from(["", "a reason"])),
    max_size=20,
)


@FEW
@given(FACTS, CLAIMS, st.lists(FINDINGS, max_size=3), FINDINGS)
def test_another_finding_never_makes_a_verdict_better(
    facts: dict[str, bool], claims: dict[str, tuple[bool | None, str]], known: list[object], one_more: object
) -> None:
    subject = device(facts, {EN: claims, PSTI: {"1-2": (True, "")}})

    before = verdicts(subject, *known, observations=(RIGHT,))  # type: ignore[arg-type]
    after = verdicts(subject, *known, one_more, observations=(RIGHT,))  # type: ignore[arg-type]

    assert all(BETTER[after[key].outcome] <= BETTER[before[key].outcome] for key in before)


@FEW
@given(FACTS, CLAIMS, st.lists(FINDINGS, max_size=3))
def test_with_a_gap_nothing_ever_passes(
    facts: dict[str, bool], claims: dict[str, tuple[bool | None, str]], known: list[object]
) -> None:
    every = tuple(observation(name) for name in WORDS.capabilities)  # of the image alone
    coverage = SEEN_WHOLE.model_copy(update={"gaps": (GAP,)})

    judged = verdicts(device(facts, {EN: claims}), *known, observations=every, coverage=coverage)  # type: ignore[arg-type]

    assert Outcome.PASS not in {verdict.outcome for verdict in judged.values()}


def test_the_order_of_the_input_changes_nothing() -> None:
    bad = [finding(name) for name in LINKED_WEAKNESSES]

    assert verdicts(device(), *bad) == verdicts(device(), *reversed(bad))
