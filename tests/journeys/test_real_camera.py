"""The same pair, built from real Debian armhf programs: the detectors meet binaries that nobody here wrote."""

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.journeys.conftest import ROOT, Camera, Run


@pytest.fixture(scope="module")
def real(fairmark: Callable[..., Run], tmp_path_factory: pytest.TempPathFactory) -> tuple[Camera, Camera]:
    images = tmp_path_factory.mktemp("images")
    built = subprocess.run(
        [sys.executable, str(ROOT / "examples/real-camera/build.py"), "--out", str(images)],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    made = []
    for name in ("ip-camera", "ip-camera-fixed"):
        out = tmp_path_factory.mktemp(name)
        image, profile = images / name / "camera-real.bin", ROOT / "examples" / name / "device.yaml"
        run = fairmark("assess", image, "--device", profile, "--out", out)
        assert run.code == 0, run.err
        made.append(Camera(image, profile, out, json.loads((out / "assessment.json").read_bytes())))
    return made[0], made[1]


def test_every_planted_flaw_is_found_and_proven(real: tuple[Camera, Camera]) -> None:
    found = {finding["rule"] for finding in real[0].grade("A")}

    assert {"account-default-password", "service-telnet-started", "private-key-in-image"} <= found


def test_the_hardened_twin_has_no_proven_flaw(real: tuple[Camera, Camera]) -> None:
    assert [(f["rule"], f["title"]) for f in real[1].grade("A")] == []


def test_every_debian_package_is_in_the_inventory(real: tuple[Camera, Camera]) -> None:
    names = {c["name"] for c in real[0].assessment["components"] if "dpkg" in c["source"]}

    assert {"busybox", "dropbear-bin", "libc6", "libssl3", "zlib1g"} <= names


def test_the_whole_image_was_opened(real: tuple[Camera, Camera]) -> None:
    coverage = real[0].assessment["coverage"]

    assert coverage["elf_files"] > 30
    assert [gap for gap in coverage["gaps"] if gap["reason"] in {"damaged", "limit", "unsupported"}] == []


def test_the_twin_costs_less(real: tuple[Camera, Camera]) -> None:
    for side in ("private", "external"):
        assert real[1].assessment["risk"][side]["mean"] < real[0].assessment["risk"][side]["mean"]
