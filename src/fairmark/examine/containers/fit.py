"""FIT, the image format of newer U-Boot boot loaders, and the flattened device tree that carries it.

Source: the devicetree specification (flattened format) and U-Boot's description of FIT.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import Context, DamagedError, Handler, Opened, Part
from fairmark.examine.limits import Budget
from fairmark.examine.notes import Notes
from fairmark.model.evidence import printable_path
from fairmark.model.gap import GapReason

_MAGIC = b"\xd0\x0d\xfe\xed"
_HEADER = struct.Struct(">10I")
_BEGIN, _END, _PROPERTY, _NOP, _FINISH = 1, 2, 3, 4, 9
_CLOSE_LOOK = 4096  # tokens read to know a FIT; its images come first
_LONG_LOOK = 1 << 16  # tokens read for one property of a plain device tree
_MOST_TOKENS = 1 << 20
_MOST_IMAGES = 256
_DEEPEST = 64
_LONGEST_NAME = 256
_LONGEST_VALUE = 256  # of a property that is kept, unless it is the data itself
_PAGE = 4096
BOOT_ARGUMENTS = ", boot arguments "  # stands before them in the note of a device tree


@dataclass(frozen=True, slots=True)
class _Header:
    """Where the parts of the tree stand, from its first byte on."""

    size: int
    structure: int
    strings: int


@dataclass(frozen=True, slots=True)
class _Property:
    """One property: the path of its node, its name, and where its value stands from the tree's first byte on."""

    path: tuple[bytes, ...]
    name: bytes
    at: int
    size: int


def _header(blob: Blob, offset: int) -> _Header | None:
    """Read the header; None if it contradicts itself or no root node follows."""
    head = blob.read(offset, _HEADER.size)
    if len(head) < _HEADER.size or head[:4] != _MAGIC:
        return None
    _, size, structure, strings, reserved, version, compatible, _, strings_size, structure_size = _HEADER.unpack(head)
    ends = (structure + (structure_size if version >= 17 else 8), strings + strings_size, reserved + 16)
    if not 16 <= version <= 32 or compatible > 17 or structure % 4 or max(ends) > size or structure < _HEADER.size:
        return None
    if blob.read(offset + structure, 8) != b"\0\0\0\x01\0\0\0\0":
        return None
    return _Header(size, structure, strings)


def _properties(
    tree: Blob, header: _Header, budget: Budget | None = None, most: int = _CLOSE_LOOK
) -> Iterator[_Property]:
    """Give all properties, and for each node one without name. Raises ``DamagedError``, ``LimitReached``."""
    path: list[bytes] = []
    at = header.structure
    for number in range(_MOST_TOKENS if budget else most):
        if budget and not number & 0xFFF:
            budget.tick()
        token = int.from_bytes(tree.read(at, 4))
        at += 4
        if token == _BEGIN:
            name, found, _ = tree.read(at, _LONGEST_NAME).partition(b"\0")
            if not found or len(path) >= _DEEPEST:
                raise DamagedError("a node without a name, or too deep")
            path.append(name)
            yield _Property(tuple(path), b"", at, 0)
            at += len(name) + 1 + -(len(name) + 1) % 4
        elif token == _END and path:
            path.pop()
        elif token == _PROPERTY and path:
            size, name_at = struct.unpack(">II", tree.read(at, 8).ljust(8, b"\xff"))
            name = tree.read(header.strings + name_at, _LONGEST_NAME).partition(b"\0")[0]
            yield _Property(tuple(path), name, at + 8, size)
            at += 8 + size + -size % 4
        elif token == _FINISH and not path:
            return
        elif token != _NOP:
            raise DamagedError("the tree breaks off")
    if budget:
        raise DamagedError("the tree does not end")


def _has_images(blob: Blob, offset: int, header: _Header) -> bool:
    try:
        tree = blob.view(offset, header.size)
        return any(found.path == (b"", b"images") for found in _properties(tree, header))
    except DamagedError:
        return False


def _recognise(blob: Blob, offset: int) -> bool:
    header = _header(blob, offset)
    return header is not None and _has_images(blob, offset, header)


def _recognise_tree(blob: Blob, offset: int) -> bool:
    """A tree built into a program stays part of it: one alone starts a blob or stands at the start of a page."""
    return not offset % _PAGE and _header(blob, offset) is not None


class _Signatures:
    """What is signed, as the nodes say that hold a signature: whole configurations, or single images."""

    def __init__(self, whole: Blob) -> None:
        self._whole = whole
        self._valued: set[tuple[bytes, ...]] = set()
        self._algorithms: dict[tuple[bytes, ...], str] = {}

    def gather(self, found: _Property) -> None:
        """Keep what a node named signature says, with the value that makes it one."""
        if len(found.path) != 4 or not found.path[3].startswith(b"signature") or len(self._valued) > _MOST_IMAGES:
            return
        if found.name == b"value" and found.size:
            self._valued.add(found.path)
        elif found.name == b"algo":
            self._algorithms[found.path] = _text(self._whole, found)

    def note(self) -> str:
        """Return a clause for the note, or nothing where nothing is signed."""
        for part in (b"configurations", b"images"):
            signed = sorted(path for path in self._valued if path[1] == part)
            if signed:
                return f", {part.decode()} signed ({self._algorithms.get(signed[0], 'algorithm not named')})"
        return ""


