"""Where the user's own catalogues come from: files in the form of ours, read when the library is first needed.

Kept apart from the library so that the command line can name the place without loading it.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A catalogue file of the user, parsed."""

    name: str
    data: object
    digest: str
    """SHA-256 of the file, in hexadecimal."""


Source = Callable[[], tuple[OwnFile, ...]]

_source: list[Source] = []


def shelve(source: Source | None) -> None:
    """Name the source of the user's own catalogues, or none; it is asked once, by the library."""
    _source[:] = [source] if source else []


def own_files() -> tuple[OwnFile, ...]:
    """Return the user's own catalogue files, by name."""
    return tuple(sorted((one for source in _source for one in source()), key=lambda one: one.name))
