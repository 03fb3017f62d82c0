"""Where decompressed streams go: memory at first, then one file without a name.

The file is never linked into the file system, so it disappears with the process, however
that ends. It is one sparse file for all streams, mapped once: a thousand streams take a
thousand places in it and still one file descriptor.
"""

import mmap
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from fairmark.errors import FairmarkError
from fairmark.examine.blob import Blob

_IN_MEMORY = 32 << 20
_CAPACITY = (4 << 30) + (64 << 20)


class SpoolFullError(FairmarkError):
    """There is no room for what the image holds."""

    exit_code = 3


class FileSpool:
    """A spool: call it with pieces, get a blob. The first 32 MiB of all streams together stay in memory.

    ``capacity`` bounds the file; give it at least ``Limits.total_bytes``. Raises
    ``SpoolFullError`` when the disk is full; what was written is gone with the spool.
    """

    def __init__(self, folder: Path, *, in_memory: int = _IN_MEMORY, capacity: int = _CAPACITY) -> None:
        self._folder = folder
        self._memory_left = in_memory
        self._capacity = capacity
        self._file: IO[bytes] | None = None
        self._view = memoryview(b"")
        self._end = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file. Blobs that still look at it keep it alive until they are gone."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __call__(self, pieces: Iterable[bytes]) -> Blob:
        """Take all pieces and give them back as one blob."""
        kept: list[bytes] = []
        size = 0
        source = iter(pieces)
        for piece in source:
            kept.append(piece)
            size += len(piece)
            if size > self._memory_left:
                return self._to_file(kept, source)
        self._memory_left -= size
        return Blob(b"".join(kept))

    def _to_file(self, kept: list[bytes], rest: Iterable[bytes]) -> Blob:
        start = self._end
        at = start
        try:
            handle = self._opened()
            for pieces in (kept, rest):
                for piece in pieces:
                    at = self._write(handle, piece, at)
        except OSError as error:
            raise self._full(error.strerror or str(error)) from error
        self._end = at
        return Blob(self._view[start:at])

    def _write(self, handle: int, piece: bytes, at: int) -> int:
        if at + len(piece) > self._capacity:
            raise self._full(f"more than {self._capacity:,} bytes")
        left = memoryview(piece)
        while left:
            written = os.pwrite(handle, left, at)
            at += written
            left = left[written:]
        return at

    def _opened(self) -> int:
        if self._file is None:
            file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115 - lives as long as the spool
            self._file = file
            os.ftruncate(file.fileno(), self._capacity)
            mapping = mmap.mmap(file.fileno(), self._capacity, flags=mmap.MAP_SHARED, prot=mmap.PROT_READ)
            self._view = memoryview(mapping)
        return self._file.fileno()

    def _full(self, why: str) -> SpoolFullError:
        hint = "Free some space, or choose a work folder on a larger disk."
        return SpoolFullError(f"{self._folder}: no room for the unpacked streams of the image ({why})", hint=hint)
