"""Join the pieces that a text or block format scatters over a chip's addresses."""

from collections.abc import Iterable

from fairmark.examine.containers.handler import Context, Part
from fairmark.examine.notes import Notes
from fairmark.model.gap import GapReason

_BRIDGED = 4096  # a hole up to this size inside one program is filled as erased flash is
_MOST_PARTS = 64
_MOST_FILLING = 4 << 20
_MOST_RUNS = 50_000


def areas(pieces: Iterable[tuple[int, bytes]], context: Context, notes: Notes) -> tuple[Part, ...]:
    """Return one part for each area of addresses, named by its first address; a later piece does not overwrite.

    The bytes are spent from the budget. Raises ``LimitReached``.
    """
    found: list[tuple[int, bytearray]] = []
    filling = 0
    for address, data in sorted(_runs(pieces, context, notes), key=lambda run: run[0]):
        end = found[-1][0] + len(found[-1][1]) if found else 0
        hole = address - end
        if found and hole < 0:
            notes.add(GapReason.DAMAGED, "pieces overlap; the first of them was taken")
            found[-1][1].extend(data[-hole:])
        elif found and hole <= _BRIDGED and filling + hole <= _MOST_FILLING:
            filling += hole
            found[-1][1].extend(b"\xff" * hole + data)
        elif len(found) < _MOST_PARTS:
            found.append((address, data))
        else:
            notes.add(GapReason.LIMIT, f"more than {_MOST_PARTS} separate areas of addresses", size=len(data))
    return tuple(Part(f"{address:#x}", context.spool([bytes(data)])) for address, data in found)


def _runs(pieces: Iterable[tuple[int, bytes]], context: Context, notes: Notes) -> list[tuple[int, bytearray]]:
    """Join each piece that follows on the one before it, as nearly all do."""
    runs: list[tuple[int, bytearray]] = []
    for address, data in pieces:
        context.budget.spend_bytes(len(data))
        if runs and address == runs[-1][0] + len(runs[-1][1]):
            runs[-1][1].extend(data)
        elif len(runs) < _MOST_RUNS:
            runs.append((address, bytearray(data)))
        else:
            notes.add(GapReason.LIMIT, f"more than {_MOST_RUNS:,} jumps between addresses", size=len(data))
    return runs
