"""Loose data of an image: what is no file system and yet worth looking at."""

from dataclasses import dataclass

from fairmark.examine.blob import Blob


@dataclass(frozen=True, slots=True)
class Payload:
    """A kernel, a boot loader, what a ``.gz`` held.

    ``container`` is the id of the container it is or lies in: it goes into ``Where.root`` of
    evidence. ``name`` ("/partition0/kernel") goes into ``Where.path``.
    """

    name: str
    container: str
    blob: Blob

    @property
    def path(self) -> str:
        """The path of its record among the files: the id of its container, then its name."""
        return f"/{self.container}{self.name}"
