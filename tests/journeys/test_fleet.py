"""Many images at once: resumed, broken, killed, on a cluster; always the same bytes."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from distributed import LocalCluster

from tests.doubles.fleet import files_below, write_images
from tests.journeys.conftest import Run


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_images(tmp_path_factory.mktemp("fleet") / "images", 8)


@pytest.fixture(scope="module")
def local(images: Path, fairmark: Callable[..., Run]) -> Path:
    """The results of the local engine."""
    out = images.parent / "local"
    run = fairmark("fleet", images, "--workers", "2", "--out", out)
    assert run.code == 0, run.err
    assert "readable by no other user" in run.out
    return out


def test_each_image_has_its_assessment_and_a_row(local: Path) -> None:
    rows = json.loads((local / "fleet.json").read_bytes())["images"]

    assert [row["image"] for row in rows] == [f"unit-{number:03}.bin" for number in range(8)]
    for row in rows:
        assessment = json.loads((local / row["result"] / "assessment.json").read_bytes())
        assert assessment["inputs"]["image"] == row["sha256"]
    assert {path.name for path in local.iterdir() if path.is_file()} == {"fleet.csv", "fleet.html", "fleet.json"}


def test_the_key_that_two_images_share_is_indexed_for_the_user_alone(local: Path) -> None:
    keys = json.loads((local / "private" / "keys.json").read_bytes())["keys"]
    components = json.loads((local / "private" / "components.json").read_bytes())["components"]

    assert [sorted(key["images"]) for key in keys] == [["unit-000.bin", "unit-001.bin"]]
    assert {(one["name"], len(one["images"])) for one in components} == {("dropbear", 4)}
    assert stat.S_IMODE((local / "private").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (local / "private").iterdir()} == {0o600}


def test_what_is_done_is_not_done_again_and_what_changed_is(
    local: Path, images: Path, fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    before = files_below(local)
    shutil.copytree(local, tmp_path / "out")
    lost, damaged, kept = sorted(path for path in (tmp_path / "out").glob("*-unit-*"))[:3]
    shutil.rmtree(lost)
    (damaged / "assessment.json").write_bytes(b"{")
    untouched = (kept / "assessment.json").stat().st_mtime_ns

    run = fairmark("fleet", images, "--out", tmp_path / "out")

    assert run.code == 0, run.err
    assert "6 of them kept" in run.out
    assert (kept / "assessment.json").stat().st_mtime_ns == untouched
    assert files_below(tmp_path / "out") == before


def test_a_run_that_is_killed_goes_on_where_it_was(
    local: Path, images: Path, fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "fairmark", "fleet", str(images), "--workers", "1", "--out", str(out)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as started:
        while not list(out.glob("*/assessment.json")) and started.poll() is None:
            threading.Event().wait(0.05)
        started.send_signal(signal.SIGKILL)

    run = fairmark("fleet", images, "--out", out)

    assert run.code == 0, run.err
    assert "kept from an earlier run" in run.out
    assert files_below(out) == files_below(local)


def test_a_broken_image_is_a_row_with_its_reason(images: Path, fairmark: Callable[..., Run], tmp_path: Path) -> None:
    (tmp_path / "good.bin").write_bytes((images / "unit-007.bin").read_bytes())
    (tmp_path / "half.bin").write_bytes((images / "unit-006.bin").read_bytes()[:200])
    (tmp_path / "empty.bin").touch()
    (tmp_path / "list").write_text("good.bin\nhalf.bin\nempty.bin\nnone.bin\n")

    run = fairmark("fleet", "list", "--json", cwd=tmp_path)

    assert run.code == 3
    assert {row["image"]: row["error"] for row in run.json["images"]} == {
        "empty.bin": "empty.bin: the file is empty",
        "good.bin": "",
        "half.bin": "",
        "none.bin": "none.bin: No such file or directory",
    }
    assert json.loads((tmp_path / "list-fleet" / "fleet.json").read_bytes()) == run.json


def test_all_documents_are_written_when_they_are_wanted(
    images: Path, fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    (tmp_path / "list").write_text(f"{images / 'unit-000.bin'}\n")

    run = fairmark("fleet", tmp_path / "list", "--out", tmp_path / "out", "--documents")

    assert run.code == 0, run.err
    (folder,) = (tmp_path / "out").glob("*-unit-000.bin")
    assert {"assessment.json", "report.html", "findings.sarif"} <= {path.name for path in folder.iterdir()}


def test_a_cluster_gives_the_same_bytes_though_a_worker_is_killed(local: Path, images: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as cluster:
        engine = cluster.scheduler_address.replace("tcp", "dask")
        command = [sys.executable, "-m", "fairmark", "fleet", str(images), "--engine", engine, "--out", str(out)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as started:
            while not list(out.glob("*/assessment.json")) and started.poll() is None:
                threading.Event().wait(0.05)
            os.kill(cluster.workers[0].pid, signal.SIGKILL)
            said, complained = started.communicate(timeout=300)

    assert started.returncode == 0, complained
    assert said.startswith("8 images assessed; 0 could not be.")
    assert files_below(out) == files_below(local)


@pytest.mark.parametrize(
    ("arguments", "code"), [(("none",), 3), ((".", "--engine", "slurm"), 2), ((".", "--workers", "0"), 2), ((".",), 3)]
)
def test_what_cannot_be_meant_is_refused(
    arguments: tuple[str, ...], code: int, fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    run = fairmark("fleet", *arguments, cwd=tmp_path)

    assert (run.code, "Traceback" in run.err) == (code, False)
