"""Watching a log: growth is told, an old checkpoint and a second story are shown with both heads."""

import pytest

from fairmark.errors import CheckFailedError, FairmarkError, UnreadableInputError
from fairmark.ledger.checkpoint import Checkpoint, Cosigned, cosigned_by, signed_by_log, with_signatures
from fairmark.ledger.monitor import watch
from fairmark.ledger.tiles import Tile
from tests.ledger.test_checkpoint import KEY, LAB, LOG, NOW, SHOP, WITNESSES
from tests.ledger.test_tiles import grown

STORED, EDGE = grown(1, 39, 260)
SIZES = (0, 1, 40, 300)


def note(size: int, *, root: bytes | None = None, at: int | None = None) -> bytes:
    state = Checkpoint(KEY.name, size, root or grown(size)[1].root())
    lines = [] if at is None else [cosigned_by(state, "lab.example", LAB, at=at)]
    return with_signatures(state, [signed_by_log(state, LOG), *lines])


def fetch(tile: Tile) -> bytes:
    return STORED[tile]


@pytest.mark.parametrize("before", SIZES)
@pytest.mark.parametrize("after", SIZES)
def test_growth_is_told_and_going_back_is_not_believed(before: int, after: int) -> None:
    if after >= before:
        found = watch(note(after), fetch, KEY, note(before))
        assert (found.checkpoint.size, found.new, found.note) == (after, after - before, note(after))
        return

    with pytest.raises(CheckFailedError, match="the log goes back") as refused:
        watch(note(after), fetch, KEY, note(before))

    assert note(before).decode() in refused.value.message
    assert note(after).decode() in refused.value.message
    assert "old checkpoint" in refused.value.hint


@pytest.mark.parametrize("size", [40, 39, 1])
def test_a_second_story_is_shown_with_both_heads(size: int) -> None:
    kept = note(size, root=b"x" * 32)

    with pytest.raises(CheckFailedError, match="two stories") as caught:
        watch(note(40), fetch, KEY, kept)

    assert kept.decode() in caught.value.message
    assert note(40).decode() in caught.value.message


def test_any_flipped_bit_of_the_last_tiles_is_seen() -> None:
    """The root is made of the last tile of each level; what lies further left is proven entry by entry."""
    for tile in (Tile(0, 1, 44), Tile(1, 0, 1)):
        for place in range(0, len(STORED[tile]) * 8, 7):
            bent = bytearray(STORED[tile])
            bent[place // 8] ^= 1 << place % 8
            stored = STORED | {tile: bytes(bent)}
            with pytest.raises(CheckFailedError, match="do not have the root"):
                watch(note(300), stored.__getitem__, KEY)


@pytest.mark.parametrize("cut", [0, 1, 44 * 32 - 1, 44 * 32 + 32])
def test_a_tile_of_another_length_is_damaged(cut: int) -> None:
    stored = STORED | {Tile(0, 1, 44): (STORED[Tile(0, 1, 44)] * 2)[:cut]}

    with pytest.raises(UnreadableInputError):
        watch(note(300), stored.__getitem__, KEY)


def test_another_logs_checkpoint_is_refused_new_or_kept() -> None:
    other = Checkpoint("other.example", 40, grown(40)[1].root())
    foreign = with_signatures(other, [signed_by_log(other, LOG)])
    stranger = with_signatures(Checkpoint(KEY.name, 40, other.root), [signed_by_log(other, SHOP)])

    for latest, kept in ((foreign, b""), (stranger, b""), (note(40), foreign), (note(40), b"rubbish")):
        with pytest.raises(FairmarkError):
            watch(latest, fetch, KEY, kept)


def test_a_witness_is_told_unless_its_time_is_still_to_come() -> None:
    def seen(at: int) -> tuple[Cosigned, ...]:
        return watch(note(40, at=at), fetch, KEY, witnesses=WITNESSES, now=NOW).witnesses

    assert seen(NOW - 10 * 365 * 86_400) == (Cosigned("lab.example", NOW - 10 * 365 * 86_400),)
    assert seen(NOW + 30) == (Cosigned("lab.example", NOW + 30),)
    assert seen(NOW + 31) == seen(NOW + 10 * 365 * 86_400) == ()
