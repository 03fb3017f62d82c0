import os
from hashlib import sha256
from pathlib import Path

import pytest

from fairmark.certify.adapters.evidence_files import read_part, read_store, read_whole, write_part
from fairmark.certify.bundle import bundle, check_disclosure, disclose
from fairmark.errors import CheckFailedError, UnreadableInputError, WrongUsageError
from tests.doubles.offices import SEED


def test_a_store_is_read_with_its_folders(tmp_path: Path) -> None:
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "raw.csv").write_bytes(b"1")
    (tmp_path / "sbom.json").write_bytes(b"{}")

    assert read_store(tmp_path) == {"lab/raw.csv": b"1", "sbom.json": b"{}"}


def test_a_link_is_not_followed_and_a_pipe_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/hostname")
    with pytest.raises(UnreadableInputError, match="link"):
        read_store(tmp_path)
    (tmp_path / "link").unlink()
    (tmp_path / "folder").symlink_to(tmp_path.parent)
    with pytest.raises(UnreadableInputError, match="folder"):
        read_store(tmp_path)
    (tmp_path / "folder").unlink()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(WrongUsageError, match="no ordinary file"):
        read_store(tmp_path)


def test_no_folder_and_a_name_that_nobody_can_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="no folder"):
        read_store(tmp_path / "none")
    (tmp_path / "a\x1bb").write_bytes(b"")
    with pytest.raises(WrongUsageError, match="no name for evidence"):
        read_store(tmp_path)


def test_what_is_too_large_is_refused(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"123")

    with pytest.raises(WrongUsageError, match="too large"):
        read_whole(tmp_path / "big", 2)


def test_a_part_is_written_and_read_and_holds(tmp_path: Path) -> None:
    files = {"sbom.json": b"{}", "../../etc/passwd": b"x"}
    whole = bundle(files, SEED)

    write_part(tmp_path, disclose(whole, files), {sha256(one).hexdigest(): one for one in files.values()})

    part, contents = read_part(tmp_path)
    check_disclosure(part, whole.manifest.digest, contents)
    assert sorted(path.name for path in (tmp_path / "files").iterdir()) == sorted(contents)


def test_a_file_that_is_missing_is_missed(tmp_path: Path) -> None:
    whole = bundle({"sbom.json": b"{}"}, SEED)
    write_part(tmp_path, disclose(whole, ["sbom.json"]), {})

    part, contents = read_part(tmp_path)

    with pytest.raises(CheckFailedError, match="missing"):
        check_disclosure(part, whole.manifest.digest, contents)
