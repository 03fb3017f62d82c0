"""The example cameras, made once for all journeys, and a way to run the command line as a user does."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from fairmark.demo.pair import PAIR
from fairmark.workflows.demo import IMAGE, PROFILE, files_of

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Run:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict:
        return json.loads(self.out)


@pytest.fixture(scope="session")
def fairmark() -> Callable[..., Run]:
    """Run ``fairmark`` with arguments, in its own process."""

    def run(*arguments: str | Path, cwd: Path | None = None) -> Run:
        command = [sys.executable, "-m", "fairmark", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=300, check=False)
        return Run(done.returncode, done.stdout, done.stderr)

    return run


@dataclass(frozen=True)
class Camera:
    """One example camera on disk and its assessment."""

    image: Path
    profile: Path
    out: Path
    assessment: dict

    def verdict(self, catalogue: str, provision: str) -> dict:
        return next(
            v for v in self.assessment["verdicts"] if (v["catalogue"], v["provision"]) == (catalogue, provision)
        )

    def grade(self, confidence: str) -> list[dict]:
        return [finding for finding in self.assessment["findings"] if finding["confidence"] == confidence]


def camera(folder: Path, fairmark: Callable[..., Run], image: bytes, profile: bytes) -> Camera:
    """Write one camera and assess it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / IMAGE).write_bytes(image)
    (folder / PROFILE).write_bytes(profile)
    out = folder / "out"
    run = fairmark("assess", folder / IMAGE, "--device", folder / PROFILE, "--out", out)
    assert run.code == 0, run.err
    return Camera(folder / IMAGE, folder / PROFILE, out, json.loads((out / "assessment.json").read_bytes()))


@pytest.fixture(scope="session")
def cameras(tmp_path_factory: pytest.TempPathFactory, fairmark: Callable[..., Run]) -> tuple[Camera, Camera]:
    """The flawed camera and its mended twin."""
    base = tmp_path_factory.mktemp("cameras")
    made = []
    for example in PAIR:
        files = files_of(example)
        made.append(camera(base / example.name, fairmark, files[IMAGE], files[PROFILE]))
    return made[0], made[1]


@pytest.fixture(scope="session")
def flawed(cameras: tuple[Camera, Camera]) -> Camera:
    return cameras[0]


@pytest.fixture(scope="session")
def fixed(cameras: tuple[Camera, Camera]) -> Camera:
    return cameras[1]
