"""The guided form, on a terminal of its own and without one."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import yaml

PROFILE = "maker: Example Cameras Ltd\nmodel: EC-100\nfirmware_version: '1.0.4'\n"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "device.yaml").write_text(PROFILE)
    command = [
        sys.executable,
        "-m",
        "fairmark",
        "standards",
        "record",
        "device.yaml",
        "--results",
        "r.yaml",
        *arguments,
    ]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL
    )


def at_a_terminal(folder: Path, typed: str, *arguments: str) -> tuple[int, str]:
    """Run the command with a terminal as its input, and type."""
    (folder / "device.yaml").write_text(PROFILE)
    command = [
        sys.executable,
        "-m",
        "fairmark",
        "standards",
        "record",
        "device.yaml",
        "--results",
        "r.yaml",
        *arguments,
    ]
    ours, theirs = pty.openpty()
    try:
        with subprocess.Popen(
            command, cwd=folder, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            os.write(ours, typed.encode())
            out, _ = process.communicate(timeout=120)
    finally:
        os.close(ours)
        os.close(theirs)
    return process.returncode, out


def test_a_person_is_led_through_a_test_and_what_he_says_is_kept(tmp_path: Path) -> None:
    (tmp_path / "label.jpg").write_bytes(b"photo")
    typed = "A. Tester\nSN 17\npass\nThe label says EC-100.\n2026-11-20\nmissing.jpg\nlabel.jpg\n\n"

    code, out = at_a_terminal(tmp_path, typed, "model-on-device")

    assert code == 0, out
    assert "step 1: Find the model designation" in " ".join(out.split())
    assert "missing.jpg is no file" in out
    (record,) = yaml.safe_load((tmp_path / "r.yaml").read_text())["records"]
    assert (record["result"], record["by"], record["unit"], record["firmware"]) == (
        "PASS",
        "A. Tester",
        "SN 17",
        "1.0.4",
    )
    assert [one["name"] for one in record["attached"]] == ["label.jpg"]
    assert "photo" not in (tmp_path / "r.yaml").read_text()


def test_he_may_stop_and_go_on_later(tmp_path: Path) -> None:
    first = "fail\nThe old account still sees it.\n2026-11-20\n\n"

    stopped, _ = at_a_terminal(tmp_path, "skip\n" + first + "stop\n", "--by", "A. Tester", "--unit", "SN 17")
    _, out = at_a_terminal(tmp_path, "stop\n", "--by", "A. Tester", "--unit", "SN 17")
    listed = run(tmp_path, "--list")

    assert stopped == 0
    assert "handover: " not in out
    assert "change-password: " in out or "password" in out
    assert "FAIL by A. Tester on 2026-11-20" in listed.stdout


def test_without_a_terminal_a_file_answers(tmp_path: Path) -> None:
    (tmp_path / "answers.yaml").write_text(
        "records: [{test: handover, result: PASS, by: A. Tester, day: 2026-11-20, unit: SN 17, seen: All gone.}]"
    )

    refused = run(tmp_path)
    done = run(tmp_path, "--answers", "answers.yaml")

    assert (refused.returncode, "no terminal" in refused.stderr) == (2, True)
    assert (done.returncode, "1 records added" in done.stdout) == (0, True)
    assert "handover" in (tmp_path / "r.yaml").read_text()
