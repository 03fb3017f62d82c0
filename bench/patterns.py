"""Scan real programs for components with all rules and with twice as many: processor seconds, in this process.

Beside it stands the floor of any scan: to read the same files from the page cache and take their SHA-256.
``cost_of_doubling`` is what twice the rules cost more, as a share: 0.1 is a tenth.
"""

import hashlib
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from measure import conclude, interleaved

from fairmark.examine.patterns import Pattern, PatternSet, patterns

ENOUGH, LARGEST = 48_000_000, 8_000_000  # bytes in all, and of one file
FOLDERS = ("/usr/lib", "/usr/lib64", "/usr/local/lib")
ROUNDS = 15


def libraries() -> dict[Path, bytes]:
    """Return shared libraries of this machine with their bytes, until they are enough."""
    found: dict[Path, bytes] = {}
    size = 0
    for path in sorted(one for folder in FOLDERS for one in Path(folder).rglob("*.so*")):
        if size >= ENOUGH:
            break
        if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST:
            continue
        data = path.read_bytes()
        if data.startswith(b"\x7fELF"):
            found[path] = data
            size += len(data)
    return found


def twice(rules: tuple[Pattern, ...]) -> tuple[Pattern, ...]:
    """Return the rules and a copy of each under another id, its literals read backwards."""
    known = {literal for one in rules for literal in one.anchors}
    copies = [
        replace(one, id=f"{one.id}-copy", anchors=tuple(_altered(literal, known) for literal in one.anchors))
        for one in rules
    ]
    return (*rules, *copies)


def _altered(literal: bytes, known: set[bytes]) -> bytes:
    backwards = literal[::-1]
    return backwards if backwards not in known else literal + b"~"


def cpu_seconds_of(work: Callable[[], object]) -> float:
    """Return the processor seconds of a piece of work in this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Read and hash, scan with one rule, with all and with twice as many in turn; print what doubling costs."""
    files = libraries()
    size = sum(map(len, files.values()))
    if size < 40_000_000:
        sys.exit("could not run: this machine has less than 40 MB of shared libraries")
    rules = patterns()

    def scan(chosen: tuple[Pattern, ...]) -> Callable[[], float]:
        known = PatternSet.of(chosen)
        return lambda: cpu_seconds_of(lambda: [known.find(data, path.name.encode()) for path, data in files.items()])

    def floor() -> float:
        return cpu_seconds_of(lambda: [hashlib.sha256(path.read_bytes()).digest() for path in files])

    seconds = interleaved(
        {"floor": floor, "one": scan(rules[:1]), "all": scan(rules), "twice": scan(twice(rules))}, ROUNDS
    )
    conclude(
        "patterns",
        {
            "rules": len(rules),
            "anchors": len({literal for one in rules for literal in one.anchors}),
            "megabytes": size / 1e6,
            "files": len(files),
            "read_and_hash_cpu_seconds": seconds["floor"],
            "one_rule_cpu_seconds": seconds["one"],
            "cpu_seconds": seconds["all"],
            "twice_the_rules_cpu_seconds": seconds["twice"],
            "cost_of_doubling": seconds["twice"] / seconds["all"] - 1,
            "read_and_hash_mb_per_s": size / 1e6 / seconds["floor"],
            "mb_per_s": size / 1e6 / seconds["all"],
            "ratio_to_read_and_hash": seconds["all"] / seconds["floor"],
        },
    )


if __name__ == "__main__":
    main()
