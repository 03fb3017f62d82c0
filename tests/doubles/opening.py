"""Open one container with one handler, without the rest of the extraction."""

from fairmark.examine.blob import Blob, spool_in_memory
from fairmark.examine.containers.handler import Context, Handler, Opened
from fairmark.examine.limits import Budget, Limits


def open_with(handler: Handler, image: bytes, offset: int = 0, limits: Limits | None = None) -> Opened:
    """Open what lies at ``offset``, with a clock that stands still."""
    budget = Budget(limits or Limits(), lambda: 0.0)
    return handler.open(Blob(image), offset, Context("0", f"0 ({handler.name})", budget, spool_in_memory))


def read_all(opened: Opened) -> dict[str, bytes]:
    """Every regular file of the tree with its data."""
    tree = opened.tree
    assert tree is not None
    return {entry.printable: tree.read(entry) for entry in tree.files()}
