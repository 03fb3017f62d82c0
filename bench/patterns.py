"""Scan real programs for components with all rules and with twice as many: processor seconds, in this process."""

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


def libraries() -> list[tuple[bytes, bytes]]:
    """Return name and bytes of shared libraries of this machine, until they are enough."""
    found: list[tuple[bytes, bytes]] = []
    size = 0
    for path in sorted(one for folder in FOLDERS for one in Path(folder).rglob("*.so*")):
        if size >= ENOUGH:
            break
        if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST:
            continue
        data = path.read_bytes()
        if data.startswith(b"\x7fELF"):
            found.append((path.name.encode(), data))
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


def main() -> None:
    """Scan with one rule, with all and with twice as many in turn; print what doubling costs."""
    files = libraries()
    size = sum(len(data) for _, data in files)
    if size < 40_000_000:
        sys.exit("could not run: this machine has less than 40 MB of shared libraries")
    rules = patterns()

    def scan(chosen: tuple[Pattern, ...]) -> Callable[[], float]:
        known = PatternSet.of(chosen)

        def run() -> float:
            start = time.process_time()
            for name, data in files:
                known.find(data, name)
            return time.process_time() - start

        return run

    seconds = interleaved({"one": scan(rules[:1]), "all": scan(rules), "twice": scan(twice(rules))}, ROUNDS)
    conclude(
        "patterns",
        {
            "rules": len(rules),
            "megabytes": size / 1e6,
            "files": len(files),
            "one_rule_cpu_seconds": seconds["one"],
            "cpu_seconds": seconds["all"],
            "twice_the_rules_cpu_seconds": seconds["twice"],
            "cost_of_doubling": seconds["twice"] / seconds["all"],
            "mb_per_s": size / 1e6 / seconds["all"],
            "floor_ratio": seconds["all"] / seconds["one"],
        },
    )


if __name__ == "__main__":
    main()
