"""What every container format offers: a name, a page of documentation, how to know it, how to open it."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from fairmark.examine.blob import Blob, Spool
from fairmark.examine.limits import Budget
from fairmark.examine.tree import Tree
from fairmark.model.gap import Gap


class DamagedError(Exception):
    """The container cannot be opened at all. Never leaves the package: it becomes ``Gap(reason=damaged)``.

    ``size`` is how many bytes it claims, so that the search goes on behind it; 0 when it does not say.
    """

    def __init__(self, message: str, *, size: int = 0) -> None:
        super().__init__(message)
        self.size = size


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler gets besides the bytes: its id, its place in words (for gaps), the budget, the spool.

    ``pool`` has threads for what can be done beside the reading; without one, all is done in turn.
    """

    container: str
    where: str
    budget: Budget
    spool: Spool
    pool: Executor | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Something inside a container that may be a container itself.

    ``offset`` is where it lies in the container (0 for what a compressed stream held);
    ``compression`` names one that the container claims and that only matters when nothing
    recognises the part.
    """

    name: str
    blob: Blob
    offset: int = 0
    compression: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """What opening a container gave.

    ``size`` is how many bytes of the blob it explains. ``readable`` is False when it is
    recognised and stays closed: the gap says why. ``ends`` is False when nobody can say where
    it ends (damaged, or a format that is not read): then it reaches to the next container.
    ``is_whole``: it is a program that is not unpacked; its bytes are looked at as they are.
    """

    size: int
    note: str = ""
    parts: tuple[Part, ...] = ()
    tree: Tree | None = None
    gaps: tuple[Gap, ...] = ()
    readable: bool = True
    ends: bool = True
    is_whole: bool = False


Recognise = Callable[[Blob, int], bool]
Open = Callable[[Blob, int, Context], Opened]


@dataclass(frozen=True, slots=True)
class Handler:
    """One container format.

    ``magics`` are byte strings and how far from the start of the container they stand; they
    are what an unknown image is searched for. ``recognise`` then looks closely, and ``open``
    may raise ``DamagedError`` or ``LimitReached``.
    """

    name: str
    documentation: str
    magics: tuple[tuple[bytes, int], ...]
    recognise: Recognise
    open: Open
