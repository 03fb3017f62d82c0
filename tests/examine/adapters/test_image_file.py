"""Opening an image file: mapped, hashed, and refused with a hint when there is nothing to open."""

import hashlib
import os
from pathlib import Path

import pytest

from fairmark.errors import UnreadableInputError
from fairmark.examine.adapters.image_file import open_image


def test_an_image_has_bytes_size_and_digest(tmp_path: Path) -> None:
    path = tmp_path / "image.bin"
    path.write_bytes(b"firmware" * 1000)
    os.utime(path, (5, 5))

    with open_image(path) as image:
        assert (image.size, image.mtime, image.blob.read(0, 8)) == (8000, 5, b"firmware")
        assert image.sha256 == hashlib.sha256(b"firmware" * 1000).hexdigest()
        kept = image.blob.view(8, 8)

    assert kept.read(0, 8) == b"firmware"


@pytest.mark.parametrize("kind", ["missing", "empty", "directory", "fifo", "dangling"])
def test_what_is_no_image_is_refused_with_a_hint(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "image.bin"
    if kind == "empty":
        path.touch()
    elif kind == "directory":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "dangling":
        path.symlink_to("nowhere")

    with pytest.raises(UnreadableInputError, match=r"image\.bin") as refused, open_image(path):
        pass

    assert refused.value.hint
    assert refused.value.exit_code == 3


def test_a_device_is_refused() -> None:
    with pytest.raises(UnreadableInputError, match="no regular file"), open_image(Path("/dev/zero")):
        pass
