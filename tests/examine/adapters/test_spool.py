"""Large streams go to a file without a name, and a full disk is an error with a hint."""

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairmark.examine.adapters.spool import FileSpool, SpoolFullError


def test_small_streams_never_touch_the_disk(tmp_path: Path) -> None:
    with FileSpool(tmp_path / "there is no such folder", in_memory=10) as spool:
        assert spool([b"12345", b"67890"]).read(0, 99) == b"1234567890"


def test_large_streams_lie_in_a_file_nobody_can_see(tmp_path: Path) -> None:
    with FileSpool(tmp_path, in_memory=10, capacity=1000) as spool:
        first = spool([b"a" * 8, b"b" * 8])
        second = spool([b"c" * 100])

        assert list(tmp_path.iterdir()) == []
    assert first.read(0, 99) == b"a" * 8 + b"b" * 8
    assert second.read(0, 999) == b"c" * 100


def test_memory_is_for_all_streams_together(tmp_path: Path) -> None:
    with FileSpool(tmp_path, in_memory=10, capacity=10) as spool:
        spool([b"12345678"])
        spool([b"12345678"])

        with pytest.raises(SpoolFullError):
            spool([b"12345678"])


def test_no_room_is_an_error_with_a_hint_and_leaves_nothing(tmp_path: Path) -> None:
    with FileSpool(tmp_path, in_memory=0, capacity=100) as spool:
        with pytest.raises(SpoolFullError, match="no room") as full:
            spool([b"x" * 60, b"x" * 60])

        assert "disk" in full.value.hint
        assert list(tmp_path.iterdir()) == []
        assert spool([b"y" * 100]).read(0, 200) == b"y" * 100


def test_a_file_system_that_refuses_is_an_error_too(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with FileSpool(tmp_path, in_memory=0) as spool, pytest.raises(SpoolFullError):
            spool([b"x"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_folder_that_is_missing_is_an_error_too(tmp_path: Path) -> None:
    with FileSpool(tmp_path / "gone", in_memory=0) as spool, pytest.raises(SpoolFullError, match="No such file"):
        spool([b"x"])


def test_an_error_in_the_stream_goes_through_and_its_place_is_used_again(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * 60
        raise RuntimeError("the stream broke")

    with FileSpool(tmp_path, in_memory=0, capacity=100) as spool:
        with pytest.raises(RuntimeError, match="broke"):
            spool(broken())

        assert spool([b"y" * 100]).size == 100
