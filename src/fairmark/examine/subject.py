"""What detectors look at: the trees, one record per file, the components and the started services."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from fairmark.examine.elf import Elf
from fairmark.examine.payload import Payload
from fairmark.examine.tree import Entry, Tree
from fairmark.model.device import Device
from fairmark.model.evidence import Evidence, EvidenceKind, Tool, Where
from fairmark.model.image import Component, Container

LOOSE = "loose"  # the root of payloads that lie in no file system
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class PatternHit:
    """A version pattern that matched in a file: ``rule`` is the id of the component rule."""

    rule: str
    version: str
    offset: int


@dataclass(frozen=True, slots=True)
class FileFacts:
    """One regular file after the one pass: everything detectors may ask without reading it again.

    ``path`` is absolute and printable; ``root`` names the root file system ('' is the main
    one); ``mode`` holds the permission bits; ``text`` is the content of small text files
    (decoded as UTF-8 with replacement), ``None`` for everything else; ``key_marks`` are offsets
    in a binary file where a private key may stand.
    """

    path: str
    root: str
    size: int
    mode: int
    uid: int
    gid: int
    sha256: str
    elf: Elf | None = None
    hits: tuple[PatternHit, ...] = ()
    text: str | None = None
    key_marks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """A program that the device starts, with the whole chain that proves it.

    ``ports`` are texts such as ``tcp/23``; ``reach`` of the service is EXPOSED when it
    listens on a network port and STARTED otherwise. ``chain`` are ids of evidence, from
    the enabling line to the program.
    """

    name: str
    program: str
    root: str
    arguments: str
    user: str
    ports: tuple[str, ...]
    started_by: str
    chain: tuple[Evidence, ...]


@dataclass(frozen=True)
class Subject:
    """One image (or directory) ready for the detectors. Built by ``workflows.assess``."""

    trees: tuple[Tree, ...]
    files: tuple[FileFacts, ...]
    device: Device
    tool: Tool
    crack: Callable[[Sequence[str], Sequence[str]], Mapping[str, int | None]]
    """(hashes, candidate passwords) -> hash: index of the candidate that opens it, ``None`` when none does.

    A hash that was refused (unknown scheme, too costly) is missing from the answer.
    """
    components: tuple[Component, ...] = ()
    services: tuple[Service, ...] = field(default=())
    loose: tuple[Payload, ...] = ()
    containers: tuple[Container, ...] = ()
    today: date | None = None
    """The day the examination is made for: no clock is read. Without one, nothing is said about dates."""
    kept: dict[str, tuple[Any, Any, Any]] = field(default_factory=dict, repr=False, compare=False)
    """What ``once`` has made, by name, with the trees and files it was made from."""

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        """Return what ``make`` gives, made once for these trees and files: copies of the subject share it.

        Only for what follows from trees and files alone, and is finished: nothing that reads on later, for a
        recording subject counts what was read for it (``recording``).
        """
        trees, files, made = self.kept.get(name, (None, None, None))
        if trees is not self.trees or files is not self.files:
            made = make()
            self.kept[name] = self.trees, self.files, made
        found: Made = made
        return found

    @cached_property
    def by_path(self) -> Mapping[tuple[str, str], FileFacts]:
        """Files by (root, path)."""
        return {(item.root, item.path): item for item in self.files}

    def file(self, path: str, root: str = "") -> FileFacts | None:
        """Return the record of the regular file that ``path`` leads to, links resolved inside its tree."""
        tree = next((tree for tree in self.trees if tree.name == root), None)
        entry = tree.get(path) if tree else None
        return self.by_path.get((root, entry.printable)) if entry else None

    @cached_property
    def _payloads(self) -> Mapping[str, Payload]:
        return {one.path: one for one in self.loose}

    def content(self, item: FileFacts, limit: int) -> bytes:
        """Read the first ``limit`` bytes of a file or loose payload again. Raises ``UnreadableEntryError``."""
        if item.root == LOOSE and item.path in self._payloads:
            return self._payloads[item.path].blob.read(0, limit)
        tree = next((tree for tree in self.trees if tree.name == item.root), None)
        entry = self._entries.get((item.root, item.path)) if tree else None
        return tree.read(entry, limit) if tree and entry else b""

    @cached_property
    def _entries(self) -> Mapping[tuple[str, str], Entry]:
        return {(tree.name, entry.printable): entry for tree in self.trees for entry in tree.files()}

    def evidence(
        self,
        item: FileFacts,
        statement: str,
        *,
        kind: EvidenceKind = EvidenceKind.FILE,
        line: int | None = None,
        offset: int | None = None,
        quote: str = "",
    ) -> Evidence:
        """Make evidence that points into a file. ``quote`` must already be redacted."""
        where = Where(path=item.path, root=item.root, line=line, offset=offset, sha256=item.sha256, quote=quote[:300])
        return Evidence(kind=kind, where=where, tool=self.tool, statement=statement)
