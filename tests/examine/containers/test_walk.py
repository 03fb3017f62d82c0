"""The walk that all file systems of inodes share, over a file system that exists only here."""

import os
import struct
from collections.abc import Iterator, Mapping, Sequence

import pytest

from fairmark.examine.blob import Blob, spool_in_memory
from fairmark.examine.containers.handler import Context, DamagedError
from fairmark.examine.containers.walk import Inode, Walk, make_device, unpack_device
from fairmark.examine.limits import Budget, Limits
from fairmark.examine.notes import Notes
from fairmark.examine.tree import Tree, UnreadableEntryError
from fairmark.model.gap import GapReason
from tests.doubles.flash_images import DIRECTORY, FILE

Listing = Sequence[tuple[bytes, int]]


class Paper:
    """A file system of two dictionaries; an exception in place of a value is raised."""

    def __init__(self, inodes: Mapping[int, Inode], listings: Mapping[int, Listing], data: object = b"") -> None:
        self.inodes, self.listings, self.data = inodes, listings, data
        self.looked_up: list[int] = []

    def inode(self, number: int) -> Inode:
        self.looked_up.append(number)
        if number not in self.inodes:
            raise struct.error
        return self.inodes[number]

    def listing(self, number: int) -> Iterator[tuple[bytes, int]]:
        yield from self.listings.get(number, ())
        if number == 13:
            raise DamagedError("unlucky")

    def pieces(self, number: int, size: int) -> Iterator[bytes]:
        if isinstance(self.data, Exception):
            raise self.data
        assert isinstance(self.data, bytes)
        yield self.data[:size]

    def view(self, number: int, size: int) -> Blob | None:
        return None


def walked(paper: Paper, limits: Limits | None = None) -> tuple[Tree, list[GapReason], Notes]:
    context = Context("0", "here", Budget(limits or Limits(), lambda: 0.0), spool_in_memory)
    notes = Notes("here")
    walk = Walk(paper, context, notes)
    walk.run(1)
    return Tree("0", walk.entries, walk.source), [gap.reason for gap in notes.gaps()], notes


def test_every_inode_is_looked_up_once_however_many_names_it_has() -> None:
    paper = Paper({1: Inode(DIRECTORY), 2: Inode(FILE, size=3)}, {1: [(b"%d" % n, 2) for n in range(50)]}, b"abc")

    tree, gaps, _ = walked(paper)

    assert (len(tree), gaps) == (50, [])
    assert paper.looked_up == [1, 2]
    assert tree.read(tree.files()[7]) == b"abc"


def test_loops_and_second_names_of_directories_end() -> None:
    inodes = {1: Inode(DIRECTORY), 2: Inode(DIRECTORY)}

    tree, gaps, _ = walked(Paper(inodes, {1: [(b"a", 2), (b"b", 2), (b"up", 1)], 2: [(b"c", 2)]}))

    assert gaps == [GapReason.DAMAGED]
    assert len(tree) == 4


def test_names_that_are_none_and_names_that_stand_twice_are_left_out() -> None:
    names = [(b".", 1), (b"..", 1), (b"", 2), (b"a/b", 2), (b"n\0", 2), (b"x" * 300, 2), (b"f", 2), (b"f", 2)]

    tree, gaps, _ = walked(Paper({1: Inode(DIRECTORY), 2: Inode(FILE)}, {1: names}))

    assert [entry.path for entry in tree] == [b"f"]
    assert gaps == [GapReason.DAMAGED, GapReason.UNSAFE]


def test_what_a_damaged_directory_gave_before_stays() -> None:
    inodes = {1: Inode(DIRECTORY), 13: Inode(DIRECTORY), 2: Inode(FILE)}

    tree, gaps, _ = walked(Paper(inodes, {1: [(b"d", 13), (b"lost", 99)], 13: [(b"f", 2)]}))

    assert [entry.path for entry in tree] == [b"d", b"d/f"]
    assert gaps == [GapReason.DAMAGED, GapReason.DAMAGED]


@pytest.mark.parametrize(
    "limits",
    [Limits(files=10), Limits(path_bytes=100), Limits(path_length=3)],
    ids=["files", "bytes of paths", "length of a path"],
)
def test_limits_end_in_a_gap(limits: Limits) -> None:
    names = [(b"name%d" % number, 2) for number in range(100)]

    _, gaps, _ = walked(Paper({1: Inode(DIRECTORY), 2: Inode(FILE)}, {1: names}), limits)

    assert gaps == [GapReason.LIMIT]


@pytest.mark.parametrize(
    ("data", "limits", "reason"),
    [
        (b"ab", Limits(), GapReason.DAMAGED),
        (DamagedError("broken"), Limits(), GapReason.DAMAGED),
        (struct.error("short"), Limits(), GapReason.DAMAGED),
        (b"abc", Limits(single_file=2), GapReason.LIMIT),
        (b"abc", Limits(total_bytes=2), GapReason.LIMIT),
    ],
    ids=["short", "damaged", "cut off", "large file", "large in all"],
)
def test_data_that_cannot_be_read_says_why_each_time(data: object, limits: Limits, reason: GapReason) -> None:
    tree, _, _ = walked(Paper({1: Inode(DIRECTORY), 2: Inode(FILE, size=3)}, {1: [(b"f", 2)]}, data), limits)

    (entry,) = tree.files()
    for read in (tree.read, tree.head, tree.blob):
        with pytest.raises(UnreadableEntryError) as refused:
            read(entry)
        assert refused.value.gap.reason is reason


def test_a_large_file_goes_through_the_spool_once() -> None:
    data = bytes(300_000)
    tree, _, _ = walked(Paper({1: Inode(DIRECTORY), 2: Inode(FILE, size=len(data))}, {1: [(b"f", 2)]}, data))

    (entry,) = tree.files()

    assert tree.blob(entry) is tree.blob(entry)


def test_a_root_that_is_lost_or_no_directory_is_damage() -> None:
    with pytest.raises(DamagedError):
        walked(Paper({}, {}))
    with pytest.raises(DamagedError, match="no directory"):
        walked(Paper({1: Inode(FILE)}, {}))
    with pytest.raises(DamagedError, match="kind"):
        walked(Paper({1: Inode(0)}, {}))


def test_device_numbers_are_those_of_the_system() -> None:
    for major, minor in ((5, 1), (8, 17), (300, 70_000), (4095, 0xFFFFF)):
        assert make_device(major, minor) == os.makedev(major, minor)
    assert unpack_device(0x45 | 12 << 8 | 1 << 20) == os.makedev(12, 0x145)
