from pathlib import Path

import pytest

from fairmark.certify.adapters.office_log import OfficeLog
from fairmark.certify.office import Ledger
from fairmark.errors import CheckFailedError
from fairmark.ledger.adapters.files import StateFile
from fairmark.ledger.adapters.http import proof_of
from fairmark.ledger.adapters.log_folder import add_witness, opened_folder
from fairmark.ledger.checkpoint import witness_key
from fairmark.ledger.merkle import leaf_hash
from fairmark.ledger.proofs import check_proof, parse_proof
from fairmark.ledger.signer import Signed, StatefulSigner
from tests.doubles.labels import LAB, NOW
from tests.doubles.offices import Trial


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    return Trial(tmp_path / "office")


def test_what_was_entered_is_below_a_signed_checkpoint_and_proven(trial: Trial) -> None:
    ledger: Ledger = trial.desk().ledger

    first, second = ledger.enter([b"one", b"two"])

    assert (first.index, second.index) == (0, 1)
    proof = parse_proof(second.proof)
    assert proof.extra == b"two"
    assert check_proof(proof, b"two", ledger.key).index == 1


def test_an_entry_that_is_there_keeps_its_place(trial: Trial) -> None:
    (first,) = trial.desk().ledger.enter([b"one"])
    trial.desk().ledger.enter([b"two"])

    (again,) = trial.desk().ledger.enter([b"one"])

    assert again.index == first.index
    assert trial.desk().ledger.has(b"one")
    assert not trial.desk().ledger.has(b"three")


def test_what_only_waits_is_not_in_the_log_yet(trial: Trial) -> None:
    opened_folder(trial.office.log).store().submit([b"waiting"])

    assert not trial.desk().ledger.has(b"waiting")


def test_a_long_entry_is_proven_without_being_carried(trial: Trial) -> None:
    (logged,) = trial.desk().ledger.enter([b"x" * 5000])

    store = opened_folder(trial.office.log).store()
    assert parse_proof(logged.proof).extra == b""
    assert parse_proof(logged.proof) == proof_of(store, leaf_hash(b"x" * 5000))


def test_a_witness_that_does_not_answer_is_named_and_not_waited_for(trial: Trial) -> None:
    key = witness_key("witness.example.org", LAB.public)
    add_witness(opened_folder(trial.office.log), key, "http://127.0.0.1:9")

    trial.desk().ledger.enter([b"one"])

    assert trial.desk().ledger.witnesses == (str(key),)
    assert trial.said[0].startswith("no cosignature of witness.example.org")


class Slower:
    """A signer's memory, before which another publisher was there once."""

    def __init__(self, own: StateFile) -> None:
        self.own, self.left = own, 1

    def last(self) -> Signed | None:
        return self.own.last()

    def replace(self, old: Signed | None, new: Signed) -> None:
        self.own.replace(old, new)
        if self.left:
            self.left -= 1
            raise CheckFailedError("another signer was faster")


def test_another_publisher_of_the_same_log_may_be_faster(trial: Trial) -> None:
    log = opened_folder(trial.office.log)
    signer = StatefulSigner(log.origin, log.signer(b"").key, Slower(StateFile(log.folder / log.state)))

    (logged,) = OfficeLog(log, signer, trial.said.append, now=NOW).enter([b"one"])

    assert logged.index == 0
    assert trial.desk().ledger.has(b"one")
