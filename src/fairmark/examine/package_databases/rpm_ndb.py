"""Packages.db: rpm's own database of one file, as SUSE and small systems use it.

Layout (the format's description in rpm's sources; all numbers little-endian): a head of 32 bytes
("RpmP", version, generation, number of slot pages); slots of 16 bytes, which fill whole pages of 4096
bytes together with the head; then blobs in blocks of 16 bytes. A slot names a package and the block of
its blob; a blob has a head of 16 bytes ("BlbS", package, generation, length) and a tail.
"""

import struct
from collections.abc import Iterator

from fairmark.examine.blob import Blob
from fairmark.examine.package_databases.reading import MAX_PACKAGES, MalformedError
from fairmark.examine.package_databases.rpm_header import MAX_HEADER

_HEAD = struct.Struct("<4sIII16x")
_SLOT = struct.Struct("<4sIII")
_BLOB = struct.Struct("<4sIII")
_PAGE, _BLOCK = 4096, 16


def ndb_blobs(database: Blob) -> Iterator[bytes]:
    """Give the header of every package; b'' for one whose slot leads nowhere. Raises ``MalformedError``."""
    raw = database.read(0, _HEAD.size)
    if len(raw) < _HEAD.size:
        raise MalformedError("the database is shorter than its head")
    magic, version, _, pages = _HEAD.unpack(raw)
    if magic != b"RpmP" or version:
        raise MalformedError("the head is not that of an rpm database of this kind")
    if not 0 < pages * _PAGE <= database.size or pages * _PAGE // _BLOCK > 4 * MAX_PACKAGES:
        raise MalformedError("the head claims more pages of slots than there are")
    left = database.size
    slots = database.read(_HEAD.size, pages * _PAGE - _HEAD.size)
    for magic, package, offset, _ in _SLOT.iter_unpack(slots):
        if magic != b"Slot":
            raise MalformedError("a slot has another magic number")
        if not package:
            continue
        found = _blob(database, package, offset * _BLOCK)
        left -= len(found)
        if left < 0:
            raise MalformedError("slots share their packages")
        yield found


def _blob(database: Blob, package: int, at: int) -> bytes:
    head = database.read(at, _BLOB.size)
    if len(head) < _BLOB.size:
        return b""
    magic, owner, _, length = _BLOB.unpack(head)
    if magic != b"BlbS" or owner != package or length > min(MAX_HEADER, database.size - at - _BLOB.size):
        return b""
    return database.read(at + _BLOB.size, length)
