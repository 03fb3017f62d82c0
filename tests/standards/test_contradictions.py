"""Proof wins over declaration, and what was derived from a refuted claim is no longer believed."""

from fairmark.model.device import Network
from fairmark.model.evidence import EvidenceKind
from fairmark.model.vocabulary import declared_facts
from fairmark.standards.contradictions import settle
from tests.doubles.provisions import WORDS, device, seen


def test_what_nobody_disputes_stays() -> None:
    facts, contradictions = settle({"auth.user": True}, [seen("auth.password")])

    assert facts["auth.user"] is True
    assert facts["auth.password"] is True
    assert contradictions == ()


def test_proof_wins_and_the_lost_claim_is_named_with_its_proof() -> None:
    facts, (lost,) = settle({"debug.present": False}, [seen("debug.present", evidence="ev-7")])

    assert facts["debug.present"] is True
    assert (lost.fact, lost.claimed, lost.evidence) == ("debug.present", False, ("ev-7",))
    assert lost.proof == "debug.present was seen."
    assert lost.claim.kind is EvidenceKind.CLAIM
    assert lost.claim.where.path == "facts.debug.present"


def test_what_a_proof_implies_wins_too() -> None:
    facts, contradictions = settle({"auth.password": False}, [seen("auth.factory_default_password")])

    assert facts["auth.password"] is True
    assert [item.fact for item in contradictions] == ["auth.password"]


def test_a_refuted_network_claim_takes_down_what_followed_from_it() -> None:
    declared = declared_facts(device(network=Network.NONE, facts={"auth.user": True}), WORDS)

    facts, contradictions = settle(declared, [seen("interface.network")])

    assert facts["interface.network"] is True
    assert "auth.network" not in facts
    assert facts["auth.user"] is True
    assert [item.fact for item in contradictions] == ["interface.network"]


def test_an_enumerated_fact_proves_what_follows_from_it() -> None:
    facts, contradictions = settle({"interface.network": False}, [seen("network", value="behind_nat")])

    assert facts["interface.network"] is True
    assert len(contradictions) == 1


def test_a_value_without_a_table_proves_nothing() -> None:
    assert settle({}, [seen("network", value="submarine"), seen("colour", value="red")]) == ({}, ())


def test_two_proofs_that_disagree_leave_the_fact_unknown() -> None:
    proofs = [seen("auth.user", value=True), seen("auth.user", value=False)]

    facts, contradictions = settle({"auth.user": False}, proofs)

    assert "auth.user" not in facts
    assert contradictions == ()


def test_the_order_of_the_proofs_changes_nothing() -> None:
    proofs = [seen("auth.user", evidence="ev-2"), seen("auth.user", evidence="ev-1"), seen("debug.present")]

    assert settle({"auth.user": False}, proofs) == settle({"auth.user": False}, proofs[::-1])
