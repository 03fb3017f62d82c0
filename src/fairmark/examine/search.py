"""Find containers at any offset of an unknown blob, by their first bytes and a close look.

Of some fifty first bytes most stand nowhere in a blob. One search for all of them at once tells which do, and only
those are looked for place by place.
"""

from functools import cache

from fairmark.examine.blob import Blob
from fairmark.examine.containers import HANDLERS, UNSUPPORTED
from fairmark.examine.containers.handler import Handler
from fairmark.examine.limits import Budget, LimitReached
from fairmark.examine.literals import Search as LiteralSearch
from fairmark.examine.literals import searcher

_SEARCHED = tuple((magic, distance, handler) for handler in HANDLERS for magic, distance in handler.magics)
_ANYWHERE = tuple(item for item in _SEARCHED if item[2] not in UNSUPPORTED)
_AT_START = tuple(magic for magic, distance, _ in _SEARCHED if not distance)
_FURTHER_ON = tuple((magic, distance) for magic, distance, _ in _SEARCHED if distance)
_LZMA = next(handler for handler in HANDLERS if handler.name == "lzma")
_MAGICS = tuple(sorted({magic for magic, _, _ in _ANYWHERE}))
_OVERLAP = max(map(len, _MAGICS)) - 1
_WINDOW = 4 << 20
_WORTH_IT = 256 << 10  # a smaller blob is gone through before the search is compiled
_MOST_CANDIDATES = 100_000  # places of one blob that look like a container and are none


def container_at(blob: Blob, offset: int) -> Handler | None:
    """Return the handler of the container that starts at ``offset``, or None."""
    return next((handler for handler in HANDLERS if handler.recognise(blob, offset)), None)


def may_be_container(head: bytes) -> bool:
    """Say quickly whether the first bytes of a file look like a container's; a close look must follow."""
    if head.startswith(_AT_START) or any(head.startswith(magic, distance) for magic, distance in _FURTHER_ON):
        return True
    return _LZMA.recognise(Blob(head), 0)


@cache
def _search_of_all() -> LiteralSearch:
    return searcher(_MAGICS)


def magics_in(blob: Blob) -> frozenset[bytes]:
    """Return those of the first bytes of all containers that stand anywhere in a blob; of a small one, all of them."""
    if blob.size < _WORTH_IT:
        return frozenset(_MAGICS)
    search = _search_of_all()
    return frozenset().union(*(search(blob.read(at, _WINDOW + _OVERLAP)) for at in range(0, blob.size, _WINDOW)))


class Search:
    """The containers of one blob in the order of their offsets; only formats that can be opened are searched for."""

    def __init__(self, blob: Blob, budget: Budget) -> None:
        self._blob = blob
        self._budget = budget
        self._tried = 0
        self._next: list[int] = []  # where each magic was last found; -1 is not yet, size is never

    def next_from(self, start: int) -> tuple[int, Handler] | None:
        """Return offset and handler of the first container at or after ``start``. Raises ``LimitReached``."""
        if not self._next:
            standing = magics_in(self._blob)
            self._next = [-1 if magic in standing else self._blob.size for magic, _, _ in _ANYWHERE]
        while True:
            index = min(range(len(_ANYWHERE)), key=lambda number: self._position(number, start))
            position = self._next[index]
            if position >= self._blob.size:
                return None
            handler = _ANYWHERE[index][2]
            if handler.recognise(self._blob, position):
                return position, handler
            self._tried += 1
            if not self._tried & 0xFF:
                self._budget.tick()
            if self._tried > _MOST_CANDIDATES:
                raise LimitReached(f"more than {_MOST_CANDIDATES:,} places look like a container and are none")
            self._advance(index, position + 1)

    def _position(self, index: int, start: int) -> int:
        if self._next[index] < start:
            self._advance(index, start)
        return self._next[index]

    def _advance(self, index: int, start: int) -> None:
        magic, distance, _ = _ANYWHERE[index]
        found = self._blob.find(magic, start + distance)
        self._next[index] = self._blob.size if found < 0 else found - distance
