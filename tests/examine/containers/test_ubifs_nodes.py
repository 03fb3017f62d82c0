"""The index and the journal of UBIFS: what was written after the last commit, and indexes that lie."""

import struct

import pytest

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import DamagedError
from fairmark.examine.containers.ubifs import UBIFS
from fairmark.examine.containers.ubifs_nodes import Flash, Reader, read_superblock
from fairmark.examine.limits import Budget, LimitReached, Limits
from fairmark.model.gap import GapReason
from tests.doubles.flash_images import (
    DIRECTORY,
    FILE,
    LEB,
    Leaf,
    padded,
    ubifs_data,
    ubifs_image,
    ubifs_index,
    ubifs_inode,
    ubifs_name,
    ubifs_node,
    ubifs_truncation,
)
from tests.doubles.opening import open_with, read_all


def reader_of(image: bytes, limits: Limits | None = None) -> Reader:
    data = Blob(image)
    superblock = read_superblock(data, 0)
    assert superblock is not None
    return Reader(Flash(data, superblock, Budget(limits or Limits(), lambda: 0.0)))


def small(count: int) -> list[Leaf]:
    """The root and ``count`` files of two blocks."""
    found = [ubifs_inode(1, DIRECTORY)]
    for number in range(65, 65 + count):
        found += [ubifs_name(1, b"f%d" % number, number), ubifs_inode(number, FILE, 4096 + 2)]
        found += [ubifs_data(number, 0, b"%04d" % number * 1024), ubifs_data(number, 1, b"ab")]
    return found


def test_an_index_of_two_levels_leads_to_everything() -> None:
    reader = reader_of(bytes(ubifs_image(small(3))))

    reader.from_index()

    assert sorted(reader.contents.inodes) == [1, 65, 66, 67]
    assert reader.contents.names == {1: {b"f65": 65, b"f66": 66, b"f67": 67}}
    assert sorted(reader.contents.blocks[66]) == [0, 1]


def test_what_was_written_after_the_commit_is_applied_in_order() -> None:
    journal = [
        ubifs_data(65, 0, b"NEW!" * 1024, sequence=60)[1],
        ubifs_data(65, 0, b"old." * 1024, sequence=55)[1],
        ubifs_name(1, b"f66", 0, sequence=61)[1],
        ubifs_inode(66, FILE, 0, links=0, sequence=62)[1],
        ubifs_name(1, b"added", 90, sequence=63)[1],
        ubifs_inode(90, FILE, 3, sequence=64)[1],
        ubifs_data(90, 0, b"add", sequence=65)[1],
        ubifs_truncation(67, 4096, sequence=66),
        ubifs_inode(67, FILE, 4098, sequence=67)[1],
        ubifs_name(1, b"f68", 0, sequence=68)[1],
        ubifs_name(1, b"f68", 65, sequence=69)[1],
    ]

    result = open_with(UBIFS, bytes(ubifs_image(small(3), journal)))

    assert result.gaps == ()
    assert read_all(result) == {
        "/f65": b"NEW!" * 1024 + b"ab",
        "/f67": b"0067" * 1024 + bytes(2),
        "/f68": b"NEW!" * 1024 + b"ab",
        "/added": b"add",
    }


def test_a_journal_that_breaks_off_is_applied_up_to_there() -> None:
    journal = [ubifs_name(1, b"added", 65, sequence=60)[1], b"\x31\x18\x10\x06 rubbish" * 9]

    assert "/added" in read_all(open_with(UBIFS, bytes(ubifs_image(small(2), journal))))


def to_root(level: int, *children: tuple[int, int, int]) -> bytes:
    return ubifs_index([(*child, (1, 0)) for child in children], level)


@pytest.mark.parametrize(
    "root",
    [
        to_root(1, (5, 208, 48)),  # where the root itself stands
        to_root(1, (5, 0, 188), (5, 0, 188)),
        to_root(7, (5, 0, 188)),
        to_root(60, (5, 0, 188)),
        to_root(1, (0xFFFFFFFF, 0, 188)),
        to_root(1, (5, 1 << 20, 188)),
        to_root(1, (4, 0, 160)),
        ubifs_index([], 0),
        ubifs_node(9, struct.pack("<HH", 60000, 0) + bytes(40)),
    ],
    ids=[
        "itself",
        "twice",
        "level",
        "too deep",
        "far block",
        "far offset",
        "no index node",
        "empty",
        "60,000 children",
    ],
)
def test_an_index_that_lies_gives_way_to_the_nodes(root: bytes) -> None:
    image = bytes(ubifs_image(small(1), root=root))

    with pytest.raises(DamagedError):
        reader_of(image).from_index()
    result = open_with(UBIFS, image)

    assert read_all(result) == {"/f65": b"0065" * 1024 + b"ab"}
    assert [gap.reason for gap in result.gaps] == [GapReason.DAMAGED]


def test_a_name_that_cannot_be_read_is_counted() -> None:
    image = ubifs_image(small(2))
    image[image.find(b"f66") : image.find(b"f66") + 3] = b"???"

    result = open_with(UBIFS, bytes(image))

    assert list(read_all(result)) == ["/f65"]
    assert "names that cannot be read: 1" in result.gaps[0].detail


def test_a_log_of_another_commit_is_damage() -> None:
    image = ubifs_image(small(1))
    image[3 * LEB : 4 * LEB] = padded(ubifs_node(10, struct.pack("<Q", 8), 50), LEB)

    with pytest.raises(DamagedError, match="log"):
        reader_of(bytes(image)).from_index()


def test_the_newest_node_of_each_counts_when_they_are_gathered() -> None:
    image = ubifs_image(small(1))
    image += padded(ubifs_data(65, 0, b"NEW!" * 1024, sequence=9)[1] + ubifs_name(1, b"f65", 0, sequence=9)[1], LEB)
    reader = reader_of(bytes(image))

    reader.from_nodes()

    assert reader.contents.names == {1: {}}
    assert reader.contents.blocks[65][0] >= 6 * LEB


def test_work_without_end_is_limited() -> None:
    with pytest.raises(LimitReached):
        reader_of(bytes(ubifs_image(small(3))), Limits(work=100)).from_index()
