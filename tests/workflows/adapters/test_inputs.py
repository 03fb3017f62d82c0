import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.workflows.adapters.inputs import newest, profile_beside, read_file, source_date_epoch, work_folder


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")

    assert read_file(tmp_path / "a", limit=5, what="numbers") == b"12345"
    with pytest.raises(UnreadableInputError, match="larger"):
        read_file(tmp_path / "a", limit=4, what="numbers")


def test_a_folder_or_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(UnreadableInputError) as caught:
            read_file(path, limit=5, what="numbers")
        assert "numbers" in caught.value.hint


def test_the_profile_beside_an_image_or_inside_a_folder_is_found(tmp_path: Path) -> None:
    image = tmp_path / "firmware.bin"
    image.write_bytes(b"x")
    assert profile_beside(image) is None
    assert profile_beside(None) is None

    (tmp_path / "device.yaml").write_text("network: local")

    assert profile_beside(image) == tmp_path / "device.yaml"
    assert profile_beside(tmp_path) == tmp_path / "device.yaml"


def test_the_time_is_that_of_the_newest_input_unless_the_build_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    for name, seconds in (("old", 1000), ("new", 2000)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (seconds, seconds))
    paths = (tmp_path / "old", tmp_path / "new")

    assert newest(paths) == datetime.fromtimestamp(2000, UTC)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "3000")
    assert newest(paths) == datetime.fromtimestamp(3000, UTC)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(WrongUsageError):
        newest(paths)


def test_a_work_folder_is_gone_at_the_end(tmp_path: Path) -> None:
    with work_folder() as folder:
        (folder / "x").touch()

    assert not folder.exists()


def test_a_fifo_that_nobody_writes_to_is_refused_at_once(tmp_path: Path) -> None:
    fifo = tmp_path / "device.yaml"
    os.mkfifo(fifo)

    with pytest.raises(UnreadableInputError, match="not an ordinary file"):
        read_file(fifo, limit=10, what="a profile")


@pytest.mark.parametrize("given", ["abc", "-1", "1.5", "\u00b2", "9" * 30])
def test_an_epoch_that_is_no_number_of_seconds_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", given)

    with pytest.raises(WrongUsageError, match="SOURCE_DATE_EPOCH"):
        source_date_epoch()
