from pathlib import Path

import pytest

from fairmark.workflows.adapters.output import NotWrittenError
from fairmark.workflows.adapters.state_file import replace_file


def test_a_file_is_made_and_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    place = tmp_path / "deep" / "state.json"

    replace_file(place, b"one")
    replace_file(place, b"two")

    assert place.read_bytes() == b"two"
    assert [one.name for one in place.parent.iterdir()] == ["state.json"]


def test_a_place_that_cannot_be_written_is_named_and_keeps_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()

    with pytest.raises(NotWrittenError, match="folder"):
        replace_file(tmp_path / "folder", b"x")

    assert [one.name for one in tmp_path.iterdir()] == ["folder"]
