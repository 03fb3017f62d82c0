"""Documents become observations, findings and evidence by clause; none proves that anybody acts on them."""

from datetime import date

import pytest

from fairmark.errors import UnreadableInputError
from fairmark.model.device import Claim, Device, Documents
from fairmark.model.evidence import EvidenceKind
from fairmark.model.finding import Confidence, Detection, Method
from fairmark.model.standard import Outcome, Verdict
from fairmark.workflows.maker_documents import RULES, digests, read_documents
from tests.doubles import maker_papers
from tests.doubles.maker_papers import NOW, given
from tests.doubles.provisions import verdicts

DEVICE = Device(
    model="EC-100",
    support_until=date(2031, 12, 31),
    facts={"telemetry.collected": False, **maker_papers.KINDS},
    documents=Documents(
        disclosure_policy="https://www.camera.example/security/disclosure",
        support_period="https://www.camera.example/security/support",
        privacy_information="https://www.camera.example/privacy",
        update_policy="https://www.camera.example/security/updates",
    ),
)


def seen(device: Device = DEVICE, **papers: bytes) -> Detection:
    return read_documents(given(**papers), device, NOW)


def test_whole_documents_give_complete_observations_and_no_finding() -> None:
    found = seen(**maker_papers.ALL)

    assert found.findings == ()
    assert {one.capability for one in found.observations} == {
        "vdp",
        "vuln-response",
        "update-info",
        "update-free",
        "support-period",
        "privacy-info",
        "data-deletion",
        "setup-guidance",
        "external-sensing",
    }
    assert {one.method for one in found.observations} == {Method.DOCUMENT}
    assert [one.rule for one in found.observations if not one.complete] == ["sensors-listed"]
    assert {one.kind for one in found.evidence} == {EvidenceKind.DOCUMENT}
    (place,) = [one.where for one in found.evidence if "acknowledged" in one.statement]
    assert (place.path, place.line) == ("disclosure_policy.txt", 7)
    assert place.quote == "We acknowledge every report within 3 working days."


def test_a_policy_that_nobody_says_is_public_is_not_complete() -> None:
    told = seen(Device(), disclosure_policy=maker_papers.DISCLOSURE).observations

    assert [one.rule for one in told] == ["disclosure-policy", "disclosure-times", "security-contact"]
    assert not any(one.complete for one in told)
    assert all("nobody states where" in one.statement for one in told)


def test_a_security_txt_alone_shows_a_contact_and_no_policy() -> None:
    told = seen(security_txt=maker_papers.SECURITY_TXT).observations

    assert {one.rule: one.complete for one in told} == {"disclosure-policy": False, "security-contact": True}


def test_what_is_left_out_is_a_finding_of_grade_b_and_what_is_unclear_a_hint() -> None:
    found = seen(disclosure_policy=b"We answer. Every report counts. Talk to us within a week of the fair.")

    grades = {one.title: one.confidence for one in found.findings}
    assert grades == {
        "The policy for reports of flaws does not tell an address for reports": Confidence.B,
        "The policy for reports of flaws does not tell clearly the time until a report is acknowledged": Confidence.C,
        "The policy for reports of flaws does not tell clearly how often the reporter hears how it stands": Confidence.C,
    }
    assert found.observations == ()


def test_a_valid_security_txt_names_the_contact_for_the_policy() -> None:
    policy = maker_papers.DISCLOSURE.replace(b"security@camera.example", b"us")

    without = seen(disclosure_policy=policy)
    found = seen(disclosure_policy=policy, security_txt=maker_papers.SECURITY_TXT)

    assert [one.rule for one in without.findings] == ["disclosure-policy-without-contact"]
    assert found.findings == ()
    assert found.observations[0].complete


def test_an_expired_security_txt_is_a_proven_finding_and_keeps_the_policy_from_being_whole() -> None:
    old = maker_papers.SECURITY_TXT.replace(b"2027-06-30", b"2025-06-30")

    found = seen(disclosure_policy=maker_papers.DISCLOSURE, security_txt=old)

    (finding,) = found.findings
    assert (finding.rule, finding.confidence) == ("security-txt-faulty", Confidence.A)
    assert "it expired on 2025-06-30" in finding.title
    assert not found.observations[0].complete
    (proof,) = [one for one in found.evidence if one.id in finding.evidence]
    assert (proof.where.line, proof.where.quote) == (3, "Expires: 2025-06-30T23:59:59Z")


def test_a_statement_against_the_profile_is_a_finding_with_both_sides() -> None:
    found = seen(support_period=b"The EC-100 gets security updates for 2 years, until 31 December 2028.")

    (finding,) = found.findings
    assert (finding.rule, finding.weakness) == ("support-end-contradicts-profile", "claim-contradicted")
    assert {one.kind for one in found.evidence if one.id in finding.evidence} == {
        EvidenceKind.CLAIM,
        EvidenceKind.DOCUMENT,
    }
    assert not found.observations[0].complete


def test_a_statement_of_another_model_is_not_complete() -> None:
    (told,) = seen(support_period=maker_papers.SUPPORT.replace(b"EC-100", b"EC-200")).observations

    assert "does not name the model" in told.statement


def test_a_statement_without_an_end_is_a_finding() -> None:
    (finding,) = seen(support_period=b"We care for the EC-100 for a long time.").findings

    assert finding.weakness == "no-support-period"


