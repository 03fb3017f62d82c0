"""Claims as evidence, and typing errors in them."""

from fairmark.model.device import Documents
from fairmark.model.evidence import EvidenceKind
from fairmark.standards.claims import claim_evidence, claimed, documented
from tests.doubles.provisions import device, verdicts


def test_a_claim_is_evidence_of_its_own_kind() -> None:
    subject = device(claims={"psti": {"1-2": (None, "no\npassword " + "x" * 400)}})

    evidence = claimed("psti", "1-2", subject.claims["psti"]["1-2"])

    assert evidence.kind is EvidenceKind.CLAIM
    assert evidence.where.path == "claims.psti.1-2"
    assert evidence.where.quote.startswith("no password xxx")
    assert evidence.statement == "The maker states that psti 1-2 is not applicable."


def test_every_claim_that_a_verdict_names_can_be_kept_with_it() -> None:
    subject = device(
        claims={"psti": {"1-2": (True, ""), "soc": (False, "")}, "en303645": {"5.6-5": (False, "")}},
        support_until="2031-12-31",
        documents=Documents(disclosure_policy="https://maker.example/vdp"),
    )
    judged = list(verdicts(subject).values())

    kept = claim_evidence(subject, judged)

    assert {item.id for item in kept} == {name for verdict in judged for name in verdict.because}
    assert len(kept) == 5
    assert list(kept) == sorted(kept, key=lambda item: item.id)


def test_claims_that_no_verdict_names_are_left_out() -> None:
    assert claim_evidence(device(support_until="2031-12-31"), []) == ()


def test_a_document_that_is_not_named_is_no_evidence() -> None:
    assert documented(device(), "disclosure_policy") is None
    assert documented(device(), "support_until") is None
