"""The command line where the surroundings are against it: closed streams, broken pipes, senseless limits."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.conftest import Run

FAIRMARK = f"{sys.executable} -m fairmark"


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_a_closed_stream_is_no_fault(closed: str, tmp_path: Path) -> None:
    done = shell(f"{FAIRMARK} doctor {closed}", tmp_path)

    assert done.returncode == 0
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_is_not_taken_for_a_gate_that_failed(tmp_path: Path) -> None:
    done = shell(f"{FAIRMARK} explain numbers | true; echo ${{PIPESTATUS[0]}}", tmp_path)

    assert done.stdout.strip() in {"0", "141"}
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments", [("assess", "firmware.bin", "--max-seconds", "nan"), ("gate", "assessment.json", "--max-loss", "nan")]
)
def test_a_limit_that_is_no_number_is_wrong_usage(
    fairmark: Callable[..., Run], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    run = fairmark(*arguments, cwd=tmp_path)

    assert run.code == 2
    assert "nan" in run.err.lower() or "number" in run.err


def test_a_link_that_leads_to_itself_is_unreadable(fairmark: Callable[..., Run], tmp_path: Path) -> None:
    (tmp_path / "firmware.bin").symlink_to("firmware.bin")

    run = fairmark("assess", "firmware.bin", cwd=tmp_path)

    assert (run.code, "Traceback" in run.err) == (3, False)
