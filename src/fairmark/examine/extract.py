"""Open an image: containers in containers, until there are file systems and plain data.

``extract`` is the whole of it. It returns trees (file systems), loose payloads (a kernel, a
boot loader), the containers it went through, and the gaps: what could not be opened, and why.
"""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from fairmark.examine.blob import Blob, Spool, spool_in_memory
from fairmark.examine.fallback import Fallback
from fairmark.examine.limits import Budget, Clock, Limits
from fairmark.examine.opening import Opening
from fairmark.examine.payload import Payload
from fairmark.examine.tree import Kind, Tree
from fairmark.model.gap import Gap
from fairmark.model.image import Container

Progress = Callable[[str], None]

_ROOT_SIGNS = ("bin", "etc", "lib", "sbin", "usr", "etc/passwd", "init", "sbin/init")
_ENOUGH_SIGNS = 4


@dataclass(frozen=True, slots=True)
class Extraction:
    """What an image consists of. ``trees``: the main root file system first, then the others by container id."""

    trees: tuple[Tree, ...] = ()
    loose: tuple[Payload, ...] = ()
    containers: tuple[Container, ...] = ()
    gaps: tuple[Gap, ...] = ()
    opened_bytes: int = 0  # bytes of the image that lie in containers that were opened
    programs: tuple[str, ...] = ()  # other programs that were asked, with version and how they were confined

    @property
    def main(self) -> Tree | None:
        """The main root file system, or None if there is no file system at all."""
        return self.trees[0] if self.trees else None


def extract(
    image: Blob,
    *,
    limits: Limits,
    clock: Clock,
    spool: Spool = spool_in_memory,
    progress: Progress | None = None,
    fallback: Fallback | None = None,
    pool: Executor | None = None,
) -> Extraction:
    """Open ``image`` and everything inside it; ``fallback`` is asked about what none of our readers opens.

    Nothing is written but what ``spool`` and ``fallback`` write. Hostile input never raises: it ends in a gap.
    A ``FairmarkError`` of the spool (disk full) goes through.
    """
    opening = Opening(Budget(limits, clock), spool, progress or _silence, fallback, pool)
    opening.open_image(image)
    return _result(opening, image.size)


def extract_tree(
    tree: Tree,
    *,
    limits: Limits,
    clock: Clock,
    spool: Spool = spool_in_memory,
    progress: Progress | None = None,
    fallback: Fallback | None = None,
    pool: Executor | None = None,
) -> Extraction:
    """Examine a directory that somebody has unpacked already; containers among its files are opened too."""
    opening = Opening(Budget(limits, clock), spool, progress or _silence, fallback, pool)
    opening.open_tree(tree)
    return _result(opening, sum(entry.size for entry in tree.files()))


def _silence(_what: str) -> None:
    """Show no progress."""


def _result(opening: Opening, size: int) -> Extraction:
    return Extraction(
        trees=_main_first(opening.trees),
        loose=tuple(sorted(opening.loose, key=lambda one: (_numbers(one.container), one.name))),
        containers=tuple(sorted(opening.containers, key=lambda one: _numbers(one.id))),
        gaps=tuple(sorted(set(opening.gaps()), key=lambda gap: (gap.where, gap.reason, gap.detail, gap.bytes))),
        opened_bytes=max(0, size - opening.closed_bytes),
        programs=tuple(sorted(opening.programs)),
    )


def _numbers(container: str) -> tuple[int, ...]:
    return tuple(int(number) for number in container.split("."))


def _main_first(trees: list[Tree]) -> tuple[Tree, ...]:
    """Put the tree that looks most like the root of a Linux system first and give it the name ``""``."""
    in_order = sorted(trees, key=lambda tree: _numbers(tree.container))
    if not in_order:
        return ()
    main = max(in_order, key=_likeness)
    return (main.named(""), *(tree for tree in in_order if tree is not main))


def _likeness(tree: Tree) -> tuple[bool, int, int]:
    """Among trees with enough signs of a root the one with most files wins; else the one with most signs."""
    signs = sum(tree.get(sign) is not None for sign in _ROOT_SIGNS)
    files = sum(entry.kind is Kind.FILE for entry in tree)
    return (True, files, signs) if signs >= _ENOUGH_SIGNS else (False, signs, files)
