"""Tools to compare with, each installed from PyPI into an environment of its own below ``.cache/peers``."""

import subprocess
import sys
from pathlib import Path

from measure import ROOT, environment

PEERS = ROOT / ".cache" / "peers"
_PATIENCE = 900  # seconds for one installation


class CouldNotRunError(Exception):
    """A figure could not be taken; the message says why."""


def installed(name: str, requirement: str) -> Path:
    """Return the ``bin`` folder of the environment ``name`` with the requirement in it; make it if need be."""
    place = PEERS / name
    done = place / "installed"
    if done.is_file() and done.read_text() == requirement:
        return place / "bin"
    steps = (
        [sys.executable, "-m", "venv", "--clear", str(place)],
        [str(place / "bin" / "python"), "-m", "pip", "install", "--no-input", "-q", requirement],
        [str(place / "bin" / "python"), "-m", "compileall", "-q", str(place / "lib")],
    )
    print(f"installing {requirement} into {place.relative_to(ROOT)}", flush=True)
    for step in steps:
        try:
            run = subprocess.run(
                step, env=environment(), capture_output=True, text=True, check=False, timeout=_PATIENCE
            )
        except subprocess.TimeoutExpired:
            raise CouldNotRunError(f"{requirement} was not installed within {_PATIENCE} seconds") from None
        if run.returncode and "compileall" not in step:  # templates of a package may be no valid Python
            last = (run.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise CouldNotRunError(f"{requirement} could not be installed: {last}")
    done.write_text(requirement)
    return place / "bin"
