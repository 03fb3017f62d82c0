"""What another program makes of the parts that none of our readers opens.

The program itself is an adapter's business. What it found comes back in the shape that our own
readers give: entries and where their data is, the place inside the blob, and what was lost.
"""

from collections.abc import Callable
from dataclasses import dataclass

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import Context
from fairmark.examine.tree import Entry, Source
from fairmark.model.gap import Gap


@dataclass(frozen=True, slots=True)
class Found:
    """One part of the blob that the program knows: ``kind`` is its name for the format.

    Without ``source`` it stays closed, and ``note`` says why.
    """

    offset: int
    size: int
    kind: str
    entries: tuple[Entry, ...] = ()
    source: Source | None = None
    note: str = ""
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the program said of one blob.

    ``program`` is its name and version, and how far it was confined: for the record. ``why_not``
    is a clause about what it did not do ("unblob 26.6 knows nothing in it"), empty if it opened all.
    """

    program: str = ""
    found: tuple[Found, ...] = ()
    why_not: str = ""


# Takes the blob and its place; never raises for what the blob does, may raise LimitReached and the spool's errors.
Fallback = Callable[[Blob, Context], Answer]
