"""What streams of blocks have in common (LZ4, lzop): every unpacked byte is spent, damage keeps what stands before."""

from collections.abc import Callable, Iterator

import lz4.block
from lzallright import LZOError

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import Context, DamagedError, Opened, Part
from fairmark.examine.limits import Budget, LimitReached
from fairmark.examine.notes import Notes
from fairmark.model.gap import GapReason

_ERRORS = (DamagedError, LZOError, lz4.block.LZ4BlockError, RuntimeError, ValueError, EOFError, MemoryError)


class Meter:
    """Where a stream is being read (``at``, from the start of the blob), and what it has given so far."""

    def __init__(self, offset: int, budget: Budget) -> None:
        self.at = offset
        self.produced = 0
        self._start = offset
        self._budget = budget

    def spend(self, count: int) -> None:
        """Spend unpacked bytes. Raises ``LimitReached``."""
        limits = self._budget.limits
        self.produced += count
        self._budget.tick()
        self._budget.spend_work(count)
        self._budget.spend_bytes(count)
        if self.produced > limits.single_file:
            raise LimitReached(f"a stream of more than {limits.single_file:,} bytes")
        if self.produced > max(limits.ratio_from, limits.ratio * (self.at - self._start)):
            raise LimitReached(f"a stream that grows more than {limits.ratio:,} times")


# Gives the pieces of a stream and moves ``Meter.at`` behind what it has read; spends each piece before it gives it.
Unpack = Callable[[Blob, Meter], Iterator[bytes]]


def open_stream(name: str, unpack: Unpack, blob: Blob, offset: int, context: Context) -> Opened:
    """Unpack a stream through the spool. Raises ``DamagedError`` when nothing comes out of it."""
    notes = Notes(context.where)
    meter = Meter(offset, context.budget)
    content = context.spool(_guarded(name, unpack(blob, meter), meter, notes))
    gaps = notes.gaps()
    if not content.size and any(gap.reason is GapReason.DAMAGED for gap in gaps):
        raise DamagedError(f"the {name} stream is damaged from its start")
    parts = (Part("content", content),) if content.size else ()
    size = min(max(meter.at - offset, 1), blob.size - offset)
    readable = bool(content.size) or not gaps
    return Opened(size, f"{content.size:,} bytes unpacked", parts, gaps=gaps, readable=readable, ends=not gaps)


def _guarded(name: str, pieces: Iterator[bytes], meter: Meter, notes: Notes) -> Iterator[bytes]:
    try:
        yield from pieces
    except LimitReached as limit:
        notes.add(GapReason.LIMIT, str(limit))
    except _ERRORS:
        notes.add(GapReason.DAMAGED, f"the {name} stream is damaged after {meter.produced:,} unpacked bytes")
