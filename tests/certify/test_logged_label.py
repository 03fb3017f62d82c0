"""The place of a label in the log: proven, of this label, in this log, early enough; and nothing else."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from fairmark.certify.adapters.office_log import OfficeLog
from fairmark.certify.label import Claims, payload
from fairmark.certify.label_verdict import judge
from fairmark.certify.logged_label import index_of, names_of_proof
from fairmark.certify.trust import Register, TrustList, encoded
from fairmark.errors import CheckFailedError, FairmarkError, UnreadableInputError
from fairmark.ledger.adapters.log_folder import make
from fairmark.ledger.proofs import parse_proof
from fairmark.model.value import canonical_json, sha256_hex
from tests.doubles import labels as given

NOW = given.NOW
CUT = 1


def entry(claims: Claims, **changed: object) -> bytes:
    row = {
        "type": "certificate",
        "subject": f"{claims.issuer}-{claims.number}",
        "at": NOW,
        "digest": "ab" * 32,
        "body": {"label": sha256_hex(payload(claims))},
    }
    return canonical_json(row | changed)


def trust(log: OfficeLog, **changed: object) -> TrustList:
    listed = {"origin": log.key.name, "algorithm": "EdDSA", "public": encoded(log.key.public)} | changed
    stolen = given.issuer(given.LAB, log_cutoff=CUT, log=log.key.name)
    return given.trust(stolen, logs=[listed])


@pytest.fixture
def log(tmp_path: Path) -> OfficeLog:
    folder = make(tmp_path / "log", "log.example/1", database="log.db", passphrase=b"")
    return OfficeLog(folder, folder.signer(b""), print, now=NOW)


@pytest.fixture
def proofs(log: OfficeLog) -> Mapping[str, bytes]:
    """An honest label, another one, and one that a thief entered after the cut."""
    claims = given.claims()
    entries = {
        "mine": entry(claims),
        "other": entry(given.claims(number=5)),
        "late": entry(given.claims(model="Late 1")),
    }
    return {name: log.enter([content])[0].proof for name, content in entries.items()}


def test_the_place_of_a_label_is_proven(log: OfficeLog, proofs: Mapping[str, bytes]) -> None:
    label, register = given.written(given.claims()), Register(trust(log))

    index = index_of(label, register, proofs["mine"], now=NOW)

    assert index == 0
    assert judge(label, register, given.statuses(), now=NOW, log_index=index).kind == "genuine"
    assert judge(label, register, given.statuses(), now=NOW).kind == "unconfirmed"


def test_a_label_that_was_entered_after_the_cut_does_not_count(log: OfficeLog, proofs: Mapping[str, bytes]) -> None:
    label, register = given.written(given.claims(model="Late 1")), Register(trust(log))

    index = index_of(label, register, proofs["late"], now=NOW)

    assert index == 2
    assert judge(label, register, given.statuses(), now=NOW, log_index=index).kind == "unconfirmed"


def test_the_proof_of_another_label_is_refused(log: OfficeLog, proofs: Mapping[str, bytes]) -> None:
    false = given.written(given.claims(model="False 9"))

    for name in ("mine", "other"):
        with pytest.raises(CheckFailedError, match="of another label"):
            index_of(false, Register(trust(log)), proofs[name], now=NOW)


def test_only_the_log_that_the_cut_counts_in_is_asked(log: OfficeLog, tmp_path: Path) -> None:
    """A second, trusted log begins at 0: whatever stands there is not before the theft."""
    folder = make(tmp_path / "new", "log.example/2", database="log.db", passphrase=b"")
    second = OfficeLog(folder, folder.signer(b""), print, now=NOW)
    proof = second.enter([entry(given.claims())])[0].proof
    both = [{"origin": one.key.name, "algorithm": "EdDSA", "public": encoded(one.key.public)} for one in (log, second)]
    stolen = given.issuer(given.LAB, log_cutoff=CUT, log="log.example/1")

    with pytest.raises(CheckFailedError, match="not proven"):
        index_of(given.written(given.claims()), Register(given.trust(stolen, logs=both)), proof, now=NOW)


def test_without_its_witnesses_a_proof_does_not_count(log: OfficeLog, proofs: Mapping[str, bytes]) -> None:
    witness = "witness.example+00000000+BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

    for changed in ({"quorum": 1}, {"quorum": 1, "witnesses": [witness]}, {"public": encoded(given.STRANGER.public)}):
        with pytest.raises(CheckFailedError, match="not proven"):
            index_of(given.written(given.claims()), Register(trust(log, **changed)), proofs["mine"], now=NOW)


def test_every_changed_byte_of_a_proof_is_noticed(log: OfficeLog, proofs: Mapping[str, bytes]) -> None:
    label, register, good = given.written(given.claims()), Register(trust(log)), proofs["mine"]

    for place in range(0, len(good), 7):
        changed = bytearray(good)
        changed[place] ^= 1
        with pytest.raises(FairmarkError):
            index_of(label, register, bytes(changed), now=NOW)
    for place in range(0, len(good) - 1, 31):
        with pytest.raises(FairmarkError):
            index_of(label, register, good[:place], now=NOW)


@pytest.mark.parametrize(
    "content", [b"{}", b"[]", b"null", b"[" * 4000, b'{"type": "certificate", "subject": 1, "body": 2}']
)
def test_an_entry_of_another_form_is_no_labels(log: OfficeLog, content: bytes) -> None:
    proof = log.enter([content])[0].proof

    with pytest.raises(CheckFailedError, match="of another label"):
        index_of(given.written(given.claims()), Register(trust(log)), proof, now=NOW)


def test_a_change_of_state_is_no_certificate(log: OfficeLog) -> None:
    claims = given.claims()
    proof = log.enter([entry(claims, type="state")])[0].proof

    with pytest.raises(CheckFailedError, match="of another label"):
        index_of(given.written(claims), Register(trust(log)), proof, now=NOW)


def test_a_proof_without_its_entry_is_said_so(log: OfficeLog, proofs: Mapping[str, bytes]) -> None:
    bare = bytes(replace(parse_proof(proofs["mine"]), extra=b""))

    with pytest.raises(UnreadableInputError, match="carries no entry"):
        index_of(given.written(given.claims()), Register(trust(log)), bare, now=NOW)


def test_proofs_are_looked_for_only_where_a_key_was_cut(log: OfficeLog) -> None:
    label = given.written(given.claims())

    assert names_of_proof(label, Register(trust(log))) == ("proofs/7-204501.tlog", "certificates/204501.tlog")
    assert names_of_proof(label, Register(given.trust())) == ()
    assert names_of_proof("rubbish", Register(given.trust())) == ()
    assert names_of_proof(given.written(given.claims(), given.STRANGER), Register(given.trust())) == ()
    assert json.loads(entry(given.claims()))["subject"] == "7-204501"
