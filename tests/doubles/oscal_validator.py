"""The independent OSCAL implementation (compliance-trestle), asked as a program of its own."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHON = ROOT / ".cache" / "oscal" / "bin" / "python"
SCRIPT = ROOT / "tests" / "setup" / "oscal_validator.py"


def faults(folder: Path, documents: Mapping[str, bytes]) -> str:
    """Return what it finds wrong with the documents (name -> content), '' for nothing."""
    if not PYTHON.is_file():
        pytest.fail(f"the OSCAL validator is missing at {PYTHON}: run the set-up of the tests (make test)")
    for name, content in documents.items():
        (folder / name).write_bytes(content)
    command = [str(PYTHON), str(SCRIPT), *(str(folder / name) for name in documents)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout.strip() or ("" if done.returncode == 0 else done.stderr)
