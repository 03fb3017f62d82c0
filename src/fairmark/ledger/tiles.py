"""Tiles: the tree cut into squares of 256 hashes, as C2SP tlog-tiles lays them out, and bundles of entries.

A tile of level L, number N holds up to 256 hashes of tree level 8 L, from N 256 on; the hash over a full one is one
hash of level L + 1. What lies inside a tile is computed from it. Full tiles never change; the last one of each level is
partial and named with its width.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from fairmark.errors import UnreadableInputError
from fairmark.ledger import merkle
from fairmark.ledger.merkle import HASH_BYTES

WIDTH = 256
HEIGHT = 8
MOST_LEVELS = 8
LONGEST_ENTRY = 0xFFFF
_PATH = re.compile(
    r"tile/(?P<level>entries|[0-9]|[1-5][0-9]|6[0-3])(?P<number>(/x[0-9]{3}){0,5}/[0-9]{3})"
    r"(\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """The name of a tile; level -1 is a bundle of entries."""

    level: int
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """The path below the log's address, such as ``tile/0/x001/234.p/17``."""
        level = "entries" if self.level < 0 else str(self.level)
        digits = f"{self.number:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[k : k + 3] for k in range(0, len(digits), 3)]
        name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{name}{partial}"


def parse_path(path: str) -> Tile | None:
    """Return the tile that a path names, or None; only the one spelling that ``Tile.path`` gives is taken.

    A tile beyond the largest tree is none either: its entries could not be counted.
    """
    found = _PATH.fullmatch(path)
    if not found:
        return None
    level = -1 if found["level"] == "entries" else int(found["level"])
    number = int("".join(filter(str.isdigit, found["number"])))
    tile = Tile(level, number, int(found["width"]) if found["width"] else WIDTH)
    beyond = number << HEIGHT * (max(level, 0) + 1) >= merkle.MOST_LEAVES
    return tile if tile.width <= WIDTH and tile.path == path and not beyond else None


def tiles_of(size: int) -> Iterator[Tile]:
    """Yield every tile of hashes of a tree, level by level."""
    level, count = 0, size
    while count:
        yield from (Tile(level, number) for number in range(count // WIDTH))
        if count % WIDTH:
            yield Tile(level, count // WIDTH, count % WIDTH)
        level, count = level + 1, count // WIDTH


@dataclass(slots=True)
class Edge:
    """The growing right edge of a tree: for each level the hashes of its last tile, which is not full yet."""

    size: int = 0
    rows: list[list[bytes]] = field(default_factory=list)

    def extend(self, leaves: Sequence[bytes]) -> dict[Tile, bytes]:
        """Append leaf hashes; return every tile that changed, with its bytes, partial ones in their new width."""
        changed: dict[Tile, bytes] = {}
        level, new, first = 0, list(leaves), self.size
        self.size += len(new)
        while new:
            if level == len(self.rows):
                self.rows.append([])
            row, number = self.rows[level], first >> (HEIGHT * level + HEIGHT)
            row += new
            full = [row[k : k + WIDTH] for k in range(0, len(row) - WIDTH + 1, WIDTH)]
            for offset, hashes in enumerate(full):
                changed[Tile(level, number + offset)] = b"".join(hashes)
            self.rows[level] = rest = row[len(full) * WIDTH :]
            if rest:
                changed[Tile(level, number + len(full), len(rest))] = b"".join(rest)
            new = [merkle.perfect_root(hashes) for hashes in full]
            level += 1
        return changed

    def root(self) -> bytes:
        """Return the root of the tree."""
        return merkle.root(self.size, self._subtree)

    def _subtree(self, level: int, number: int) -> bytes:
        """Return one of the peaks: they all lie in the last tiles."""
        row = self.rows[level // HEIGHT]
        first = (number << level % HEIGHT) % WIDTH
        return merkle.perfect_root(row[first : first + (1 << level % HEIGHT)])


def edge_of(size: int, fetch: Callable[[Tile], bytes]) -> Edge:
    """Return the right edge of a tree from its stored tiles. Errors as ``hashes_of``."""
    rows, count, level = [], size, 0
    while count:
        width = count % WIDTH
        tile = Tile(level, count // WIDTH, width)
        rows.append(hashes_of(tile, fetch(tile)) if width else [])
        count, level = count // WIDTH, level + 1
    return Edge(size, rows)


def hashes_of(tile: Tile, content: bytes) -> list[bytes]:
    """Return the hashes of a tile; raises UnreadableInputError if it has not the width that its name says."""
    if len(content) != tile.width * HASH_BYTES:
        raise UnreadableInputError(
            f"{tile.path}: {len(content)} bytes, expected {tile.width * HASH_BYTES}",
            hint="The tile is damaged; restore it from a mirror.",
        )
    return [content[k : k + HASH_BYTES] for k in range(0, len(content), HASH_BYTES)]


class TileReader:
    """Perfect subtrees of a tree of known size, from its tiles; the expanded ones that were used last are kept.

    Args:
        size: leaves of the tree.
        fetch: returns the bytes of a tile; asked only for tiles that a tree of this size has.
        kept: how many expanded tiles stay in memory; one has 511 hashes.
    """

    def __init__(self, size: int, fetch: Callable[[Tile], bytes], *, kept: int = 1024) -> None:
        self.size = size
        self._fetch = fetch
        self._kept = kept
        self._rows: OrderedDict[tuple[int, int], list[list[bytes]]] = OrderedDict()

    def __call__(self, level: int, number: int) -> bytes:
        """Return the hash of a perfect subtree."""
        upper, inside = divmod(level, HEIGHT)
        first = number << inside
        return self._expanded(upper, first // WIDTH)[inside][(first % WIDTH) >> inside]

    def _expanded(self, level: int, number: int) -> list[list[bytes]]:
        key = level, number
        if rows := self._rows.get(key):
            self._rows.move_to_end(key)
            return rows
        count = self.size >> HEIGHT * level
        tile = Tile(level, number, min(WIDTH, count - number * WIDTH))
        rows = [hashes_of(tile, self._fetch(tile))]
        while len(rows[-1]) > 1:
            row = rows[-1]
            rows.append([merkle.node_hash(row[k], row[k + 1]) for k in range(0, len(row) - 1, 2)])
        self._rows[key] = rows
        if len(self._rows) > self._kept:
            self._rows.popitem(last=False)
        return rows


def bundle(entries: Sequence[bytes]) -> bytes:
    """Return entries, each after its length in two bytes, the large byte first; none is longer than 65,535 bytes."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def entries_of(tile: Tile, content: bytes) -> list[bytes]:
    """Return the entries of a bundle; raises UnreadableInputError if they do not fill it exactly."""
    found: list[bytes] = []
    at = 0
    while at + 2 <= len(content) and len(found) < tile.width:
        end = at + 2 + int.from_bytes(content[at : at + 2], "big")
        found.append(content[at + 2 : end])
        at = end
    if at != len(content) or len(found) != tile.width:
        raise UnreadableInputError(
            f"{tile.path}: is no bundle of {tile.width} entries",
            hint="The bundle is damaged; restore it from a mirror.",
        )
    return found
