"""Append entries to pymerkle's tree in memory, in a process of its own; prints entries a processor second."""

import json
import sys
import time

from pymerkle import InmemoryTree


def main() -> None:
    """Append as many entries as are asked for, and take the root."""
    count = int(sys.argv[1])
    entries = [f"entry {number}".encode() for number in range(count)]
    started = time.process_time()
    tree = InmemoryTree(algorithm="sha256")
    for entry in entries:
        tree.append_entry(entry)
    tree.get_state()
    print(json.dumps({"per_second": count / (time.process_time() - started)}))


if __name__ == "__main__":
    main()
