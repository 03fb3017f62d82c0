"""Pieces at addresses become areas."""

from fairmark.examine.blob import spool_in_memory
from fairmark.examine.containers.handler import Context
from fairmark.examine.containers.sparse import areas
from fairmark.examine.limits import Budget, Limits
from fairmark.examine.notes import Notes
from fairmark.model.gap import GapReason

_CONTEXT = Context("0", "0 (x)", Budget(Limits(), lambda: 0.0), spool_in_memory)


def _areas(pieces: list[tuple[int, bytes]]) -> tuple[list[tuple[str, bytes]], list[GapReason]]:
    notes = Notes("0 (x)")
    found = areas(pieces, _CONTEXT, notes)
    return [(one.name, one.blob.read(0, 1 << 20)) for one in found], [gap.reason for gap in notes.gaps()]


def test_order_does_not_matter_and_far_pieces_stand_apart() -> None:
    assert _areas([(0x9000, b"c"), (2, b"b"), (0, b"aa")]) == ([("0x0", b"aab"), ("0x9000", b"c")], [])


def test_the_first_of_overlapping_pieces_is_taken() -> None:
    assert _areas([(0, b"abcd"), (2, b"xyz")]) == ([("0x0", b"abcdz")], [GapReason.DAMAGED])


def test_more_areas_than_any_chip_has_are_a_gap() -> None:
    found, gaps = _areas([(number << 16, b"x") for number in range(70)])

    assert (len(found), gaps) == (64, [GapReason.LIMIT])
