"""The folder with the user's own catalogues."""

from pathlib import Path

import pytest

from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.workflows.adapters.catalogue_folder import VARIABLE, default_folder, keep, name_folder, own_catalogues


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv(VARIABLE, "")


def test_the_folder_lies_in_the_folder_for_user_data_unless_another_is_named(tmp_path: Path) -> None:
    assert default_folder() == tmp_path / "data" / "fairmark" / "catalogues"

    (tmp_path / "own").mkdir()
    name_folder(tmp_path / "own")

    assert default_folder() == tmp_path / "own"


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUsageError, match="is not a folder"):
        name_folder(tmp_path / "nowhere")


def test_without_a_folder_there_is_nothing() -> None:
    assert own_catalogues() == ()


def test_catalogue_files_are_read_and_others_left_alone() -> None:
    keep("b.yaml", b"id: b\n", replace=False)
    keep("a.json", b'{"id": "a"}', replace=False)
    (default_folder() / "notes.txt").write_text("nothing")
    (default_folder() / ".hidden.yaml").write_text("[")

    assert [Path(one.name).name for one in own_catalogues()] == ["a.json", "b.yaml"]


def test_a_broken_file_names_itself() -> None:
    keep("b.yaml", b"[", replace=False)

    with pytest.raises(UnreadableInputError, match=r"b\.yaml"):
        own_catalogues()


def test_nothing_is_overwritten_unasked() -> None:
    path = keep("b.yaml", b"id: b\n", replace=False)

    with pytest.raises(WrongUsageError, match="exists already"):
        keep("b.yaml", b"id: c\n", replace=False)
    assert path.read_bytes() == b"id: b\n"
    keep("b.yaml", b"id: c\n", replace=True)
    assert path.read_bytes() == b"id: c\n"


def test_another_form_of_the_same_catalogue_gives_way() -> None:
    keep("b.yaml", b"id: b\n", replace=False)

    with pytest.raises(WrongUsageError, match="exists already"):
        keep("b.json", b'{"id": "b"}', replace=False)
    keep("b.json", b'{"id": "b"}', replace=True)

    assert [path.name for path in default_folder().iterdir()] == ["b.json"]
