"""How much a reader may do with one input: calls counted instead of seconds, and address space instead of hope."""

import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

HEADROOM = 1_536 << 20  # bytes of address space that one case may add to what the process has


class TooManySteps(BaseException):
    """A reader made more calls than its input may cost."""


class Steps:
    """Counts calls (of functions, and from Python into C) and ends the work when there are too many."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.taken = 0

    def _count(self, _frame: FrameType, event: str, _argument: Any) -> None:
        if event in {"call", "c_call"}:
            self.taken += 1
            if self.taken > self.most:
                raise TooManySteps(f"more than {self.most:,} calls")

    def during(self, work: Callable[[], object]) -> None:
        """Run ``work``; raises ``TooManySteps``."""
        before = sys.getprofile()
        sys.setprofile(self._count)
        try:
            work()
        finally:
            sys.setprofile(before)


@contextmanager
def little_memory(headroom: int = HEADROOM) -> Iterator[None]:
    """Let the address space grow by no more than ``headroom``: what allocates beyond it gets a MemoryError."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    wanted = pages * resource.getpagesize() + headroom
    resource.setrlimit(resource.RLIMIT_AS, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
