"""How much an image may make us do.

A compressed image says with a few bytes what takes gigabytes to write down, so every count
and every byte is spent from a budget before it is used. What does not fit is not looked at,
and that becomes a recorded gap; it never becomes silence.
"""

from collections.abc import Callable
from dataclasses import dataclass

MIB = 1 << 20
GIB = 1 << 30

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one image may use. The defaults fit the largest firmware and no bomb."""

    total_bytes: int = 4 * GIB  # files and streams, unpacked, over all containers together
    single_file: int = 1 * GIB
    files: int = 500_000
    containers: int = 5_000
    depth: int = 8  # container in container in container ...
    path_length: int = 4096
    path_bytes: int = 64 * MIB  # all paths and link targets together
    ratio: int = 1000  # of unpacked to packed bytes, for a stream that unpacks to more than ratio_from
    ratio_from: int = 64 * MIB
    work: int = 16 * GIB  # bytes decompressed, counting those that were needed twice
    kept: int = 256 * MIB  # decompressed blocks that go to the spool because they are soon needed again
    decoder_memory: int = 128 * MIB  # dictionary or window that a stream may ask for
    seconds: float = 600.0


class LimitReached(Exception):  # noqa: N818 - it is no fault: the caller turns it into a gap
    """A limit stops this piece of work. Never leaves the package: it becomes ``Gap(reason=limit)``."""


class Budget:
    """What is left of the limits. Each method spends, or raises ``LimitReached``."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self.limits = limits
        self.clock = clock
        self._deadline = clock() + limits.seconds
        self._bytes = limits.total_bytes
        self._files = limits.files
        self._path_bytes = limits.path_bytes
        self._containers = limits.containers
        self._work = limits.work
        self._kept = limits.kept

    def seconds_left(self) -> float:
        """Return what is left of the time; less than nothing when it is used up."""
        return self._deadline - self.clock()

    def tick(self) -> None:
        """Look at the clock."""
        if self.seconds_left() < 0:
            raise LimitReached(f"the time limit of {self.limits.seconds:g} seconds is reached")

    def spend_bytes(self, count: int) -> None:
        """Spend unpacked bytes. What does not fit is not spent, so that a smaller thing still may."""
        if count > self._bytes:
            raise LimitReached(f"more than {self.limits.total_bytes:,} bytes unpacked in all")
        self._bytes -= count

    def spend_file(self, name_bytes: int = 0) -> None:
        """Spend one entry of a file system or archive, and the bytes of its path and link target."""
        if self._files <= 0:
            raise LimitReached(f"more than {self.limits.files:,} files in all")
        self.spend_path(name_bytes)
        self._files -= 1
        if not self._files & 0x3FF:
            self.tick()

    def spend_path(self, count: int) -> None:
        """Spend the bytes of a path or link target."""
        if count > self._path_bytes:
            raise LimitReached(f"more than {self.limits.path_bytes:,} bytes of paths in all")
        self._path_bytes -= count

    def spend_container(self, depth: int) -> None:
        """Spend one container that lies ``depth`` deep (1 is the image itself)."""
        self.tick()
        if depth > self.limits.depth:
            raise LimitReached(f"containers nested more than {self.limits.depth} deep")
        if self._containers <= 0:
            raise LimitReached(f"more than {self.limits.containers:,} containers in all")
        self._containers -= 1

    def spend_work(self, count: int) -> None:
        """Spend decompressed bytes, whether or not they were decompressed before."""
        if count > self._work:
            raise LimitReached(f"more than {self.limits.work:,} bytes decompressed in all")
        self._work -= count

    def may_keep(self, count: int) -> bool:
        """Say whether ``count`` decompressed bytes may be kept for later, and spend them if so."""
        if count > self._kept:
            return False
        self._kept -= count
        return True
