"""UBIFS, compared with what mkfs.ubifs packs, and by hand where it packs no such thing."""

import os
import zlib
from pathlib import Path

import pytest

from fairmark.examine.blob import Blob
from fairmark.examine.containers.ubifs import UBIFS
from fairmark.examine.tree import Kind, UnreadableEntryError
from fairmark.model.gap import GapReason
from tests.doubles.file_trees import assert_same, fill_directory, make_tree, make_ubifs
from tests.doubles.flash_images import (
    DIRECTORY,
    FILE,
    LEB,
    LINK,
    Leaf,
    ubifs_data,
    ubifs_image,
    ubifs_inode,
    ubifs_name,
    ubifs_node,
)
from tests.doubles.opening import open_with, read_all

ROOT = ubifs_inode(1, DIRECTORY)
OPTIONS = {
    "lzo": (["-x", "lzo"], 2048, 126_976),
    "zlib": (["-x", "zlib"], 2048, 126_976),
    "zstd": (["-x", "zstd"], 2048, 126_976),
    "nothing compressed": (["-x", "none"], 2048, 126_976),
    "either lzo or zlib": (["-x", "favor_lzo"], 2048, 129_024),
    "NOR": ([], 8, 65_408),
    "pages of 512": ([], 512, 15_872),
    "large pages": ([], 4096, 253_952),
    "keys by test hash": (["-k", "test"], 2048, 126_976),
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tree(tmp_path_factory.mktemp("ubifs") / "source")


@pytest.mark.parametrize("name", OPTIONS)
def test_what_mkfs_packs_is_read_in_full(name: str, source: Path, tmp_path: Path) -> None:
    options, page, block = OPTIONS[name]
    image = make_ubifs(tmp_path / "image", source, *options, page=page, block=block)

    result = open_with(UBIFS, image)

    assert UBIFS.recognise(Blob(image), 0)
    assert result.gaps == ()
    assert result.size == len(image)
    assert_same(result.tree, source)


def test_without_its_index_all_files_are_gathered_from_the_nodes(tmp_path: Path) -> None:
    source = make_tree(tmp_path / "source", many=20)
    for name in ("holes", "only a hole"):
        (source / name).unlink()
    image = bytearray(make_ubifs(tmp_path / "image", source))
    image[126_976 : 3 * 126_976] = b"\xff" * (2 * 126_976)  # both masters

    result = open_with(UBIFS, bytes(image))

    assert_same(result.tree, source)
    (gap,) = result.gaps
    assert gap.reason is GapReason.DAMAGED
    assert "gathered from the nodes" in gap.detail


def test_without_its_index_a_hole_may_be_a_loss() -> None:
    image = bytearray(one_file(5000, ubifs_data(65, 0, b"x" * 4096)))
    image[LEB : 3 * LEB] = b"\xff" * (2 * LEB)

    tree = open_with(UBIFS, bytes(image)).tree

    assert tree is not None
    (entry,) = tree.files()
    assert tree.read(entry, 4096) == b"x" * 4096
    with pytest.raises(UnreadableEntryError, match="hole or lost"):
        tree.read(entry)


def test_a_directory_with_5000_entries_is_read_in_full(tmp_path: Path) -> None:
    fill_directory(tmp_path / "source" / "many", 5000)

    result = open_with(UBIFS, make_ubifs(tmp_path / "image", tmp_path / "source"))

    assert result.gaps == ()
    assert_same(result.tree, tmp_path / "source")


def test_devices_of_a_table_are_read(tmp_path: Path) -> None:
    (tmp_path / "source" / "dev").mkdir(parents=True)
    (tmp_path / "table").write_text("/dev/console c 600 0 0 5 1 0 0 -\n/dev/disk b 660 1 2 8 17 0 0 -\n")
    image = make_ubifs(tmp_path / "image", tmp_path / "source", "-D", str(tmp_path / "table"))

    tree = open_with(UBIFS, image).tree

    assert tree is not None
    assert [(entry.name, entry.kind, entry.rdev, entry.gid) for entry in tree][1:] == [
        (b"console", Kind.CHAR, os.makedev(5, 1), 0),
        (b"disk", Kind.BLOCK, os.makedev(8, 17), 2),
    ]


def test_long_device_numbers_are_read_and_missing_ones_are_damage() -> None:
    packed = (0x12345 & 0xFF | (300 << 8) | (0x12345 & ~0xFF) << 12).to_bytes(8, "little")
    leaves = [ROOT, ubifs_name(1, b"d", 70), ubifs_inode(70, 0o020600, data=packed)]
    leaves += [ubifs_name(1, b"e", 71), ubifs_inode(71, 0o020600, data=b"x")]

    result = open_with(UBIFS, bytes(ubifs_image(leaves)))

    assert result.tree is not None
    assert [entry.rdev for entry in result.tree] == [os.makedev(300, 0x12345)]
    assert [gap.reason for gap in result.gaps] == [GapReason.DAMAGED]


def one_file(size: int, *leaves: Leaf, flags: int = 0) -> bytes:
    return bytes(ubifs_image([ROOT, ubifs_name(1, b"f", 65), ubifs_inode(65, FILE, size, flags=flags), *leaves]))


def test_blocks_that_are_absent_are_zeros() -> None:
    packed = zlib.compressobj(wbits=-15)
    body = packed.compress(b"a" * 4096) + packed.flush()

    result = open_with(UBIFS, one_file(20_000, ubifs_data(65, 2, body, 4096, compression=2), ubifs_data(65, 3, b"end")))

    assert read_all(result) == {"/f": bytes(8192) + b"a" * 4096 + b"end" + bytes(20_000 - 8192 - 4096 - 3)}


@pytest.mark.parametrize(
    "leaf",
    [
        ubifs_data(65, 0, b"x" * 100, 4096),
        ubifs_data(65, 0, b"x" * 100, 5000),
        ubifs_data(65, 0, b"x" * 100, 100, compression=9),
        ubifs_data(65, 0, b"\xff" * 100, 4096, compression=1),
    ],
    ids=["short", "larger than a block", "unknown compression", "no lzo"],
)
def test_a_damaged_block_is_a_gap_of_its_file(leaf: Leaf) -> None:
    tree = open_with(UBIFS, one_file(4096, leaf)).tree

    assert tree is not None
    with pytest.raises(UnreadableEntryError) as refused:
        tree.read(tree.files()[0])
    assert refused.value.gap.reason is GapReason.DAMAGED


def test_a_file_that_is_encrypted_says_so() -> None:
    tree = open_with(UBIFS, one_file(4096, flags=0x40)).tree

    assert tree is not None
    with pytest.raises(UnreadableEntryError) as refused:
        tree.read(tree.files()[0])
    assert refused.value.gap.reason is GapReason.ENCRYPTED_OR_RANDOM


def test_a_file_that_is_cut_off_is_a_gap_and_the_others_are_read() -> None:
    leaves = [ROOT, ubifs_name(1, b"f", 65), ubifs_inode(65, FILE, 4096), ubifs_data(65, 0, b"x" * 4096)]
    image = ubifs_image(leaves)
    index, main = image[5 * LEB : 6 * LEB], image[4 * LEB : 5 * LEB]
    swapped = image[: 4 * LEB] + index + main  # the index would have to be named by the master; so it is lost as well

    result = open_with(UBIFS, bytes(swapped[: 5 * LEB + 500]))

    assert result.tree is not None
    assert {gap.reason for gap in result.gaps} == {GapReason.DAMAGED}


def test_directories_in_each_other_end_in_damage() -> None:
    leaves = [ROOT, ubifs_name(1, b"a", 65), ubifs_inode(65, DIRECTORY), ubifs_name(65, b"b", 1)]

    result = open_with(UBIFS, bytes(ubifs_image([*leaves, ubifs_name(65, b"c", 65)])))

    assert result.tree is not None
    assert [gap.reason for gap in result.gaps] == [GapReason.DAMAGED]


@pytest.mark.parametrize("name", [b"..x/y", b"a\0b"])
def test_names_that_are_no_names_are_unsafe(name: bytes) -> None:
    leaves = [ROOT, ubifs_name(1, name, 65), ubifs_name(1, b"..", 65), ubifs_inode(65, FILE)]

    result = open_with(UBIFS, bytes(ubifs_image(leaves)))

    assert len(result.tree or ()) == 0
    assert [gap.reason for gap in result.gaps] == [GapReason.UNSAFE]


def test_links_without_target_and_names_without_inode_are_damage() -> None:
    leaves = [ROOT, ubifs_name(1, b"l", 65), ubifs_inode(65, LINK), ubifs_name(1, b"lost", 99)]

    result = open_with(UBIFS, bytes(ubifs_image(leaves)))

    assert len(result.gaps) == 2
    assert {gap.reason for gap in result.gaps} == {GapReason.DAMAGED}


def test_a_newer_version_of_the_format_stays_closed() -> None:
    image = ubifs_image([ROOT])
    body = bytearray(image[24:4096])
    body[80 - 24] = 9
    image[:4096] = ubifs_node(6, bytes(body))

    result = open_with(UBIFS, bytes(image))

    assert not result.readable
    assert [gap.reason for gap in result.gaps] == [GapReason.UNSUPPORTED]


def test_a_magic_by_chance_is_no_file_system() -> None:
    image = ubifs_image([ROOT])

    assert UBIFS.recognise(Blob(bytes(image)), 0)
    assert not UBIFS.recognise(Blob(bytes(image)), LEB)  # a master node
    assert not UBIFS.recognise(Blob(bytes(image[:4000])), 0)
    image[200] ^= 1
    assert not UBIFS.recognise(Blob(bytes(image)), 0)
