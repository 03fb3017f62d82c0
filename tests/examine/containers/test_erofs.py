"""EROFS, compared with what mkfs.erofs packs, and by hand where it packs no such thing."""

import struct
from pathlib import Path

import pytest

from fairmark.examine.blob import Blob
from fairmark.examine.containers.erofs import EROFS
from fairmark.examine.containers.handler import DamagedError
from fairmark.examine.tree import UnreadableEntryError
from fairmark.model.gap import GapReason
from tests.doubles.file_trees import assert_same, fill_directory, make_erofs, make_tree
from tests.doubles.flash_images import erofs_image
from tests.doubles.opening import open_with, read_all

OPTIONS = {
    "plain": [],
    "no tails in inodes": ["-Enoinline_data"],
    "short inodes": ["-Eforce-inode-compact"],
    "long inodes": ["-Eforce-inode-extended"],
    "chunks": ["--chunksize=16384"],
    "chunks with indexes": ["-Eforce-chunk-indexes", "--chunksize=4096"],
    "lz4": ["-zlz4"],
    "lz4hc, long inodes": ["-zlz4hc,9", "-Eforce-inode-extended"],
    "lz4hc, clusters of 64 KiB": ["-zlz4hc", "-C65536"],
    "lz4, clusters of 1 MiB": ["-zlz4", "-C1048576"],
    "lz4hc, packed tails": ["-zlz4hc", "-Eztailpacking"],
    "lz4hc, packed tails, large clusters": ["-zlz4hc", "-Eztailpacking", "-C32768"],
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tree(tmp_path_factory.mktemp("erofs") / "source")


@pytest.mark.parametrize("name", OPTIONS)
def test_what_mkfs_packs_is_read_in_full(name: str, source: Path, tmp_path: Path) -> None:
    image = make_erofs(tmp_path / "image", source, *OPTIONS[name])

    result = open_with(EROFS, image)

    assert EROFS.recognise(Blob(image), 0)
    assert result.gaps == ()
    assert result.size == len(image)
    assert_same(result.tree, source, times=False)


def test_a_directory_with_5000_entries_is_read_in_full(tmp_path: Path) -> None:
    fill_directory(tmp_path / "source" / "many", 5000)

    result = open_with(EROFS, make_erofs(tmp_path / "image", tmp_path / "source", "-zlz4"))

    assert result.gaps == ()
    assert_same(result.tree, tmp_path / "source", times=False)


def test_the_older_lz4_is_a_gap_of_each_file(source: Path, tmp_path: Path) -> None:
    tree = open_with(EROFS, make_erofs(tmp_path / "image", source, "-zlz4", "-Elegacy-compress")).tree

    assert tree is not None
    text = tree.get("/text")
    assert text is not None
    with pytest.raises(UnreadableEntryError) as refused:
        tree.read(text)
    assert refused.value.gap.reason is GapReason.UNSUPPORTED


def test_times_and_views() -> None:
    tree = open_with(EROFS, bytes(erofs_image({b"a": (b"u" * 5000, 0, b""), b"b": (b"in", 2, b"in")}))).tree

    assert tree is not None
    plain, tail = tree.files()
    assert (plain.mtime, tail.mtime) == (88, 88)
    assert tree.blob(plain).memory == b"u" * 5000
    assert tree.blob(tail).memory == b"in"


@pytest.mark.parametrize(
    ("layout", "behind", "reason"),
    [
        (0, b"", GapReason.DAMAGED),
        (2, b"", GapReason.DAMAGED),
        (3, b"", GapReason.DAMAGED),
        (1, struct.pack("<IHBB", 0, 0x20, 0, 0), GapReason.UNSUPPORTED),
        (1, struct.pack("<IHBB", 0, 0, 0, 0x80), GapReason.UNSUPPORTED),
        (1, struct.pack("<IHBB", 0, 0, 9, 0), GapReason.UNSUPPORTED),
        (4, struct.pack("<I", 0xFFFFFF), GapReason.DAMAGED),
        (5, b"", GapReason.UNSUPPORTED),
    ],
    ids=["plain", "tail", "compressed", "fragment", "whole fragment", "unknown compression", "chunk", "layout"],
)
def test_a_file_that_lies_outside_or_in_a_way_not_read_is_a_gap(layout: int, behind: bytes, reason: GapReason) -> None:
    image = erofs_image({b"f": (b"x" * 3000, layout, behind)})
    struct.pack_into("<Q", image, 2048 + 64 + 8, 1 << 20)

    tree = open_with(EROFS, bytes(image)).tree

    assert tree is not None
    with pytest.raises(UnreadableEntryError) as refused:
        tree.read(tree.files()[0])
    assert refused.value.gap.reason is reason


def test_a_part_on_another_device_is_damage_and_a_hole_is_zeros() -> None:
    hole = struct.pack("<I", 0xFFFFFFFF)
    image = erofs_image({b"f": (b"x" * 3000, 4, hole), b"g": (b"x" * 3000, 4, struct.pack("<HHI", 0, 2, 0))})
    struct.pack_into("<I", image, 2048 + 64 + 64 + 32 + 16, 0x20)

    tree = open_with(EROFS, bytes(image)).tree

    assert tree is not None
    hole_file, other = tree.files()
    assert tree.read(hole_file) == bytes(3000)
    with pytest.raises(UnreadableEntryError, match="another device"):
        tree.read(other)


def test_features_that_are_not_known_keep_it_closed() -> None:
    result = open_with(EROFS, bytes(erofs_image({}, features=0x80)))

    assert not result.readable
    assert [gap.reason for gap in result.gaps] == [GapReason.UNSUPPORTED]


def test_a_cut_image_says_so() -> None:
    image = bytes(erofs_image({b"a": (b"u" * 9000, 0, b""), b"b": (b"in", 2, b"in")}))

    result = open_with(EROFS, image[:-5000])

    assert [gap.reason for gap in result.gaps] == [GapReason.DAMAGED]
    assert result.tree is not None
    assert result.tree.read(result.tree.files()[1]) == b"in"


@pytest.mark.parametrize(
    ("at", "value"),
    [(8, 0), (8, 13), (8, 4096), (0, 0xFFFF)],
    ids=["no entries", "uneven", "outside", "far inode"],
)
def test_a_directory_that_lies_is_damage(at: int, value: int) -> None:
    image = erofs_image({b"a": (b"u", 0, b"")})
    for entry in range(0, 36, 12):
        struct.pack_into("<H", image, 4096 + at + entry, value)

    result = open_with(EROFS, bytes(image))

    assert {gap.reason for gap in result.gaps} == {GapReason.DAMAGED}


def test_a_directory_in_itself_is_damage() -> None:
    image = erofs_image({b"a": (b"u", 0, b"")})
    struct.pack_into("<Q", image, 4096 + 24, 64)

    result = open_with(EROFS, bytes(image))

    assert "in itself" in result.gaps[0].detail


def test_a_magic_by_chance_is_no_file_system() -> None:
    image = erofs_image({})
    struct.pack_into("<B", image, 1024 + 12, 40)

    assert not EROFS.recognise(Blob(bytes(image)), 0)
    assert not EROFS.recognise(Blob(b"\xe2\xe1\xf5\xe0" * 1000), 0)
    with pytest.raises(DamagedError):
        open_with(EROFS, bytes(image))


def test_names_that_are_no_names_are_unsafe() -> None:
    result = open_with(EROFS, bytes(erofs_image({b"a/b": (b"u", 0, b""), b"good": (b"g", 0, b"")})))

    assert read_all(result) == {"/good": b"g"}
    assert [gap.reason for gap in result.gaps] == [GapReason.UNSAFE]
