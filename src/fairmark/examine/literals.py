"""Which of many literals stand in a run of bytes: one pass over the bytes, however many literals there are.

Two engines give the same answer: YARA-X for a few literals; for many Hyperscan, where it is
installed and knows the processor. An engine says only whether a literal is there, so its work is
bounded by the length of the bytes: a literal that stands in a file a million times costs no more
than one that stands there once.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from fairmark.model.kept import kept_value

_FEW = 64  # YARA-X finds so few in half the time; hundreds of them take it three times as long to compile

Search = Callable[[bytes], frozenset[bytes]]
"""Returns those of the literals that stand somewhere in the bytes. For one thread at a time."""


def searcher(literals: Sequence[bytes]) -> Search:
    """Compile the literals (none of them empty) for the fastest engine there is."""
    if len(literals) <= _FEW:
        return with_yara_x(literals)
    try:
        return with_hyperscan(literals)
    except ImportError:
        return with_yara_x(literals)


def with_hyperscan(literals: Sequence[bytes]) -> Search:
    """Compile the literals for Hyperscan.

    Raises:
        ImportError: it is not installed, or does not run on this processor.
    """
    known = _distinct(literals)
    if not known:
        return _nothing
    hyperscan = import_module("hyperscan")
    try:
        database = _database(hyperscan, known)
    except hyperscan.error as error:
        raise ImportError("Hyperscan does not run on this processor") from error

    def search(data: bytes) -> frozenset[bytes]:
        found: set[bytes] = set()

        def note(number: int, _start: int, _end: int, _flags: int, _context: Any) -> None:
            found.add(known[number])

        if data:
            database.scan(data, match_event_handler=note)
        return frozenset(found)

    return search


def _database(hyperscan: Any, known: Sequence[bytes]) -> Any:
    """Compile the literals; the result is kept for later runs, and made anew on another kind of processor."""
    if len(known) <= _FEW:
        return _compiled(hyperscan, known)
    form = f"Hyperscan {hyperscan.__version__} 1"
    source = b"".join(len(one).to_bytes(4, "big") + one for one in known)
    kept = kept_value(Path(__file__).with_suffix(".hyperscan"), source, form, lambda _: _dumped(hyperscan, known))
    try:
        database = hyperscan.loadb(kept, hyperscan.HS_MODE_BLOCK)
        database.scratch = hyperscan.Scratch(database)
    except hyperscan.error:
        return _compiled(hyperscan, known)
    return database


def _dumped(hyperscan: Any, known: Sequence[bytes]) -> bytes:
    database = _compiled(hyperscan, known)
    dumped: bytes = hyperscan.dumpb(database)
    return dumped


def _compiled(hyperscan: Any, known: Sequence[bytes]) -> Any:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[b"".join(b"\\x%02x" % octet for octet in literal) for literal in known],
        ids=list(range(len(known))),
        elements=len(known),
        flags=[hyperscan.HS_FLAG_SINGLEMATCH] * len(known),
    )
    return database


def with_yara_x(literals: Sequence[bytes]) -> Search:
    """Compile the literals for YARA-X: one rule for each, named by its number."""
    known = _distinct(literals)
    if not known:
        return _nothing
    yara_x = import_module("yara_x")
    compiler = yara_x.Compiler()
    compiler.add_source(  # at once: one source for each takes ten times as long
        "\n".join(
            f"rule r{number} {{ strings: $a = {{ {literal.hex(' ')} }} condition: $a }}"
            for number, literal in enumerate(known)
        )
    )
    scanner = yara_x.Scanner(compiler.build())
    scanner.fast_scan(yes=True)
    scanner.max_matches_per_pattern(1)

    def search(data: bytes) -> frozenset[bytes]:
        return frozenset(known[int(rule.identifier[1:])] for rule in scanner.scan(data).matching_rules)

    return search


ENGINES: Mapping[str, Callable[[Sequence[bytes]], Search]] = {"hyperscan": with_hyperscan, "yara-x": with_yara_x}


def _distinct(literals: Sequence[bytes]) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(literals))


def _nothing(_data: bytes) -> frozenset[bytes]:
    return frozenset()
