"""Decode the blocks that come next on disk in other threads, while the caller works on the last one.

The libraries let go of the interpreter while they decompress. Nothing else changes: a block is
the same bytes whoever decodes it, and it is spent from the budget when it is used, not when it
is decoded. Only a reader that goes through the files in the order of the disk is run ahead of.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from typing import NamedTuple

MOST_BLOCKS = 500_000  # of one file system: beyond it, the plan would take more memory than it is worth
_IN_FLIGHT = 8
_STREAK = 3  # blocks in a row before anything is run ahead of
_NEAR = 4


class Block(NamedTuple):
    """One compressed block: where it is, and how many plain bytes it gives."""

    at: int
    size: int
    plain: int
    shared: bool = False  # a fragment: one may be read for the head of a small file alone


class ReadAhead:
    """The plan of one file system, and what is being decoded of it: never more than eight blocks."""

    def __init__(self, pool: Executor, decode: Callable[[Block], bytes], plan: Sequence[Block]) -> None:
        self._pool = pool
        self._decode = decode
        self._plan = plan
        self._index = {block.at: index for index, block in enumerate(plan)}
        self._running: dict[int, Future[bytes]] = {}
        self._last = -1
        self._following = 0  # the first block of the plan that was not begun
        self._streak = 0

    def take(self, at: int, plain: int) -> bytes | None:
        """Return the block at ``at`` if it is decoded or being decoded, else None. Raises what decoding raises."""
        index = self._index.get(at)
        if index is None or self._plan[index].plain != plain:
            return None
        found = self._running.pop(index, None)
        if self._plan[index].shared:
            return found.result() if found else None
        self._streak = self._streak + 1 if 0 < index - self._last <= _NEAR else 0
        self._last = index
        if self._streak >= _STREAK:
            self._go_on(index)
        return found.result() if found else None

    def _go_on(self, index: int) -> None:
        """Begin the blocks behind ``index``; forget what was begun elsewhere and never asked for."""
        for elsewhere in [one for one in self._running if not index < one <= index + _IN_FLIGHT]:
            self._running.pop(elsewhere).cancel()
        if not index < self._following <= index + 1 + _IN_FLIGHT:
            self._following = index + 1
        while self._following <= index + _IN_FLIGHT and self._following < len(self._plan):
            if self._following not in self._running:
                block = self._plan[self._following]
                self._running[self._following] = self._pool.submit(self._decode, block)
            self._following += 1
