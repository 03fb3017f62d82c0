"""Packages: rpm's old database, a hash table of Berkeley DB, read page by page without the library.

Layout (Berkeley DB's documentation of its on-disk formats, hash access method): the first page holds, at
byte 12, a magic number whose order of bytes is that of the machine that wrote it, then version, page size
and type. A hash page begins with 26 bytes, among them the number of items, and a table of where each
item starts; items are stored from the end of the page downwards, keys and data in turn. An item that
does not fit names the first of a chain of overflow pages.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from fairmark.examine.blob import Blob
from fairmark.examine.package_databases.reading import MAX_PACKAGES, MalformedError
from fairmark.examine.package_databases.rpm_header import MAX_HEADER

_MAGIC = 0x00061561
_HASH_META, _HASH, _HASH_UNSORTED, _OVERFLOW = 8, 13, 2, 7
_INLINE, _ELSEWHERE = 1, 3
_HEAD = 26
_SMALLEST_HEADER = 24  # what is shorter is the counter that rpm keeps under the key 0


def bdb_blobs(database: Blob) -> Iterator[bytes]:
    """Give the header of every package; b'' for one that cannot be read. Raises ``MalformedError``."""
    pages = _Pages.of(database)
    count = 0
    for number in range(1, database.size // pages.size):
        page = database.read(number * pages.size, pages.size)
        if page[25] not in {_HASH, _HASH_UNSORTED}:
            continue
        for item in pages.items(page):
            count += 1
            if count > MAX_PACKAGES:
                raise MalformedError("more packages than any system has")
            if item is None or len(item) >= _SMALLEST_HEADER:
                yield item or b""


@dataclass(slots=True)
class _Pages:
    """The pages of one database: their size, the order of bytes, and how many bytes may still be handed out."""

    database: Blob
    size: int
    order: str
    left: int

    @classmethod
    def of(cls, database: Blob) -> "_Pages":
        head = database.read(0, 72)
        if len(head) < 72:
            raise MalformedError("the database is shorter than its first page")
        order = next((one for one in "<>" if struct.unpack_from(f"{one}I", head, 12)[0] == _MAGIC), "")
        if not order or head[25] != _HASH_META:
            raise MalformedError("the first page is not that of a hash table")
        if head[24]:
            raise MalformedError("the database is encrypted")
        size = struct.unpack_from(f"{order}I", head, 20)[0]
        if size not in {1 << power for power in range(9, 17)}:
            raise MalformedError(f"the database claims pages of {size} bytes")
        return cls(database, size, order, database.size)

    def items(self, page: bytes) -> Iterator[bytes | None]:
        """Give the data items of a hash page, None for one that cannot be read."""
        count = struct.unpack_from(f"{self.order}H", page, 20)[0]
        if _HEAD + 2 * count > self.size:
            yield None
            return
        starts = struct.unpack_from(f"{self.order}{count}H", page, _HEAD)
        for number in range(1, count, 2):
            yield self._item(page, starts[number], starts[number - 1])

    def _item(self, page: bytes, start: int, end: int) -> bytes | None:
        if not _HEAD <= start < end <= len(page):
            return None
        if page[start] == _INLINE:
            return self._spent(page[start + 1 : end])
        if page[start] != _ELSEWHERE or end - start < 12:
            return None
        first, length = struct.unpack_from(f"{self.order}II", page, start + 4)
        return self._chain(first, length) if length <= min(MAX_HEADER, self.database.size) else None

    def _chain(self, number: int, length: int) -> bytes | None:
        """Join the overflow pages from ``number`` on; each adds at least one byte, so that a circle ends."""
        parts: list[bytes] = []
        have = 0
        while have < length:
            page = self.database.read(number * self.size, self.size) if number else b""
            if len(page) < self.size or page[25] != _OVERFLOW:
                return None
            used = min(struct.unpack_from(f"{self.order}H", page, 22)[0], self.size - _HEAD)
            if not used:
                return None
            parts.append(page[_HEAD : _HEAD + used])
            have += used
            number = struct.unpack_from(f"{self.order}I", page, 16)[0]
        return self._spent(b"".join(parts)[:length])

    def _spent(self, data: bytes) -> bytes:
        self.left -= len(data)
        if self.left < 0:
            raise MalformedError("items share their pages")
        return data
