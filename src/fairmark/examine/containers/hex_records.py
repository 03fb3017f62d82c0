"""Intel HEX and Motorola S-records: programs for small chips, written as lines of hexadecimal digits.

Sources: Intel, "Hexadecimal Object File Format Specification" (revision A); Motorola's M68000 family
programmer's reference, appendix on S-records. Each line ends in a checksum; a line whose checksum is wrong
is left out and noted.
"""

from collections.abc import Callable, Iterator
from functools import partial

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import Context, DamagedError, Handler, Opened
from fairmark.examine.containers.sparse import areas
from fairmark.examine.limits import LimitReached
from fairmark.examine.notes import Notes
from fairmark.model.gap import GapReason

_LONGEST = 600  # characters of a line; the formats allow 521 and 514
_LARGEST = 96 << 20  # of text
_ADDRESS_BYTES = {"1": 2, "2": 3, "3": 4}

_Piece = tuple[int, bytes]
_Reader = Callable[[Iterator[str], Notes], Iterator[_Piece]]


def _lines(blob: Blob, offset: int) -> Iterator[str]:
    """Give the lines up to the first that is no text."""
    left = b""
    for piece in blob.view(offset).chunks():
        rows = (left + piece.tobytes()).split(b"\n")
        left = rows.pop()
        for row in rows:
            if len(row) > _LONGEST or not row.isascii():
                return
            yield row.decode("ascii").strip()
        if len(left) > _LONGEST:
            return
    if left.isascii():
        yield left.decode("ascii").strip("\r\0 ")


def _octets(text: str) -> bytes:
    """Return the bytes of a line without its mark; b'' if it is none."""
    try:
        return bytes.fromhex(text) if len(text) % 2 == 0 and " " not in text else b""
    except ValueError:
        return b""


def _is_intel(line: str) -> bool:
    row = _octets(line[1:])
    return line.startswith(":") and len(row) >= 5 and len(row) == row[0] + 5 and not sum(row) & 0xFF


def _is_motorola(line: str) -> bool:
    row = _octets(line[2:])
    return (
        line[:1] == "S" and line[1:2].isdigit() and len(row) >= 3 and len(row) == row[0] + 1 and sum(row) & 0xFF == 0xFF
    )


def _intel(lines: Iterator[str], notes: Notes) -> Iterator[_Piece]:
    base = 0
    for line in lines:
        if not line:
            continue
        if not _is_intel(line):
            notes.add(GapReason.DAMAGED, "lines with a wrong checksum or form", size=len(line))
            continue
        row = _octets(line[1:])
        kind, data = row[3], row[4:-1]
        if kind == 0:
            yield base + int.from_bytes(row[1:3]), data
        elif kind == 1:
            return
        elif kind in {2, 4} and len(data) == 2:
            base = int.from_bytes(data) << (4 if kind == 2 else 16)


def _motorola(lines: Iterator[str], notes: Notes) -> Iterator[_Piece]:
    for line in lines:
        if not line:
            continue
        if not _is_motorola(line):
            notes.add(GapReason.DAMAGED, "lines with a wrong checksum or form", size=len(line))
            continue
        row = _octets(line[2:])
        width = _ADDRESS_BYTES.get(line[1])
        if width and len(row) > width + 1:
            yield int.from_bytes(row[1 : 1 + width]), row[1 + width : -1]
        elif line[1] in "789":
            return


def _recognise(test: Callable[[str], bool], blob: Blob, offset: int) -> bool:
    """The first three lines must have the form; a chance match of one line is possible."""
    head = blob.read(offset, 3 * _LONGEST)
    if head[:1] not in {b":", b"S"} or b"\n" not in head:
        return False
    rows = head.split(b"\n")[:3] if head.count(b"\n") >= 3 else [row for row in head.split(b"\n") if row.strip()][:3]
    return len(rows) >= 2 and all(row.isascii() and test(row.decode("ascii").strip()) for row in rows)


def _open(read: _Reader, words: str, blob: Blob, offset: int, context: Context) -> Opened:
    if blob.size - offset > _LARGEST:
        raise LimitReached(f"{words} of more than {_LARGEST:,} bytes")
    notes = Notes(context.where)
    parts = areas(read(_lines(blob, offset), notes), context, notes)
    if not parts:
        raise DamagedError(f"{words} without data", size=blob.size - offset)
    return Opened(blob.size - offset, words, parts, gaps=notes.gaps())


INTEL_HEX = Handler(
    name="intel_hex",
    documentation=(
        "Intel HEX: lines of data with addresses; each area of addresses becomes a part, named by where it starts. "
        "Limitation: holes of up to 4096 bytes inside an area are filled with FF, entry points are not kept."
    ),
    magics=((b":02000004", 0), (b":02000002", 0), (b":10000000", 0), (b":20000000", 0)),
    recognise=partial(_recognise, _is_intel),
    open=partial(_open, _intel, "Intel HEX"),
)
S_RECORDS = Handler(
    name="s_records",
    documentation=(
        "Motorola S-records (SREC): as Intel HEX, with addresses of two to four bytes. Limitation: as there."
    ),
    magics=((b"S00", 0), (b"S01", 0), (b"S02", 0)),
    recognise=partial(_recognise, _is_motorola),
    open=partial(_open, _motorola, "S-records"),
)
