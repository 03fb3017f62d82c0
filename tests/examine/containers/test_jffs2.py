"""JFFS2 in both byte orders, compared with what mkfs.jffs2 packs, and by hand where it packs no such thing."""

import lzma
import os
from pathlib import Path

import pytest

from fairmark.examine.blob import Blob
from fairmark.examine.containers.jffs2 import JFFS2
from fairmark.examine.tree import Kind, UnreadableEntryError
from fairmark.model.gap import GapReason
from tests.doubles.file_trees import assert_same, fill_directory, make_jffs2, make_tree, run
from tests.doubles.flash_images import DIRECTORY, FILE, LINK, jffs2_file, jffs2_inode, jffs2_name, jffs2_node
from tests.doubles.images import CODE_LIKE, contents, opened, rootfs
from tests.doubles.opening import open_with, read_all

OPTIONS = {
    "little-endian": ["-l"],
    "big-endian": ["-b"],
    "blocks of 16 KiB": ["-e", "16KiB"],
    "blocks of 256 KiB, no marks": ["-e", "256KiB", "-n"],
    "large pages": ["-s", "16384", "-b"],
    "nothing compressed": ["-m", "none"],
    "zlib": ["-x", "rtime", "-x", "lzo"],
    "rtime": ["-x", "zlib", "-x", "lzo", "-X", "rtime", "-b"],
    "lzo": ["-x", "zlib", "-x", "rtime", "-X", "lzo"],
    "padded": ["-p", "-e", "128KiB"],
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tree(tmp_path_factory.mktemp("jffs2") / "source")


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_what_mkfs_packs_is_read_in_full(options: list[str], source: Path, tmp_path: Path) -> None:
    image = make_jffs2(tmp_path / "image", source, *options)

    result = open_with(JFFS2, image)

    assert JFFS2.recognise(Blob(image), 0)
    assert result.gaps == ()
    assert result.size == len(image)
    assert result.note.startswith("big" if "-b" in options else "little")
    assert_same(result.tree, source)


def test_summaries_of_erase_blocks_are_stepped_over(source: Path, tmp_path: Path) -> None:
    make_jffs2(tmp_path / "image", source, "-e", "128KiB")
    run("sumtool", "-e", "128KiB", "-i", tmp_path / "image", "-o", tmp_path / "summed")

    result = open_with(JFFS2, (tmp_path / "summed").read_bytes())

    assert result.gaps == ()
    assert_same(result.tree, source)


def test_a_directory_with_5000_entries_is_read_in_full(tmp_path: Path) -> None:
    fill_directory(tmp_path / "source" / "many", 5000)

    result = open_with(JFFS2, make_jffs2(tmp_path / "image", tmp_path / "source", "-b"))

    assert result.gaps == ()
    assert_same(result.tree, tmp_path / "source")


def test_devices_of_a_table_are_read(tmp_path: Path) -> None:
    (tmp_path / "source" / "dev").mkdir(parents=True)
    (tmp_path / "table").write_text("/dev/console c 600 0 0 5 1 0 0 -\n/dev/disk b 660 1 2 8 17 0 0 -\n")
    image = make_jffs2(tmp_path / "image", tmp_path / "source", "-D", str(tmp_path / "table"))

    tree = open_with(JFFS2, image).tree

    assert tree is not None
    assert [(entry.name, entry.kind, entry.rdev, entry.gid) for entry in tree][1:] == [
        (b"console", Kind.CHAR, os.makedev(5, 1), 0),
        (b"disk", Kind.BLOCK, os.makedev(8, 17), 2),
    ]


def test_devices_of_32_bits_are_read() -> None:
    packed = (12 << 8 | 0x45).to_bytes(4, "little")
    image = jffs2_name(1, 1, 2, b"d") + jffs2_inode(2, 1, 0o020600, packed)
    image += jffs2_name(1, 2, 3, b"none") + jffs2_inode(3, 1, 0o020600)

    result = open_with(JFFS2, image)

    assert result.tree is not None
    assert [entry.rdev for entry in result.tree] == [os.makedev(12, 0x45)]
    assert [gap.reason for gap in result.gaps] == [GapReason.DAMAGED]


def test_the_newest_version_of_each_piece_and_name_counts() -> None:
    image = jffs2_name(1, 5, 2, b"f") + jffs2_inode(2, 3, FILE, b"NEW", offset=2, size=8)
    image += jffs2_inode(2, 1, FILE, b"0123456789") + jffs2_inode(2, 2, FILE, b"xx", offset=8, size=10)
    image += jffs2_name(1, 1, 2, b"gone") + jffs2_name(1, 6, 0, b"gone") + jffs2_name(1, 4, 9, b"f")
    image += jffs2_name(1, 7, 2, b"hard")

    result = open_with(JFFS2, image)

    assert result.gaps == ()
    assert read_all(result) == {"/f": b"01NEW567", "/hard": b"01NEW567"}


def test_holes_are_zeros_and_lost_pieces_are_damage() -> None:
    image = jffs2_name(1, 1, 2, b"hole") + jffs2_inode(2, 1, FILE, plain=3_000_000, compression=1)
    image += jffs2_inode(2, 2, FILE, b"end", offset=3_000_000)
    image += jffs2_name(1, 2, 3, b"lost") + jffs2_inode(3, 1, FILE, b"end", offset=100)

    tree = open_with(JFFS2, image).tree

    assert tree is not None
    hole, lost = tree.files()
    assert tree.read(hole) == bytes(3_000_000) + b"end"
    with pytest.raises(UnreadableEntryError, match="lost"):
        tree.read(lost)


def test_lzma_as_openwrt_has_it_is_read() -> None:
    chain = [{"id": lzma.FILTER_LZMA1, "dict_size": 0x2000, "lc": 0, "lp": 0, "pb": 0}]
    packed = lzma.compress(b"router " * 500, lzma.FORMAT_RAW, filters=chain)
    image = jffs2_name(1, 1, 2, b"f") + jffs2_inode(2, 1, FILE, packed, plain=3500, compression=8)

    assert read_all(open_with(JFFS2, image)) == {"/f": b"router " * 500}


def test_a_compression_that_is_not_read_is_a_gap_of_the_file() -> None:
    image = jffs2_file(3, b"good", b"good") + jffs2_name(1, 1, 2, b"f") + jffs2_inode(2, 1, FILE, b"..", compression=5)

    tree = open_with(JFFS2, image).tree

    assert tree is not None
    bad, good = tree.files()
    assert tree.read(good) == b"good"
    with pytest.raises(UnreadableEntryError) as refused:
        tree.read(bad)
    assert refused.value.gap.reason is GapReason.UNSUPPORTED


def test_an_older_piece_stands_in_for_a_damaged_one() -> None:
    damaged = bytearray(jffs2_inode(2, 2, FILE, b"newer"))
    damaged[70] ^= 1
    image = jffs2_name(1, 1, 2, b"f") + jffs2_inode(2, 1, FILE, b"older") + bytes(damaged)
    image += jffs2_name(1, 2, 3, b"g") + bytes(damaged).replace(b"\2\0\0\0\2", b"\2\0\0\0\2")

    result = open_with(JFFS2, image)

    assert result.tree is not None
    assert result.tree.read(result.tree.files()[0]) == b"older"
    assert {gap.reason for gap in result.gaps} == {GapReason.DAMAGED}


def test_a_file_whose_only_node_is_damaged_is_a_gap() -> None:
    damaged = bytearray(jffs2_inode(2, 1, FILE, b"data"))
    damaged[70] ^= 1
    result = open_with(JFFS2, jffs2_name(1, 1, 2, b"f") + bytes(damaged))

    assert result.tree is not None
    with pytest.raises(UnreadableEntryError, match="checksum"):
        result.tree.read(result.tree.files()[0])


def test_directories_in_each_other_end_in_damage() -> None:
    image = jffs2_name(1, 1, 2, b"a") + jffs2_inode(2, 1, DIRECTORY) + jffs2_name(2, 1, 3, b"b")
    image += jffs2_inode(3, 1, DIRECTORY) + jffs2_name(3, 1, 2, b"a") + jffs2_name(3, 2, 1, b"root")

    result = open_with(JFFS2, image + jffs2_inode(1, 1, DIRECTORY))

    assert [gap.reason for gap in result.gaps] == [GapReason.DAMAGED]
    assert "in itself" in result.gaps[0].detail


@pytest.mark.parametrize("name", [b"..x/y", b"a\0b", b""])
def test_names_that_are_no_names_are_unsafe(name: bytes) -> None:
    result = open_with(JFFS2, jffs2_file(2, b"good", b"good") + jffs2_name(1, 9, 2, name))

    assert read_all(result) == {"/good": b"good"}
    assert [gap.reason for gap in result.gaps] == [GapReason.UNSAFE]


def test_a_link_without_an_end_is_damage() -> None:
    image = jffs2_name(1, 1, 2, b"l") + jffs2_inode(2, 1, LINK, plain=1 << 30) + jffs2_name(1, 2, 7, b"lost")

    result = open_with(JFFS2, image)

    assert [gap.reason for gap in result.gaps] == [GapReason.DAMAGED] * 2


def test_it_ends_with_its_last_node_and_its_erase_block() -> None:
    flash = (jffs2_node(0x2003, b"") + jffs2_file(2, b"f", b"content")).ljust(65536, b"\xff")
    later = (jffs2_node(0x2003, b"") + jffs2_file(3, b"g", b"more")).ljust(65536, b"\xff")

    extraction = opened(CODE_LIKE + flash + b"\xff" * 131072 + later + rootfs())

    assert contents(extraction, 1) == {"/f": b"content", "/g": b"more"}
    kinds = [(one.kind, one.offset, one.size) for one in extraction.containers if one.kind == "jffs2"]
    assert kinds == [("jffs2", len(CODE_LIKE), 4 * 65536)]
    assert {one.kind for one in extraction.containers} == {"data", "jffs2", "squashfs"}


def test_one_flash_does_not_reach_over_another_partition() -> None:
    first = jffs2_file(2, b"f", b"content")
    image = opened(first + CODE_LIKE * 100 + jffs2_file(2, b"g", b"other"))

    assert [contents(image, number) for number in (0, 1)] == [{"/f": b"content"}, {"/g": b"other"}]


def test_a_mark_alone_or_a_magic_by_chance_is_no_flash() -> None:
    mark = jffs2_node(0x2003, b"")

    assert JFFS2.recognise(Blob(mark + b"\xff" * 100), 0)
    assert not JFFS2.recognise(Blob(mark + b"code" * 20), 0)
    assert not JFFS2.recognise(Blob(b"\x85\x19\x01\xe0" + bytes(100)), 0)
    assert not JFFS2.recognise(Blob(jffs2_node(0xE001, bytes(40))), 0)
    assert not JFFS2.recognise(Blob(jffs2_node(0xE002, bytes(40))), 0)
    assert not JFFS2.recognise(Blob(b"\x85"), 0)
