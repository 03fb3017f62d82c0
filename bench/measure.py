"""What the benchmarks share: processor seconds of a command, medians of interleaved runs, the last line as JSON."""

import json
import os
import statistics
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FAIRMARK = ROOT / ".venv" / "bin" / "fairmark"
PYTHON = ROOT / ".venv" / "bin" / "python"


@dataclass(frozen=True, slots=True)
class Used:
    """What a command and its children used: processor seconds (user and system), and the most memory of any one."""

    cpu: float
    rss_mb: float
    output: str


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a measured command: compiled modules are kept, as on any machine with an installation.

    They are kept below ``.cache``, so that a tree that is only read stays as it is.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(ROOT / ".cache" / "bench" / "bytecode"), **more}


def used(command: Sequence[str], *, codes: Sequence[int] = (0,), **more: str) -> Used:
    """Run a command to its end; ``more`` is added to its environment. Raises ``CalledProcessError``."""
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env=environment(**more), text=True, **streams) as process:
        output = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)  # of this child and all that it waited for
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in codes:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Used(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output)


def cpu_seconds(command: list[str]) -> float:
    """Run a command to its end and return the processor seconds (user and system) of it and its children."""
    return used(command).cpu


def interleaved(work: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Run every piece of work once a round, one after the other, and return the median of each."""
    seen: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds):
        for name, run in work.items():
            seen[name].append(run())
    return {name: statistics.median(values) for name, values in seen.items()}


def load() -> float:
    """Return how many programs were running or waiting, on average over the last minute."""
    return round(os.getloadavg()[0], 2)


def conclude(bench: str, figures: Mapping[str, float | int | str | None]) -> None:
    """Print the figures as a table, then as the one JSON line that ``run.py`` collects."""
    for name, value in figures.items():
        print(f"{name:<40} {value:.4g}" if isinstance(value, float) else f"{name:<40} {value}")
    print(json.dumps({"bench": bench, **figures}))
