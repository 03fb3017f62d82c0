import os
import pty
import subprocess
import sys
from pathlib import Path

from fairmark.model.device import DeviceClass, Market, Network
from fairmark.workflows.profile import read_profile


def answer(folder: Path, *answers: str) -> str:
    """Run ``fairmark init`` at a terminal and type the answers; return what the screen showed."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "fairmark", "init"],
        cwd=folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        close_fds=True,
    )
    os.close(theirs)
    os.write(ours, "".join(f"{line}\n" for line in answers).encode())
    shown = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        shown += piece
    running.wait(timeout=60)
    os.close(ours)
    return shown.decode()


def test_five_answers_become_a_profile(tmp_path: Path) -> None:
    shown = answer(tmp_path, "Acme", "Cam-1", "camera", "behind_nat", "EU, UK")

    device = read_profile((tmp_path / "device.yaml").read_bytes(), "device.yaml")
    assert (device.maker, device.model) == ("Acme", "Cam-1")
    assert (device.device_class, device.network) == (DeviceClass.CAMERA, Network.BEHIND_NAT)
    assert device.markets == (Market.EU, Market.UK)
    assert "wrote device.yaml" in shown


def test_every_question_may_stay_open(tmp_path: Path) -> None:
    answer(tmp_path, "", "", "", "", "")

    device = read_profile((tmp_path / "device.yaml").read_bytes(), "device.yaml")
    assert device.device_class is None


def test_a_wrong_answer_is_asked_again_with_the_choices(tmp_path: Path) -> None:
    shown = answer(tmp_path, "", "", "cam", "camera", "", "")

    assert "is not one of" in shown
    assert (tmp_path / "device.yaml").is_file()


def test_an_unknown_market_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    shown = answer(tmp_path, "", "", "", "", "Mars")

    assert "expected one of EU" in shown
    assert list(tmp_path.iterdir()) == []