def test_another_language_is_said_and_not_judged() -> None:
    german = "Wir antworten auf jede Meldung innerhalb von drei Tagen und sagen Ihnen, wie es um sie steht. " * 4

    found = seen(disclosure_policy=german.encode())

    assert (found.findings, found.observations) == ((), ())
    assert found.unseen == ("disclosure_policy.txt: it does not seem to be in English and was not read.",)


def test_a_pdf_is_refused() -> None:
    with pytest.raises(UnreadableInputError, match="PDF"):
        seen(update_policy=b"%PDF-1.4")


def test_the_same_documents_give_the_same_result_in_any_order() -> None:
    papers = given(**maker_papers.ALL)

    assert read_documents(papers, DEVICE, NOW) == read_documents(papers[::-1], DEVICE, NOW)
    assert digests(papers) == digests(papers[::-1])


def test_instructions_without_a_word_on_security_are_one_finding_for_each_thing_asked() -> None:
    found = seen(user_instructions=b"Put the camera on a shelf. Enjoy.")
    partly = seen(user_instructions=b"Put the camera on a shelf. Set-up takes a minute.")

    assert {one.weakness for one in found.findings} == {"guidance-missing"}
    assert partly.findings == ()


def test_the_weaknesses_of_the_rules() -> None:
    assert {rule.weakness for rule in RULES} == {
        "no-report-contact",
        "no-report-times",
        "stale-security-txt",
        "claim-contradicted",
        "no-support-period",
        "privacy-notice-incomplete",
        "telemetry-notice-incomplete",
        "guidance-missing",
        "no-update-path",
        "no-auto-update",
        "slow-fix",
    }


def judged(device: Device, catalogue: str, provision: str, **papers: bytes) -> Verdict:
    """The verdict on a provision that the maker claims, from these documents alone."""
    claiming = device.model_copy(update={"claims": {catalogue: {provision: Claim(implemented=True)}}})
    found = seen(claiming, **papers)
    return verdicts(claiming, *found.findings, observations=found.observations)[catalogue, provision]


def test_6_1_passes_on_a_notice_that_tells_every_kind_of_the_profile() -> None:
    verdict = judged(DEVICE, "en303645", "6-1", privacy_information=maker_papers.PRIVACY)

    assert verdict.outcome is Outcome.PASS, verdict.reason


def test_6_1_fails_on_a_notice_that_is_silent_about_a_kind_that_the_profile_states() -> None:
    listening = DEVICE.model_copy(update={"facts": DEVICE.facts | {"personal.sound": True}})

    verdict = judged(listening, "en303645", "6-1", privacy_information=maker_papers.PRIVACY)

    assert verdict.outcome is Outcome.FAIL
    assert "speaks nowhere of sound" in verdict.reason


@pytest.mark.parametrize("line", [b"Pictures and events", b"Example Cameras", b"Recordings"])
def test_6_1_does_not_pass_on_a_notice_with_a_line_less(line: bytes) -> None:
    kept = b"\n".join(one for one in maker_papers.PRIVACY.splitlines() if not one.startswith(line))

    verdict = judged(DEVICE, "en303645", "6-1", privacy_information=kept)

    assert verdict.outcome is not Outcome.PASS


@pytest.mark.parametrize("fact", sorted(maker_papers.KINDS))
def test_6_1_stays_open_while_the_profile_leaves_a_kind_open(fact: str) -> None:
    facts = {name: value for name, value in DEVICE.facts.items() if name != fact}

    verdict = judged(
        DEVICE.model_copy(update={"facts": facts}), "en303645", "6-1", privacy_information=maker_papers.PRIVACY
    )

    assert verdict.outcome is Outcome.INCONCLUSIVE


def test_6_1_stays_open_for_another_model_and_for_a_notice_that_nobody_says_is_public() -> None:
    other = maker_papers.PRIVACY.replace(b"EC-100", b"EC-200")
    hidden = DEVICE.model_copy(update={"documents": Documents()})

    assert judged(DEVICE, "en303645", "6-1", privacy_information=other).outcome is Outcome.INCONCLUSIVE
    assert judged(hidden, "en303645", "6-1", privacy_information=maker_papers.PRIVACY).outcome is Outcome.INCONCLUSIVE


MEASURING = DEVICE.model_copy(
    update={"facts": DEVICE.facts | {"telemetry.collected": True} | maker_papers.TELEMETRY_KINDS}
)


def test_6_5_passes_where_telemetry_is_told_by_kind_and_fails_where_it_is_not_explained() -> None:
    told = judged(MEASURING, "en303645", "6-5", privacy_information=maker_papers.PRIVACY + maker_papers.TELEMETRY)
    silent = judged(MEASURING, "en303645", "6-5", privacy_information=maker_papers.PRIVACY)

    assert told.outcome is Outcome.PASS, told.reason
    assert silent.outcome is Outcome.FAIL


def test_6_5_stays_open_where_a_kind_of_telemetry_is_left_open_or_without_a_purpose() -> None:
    wide = MEASURING.model_copy(update={"facts": MEASURING.facts | {"telemetry.other_kind": True}})
    aimless = maker_papers.TELEMETRY.replace(b", used only to mend faults", b"")

    for device, added in ((wide, maker_papers.TELEMETRY), (MEASURING, aimless)):
        verdict = judged(device, "en303645", "6-5", privacy_information=maker_papers.PRIVACY + added)

        assert verdict.outcome is Outcome.INCONCLUSIVE, verdict.reason


def test_without_telemetry_nothing_is_said_of_its_notice() -> None:
    told = seen(privacy_information=maker_papers.PRIVACY).observations

    assert [one.rule for one in told] == ["privacy-notice"]
