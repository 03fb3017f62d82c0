"""UBI, with volumes as ubinize writes them, and by hand where it writes no such thing."""

import struct
from pathlib import Path

import pytest

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import DamagedError, Opened
from fairmark.examine.containers.ubi import UBI
from fairmark.examine.limits import Limits
from fairmark.model.gap import GapReason
from tests.doubles.file_trees import assert_same, make_tree, make_ubi, make_ubifs
from tests.doubles.flash_images import padded, ubi_block, ubi_header, ubi_table
from tests.doubles.images import CODE_LIKE, NOISE, ROOT, contents, files_of, opened, rootfs
from tests.doubles.opening import open_with

ROOM = 8192 - 128
GEOMETRIES = {
    "NOR, blocks of 64 KiB": (["-m", "1", "-p", "64KiB"], 8, 65536 - 128),
    "pages of 512": (["-m", "512", "-p", "16KiB"], 512, 16384 - 1024),
    "pages of 2048": (["-m", "2048", "-p", "128KiB"], 2048, 131072 - 4096),
    "parts of pages": (["-m", "2048", "-p", "128KiB", "-s", "512"], 2048, 131072 - 2048),
    "pages of 4096": (["-m", "4096", "-p", "256KiB"], 4096, 262144 - 8192),
}


def volumes(result: Opened) -> dict[str, bytes]:
    return {part.name: part.blob.memory.tobytes() for part in result.parts}


@pytest.mark.parametrize("name", GEOMETRIES)
def test_what_ubinize_writes_is_opened_to_the_last_file(name: str, tmp_path: Path) -> None:
    options, page, room = GEOMETRIES[name]
    source = make_tree(tmp_path / "source", many=20)
    flash = make_ubifs(tmp_path / "ubifs", source, page=page, block=room)
    made = [("root fs", "dynamic", flash), ("fixed", "static", rootfs()), ("noise", "static", NOISE)]
    image = make_ubi(tmp_path / "image", made, *options)

    result = open_with(UBI, image)
    extraction = opened(image + CODE_LIKE)

    assert result.size == len(image)
    assert result.gaps == ()
    assert volumes(result)["fixed"] == rootfs()
    assert volumes(result)["noise"] == NOISE
    assert volumes(result)["root fs"].rstrip(b"\xff") == flash.rstrip(b"\xff")
    by_kind = {tree.note: tree for tree in extraction.trees}
    assert_same(by_kind["ubifs"], source)
    assert {"/" + node.path.decode() for node in ROOT} <= {entry.printable for entry in by_kind["squashfs xz"]}


def test_the_newest_copy_of_a_block_counts_and_absent_ones_are_erased() -> None:
    image = ubi_block(0, 0, b"old", 1) + ubi_table({0: b"data"}) + ubi_block(0, 2, b"two", 4)
    image += b"\xff" * 8192 + ubi_block(0, 0, b"new", 9) + ubi_block(0, 0, b"mid", 5)

    result = open_with(UBI, image)

    assert volumes(result) == {"data": padded(b"new", ROOM) + b"\xff" * ROOM + padded(b"two", ROOM)}
    assert result.gaps == ()
    assert result.size == len(image)


def test_a_copy_that_was_not_finished_does_not_count() -> None:
    copy = bytearray(ubi_block(0, 0, b"copy", 9, copied=True))
    copy[128] ^= 1
    image = ubi_table({0: b"data"}) + ubi_block(0, 0, b"first", 1) + bytes(copy)

    assert volumes(open_with(UBI, image)) == {"data": padded(b"first", ROOM)}


def test_a_static_volume_ends_with_its_data_and_must_be_whole() -> None:
    whole = ubi_table({0: b"a"}) + ubi_block(0, 0, b"x" * ROOM, 1, static=2) + ubi_block(0, 1, b"end", 2, static=2)
    damaged = whole.replace(b"end", b"bad")
    lacking = whole.replace(ubi_block(0, 0, b"x" * ROOM, 1, static=2), b"\xff" * 8192)

    assert volumes(open_with(UBI, whole)) == {"a": b"x" * ROOM + b"end"}
    assert [gap.reason for gap in open_with(UBI, damaged).gaps] == [GapReason.DAMAGED]
    assert "lacks blocks" in open_with(UBI, lacking).gaps[0].detail


def test_without_a_table_volumes_are_named_by_their_numbers() -> None:
    result = open_with(UBI, ubi_block(5, 0, b"x", 1) + ubi_block(7, 0, b"y", 2))

    assert sorted(volumes(result)) == ["volume5", "volume7"]
    assert "no table" in result.gaps[0].detail


