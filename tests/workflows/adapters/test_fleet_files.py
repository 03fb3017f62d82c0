import io
import stat
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest

from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.model.value import canonical_json
from fairmark.workflows.adapters import fleet_files
from fairmark.workflows.adapters.fleet_files import listed_images, recorded, write_private
from tests.doubles.assessments import assessment


def names(source: Path, without: Path) -> list[str]:
    return [image.name for image in listed_images(source, without)]


def test_a_folder_gives_its_regular_files_without_profiles_hidden_ones_links_and_results(tmp_path: Path) -> None:
    for name in ("b.bin", "a/c.bin", "a/device.yaml", ".hidden", ".git/x", "out/fleet.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "link.bin").symlink_to("b.bin")

    assert names(tmp_path, tmp_path / "out") == ["a/c.bin", "b.bin"]


def test_a_list_gives_each_path_once(tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(b"z.bin\r\n\n a b.bin\nz.bin\n")

    assert names(tmp_path / "list", tmp_path) == [" a b.bin", "z.bin"]


def test_a_dash_reads_standard_input(tmp_path: Path) -> None:
    with patch.object(fleet_files.sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"x.bin\n"))):
        assert names(Path("-"), tmp_path) == ["x.bin"]


def test_an_image_given_instead_of_a_list_is_refused(tmp_path: Path) -> None:
    (tmp_path / "firmware.bin").write_bytes(b"\x00\x01")

    with pytest.raises(WrongUsageError):
        listed_images(tmp_path / "firmware.bin", tmp_path)


def test_a_list_that_is_not_there_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError):
        listed_images(tmp_path / "none", tmp_path)


@pytest.mark.parametrize("content", [None, b"", b"{", b'{"schema": "other/1"}'])
def test_what_is_no_assessment_was_not_done(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "assessment.json").write_bytes(content)

    assert recorded(tmp_path) is None


def test_an_assessment_of_an_earlier_run_is_read_back(tmp_path: Path) -> None:
    (tmp_path / "assessment.json").write_bytes(canonical_json(assessment()))

    assert canonical_json(recorded(tmp_path)) == canonical_json(assessment())


def test_private_files_are_for_nobody_else(tmp_path: Path) -> None:
    (tmp_path / "private").mkdir(mode=0o755)

    write_private(tmp_path / "private", {"keys.json": b"{}"})

    assert stat.S_IMODE((tmp_path / "private").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "private" / "keys.json").stat().st_mode) == 0o600


def test_private_files_do_not_go_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "private").symlink_to("elsewhere")

    with pytest.raises(WrongUsageError):
        write_private(tmp_path / "private", {"keys.json": b"{}"})
