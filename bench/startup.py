"""Time to the help text of each command, against starting Python and importing click: the floor."""

import subprocess
import time

from measure import FAIRMARK, PYTHON, conclude, interleaved


def wall(command: list[str]) -> float:
    """Run a command and return the seconds that passed."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    """Median of ten interleaved runs each."""
    work = {
        "floor": lambda: wall([str(PYTHON), "-c", "import click"]),
        "help": lambda: wall([str(FAIRMARK), "--help"]),
        "assess_help": lambda: wall([str(FAIRMARK), "assess", "--help"]),
        "explain_help": lambda: wall([str(FAIRMARK), "explain", "--help"]),
    }
    seconds = interleaved(work, rounds=10)
    figures = {f"{name}_seconds": value for name, value in seconds.items()}
    conclude("startup", figures | {"help_ratio_to_floor": seconds["help"] / seconds["floor"]})


if __name__ == "__main__":
    main()
