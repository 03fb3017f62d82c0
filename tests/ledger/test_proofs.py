"""A proof in one file: written, read back, and refused when a bit of it or of the entry changes."""

import pytest

from fairmark.errors import CheckFailedError, FairmarkError, UnreadableInputError
from fairmark.ledger.checkpoint import Checkpoint, cosigned_by, signed_by_log, with_signatures
from fairmark.ledger.merkle import inclusion_proof
from fairmark.ledger.proofs import HEADER, Proof, check_proof, parse_proof
from fairmark.ledger.tiles import TileReader
from tests.ledger.test_checkpoint import KEY, LAB, LOG, NOW, WITNESSES
from tests.ledger.test_tiles import grown

SIZE, INDEX = 300, 257
ENTRY = str(INDEX).encode()
STORED, EDGE = grown(SIZE)
STATE = Checkpoint(KEY.name, SIZE, EDGE.root())
PROOF = Proof(
    INDEX,
    inclusion_proof(INDEX, SIZE, TileReader(SIZE, STORED.__getitem__)),
    with_signatures(STATE, [signed_by_log(STATE, LOG), cosigned_by(STATE, "lab.example", LAB, at=NOW)]),
    extra=b"receipt 1",
)


def test_a_proof_is_read_back_and_holds() -> None:
    read = parse_proof(bytes(PROOF))

    proven = check_proof(read, ENTRY, KEY, WITNESSES, quorum=1)

    assert read == PROOF
    assert (proven.index, proven.checkpoint) == (INDEX, STATE)
    assert [one.witness for one in proven.witnesses] == ["lab.example"]


def test_it_proves_no_other_entry_and_no_other_place() -> None:
    with pytest.raises(CheckFailedError, match="not at index 257"):
        check_proof(PROOF, b"256", KEY)
    with pytest.raises(CheckFailedError, match="not at index 256"):
        check_proof(Proof(256, PROOF.hashes, PROOF.checkpoint), ENTRY, KEY)


def test_too_few_witnesses_are_not_enough() -> None:
    with pytest.raises(CheckFailedError, match="1 of the 2 witnesses"):
        check_proof(PROOF, ENTRY, KEY, WITNESSES, quorum=2)


def test_witnesses_from_the_future_are_not_enough() -> None:
    for now, holds in ((NOW, True), (NOW - 30, True), (NOW - 31, False), (NOW + 315_360_000, True)):
        if holds:
            assert check_proof(PROOF, ENTRY, KEY, WITNESSES, quorum=1, now=now).index == INDEX
            continue
        with pytest.raises(CheckFailedError, match="0 of the 1 witnesses") as refused:
            check_proof(PROOF, ENTRY, KEY, WITNESSES, quorum=1, now=now)
        assert "clock" in refused.value.hint


def test_every_cut_and_every_appended_byte_is_seen() -> None:
    content = bytes(Proof(PROOF.index, PROOF.hashes, with_signatures(STATE, [signed_by_log(STATE, LOG)])))

    for changed in (*(content[:end] for end in range(len(content))), *(content + bytes([one]) for one in range(256))):
        with pytest.raises(FairmarkError):
            check_proof(parse_proof(changed), ENTRY, KEY)


def test_a_proof_under_an_older_or_another_checkpoint_does_not_hold() -> None:
    older = Checkpoint(KEY.name, 258, grown(258)[1].root())
    other = Checkpoint("other.example", SIZE, EDGE.root())

    for state in (older, other):
        replayed = Proof(INDEX, PROOF.hashes, with_signatures(state, [signed_by_log(state, LOG)]))
        with pytest.raises(CheckFailedError):
            check_proof(replayed, ENTRY, KEY)


def test_the_longest_proof_that_a_log_can_have_is_read_and_a_longer_one_is_not() -> None:
    for lines, holds in ((62, True), (63, False)):
        content = bytes(Proof(INDEX, (b"h" * 32,) * lines, PROOF.checkpoint))
        if holds:
            assert len(parse_proof(content).hashes) == lines
            continue
        with pytest.raises(UnreadableInputError, match="too many"):
            parse_proof(content)


def test_every_flipped_bit_is_seen() -> None:
    content = bytes(Proof(PROOF.index, PROOF.hashes, with_signatures(STATE, [signed_by_log(STATE, LOG)])))

    for place in range(len(content) * 8):
        bent = bytearray(content)
        bent[place // 8] ^= 1 << place % 8
        with pytest.raises(FairmarkError):
            check_proof(parse_proof(bytes(bent)), ENTRY, KEY)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        HEADER.encode(),
        b"c2sp.org/tlog-proof@v2\nindex 0\n\n" + PROOF.checkpoint,
        bytes(PROOF).replace(b"index 257", b"index 0257"),
        bytes(PROOF).replace(b"index 257", b"index -1"),
        bytes(PROOF).replace(b"index 257", b"index 257\n" + b"\n".join([b"A" * 43 + b"="] * 63)),
        bytes(PROOF).replace(b"extra ", b"extra"),
        bytes(PROOF).replace(b"extra cmVjZWlwdCAx\n", b"extra \n"),
        b"x" * 100_000,
    ],
)
def test_what_is_no_proof_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableInputError, match="no proof"):
        parse_proof(content)
