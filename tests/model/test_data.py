import sys
from pathlib import Path

import pytest

from fairmark.model import data
from fairmark.model.data import MalformedDataError, digest_of, files_below, load_made, load_yaml, read_data
from fairmark.model.yaml_text import parse_yaml


def test_a_data_file_is_read_once_and_named_by_its_digest() -> None:
    assert load_yaml("fairmark.model", "vocabulary.yaml") is load_yaml("fairmark.model", "vocabulary.yaml")
    assert len(digest_of("fairmark.model", "vocabulary.yaml")) == 64


def test_what_is_parsed_once_is_what_is_parsed_anew() -> None:
    text = read_data("fairmark.vulnerabilities", "needs.yaml")

    assert repr(load_yaml("fairmark.vulnerabilities", "needs.yaml")) == repr(parse_yaml(text))


def test_a_data_file_that_is_no_yaml_is_named_with_its_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("rules: [")
    monkeypatch.setattr(data, "files", lambda _package: tmp_path)

    with pytest.raises(MalformedDataError, match="line 2"):
        load_yaml("fairmark.nowhere", "bad.yaml")


def test_what_is_made_of_several_files_is_made_anew_when_one_changes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(data, "files", lambda _package: tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return len(made)

    seen = []
    for text in ("one", "one", "two"):
        (tmp_path / "a.made").write_text(text)
        seen.append(load_made("fairmark.somewhere", ".made", "count 1", make))

    assert seen == [1, 1, 2]


def test_the_files_below_a_package_are_given_by_name_without_what_python_keeps_for_itself() -> None:
    found = dict(files_below("fairmark.examine", (".py", ".yaml")))

    assert list(found) == sorted(found)
    assert {"elf.py", "detectors/keys.py"} <= set(found)
    assert not any("__pycache__" in name or not name.endswith((".py", ".yaml")) for name in found)
