"""What the benchmarks share: processor seconds of a command, medians of interleaved runs, the last line as JSON."""

import json
import os
import statistics
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FAIRMARK = ROOT / ".venv" / "bin" / "fairmark"
PYTHON = ROOT / ".venv" / "bin" / "python"


def cpu_seconds(command: list[str]) -> float:
    """Run a command to its end and return the processor seconds (user and system) of it and its children."""
    before = os.times()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def interleaved(work: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Run every piece of work once a round, one after the other, and return the median of each."""
    seen: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds):
        for name, run in work.items():
            seen[name].append(run())
    return {name: statistics.median(values) for name, values in seen.items()}


def conclude(bench: str, figures: Mapping[str, float | int | str]) -> None:
    """Print the figures as a table, then as the one JSON line that ``run.py`` collects."""
    for name, value in figures.items():
        print(f"{name:<40} {value:.4g}" if isinstance(value, float) else f"{name:<40} {value}")
    print(json.dumps({"bench": bench, **figures}))