def test_another_device_behind_it_is_opened_on_its_own() -> None:
    first = ubi_table({0: b"a"}) + ubi_block(0, 0, b"first", 1)
    other = bytearray(ubi_table({0: b"b"}) + ubi_block(0, 0, b"other", 1))
    for at in range(0, len(other), 8192):
        other[at : at + 64] = ubi_header(image=99)

    extraction = opened(first + bytes(other))

    found = [(one.kind, one.offset, one.size) for one in extraction.containers if one.kind == "ubi"]
    assert found == [("ubi", 0, len(first)), ("ubi", len(first), len(other))]


def test_blocks_without_a_header_are_damage_and_many_of_them_end_it() -> None:
    good = ubi_table({0: b"a"}) + ubi_block(0, 0, b"x", 1)
    image = good + padded(CODE_LIKE[:8192], 8192) + ubi_block(0, 1, b"y", 2) + CODE_LIKE * 20

    result = open_with(UBI, image)

    assert result.size == 5 * 8192
    assert volumes(result) == {"a": padded(b"x", ROOM) + padded(b"y", ROOM)}
    assert [(gap.reason, gap.bytes) for gap in result.gaps] == [(GapReason.DAMAGED, 8192)]


@pytest.mark.parametrize(
    ("at", "value"),
    [(64 + 4, 9), (64 + 20, 1 << 31), (64 + 28, 0xFFFFFFFF), (64 + 60, 0)],
    ids=["version", "size", "padding", "checksum"],
)
def test_a_second_header_that_lies_is_damage(at: int, value: int) -> None:
    bad = bytearray(ubi_block(0, 1, b"y", 2))
    struct.pack_into(">I", bad, at, value)

    result = open_with(UBI, ubi_table({0: b"a"}) + ubi_block(0, 0, b"x", 1) + bytes(bad))

    assert volumes(result) == {"a": padded(b"x", ROOM)}
    assert [gap.reason for gap in result.gaps] == [GapReason.DAMAGED]


def test_a_block_numbered_far_away_makes_no_gigabytes() -> None:
    image = ubi_table({0: b"a"}) + ubi_block(0, 0, b"x", 1) + ubi_block(0, 1 << 30, b"y", 2)

    result = open_with(UBI, image)

    assert volumes(result) == {"a": padded(b"x", ROOM)}
    assert "far beyond" in result.gaps[0].detail


def test_volumes_together_cannot_outgrow_the_flash() -> None:
    blocks = b"".join(ubi_block(volume, 60, b"x", volume) for volume in range(60))

    result = open_with(UBI, ubi_table({0: b"a"}) + blocks)

    assert sum(part.blob.size for part in result.parts) <= 2 * len(blocks) + 20 * 8192


def test_a_volume_over_the_limit_is_a_gap() -> None:
    image = ubi_table({0: b"a"}) + ubi_block(0, 0, b"x", 1)

    result = open_with(UBI, image, limits=Limits(total_bytes=1000))

    assert result.parts == ()
    assert [gap.reason for gap in result.gaps] == [GapReason.LIMIT]


def with_spare_areas(image: bytes) -> bytes:
    return b"".join(image[at : at + 2048] + b"\xff" * 64 for at in range(0, len(image), 2048))


def test_a_dump_with_spare_areas_is_a_gap(tmp_path: Path) -> None:
    image = make_ubi(tmp_path / "image", [("a", "dynamic", NOISE)])

    result = open_with(UBI, with_spare_areas(image))

    assert not result.readable
    assert [gap.reason for gap in result.gaps] == [GapReason.UNSUPPORTED]
    assert result.size == len(image) // 2048 * 2112


def test_one_erase_block_alone_is_opened_and_a_huge_one_is_damage() -> None:
    assert open_with(UBI, ubi_block(0, 0, b"x", 1)).parts[0].blob.size == ROOM
    with pytest.raises(DamagedError, match="size of its erase blocks"):
        open_with(UBI, ubi_header() + bytes(17 << 20))


def test_a_magic_by_chance_is_no_flash() -> None:
    assert not UBI.recognise(Blob(b"UBI#\x01" + bytes(100)), 0)
    assert not UBI.recognise(Blob(ubi_header(second=10)), 0)
    assert not UBI.recognise(Blob(ubi_header(second=200, data=100)), 0)
    assert not UBI.recognise(Blob(ubi_header()[:40]), 0)


def test_a_squashfs_behind_it_is_found() -> None:
    image = ubi_table({0: b"a"}) + ubi_block(0, 0, b"x" * 500, 1) + rootfs()

    assert contents(opened(image)) == files_of(ROOT)
