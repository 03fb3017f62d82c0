"""An unpacked directory is a tree, and as hostile as any image."""

import os
from pathlib import Path

import pytest

from fairmark.errors import UnreadableInputError
from fairmark.examine.adapters.directory import open_directory
from fairmark.examine.limits import Limits
from fairmark.examine.tree import Kind, UnreadableEntryError
from fairmark.model.gap import GapReason


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    root = tmp_path / "rootfs"
    (root / "etc").mkdir(parents=True)
    (root / "etc" / "passwd").write_bytes(b"root:x:0:0\n")
    (root / "big").write_bytes(b"0123456789abcdef" * 100_000)
    (root / "etc" / "out").symlink_to(tmp_path / "secret")
    (root / "up").symlink_to("..")
    (tmp_path / "secret").write_bytes(b"not of the image")
    os.mkfifo(root / "pipe")
    os.link(root / "etc" / "passwd", root / "hard")
    return root


def test_a_directory_has_the_entries_of_a_tree(unpacked: Path) -> None:
    with open_directory(unpacked, limits=Limits(), clock=lambda: 0.0) as opened:
        tree = opened.tree

        assert [(entry.path, entry.kind) for entry in tree] == [
            (b"big", Kind.FILE),
            (b"etc", Kind.DIRECTORY),
            (b"etc/out", Kind.SYMLINK),
            (b"etc/passwd", Kind.FILE),
            (b"hard", Kind.FILE),
            (b"pipe", Kind.FIFO),
            (b"up", Kind.SYMLINK),
        ]
        assert opened.gaps == ()
        assert opened.mtime > 0
        passwd = tree.get("/etc/passwd")
        big = tree.get("/big")
        assert passwd is not None
        assert big is not None
        assert tree.read(passwd, 4) == b"root"
        assert [entry.name for entry in tree.links(passwd)] == [b"passwd", b"hard"]
        assert tree.blob(big).read(1_599_990, 99) == b"6789abcdef"
        assert tree.blob(passwd).size == 11


def test_links_never_lead_out(unpacked: Path) -> None:
    with open_directory(unpacked, limits=Limits(), clock=lambda: 0.0) as opened:
        up = opened.tree.get("/up/etc/passwd")

        assert opened.tree.get("/etc/out") is None
        assert up is not None
        assert up.path == b"etc/passwd"


@pytest.mark.parametrize("swap", ["link", "fifo", "gone", "shorter", "parent"])
def test_what_was_swapped_since_is_not_followed(swap: str, unpacked: Path, tmp_path: Path) -> None:
    with open_directory(unpacked, limits=Limits(), clock=lambda: 0.0) as opened:
        entry = opened.tree.get("/etc/passwd")
        assert entry is not None
        path = unpacked / "etc" / "passwd"
        path.unlink()
        if swap == "link":
            path.symlink_to(tmp_path / "secret")
        elif swap == "fifo":
            os.mkfifo(path)
        elif swap == "shorter":
            path.write_bytes(b"x")
        elif swap == "parent":
            (unpacked / "etc").rename(tmp_path / "moved")
            (tmp_path / "moved" / "passwd").write_bytes(b"root:x:0:0\n")
            (unpacked / "etc").symlink_to(tmp_path / "moved")

        with pytest.raises(UnreadableEntryError) as unreadable:
            opened.tree.read(entry)

        assert unreadable.value.gap.reason is GapReason.TOOL
        assert unreadable.value.gap.where == "0 (directory): /etc/passwd"


def test_limits_hold_for_directories_too(unpacked: Path) -> None:
    with open_directory(unpacked, limits=Limits(files=3), clock=lambda: 0.0) as opened:
        assert len(opened.tree) == 3
        assert {gap.reason for gap in opened.gaps} == {GapReason.LIMIT}
    with open_directory(unpacked, limits=Limits(path_length=6), clock=lambda: 0.0) as opened:
        assert [gap.detail for gap in opened.gaps] == ["path too long: /etc/out, /etc/passwd"]


@pytest.mark.parametrize("kind", ["missing", "file", "empty"])
def test_what_is_no_directory_is_refused_with_a_hint(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "rootfs"
    if kind == "file":
        path.write_bytes(b"x")
    elif kind == "empty":
        path.mkdir()

    with pytest.raises(UnreadableInputError) as refused, open_directory(path, limits=Limits(), clock=lambda: 0.0):
        pass

    assert refused.value.hint
