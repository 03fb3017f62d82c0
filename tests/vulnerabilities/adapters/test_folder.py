"""Documents out of files, folders and archives."""

import bz2
import gzip
import io
import lzma
import os
import zipfile
from pathlib import Path

import pytest

from fairmark.errors import CheckFailedError, UnreadableInputError
from fairmark.vulnerabilities.adapters import folder
from fairmark.vulnerabilities.adapters.folder import documents, opened_bundle, refuse_bundles
from fairmark.vulnerabilities.bundle import new_key, write_bundle


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return buffer.getvalue()


def test_a_folder_gives_its_documents_sorted(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_bytes(b"2")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "c.json").write_bytes(b"3")
    (tmp_path / "readme.txt").write_bytes(b"no")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.json").write_bytes(b"no")

    assert [content for _, content in documents(tmp_path)] == [b"2", b"3"]


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress, lambda content: content])
def test_packed_files_are_unpacked(tmp_path: Path, pack: object) -> None:
    assert callable(pack)
    file = tmp_path / "x"
    file.write_bytes(pack(b"{}" * 50))

    assert [content for _, content in documents(file)] == [b"{}" * 50]


def test_an_archive_inside_an_archive_is_opened(tmp_path: Path) -> None:
    file = tmp_path / "x.zip"
    file.write_bytes(zipped(b_json=b"2", a_zip=zipped(c_json=b"3"), d_txt=b"no"))

    assert [content for _, content in documents(file)] == [b"3", b"2"]


@pytest.mark.parametrize(
    "content",
    [gzip.compress(b"x" * 99, mtime=0)[:-9], zipped(a_json=b"1" * 99)[:-30], lzma.compress(b"x")[:-9]],
    ids=["gzip", "zip", "xz"],
)
def test_what_is_cut_off_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x"
    file.write_bytes(content)

    with pytest.raises(UnreadableInputError):
        list(documents(file))


def test_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MOST_BYTES", 1_000)
    file = tmp_path / "x.gz"
    file.write_bytes(gzip.compress(b"0" * 100_000))

    with pytest.raises(UnreadableInputError, match="more than 1000 bytes"):
        list(documents(file))


def test_a_pipe_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    for path in (tmp_path / "pipe", tmp_path / "missing"):
        with pytest.raises(UnreadableInputError):
            list(documents(path))


def test_a_bundle_is_not_read_without_a_key(tmp_path: Path) -> None:
    file = tmp_path / "bundle"
    with file.open("wb") as handle:
        write_bundle(handle, [], {}, new_key()[0])
    (tmp_path / "other.zip").write_bytes(zipped(a_json=b"1"))

    refuse_bundles([tmp_path, tmp_path / "other.zip"])
    with pytest.raises(CheckFailedError, match="whom to trust"):
        refuse_bundles([file])


@pytest.mark.parametrize(
    "places", [{-6: 0xFF}, {-10: 0xFF}, {7: 8, 30: 0x80, -65: 8, -28: 0x80}], ids=["place", "size", "name"]
)
def test_an_archive_that_contradicts_itself_is_no_bundle_and_is_refused(tmp_path: Path, places: dict[int, int]) -> None:
    content = bytearray(zipped(a_json=b"1"))
    for at, value in places.items():
        content[at] = value
    (tmp_path / "x.zip").write_bytes(content)

    refuse_bundles([tmp_path / "x.zip"])
    with pytest.raises(UnreadableInputError):
        list(documents(tmp_path / "x.zip"))


def test_a_bundle_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError), opened_bundle(tmp_path / "missing"):
        pass
