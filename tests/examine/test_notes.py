"""A million bad names make one gap."""

from fairmark.examine.notes import Notes
from fairmark.model.gap import GapReason


def test_names_are_listed_up_to_twenty_and_then_counted() -> None:
    notes = Notes("0.1 (cpio at 0x0)")
    for number in range(50):
        notes.add(GapReason.UNSAFE, "bad name", f"n{number}", 2)

    (gap,) = notes.gaps()

    assert gap.detail.startswith("bad name: n0, n1, ")
    assert gap.detail.endswith("n19 and 30 more")
    assert gap.bytes == 100


def test_reasons_and_sentences_stay_apart_in_a_fixed_order() -> None:
    notes = Notes("x")
    notes.add(GapReason.UNSAFE, "b")
    notes.add(GapReason.DAMAGED, "c", "f" * 500)
    notes.add(GapReason.DAMAGED, "a")

    gaps = notes.gaps()

    assert [gap.detail[:2] for gap in gaps] == ["a", "c:", "b"]
    assert len(gaps[1].detail) < 220
