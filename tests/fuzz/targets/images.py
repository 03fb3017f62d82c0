"""Containers, each through its handler alone and all through the whole extraction."""

from collections.abc import Iterable
from functools import partial

from fairmark.examine.blob import Blob, spool_in_memory
from fairmark.examine.containers import HANDLERS, UNSUPPORTED
from fairmark.examine.containers.handler import Context, DamagedError, Handler
from fairmark.examine.extract import extract
from fairmark.examine.limits import Budget, LimitReached, Limits
from fairmark.examine.tree import Kind, Tree, UnreadableEntryError
from fairmark.model.gap import Gap, GapReason
from tests.fuzz import corpus
from tests.fuzz.checksums import REPAIRS
from tests.fuzz.mutation import Form
from tests.fuzz.targets.target import Target

LIMITS = Limits(
    total_bytes=8 << 20,
    single_file=2 << 20,
    files=4_000,
    containers=100,
    depth=4,
    path_bytes=1 << 20,
    ratio=200,
    ratio_from=1 << 20,
    work=32 << 20,
    kept=8 << 20,
    decoder_memory=32 << 20,
)
_LONGEST_GAP = 8_000  # characters that one gap may say
_MOST_GAPS = 1_000
_CASES = 100
_STEPS = 500_000
OPENED = tuple(handler for handler in HANDLERS if handler not in UNSUPPORTED)


def _still() -> float:
    return 0.0


def _magics(handler: Handler) -> tuple[bytes, ...]:
    """The first bytes that a format is known by, for one of which nothing is kept yet."""
    return () if corpus.kept(handler.name) else tuple(bytes(at) + magic + bytes(600) for magic, at in handler.magics)


def _open(handler: Handler, data: bytes) -> None:
    """Open as the extraction does: only what is recognised."""
    blob = Blob(data)
    if not handler.recognise(blob, 0):
        return
    context = Context("0", "0", Budget(LIMITS, _still), spool_in_memory)
    try:
        opened = handler.open(blob, 0, context)
    except (DamagedError, LimitReached):
        return
    assert 0 <= opened.size <= len(data)
    total = sum(len(part.blob.memory) for part in opened.parts if part.blob.memory.obj is not data)
    assert total <= LIMITS.total_bytes
    for part in opened.parts:
        part.blob.sha256()
    _check_gaps(opened.gaps)
    if opened.tree:
        _read_tree(opened.tree)


def _read_tree(tree: Tree) -> None:
    """Read all that a tree offers: every file is as long as it says, no name leads out, no link leads away."""
    assert len(tree) <= 2 * LIMITS.files
    total = 0
    for entry in tree:
        assert entry.kind is not Kind.DIRECTORY or tree.get(entry.path) is entry
        assert not {b"", b".", b".."} & set(entry.path.split(b"/"))
        assert b"\0" not in entry.path
        assert entry.printable.isprintable()
        if entry.kind is Kind.SYMLINK:
            tree.get(entry.path)
        if entry.kind is not Kind.FILE or total > 4 * LIMITS.total_bytes:
            continue
        try:
            body = tree.read(entry)
            assert len(body) == entry.size
            assert tree.head(entry) == body[:2048]
            assert tree.blob(entry).memory == body
        except UnreadableEntryError as error:
            _check_gaps([error.gap])
        else:
            assert len(body) <= LIMITS.single_file
            total += len(body)


def _check_gaps(gaps: Iterable[Gap]) -> None:
    listed = list(gaps)
    assert len(listed) <= _MOST_GAPS
    for gap in listed:
        assert len(gap.detail) <= _LONGEST_GAP
        assert gap.reason is not GapReason.TOOL, gap.detail


def _extract(data: bytes) -> None:
    extraction = extract(Blob(data), limits=LIMITS, clock=_still)
    assert len(extraction.containers) <= 4 * LIMITS.containers + 10
    assert 0 <= extraction.opened_bytes <= len(data)
    assert data or extraction.gaps
    _check_gaps(extraction.gaps)
    for tree in extraction.trees:
        _read_tree(tree)


TARGETS = (
    *(
        Target(
            handler.name,
            partial(_open, handler),
            Form.BINARY,
            _CASES,
            steps=_STEPS,
            repair=REPAIRS.get(handler.name),
            more_seeds=partial(_magics, handler),
        )
        for handler in OPENED
    ),
    Target(
        "extract",
        _extract,
        Form.BINARY,
        2 * _CASES,
        steps=2 * _STEPS,
        corpora=("extract", *(handler.name for handler in OPENED)),
    ),
)
