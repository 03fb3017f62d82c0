import errno
from pathlib import Path
from unittest.mock import patch

import pytest

from fairmark.errors import FairmarkError, WrongUsageError
from fairmark.workflows.adapters import output
from fairmark.workflows.adapters.output import PARTIAL, write_files, write_together


def test_files_are_written_and_nothing_else_stays(tmp_path: Path) -> None:
    write_together(tmp_path / "new" / "out", {"a.json": b"1", "b.html": b"2"})

    assert sorted(path.name for path in (tmp_path / "new" / "out").iterdir()) == ["a.json", "b.html"]


@pytest.mark.parametrize("stop", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_full_disk_or_an_interruption_leaves_the_old_files_untouched(tmp_path: Path, stop: BaseException) -> None:
    write_together(tmp_path, {"a.json": b"old", "b.html": b"old"})
    write = output._write_durably

    def fail_at_the_second(path: Path, content: bytes) -> None:
        if path.name == "b.html":
            path.write_bytes(content[:1])
            raise stop
        write(path, content)

    with (
        patch.object(output, "_write_durably", fail_at_the_second),
        pytest.raises((FairmarkError, KeyboardInterrupt)) as caught,
    ):
        write_together(tmp_path, {"a.json": b"new", "b.html": b"new"})

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.json": b"old", "b.html": b"old"}
    if isinstance(caught.value, FairmarkError):
        assert "disk is full" in caught.value.hint


def test_what_a_killed_run_left_behind_is_removed_by_the_next(tmp_path: Path) -> None:
    (tmp_path / PARTIAL).mkdir()
    (tmp_path / PARTIAL / "a.json").write_bytes(b"half")

    write_together(tmp_path, {"a.json": b"whole"})

    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    assert (tmp_path / "a.json").read_bytes() == b"whole"


def test_a_file_in_the_place_of_the_folder_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")

    with pytest.raises(WrongUsageError):
        write_together(tmp_path / "out", {"a": b""})

    assert (tmp_path / "out").read_text() == "mine"


def test_files_that_are_there_already_are_left_alone_even_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "target.yaml").write_bytes(b"same")
    (tmp_path / "device.yaml").symlink_to("target.yaml")

    write_files(tmp_path, {"device.yaml": b"same", "camera.bin": b"image"})

    assert (tmp_path / "device.yaml").is_symlink()
    assert (tmp_path / "camera.bin").read_bytes() == b"image"


def test_a_folder_in_the_place_of_one_file_leaves_all_of_them_unwritten(tmp_path: Path) -> None:
    (tmp_path / "b.html").mkdir()

    with pytest.raises(WrongUsageError, match="is a folder"):
        write_together(tmp_path, {"a.json": b"1", "b.html": b"2"})

    assert [path.name for path in tmp_path.iterdir()] == ["b.html"]
