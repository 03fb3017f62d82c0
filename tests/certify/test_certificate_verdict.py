from pathlib import Path

import pytest

from fairmark.certify.certificate_verdict import CertificateVerdict, judge_certificate
from fairmark.certify.status import Reason, State, Status, Why, status_list
from fairmark.certify.trust import Issuer, Log, Register, TrustList, encoded
from fairmark.errors import CheckFailedError, FairmarkError, UnreadableInputError
from fairmark.ledger.proofs import Proof, parse_proof
from fairmark.workflows.certify import Issued, issue
from tests.doubles import labels
from tests.doubles.labels import LAB, NOW, STRANGER, TODAY, issuer
from tests.doubles.offices import DEMO_SCHEME, SEED, Trial, assessed, request

DAY = 86_400


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    return Trial(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def issued(trial: Trial) -> Issued:
    return issue(trial.desk(), request(assessed()), lambda: SEED)


@pytest.fixture(scope="module")
def trust(trial: Trial) -> TrustList:
    key = trial.desk().ledger.key
    return labels.trust(issuer(LAB), logs=(Log(origin=key.name, algorithm="EdDSA", public=encoded(key.public)),))


def judged(
    issued: Issued, trust: TrustList, *, state: State = State.VALID, proof: bool = True, now: int = NOW
) -> CertificateVerdict:
    number = issued.certificate.number
    why = {number: Why(TODAY, Reason.NOT_MET)} if state is not State.VALID else {}
    listed = Status(status_list(1, {number: state}, size=1024, now=NOW), why)
    logged = issued.logged.proof if proof else None
    return judge_certificate(issued.signed, Register(trust), {1: listed}, logged, now=now)


def test_a_certificate_that_stands_is_told_with_its_date_and_its_place_in_the_log(
    issued: Issued, trust: TrustList
) -> None:
    found = judged(issued, trust)

    assert found.certificate == issued.certificate
    assert found.verdict.stands
    assert "status as of 2026-11-24" in found.verdict.title
    assert (found.log, found.index) == ("log.example.org", issued.logged.index)


def test_what_was_withdrawn_does_not_stand(issued: Issued, trust: TrustList) -> None:
    found = judged(issued, trust, state=State.WITHDRAWN).verdict

    assert (found.kind, found.colour, found.stands) == ("withdrawn", "red", False)
    assert "does not meet what was certified" in found.says


def test_an_old_list_makes_it_amber_and_the_end_grey(issued: Issued, trust: TrustList) -> None:
    assert judged(issued, trust, now=NOW + 8 * DAY).verdict.colour == "amber"
    assert judged(issued, trust, now=NOW + 900 * DAY).verdict.kind == "expired"


def test_one_that_is_not_shown_to_be_in_the_log_does_not_stand(issued: Issued, trust: TrustList) -> None:
    found = judged(issued, trust, proof=False)

    assert not found.verdict.stands
    assert "Its entry in the log was not shown" in found.verdict.notes[-1]


def test_a_stolen_key_is_believed_only_up_to_its_place_in_the_log(issued: Issued, trust: TrustList) -> None:
    def cut(place: int) -> TrustList:
        return trust.model_copy(update={"issuers": (issuer(LAB, log_cutoff=place),)})

    assert judged(issued, cut(issued.logged.index)).verdict.stands
    assert judged(issued, cut(issued.logged.index - 1)).verdict.kind == "unconfirmed"
    assert judged(issued, cut(issued.logged.index), proof=False).verdict.kind == "unconfirmed"


@pytest.mark.parametrize(
    ("one", "problem"),
    [
        (issuer(STRANGER), "nobody who is trusted"),
        (issuer(LAB, id=8), "may not say that"),
        (issuer(LAB, not_after=TODAY - 1), "may not say that"),
        (issuer(LAB, scheme="demo"), "may not say that"),
    ],
    ids=["another key", "another issuer", "too late", "another scheme"],
)
def test_whoever_may_not_say_it_is_not_believed(issued: Issued, trust: TrustList, one: Issuer, problem: str) -> None:
    with pytest.raises(CheckFailedError, match=problem):
        judged(issued, trust.model_copy(update={"issuers": (one,)}))


def test_the_proof_of_another_certificate_is_none(trial: Trial, issued: Issued, trust: TrustList) -> None:
    other = issue(trial.desk(), request(assessed(), why="decided once more"), lambda: SEED)

    with pytest.raises(CheckFailedError, match="another certificate"):
        judge_certificate(issued.signed, Register(trust), {}, other.logged.proof, now=NOW)


def test_a_proof_of_no_log_that_is_trusted_is_none(issued: Issued, trust: TrustList) -> None:
    strange = Log(origin="log.example.org", algorithm="EdDSA", public=encoded(STRANGER.public))

    with pytest.raises(CheckFailedError, match="is not proven"):
        judged(issued, trust.model_copy(update={"logs": (strange,)}))


def test_an_entry_that_was_changed_is_not_in_the_log(issued: Issued, trust: TrustList) -> None:
    proof = parse_proof(issued.logged.proof)
    changed = Proof(proof.index, proof.hashes, proof.checkpoint, proof.extra.replace(b'"level":1', b'"level":2'))

    with pytest.raises(CheckFailedError, match="is not proven"):
        judge_certificate(issued.signed, Register(trust), {}, bytes(changed), now=NOW)


def test_every_byte_that_is_changed_is_noticed(issued: Issued, trust: TrustList) -> None:
    for place in range(0, len(issued.signed), 7):
        changed = bytearray(issued.signed)
        changed[place] ^= 4
        with pytest.raises(FairmarkError):
            judge_certificate(bytes(changed), Register(trust), {}, issued.logged.proof, now=NOW)


def test_a_label_is_no_certificate(issued: Issued, trust: TrustList) -> None:
    with pytest.raises(UnreadableInputError):
        judge_certificate(issued.address.encode(), Register(trust), {}, None, now=NOW)


def test_under_the_demonstration_scheme_everything_is_a_test(tmp_path: Path, trust: TrustList) -> None:
    office = Trial(tmp_path / "demo", DEMO_SCHEME)
    issued = issue(office.desk(), request(assessed()), lambda: SEED)

    found = judged(issued, trust.model_copy(update={"issuers": (issuer(LAB, scheme="demo"),), "logs": ()}))

    assert found.verdict.is_test
    assert not found.verdict.stands
    assert found.verdict.title == "TEST, not a certificate"


def test_a_clock_that_was_set_back_revives_nothing(issued: Issued, trust: TrustList) -> None:
    listed = {1: Status(status_list(1, {}, size=1024, now=NOW), {})}

    found = judge_certificate(
        issued.signed, Register(trust), listed, issued.logged.proof, now=NOW, seen=NOW + 9 * DAY
    ).verdict

    assert found.kind == "stale"


def test_a_cut_counts_in_the_log_that_it_names(issued: Issued, trust: TrustList) -> None:
    other = Log(origin="other.example.org", algorithm="EdDSA", public=encoded(STRANGER.public))
    cut = issuer(LAB, log_cutoff=issued.logged.index, log="other.example.org")

    with pytest.raises(CheckFailedError, match="is not proven"):
        judged(issued, trust.model_copy(update={"issuers": (cut,), "logs": (*trust.logs, other)}))
