"""What no reader of ours opens is opened by the real unblob, in its own environment; without it, a gap says so."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from fairmark.demo.formats import Node, squashfs
from tests.doubles.cabinets import cabinet
from tests.doubles.images import FILE, NOISE
from tests.journeys.conftest import ROOT, Run

TOOLS = ROOT / ".cache" / "unblob" / "bin"
SHADOW = b"root:$1$abcdefgh$rV6RhG4no19bGJfmub3Ui1:0:0:99999:7:::\n"
CABINET = {"version.txt": b"4.9.1\n", "update.sh": b"#!/bin/sh\nwget http://example.net/update\n"}


@pytest.fixture
def with_unblob(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put unblob on the path of programs, as its installer does."""
    assert (TOOLS / "unblob").is_file(), "make test installs it"
    monkeypatch.setenv("PATH", f"{TOOLS}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture(scope="module")
def seven(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A 7z archive that holds a root file system as files, and a second one packed in a squashfs."""
    root = tmp_path_factory.mktemp("seven")
    for name in ("bin", "etc", "lib", "sbin", "usr"):
        (root / name).mkdir()
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    (root / "etc/shadow").write_bytes(SHADOW)
    (root / "inner.squashfs").write_bytes(squashfs([Node(b"etc/inner.conf", FILE, b"a=b\n")]))
    subprocess.run(["7z", "a", "-bd", "image.7z", "."], cwd=root, check=True, capture_output=True)
    return (root / "image.7z").read_bytes()


def test_a_7z_is_opened_by_unblob_and_what_lies_in_it_by_us(
    with_unblob: None, seven: bytes, fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    (tmp_path / "image").write_bytes(seven)

    run = fairmark("assess", "image", "--json", cwd=tmp_path)

    assert run.code == 0, run.err
    containers = {one["id"]: one for one in run.json["image"]["containers"]}
    assert containers["0"]["note"].startswith("opened by unblob 26.")
    assert (containers["0.0"]["kind"], containers["0.0"]["opened"]) == ("squashfs", True)
    paths = {evidence["where"].get("path") for evidence in run.json["evidence"]}
    assert "/etc/shadow" in paths
    (program,) = run.json["coverage"]["programs"]
    assert program.startswith("unblob 26.")
    assert "network" in program


def test_a_cabinet_between_unknown_data_is_found_and_the_rest_stays_a_gap(
    with_unblob: None, fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    (tmp_path / "image").write_bytes(NOISE[:20_000] + cabinet(CABINET) + NOISE[:30_000])

    run = fairmark("assess", "image", "--explain-extraction", cwd=tmp_path)

    assert run.code == 0, run.err
    lines = [line.strip() for line in run.out.splitlines()]
    assert any(line.startswith("cab ") and "opened by unblob 26." in line for line in lines), run.out
    assert sum("CLOSED  encrypted" in line for line in lines) == 2
    assert any(line.startswith("asked about what they do not open: unblob 26.") for line in lines)


def test_twice_gives_the_same_bytes(
    with_unblob: None, seven: bytes, fairmark: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    (tmp_path / "image").write_bytes(seven)

    first, second = (fairmark("assess", "image", "--json", cwd=tmp_path) for _ in range(2))

    assert first.out == second.out


@pytest.mark.parametrize(("option", "said"), [("none", False), ("unblob", True)])
def test_without_unblob_there_is_a_gap_with_a_hint_and_no_error(
    option: str,
    *,
    said: bool,
    seven: bytes,
    fairmark: Callable[..., Run],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    (tmp_path / "image").write_bytes(seven)

    run = fairmark("assess", "image", "--explain-extraction", "--fallback", option, cwd=tmp_path)

    assert run.code == 0, run.err
    assert "7z archive: not read by this release" in run.out
    assert ("pipx install unblob" in run.out) == said


def test_the_doctor_says_which_unblob_is_used(with_unblob: None, fairmark: Callable[..., Run]) -> None:
    run = fairmark("doctor")

    assert any(line.startswith("ok      unblob: 26.") for line in run.out.splitlines()), run.out
