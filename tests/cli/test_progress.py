import io

import pytest

from fairmark.cli import progress
from fairmark.cli.progress import progress_line


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_pipe_sees_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_line() as show:
        show("scanning")

    assert capsys.readouterr().err == ""


def test_a_terminal_sees_long_work_and_the_line_is_wiped_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(progress.sys, "stderr", screen)
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0)

    with progress_line() as show:
        show("scanning")

    assert "scanning ..." in screen.getvalue()
    assert screen.getvalue().endswith("\r\x1b[K")


def test_short_work_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(progress.sys, "stderr", screen)
    monkeypatch.setattr(progress, "QUIET_SECONDS", 3600)

    with progress_line() as show:
        show("scanning")

    assert "scanning" not in screen.getvalue()
