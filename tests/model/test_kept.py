"""What is made of a data file is made once, and never taken for what another file or form gives."""

import sys
from datetime import date
from pathlib import Path

import pytest

from fairmark.model.kept import kept_code, kept_value


@pytest.fixture(autouse=True)
def _kept_beside_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)


def _upper(content: bytes) -> object:
    return {"text": content.decode().upper(), "day": date(2026, 1, 2), "many": [1, 2.5, None, True]}


def _never(_content: bytes) -> object:
    raise AssertionError


def test_a_value_is_made_once_and_comes_back_equal(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"

    made = kept_value(file, b"some text", "upper 1", _upper)

    assert made == _upper(b"some text")
    assert kept_value(file, b"some text", "upper 1", _never) == made
    assert [one.name.partition(".cpython")[0] for one in (tmp_path / "__pycache__").iterdir()] == ["plan.yaml"]


@pytest.mark.parametrize(("content", "form"), [(b"some tex!", "upper 1"), (b"some", "upper 1"), (b"some text", "2")])
def test_other_bytes_and_other_forms_are_made_anew(tmp_path: Path, content: bytes, form: str) -> None:
    file = tmp_path / "plan.yaml"
    kept_value(file, b"some text", "upper 1", _upper)

    assert kept_value(file, content, form, lambda _: "anew") == "anew"


def test_what_was_cut_off_is_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    kept_value(file, b"some text", "upper 1", _upper)
    (kept,) = (tmp_path / "__pycache__").iterdir()
    whole = kept.read_bytes()

    for size in (0, 10, 16, len(whole) - 3):
        kept.write_bytes(whole[:size])
        assert kept_value(file, b"some text", "upper 1", _upper) == _upper(b"some text")


def test_where_python_shall_not_write_nothing_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    assert kept_value(tmp_path / "plan.yaml", b"x", "upper 1", _upper) == _upper(b"x")
    assert list(tmp_path.iterdir()) == []


def test_nobody_else_may_write_what_is_kept(tmp_path: Path) -> None:
    kept_value(tmp_path / "plan.yaml", b"x", "upper 1", _upper)
    (kept,) = (tmp_path / "__pycache__").iterdir()

    assert kept.stat().st_mode & 0o022 == 0


def test_a_fault_of_the_making_is_told(tmp_path: Path) -> None:
    def fail(_content: bytes) -> object:
        raise LookupError("no such word")

    with pytest.raises(LookupError, match="no such word"):
        kept_value(tmp_path / "plan.yaml", b"x", "upper 1", fail)


def test_code_is_kept_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "page.html"

    first = kept_code(file, b"6 * 7", "code 1", lambda content: compile(content, "page", "eval"))
    second = kept_code(file, b"6 * 7", "code 1", _never)  # type: ignore[arg-type]

    assert (first.co_code, first.co_consts) == (second.co_code, second.co_consts)