class _Images:
    """The properties of everything below /images that say where its data lies."""

    def __init__(self) -> None:
        self.found: dict[bytes, dict[bytes, _Property]] = {}
        self.too_many = False

    def gather(self, found: _Property) -> None:
        """Keep one property, if it belongs to an image."""
        if len(found.path) != 3 or found.path[1] != b"images":
            return
        if found.path[2] not in self.found and len(self.found) >= _MOST_IMAGES:
            self.too_many = True
            return
        image = self.found.setdefault(found.path[2], {})
        if found.name in {b"data", b"data-size", b"data-offset", b"data-position", b"compression", b"type"}:
            image.setdefault(found.name, found)


def _open(blob: Blob, offset: int, context: Context) -> Opened:
    header = _header(blob, offset)
    if header is None:
        raise DamagedError("the header contradicts itself")
    notes = Notes(context.where)
    whole = blob.view(offset)
    images = _Images()
    signatures = _Signatures(whole)
    try:
        for found in _properties(whole.view(0, header.size), header, context.budget):
            images.gather(found)
            signatures.gather(found)
    except DamagedError as error:
        notes.add(GapReason.DAMAGED, f"{error}; what stands before was examined")
    if images.too_many:
        notes.add(GapReason.LIMIT, f"more than {_MOST_IMAGES} images")
    if header.size > whole.size:
        notes.add(GapReason.DAMAGED, f"the header says {header.size:,} bytes, {whole.size:,} are there")
    parts = []
    for name, image in images.found.items():
        part = _part(whole, header, name, image, notes)
        if part is not None:
            parts.append(part)
    end = max([header.size, *(part.offset + part.blob.size for part in parts)])
    note = f"{len(parts)} images{signatures.note()}"
    return Opened(min(end, whole.size), note, tuple(parts), gaps=notes.gaps())


def _part(whole: Blob, header: _Header, raw: bytes, image: dict[bytes, _Property], notes: Notes) -> Part | None:
    """Return the data of one image: in the tree, or behind it at an offset or position that the tree states."""
    name = printable_path(raw).replace("/", "|")
    inside = image.get(b"data")
    if inside is not None:
        at, size = inside.at, inside.size
    elif b"data-size" in image:
        size = _number(whole, image[b"data-size"])
        if b"data-position" in image:
            at = _number(whole, image[b"data-position"])
        else:
            at = (
                header.size
                + -header.size % 4
                + (_number(whole, image[b"data-offset"]) if b"data-offset" in image else 0)
            )
    else:
        notes.add(GapReason.DAMAGED, "image without data", name)
        return None
    found = whole.view(at, size)
    if found.size < size:
        notes.add(GapReason.DAMAGED, "data past the end of the image", name, size - found.size)
    if not found.size:
        return None
    return Part(name, found, at, _text(whole, image.get(b"compression")))


def _number(whole: Blob, value: _Property) -> int:
    """Read a number of one or two cells; a longer one is none."""
    return int.from_bytes(whole.read(value.at, value.size)) if value.size in {4, 8} else 0


def _text(whole: Blob, value: _Property | None) -> str:
    """Read the name of a compression; none is no compression."""
    if value is None:
        return ""
    text = printable_path(whole.read(value.at, min(value.size, 32)).partition(b"\0")[0])
    return "" if text == "none" else text


def _open_tree(blob: Blob, offset: int, context: Context) -> Opened:
    """Accept a plain device tree: it describes hardware and holds no files."""
    header = _header(blob, offset)
    if header is None:
        raise DamagedError("the header contradicts itself")
    notes = Notes(context.where)
    tree = blob.view(offset, header.size)
    if tree.size < header.size:
        cut = f"the header says {header.size:,} bytes, {tree.size:,} are there"
        notes.add(GapReason.DAMAGED, cut, size=header.size - tree.size)
    model = _string(tree, header, (b"",), b"model")
    arguments = _string(tree, header, (b"", b"chosen"), b"bootargs")
    note = f"device tree '{model}'" + (f"{BOOT_ARGUMENTS}'{arguments}'" if arguments else "")
    return Opened(tree.size, note, gaps=notes.gaps())


def boot_arguments(blob: Blob) -> str:
    """Return what a device tree hands to the kernel unless the boot loader puts something else there."""
    header = _header(blob, 0)
    return _string(blob.view(0, header.size), header, (b"", b"chosen"), b"bootargs") if header else ""


def _string(tree: Blob, header: _Header, path: tuple[bytes, ...], name: bytes) -> str:
    """Read a property that is a text; empty when it is not there."""
    try:
        for found in _properties(tree, header, most=_LONG_LOOK):
            if found.path == path and found.name == name:
                return printable_path(tree.read(found.at, min(found.size, _LONGEST_VALUE)).partition(b"\0")[0])
    except DamagedError:
        return ""
    return ""


FIT = Handler(
    name="fit",
    documentation=(
        "A flattened device tree with a node /images: each image is a part, whether its data stands "
        "in the tree or behind it; whether configurations or images carry a signature is noted. Limitation: "
        "hashes are not compared and signatures not verified; load addresses are not interpreted."
    ),
    magics=((_MAGIC, 0),),
    recognise=_recognise,
    open=_open,
)
DEVICE_TREE = Handler(
    name="device_tree",
    documentation=(
        "A flattened device tree without images, at the start of a blob or of a page: a description of "
        "hardware, accepted as data; its model and boot arguments are noted. Limitation: the rest is not interpreted."
    ),
    magics=((_MAGIC, 0),),
    recognise=_recognise_tree,
    open=_open_tree,
)
