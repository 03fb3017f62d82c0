"""Write rpm databases in each of their forms, from the formats' public descriptions."""

import sqlite3
import struct
import zlib
from collections.abc import Mapping, Sequence

_STRING, _STRINGS, _INT32, _BINARY = 6, 8, 4, 7
_REGION = 63


def header(
    name: str,
    version: str,
    release: str = "1",
    *,
    epoch: int = 0,
    arch: str = "armv7hl",
    licence: str = "MIT",
    source: str = "",
    files: Mapping[str, Sequence[str]] | None = None,
    flags: Sequence[int] | None = None,
) -> bytes:
    """Write the header of a package; ``files`` are names by directory."""
    folders = list(files or {})
    names = [(number, one) for number, folder in enumerate(folders) for one in (files or {})[folder]]
    tags: list[tuple[int, int, object]] = [
        (1000, _STRING, name),
        (1001, _STRING, version),
        (1002, _STRING, release),
        (1014, _STRING, licence),
        (1022, _STRING, arch),
        (1044, _STRING, source or f"{name}-{version}-{release}.src.rpm"),
    ]
    tags += [(1003, _INT32, [epoch])] if epoch else []
    if names:
        tags += [
            (1037, _INT32, list(flags or [0] * len(names))),
            (1116, _INT32, [number for number, _ in names]),
            (1117, _STRINGS, [one for _, one in names]),
            (1118, _STRINGS, folders),
        ]
    return raw_header(tags)


def raw_header(tags: Sequence[tuple[int, int, object]]) -> bytes:
    """Write a header of any tags."""
    index, store = b"", b""
    for tag, kind, value in sorted(tags, key=lambda one: one[0]):
        if kind == _INT32:
            assert isinstance(value, list)
            store += bytes(-len(store) % 4)
            body, count = struct.pack(f">{len(value)}I", *value), len(value)
        elif kind == _STRING:
            assert isinstance(value, str)
            body, count = value.encode() + b"\0", 1
        else:
            assert isinstance(value, list)
            body, count = b"".join(one.encode() + b"\0" for one in value), len(value)
        index += struct.pack(">IIII", tag, kind, len(store), count)
        store += body
    return struct.pack(">II", len(index) // 16, len(store)) + index + store


def sqlite(headers: Sequence[bytes]) -> bytes:
    """Write rpmdb.sqlite, as a database whose log lies beside it."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
    connection.execute("CREATE TABLE 'Name' (key TEXT NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL)")
    connection.executemany("INSERT INTO Packages (blob) VALUES (?)", [(one,) for one in headers])
    connection.commit()
    data = connection.serialize()
    connection.close()
    return data[:18] + b"\2\2" + data[20:]


def ndb(headers: Sequence[bytes]) -> bytes:
    """Write Packages.db with one page of slots."""
    slots, blobs = b"", b""
    for number, body in enumerate(headers, start=1):
        offset = 4096 + len(blobs)
        blob = struct.pack("<4sIII", b"BlbS", number, 1, len(body)) + body
        blob += bytes(-(len(blob) + 12) % 16)
        blob += struct.pack("<II4s", zlib.adler32(blob), len(body), b"BlbE")
        slots += struct.pack("<4sIII", b"Slot", number, offset // 16, len(blob) // 16)
        blobs += blob
    slots += b"Slot".ljust(16, b"\0") * ((4096 - 32 - len(slots)) // 16)
    return struct.pack("<4sIII16x", b"RpmP", 0, 1, 1) + slots + blobs


def bdb(headers: Sequence[bytes], *, order: str = "<", page: int = 512) -> bytes:
    """Write Packages as a hash of Berkeley DB: every header in overflow pages, small ones in the page itself."""
    meta = bytearray(page)
    struct.pack_into(f"{order}III", meta, 12, 0x00061561, 9, page)
    meta[25] = 8
    pages: list[bytes] = [bytes(meta), b""]
    items = [struct.pack(f"{order}BI", 1, 0), struct.pack(f"{order}BI", 1, len(headers))]
    for number, body in enumerate(headers, start=1):
        items.append(struct.pack(f"{order}BI", 1, number))
        if len(body) < page // 4:
            items.append(b"\1" + body)
            continue
        items.append(struct.pack(f"{order}B3xII", 3, len(pages), len(body)))
        room = page - 26
        count = -(-len(body) // room)
        for part in range(count):
            piece = body[part * room : (part + 1) * room]
            following = len(pages) + 1 if part + 1 < count else 0
            pages.append(_page(order, page, len(pages), following, 0, len(piece), 7) + piece.ljust(room, b"\0"))
    starts, end, body = [], page, b""
    for item in items:
        end -= len(item)
        starts.append(end)
        body = item + body
    table = struct.pack(f"{order}{len(starts)}H", *starts)
    first = _page(order, page, 1, 0, len(items), end, 13) + table
    pages[1] = first + bytes(page - len(first) - len(body)) + body
    return b"".join(pages)


def _page(order: str, size: int, number: int, following: int, entries: int, offset: int, kind: int) -> bytes:
    return struct.pack(f"{order}8xIIIHHBB", number, 0, following, entries, offset, 0, kind)
