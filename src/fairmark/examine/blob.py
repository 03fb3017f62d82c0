"""A run of bytes that never changes: an image, a part of one, or what a stream held.

A blob is a window on memory. Adapters hand in a memory-mapped file, so an image of 200 MB
costs no memory until it is looked at; a view of a blob copies nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import Self

_STRIDE = 1 << 20
_FIRST_STRIDE = 1 << 12


class Blob:
    """Immutable bytes with random access. Reading past the end gives fewer bytes, never an error."""

    __slots__ = ("memory", "size")

    def __init__(self, data: bytes | memoryview) -> None:
        self.memory = memoryview(data).toreadonly().cast("B")
        self.size = self.memory.nbytes

    def read(self, offset: int, length: int) -> bytes:
        """Return up to ``length`` bytes from ``offset``; fewer at the end, none outside."""
        if offset < 0 or length <= 0:
            return b""
        return self.memory[offset : offset + length].tobytes()

    def view(self, offset: int, size: int | None = None) -> Self:
        """Return the part from ``offset`` (``size`` bytes, or to the end), clipped to what there is."""
        start = min(max(offset, 0), self.size)
        end = self.size if size is None else min(start + max(size, 0), self.size)
        return type(self)(self.memory[start:end])

    def find(self, needle: bytes, start: int = 0) -> int:
        """Return where ``needle`` first occurs at or after ``start``, or -1."""
        overlap = len(needle) - 1
        stride = _FIRST_STRIDE  # a hit is often near: do not copy a mebibyte to find it
        while start < self.size - overlap:
            found = self.memory[start : start + stride + overlap].tobytes().find(needle)
            if found >= 0:
                return start + found
            start += stride
            stride = min(8 * stride, _STRIDE)
        return -1

    def chunks(self) -> Iterator[memoryview]:
        """Give the bytes in pieces of a mebibyte."""
        for at in range(0, self.size, _STRIDE):
            yield self.memory[at : at + _STRIDE]

    def sha256(self) -> str:
        """Return the SHA-256 of all bytes, in hexadecimal."""
        digest = sha256()
        for piece in self.chunks():
            digest.update(piece)
        return digest.hexdigest()


# Where the output of a decompressor goes: a spool takes the pieces and gives them back as one
# blob. The adapter keeps small output in memory and puts the rest into a file without a name.
Spool = Callable[[Iterable[bytes]], Blob]


def spool_in_memory(pieces: Iterable[bytes]) -> Blob:
    """Keep everything in memory: right for tests and for small images."""
    return Blob(b"".join(pieces))
