"""A file is named by digest and size alone."""

import os
from hashlib import sha256
from pathlib import Path

import pytest

from fairmark.errors import UnreadableInputError
from fairmark.workflows.adapters.attachments import attached


def test_a_file_is_named_by_digest_and_size(tmp_path: Path) -> None:
    content = b"x" * 3_000_000
    (tmp_path / "photo\n1.jpg").write_bytes(content)

    one = attached(tmp_path / "photo\n1.jpg")

    assert (one.name, one.sha256, one.size) == ("photo\\x0a1.jpg", sha256(content).hexdigest(), 3_000_000)


def test_what_is_no_ordinary_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    for name in ("pipe", "missing", ".", "a\0b"):
        with pytest.raises(UnreadableInputError):
            attached(tmp_path / name)
