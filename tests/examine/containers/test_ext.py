"""ext2, ext3 and ext4, compared field by field and byte by byte with what the mkfs programs write."""

import os
import struct
from pathlib import Path

import pytest

from fairmark.examine.blob import Blob, spool_in_memory
from fairmark.examine.containers.ext import EXT
from fairmark.examine.containers.handler import Context, DamagedError
from fairmark.examine.limits import Budget, Limits
from fairmark.examine.tree import Kind, UnreadableEntryError
from fairmark.model.gap import GapReason
from tests.doubles.file_trees import assert_same, fill_directory, make_ext, make_tree, run
from tests.doubles.flash_images import ext_image, ext_inode_at
from tests.doubles.opening import open_with, read_all

LOST = ("/lost+found",)
KINDS = {
    "ext2, blocks of 1 KiB": ("ext2", ["-b", "1024"]),
    "ext2, blocks of 4 KiB": ("ext2", ["-b", "4096"]),
    "ext2, old revision": ("ext2", ["-r", "0", "-b", "1024"]),
    "ext3": ("ext3", ["-b", "2048"]),
    "ext4": ("ext4", []),
    "ext4, blocks of 1 KiB": ("ext4", ["-b", "1024"]),
    "ext4, blocks of 64 KiB": ("ext4", ["-b", "65536"]),
    "ext4, data in inodes": ("ext4", ["-O", "inline_data", "-I", "256"]),
    "ext4, data in large inodes": ("ext4", ["-O", "inline_data", "-I", "1024"]),
    "ext4 without extents": ("ext4", ["-b", "1024", "-O", "^extent,^64bit,^metadata_csum"]),
    "ext4, meta groups": ("ext4", ["-b", "1024", "-O", "meta_bg,^resize_inode", "-g", "256"]),
    "ext4, clusters": ("ext4", ["-O", "bigalloc", "-C", "16384"]),
    "ext4 without checksums and types": ("ext4", ["-O", "^metadata_csum,^filetype"]),
    "ext4, small inodes": ("ext4", ["-I", "128"]),
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tree(tmp_path_factory.mktemp("ext") / "source")


@pytest.mark.parametrize("name", KINDS)
def test_what_mkfs_packs_is_read_in_full(name: str, source: Path, tmp_path: Path) -> None:
    kind, options = KINDS[name]
    size = "96M" if "64 KiB" in name else "24M"
    image = make_ext(tmp_path / "image", source, *options, kind=kind, size=size)

    opened = open_with(EXT, image)

    assert EXT.recognise(Blob(image), 0)
    assert opened.gaps == ()
    assert (opened.size, opened.note.split(",")[0]) == (len(image), kind)
    assert_same(opened.tree, source, also=LOST)


def test_a_directory_with_an_index_of_hashes_is_read_in_full(tmp_path: Path) -> None:
    fill_directory(tmp_path / "source" / "many", 5000)
    make_ext(tmp_path / "image", tmp_path / "source", "-b", "1024")
    run("e2fsck", "-f", "-y", "-D", tmp_path / "image", codes=(0, 1))

    opened = open_with(EXT, (tmp_path / "image").read_bytes())

    assert opened.gaps == ()
    assert_same(opened.tree, tmp_path / "source", also=LOST)


def test_devices_of_debugfs_are_read(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    make_ext(tmp_path / "image", tmp_path / "source")
    for words in ("mknod console c 5 1", "mknod disk b 8 17", "mknod far c 200 40000"):
        run("debugfs", "-w", "-R", words, tmp_path / "image")

    tree = open_with(EXT, (tmp_path / "image").read_bytes()).tree

    assert tree is not None
    assert [(entry.name, entry.kind, entry.rdev) for entry in tree if entry.name != b"lost+found"] == [
        (b"console", Kind.CHAR, os.makedev(5, 1)),
        (b"disk", Kind.BLOCK, os.makedev(8, 17)),
        (b"far", Kind.CHAR, os.makedev(200, 40000)),
    ]


class CountingBlob(Blob):
    """A blob that counts the bytes somebody reads."""

    __slots__ = ()
    read_bytes = 0

    def read(self, offset: int, length: int) -> bytes:
        found = super().read(offset, length)
        type(self).read_bytes += len(found)
        return found


def test_a_large_disk_is_not_read_whole() -> None:
    image = CountingBlob(bytes(ext_image({b"f": b"x" * 5000})) + bytes(300 << 20))
    patched = bytearray(image.read(0, 64 << 10))
    struct.pack_into("<I", patched, 1028, 300 << 10)
    struct.pack_into("<I", patched, 1024, 32)
    large = CountingBlob(bytes(patched) + bytes((300 << 20) - len(patched)))
    CountingBlob.read_bytes = 0

    opened = EXT.open(large, 0, Context("0", "0", Budget(Limits(), lambda: 0.0), spool_in_memory))

    assert read_all(opened) == {"/f": b"x" * 5000}
    assert opened.size == 300 << 20
    assert CountingBlob.read_bytes < 100_000


def test_a_file_in_one_run_is_a_view_of_the_image() -> None:
    opened = open_with(EXT, bytes(ext_image({b"f": b"x" * 5000})))

    assert opened.tree is not None
    (entry,) = opened.tree.files()
    assert bytes(opened.tree.blob(entry).memory) == b"x" * 5000


def test_a_journal_that_would_have_to_be_replayed_is_named() -> None:
    image = ext_image({b"f": b"x"})
    struct.pack_into("<I", image, 1024 + 96, 0x42 | 4)

    opened = open_with(EXT, bytes(image))

    assert "journal was not replayed" in opened.note
    assert read_all(opened) == {"/f": b"x"}


def test_features_that_are_not_known_keep_it_closed() -> None:
    image = ext_image({b"f": b"x"})
    struct.pack_into("<I", image, 1024 + 96, 0x42 | 1 << 25)

    opened = open_with(EXT, bytes(image))

    assert (opened.readable, opened.tree) == (False, None)
    assert [gap.reason for gap in opened.gaps] == [GapReason.UNSUPPORTED]


def test_a_file_that_is_encrypted_says_so() -> None:
    image = ext_image({b"f": b"x"})
    struct.pack_into("<I", image, ext_inode_at(12) + 32, 0x80000 | 0x800)

    tree = open_with(EXT, bytes(image)).tree

    assert tree is not None
    with pytest.raises(UnreadableEntryError) as refused:
        tree.read(tree.files()[0])
    assert refused.value.gap.reason is GapReason.ENCRYPTED_OR_RANDOM


def test_a_cut_disk_says_how_much_is_missing_and_what_is_there_is_read() -> None:
    image = bytes(ext_image({b"a": b"x" * 3000, b"b": b"y" * 3000}))

    opened = open_with(EXT, image[:-2000])

    (gap,) = opened.gaps
    assert (gap.reason, gap.bytes) == (GapReason.DAMAGED, 2000)
    assert opened.tree is not None
    whole, cut = opened.tree.files()
    assert opened.tree.read(whole) == b"x" * 3000
    with pytest.raises(UnreadableEntryError, match="outside"):
        opened.tree.read(cut)


@pytest.mark.parametrize(
    ("at", "form", "values"),
    [
        (24, "<I", (7,)),  # blocks of 128 KiB
        (4, "<I", (0,)),  # no blocks
        (0, "<I", (3,)),  # fewer inodes than are reserved
        (0, "<I", (0xFFFFFFFF,)),
        (20, "<I", (9,)),  # first block
        (32, "<I", (0,)),  # blocks in a group
        (40, "<I", (0xFFFFFFFF,)),
        (76, "<I", (9,)),  # revision
        (88, "<H", (129,)),  # size of an inode
        (90, "<H", (3,)),  # the copy of another group
        (60, "<H", (77,)),  # what to do on errors
    ],
)
def test_a_magic_by_chance_is_no_file_system(at: int, form: str, values: tuple[int, ...]) -> None:
    image = ext_image({b"f": b"x"})
    struct.pack_into(form, image, 1024 + at, *values)

    assert not EXT.recognise(Blob(bytes(image)), 0)


def test_a_root_that_is_no_directory_is_damage() -> None:
    image = ext_image({b"f": b"x"})
    struct.pack_into("<H", image, ext_inode_at(2), 0x81A4)

    with pytest.raises(DamagedError, match="root"):
        open_with(EXT, bytes(image))
