"""Checkpoints and cosignatures: what a log said, and who saw it."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fairmark.errors import CheckFailedError, FairmarkError, UnreadableInputError
from fairmark.ledger.checkpoint import (
    MOST_AHEAD,
    Checkpoint,
    Cosigned,
    cosignatures,
    cosigned_by,
    log_key,
    opened,
    parse_checkpoint,
    signed_by_log,
    with_signatures,
    witness_key,
)
from fairmark.ledger.merkle import EMPTY_ROOT
from fairmark.ledger.notes import Signature
from fairmark.ledger.signing import KeyInMemory

LOG = KeyInMemory(Ed25519PrivateKey.from_private_bytes(b"l" * 32))
LAB, SHOP = (KeyInMemory(Ed25519PrivateKey.from_private_bytes(seed * 32)) for seed in (b"a", b"b"))
STATE = Checkpoint("log.example/2026", 7, bytes(range(32)))
KEY = log_key(STATE.origin, LOG.public)
WITNESSES = (witness_key("lab.example", LAB.public), witness_key("shop.example", SHOP.public))
NOW = 1_790_000_000
TEN_YEARS = 10 * 365 * 86_400


def published(*times: int, state: Checkpoint = STATE) -> bytes:
    """A checkpoint with a cosignature of the lab for each time."""
    lines = [cosigned_by(state, "lab.example", LAB, at=at) for at in times]
    return with_signatures(state, [signed_by_log(state, LOG), *lines])


def test_what_was_signed_is_read_back() -> None:
    found, note = opened(published(NOW), KEY)

    assert found == STATE
    assert parse_checkpoint(published(NOW)) == (found, note)


def test_the_same_state_gets_the_same_bytes() -> None:
    assert published() == published()


def test_another_origin_is_another_log() -> None:
    with pytest.raises(CheckFailedError, match=r"is of log\.example/2026, not of other\.example"):
        opened(published(), KEY, origin="other.example")


def test_another_key_has_not_signed_it() -> None:
    with pytest.raises(CheckFailedError, match="not signed by"):
        opened(published(), log_key(STATE.origin, SHOP.public))


def test_a_cosignature_is_no_signature_of_the_log() -> None:
    own = witness_key(STATE.origin, LOG.public)

    with pytest.raises(CheckFailedError):
        opened(published(NOW), own)


def test_a_witness_counts_once_with_its_latest_time() -> None:
    _, note = opened(published(NOW, NOW + 60), KEY)

    assert cosignatures(note, WITNESSES) == (Cosigned("lab.example", NOW + 60),)


def test_a_cosignature_of_another_state_or_time_does_not_count() -> None:
    line = cosigned_by(Checkpoint(STATE.origin, 8, STATE.root), "lab.example", LAB, at=NOW)
    moved = cosigned_by(STATE, "lab.example", LAB, at=NOW)
    moved = type(moved)(moved.name, moved.key_id, (NOW + 1).to_bytes(8, "big") + moved.content[8:])

    _, note = parse_checkpoint(with_signatures(STATE, [signed_by_log(STATE, LOG), line, moved]))

    assert cosignatures(note, WITNESSES) == ()


def test_a_cosignature_from_more_than_half_a_minute_ahead_does_not_count() -> None:
    def counted(at: int, now: int = NOW) -> tuple[Cosigned, ...]:
        return cosignatures(opened(published(at), KEY)[1], WITNESSES, now=now)

    assert counted(NOW + MOST_AHEAD) == (Cosigned("lab.example", NOW + 30),)
    assert counted(NOW + MOST_AHEAD + 1) == ()
    assert counted(NOW + TEN_YEARS) == ()
    assert counted(NOW, now=NOW + TEN_YEARS) == (Cosigned("lab.example", NOW),)
    assert counted(NOW, now=NOW - TEN_YEARS) == ()


def test_of_two_cosignatures_the_one_from_the_future_does_not_hide_the_other() -> None:
    _, note = opened(published(NOW, NOW + TEN_YEARS), KEY)

    assert cosignatures(note, WITNESSES, now=NOW) == (Cosigned("lab.example", NOW),)


@pytest.mark.parametrize("content", [published(), published(NOW)], ids=["signed", "cosigned"])
def test_no_flipped_bit_leaves_a_checkpoint_with_all_its_signatures(content: bytes) -> None:
    state, note = opened(content, KEY)
    seen = cosignatures(note, WITNESSES)

    for place in range(len(content) * 8):
        bent = bytearray(content)
        bent[place // 8] ^= 1 << place % 8
        try:
            found, other = opened(bytes(bent), KEY)
        except FairmarkError:
            continue
        # Only the witness's own line was hit: the log's still holds, and the witness does not count.
        assert found == state
        assert seen != ()
        assert cosignatures(other, WITNESSES) == ()


def test_no_cut_and_no_appended_byte_leaves_a_checkpoint() -> None:
    content = published()

    for changed in (*(content[:end] for end in range(len(content))), *(content + bytes([one]) for one in range(256))):
        with pytest.raises(FairmarkError):
            opened(changed, KEY)


def test_a_signature_under_another_key_id_or_name_is_none() -> None:
    line = signed_by_log(STATE, LOG)

    for name, key_id in ((line.name, b"\0\0\0\0"), ("other.example", line.key_id), (line.name, WITNESSES[0].id)):
        with pytest.raises(CheckFailedError, match="not signed by"):
            opened(with_signatures(STATE, [Signature(name, key_id, line.content)]), KEY)


def test_sixteen_signatures_are_read_and_one_more_is_not() -> None:
    strangers = [Signature(f"stranger-{number}.example", b"abcd", b"x" * 72) for number in range(15)]
    line = signed_by_log(STATE, LOG)

    assert opened(with_signatures(STATE, [*strangers, line]), KEY)[0] == STATE
    with pytest.raises(UnreadableInputError, match="more than 16 signatures"):
        opened(with_signatures(STATE, [*strangers, line, strangers[0]]), KEY)


@pytest.mark.parametrize("size", ["-1", "01", "", "7 ", "\u0667", "99999999999999999999", "1e3"])
def test_a_size_has_one_spelling(size: str) -> None:
    content = published().replace(b"\n7\n", f"\n{size}\n".encode())

    with pytest.raises(UnreadableInputError, match="no checkpoint"):
        parse_checkpoint(content)


def test_extension_lines_and_wrong_hashes_are_refused() -> None:
    with pytest.raises(UnreadableInputError, match="three lines"):
        parse_checkpoint(published().replace(b"\n\n", b"\nmore\n\n"))
    with pytest.raises(UnreadableInputError, match="no root hash"):
        parse_checkpoint(published(state=Checkpoint(STATE.origin, 7, b"short")))


def test_an_empty_log_has_a_checkpoint_too() -> None:
    empty = Checkpoint(STATE.origin, 0, EMPTY_ROOT)

    assert opened(published(state=empty), KEY)[0] == empty


@pytest.mark.parametrize("name", ["", "with space", "with+plus", "line\nfeed"])
def test_a_name_that_cannot_stand_in_a_note_is_refused(name: str) -> None:
    with pytest.raises(UnreadableInputError):
        log_key(name, LOG.public)
