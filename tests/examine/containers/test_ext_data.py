"""Blocks of files in ext: trees and pointers that lead to themselves, overlap or lie outside end in damage."""

import struct
from collections.abc import Iterator

import pytest

from fairmark.examine.blob import Blob
from fairmark.examine.containers.ext_data import Blocks, Run, inline_data, inline_rest
from fairmark.examine.containers.handler import DamagedError
from fairmark.examine.limits import Budget, LimitReached, Limits

SIZE = 1024


def header(count: int, depth: int, magic: int = 0xF30A) -> bytes:
    return struct.pack("<HHHHI", magic, count, 4, depth, 0)


def leaf(*extents: tuple[int, int, int]) -> bytes:
    return header(len(extents), 0) + b"".join(struct.pack("<IHHI", at, n, 0, block) for at, n, block in extents)


def index(depth: int, *blocks: int) -> bytes:
    return header(len(blocks), depth) + b"".join(struct.pack("<IIHH", 0, block, 0, 0) for block in blocks)


def disk(limits: Limits | None = None, **blocks: bytes) -> Blocks:
    data = bytearray(32 * SIZE)
    for name, content in blocks.items():
        at = int(name[1:]) * SIZE
        data[at : at + len(content)] = content
    return Blocks(Blob(bytes(data)), SIZE, Budget(limits or Limits(), lambda: 0.0))


def test_extents_come_in_order_and_unwritten_ones_are_zeros() -> None:
    found = list(disk().by_extents(leaf((0, 2, 5), (4, 32768 + 3, 9), (9, 1, 7))))

    assert found == [Run(0, 5, 2), Run(4, 0, 3), Run(9, 7, 1)]


def test_a_deep_tree_is_walked() -> None:
    blocks = disk(b3=index(1, 4, 5), b4=leaf((0, 1, 10)), b5=leaf((1, 1, 12)))

    assert list(blocks.by_extents(index(2, 3))) == [Run(0, 10, 1), Run(1, 12, 1)]


@pytest.mark.parametrize(
    "root",
    [
        index(1, 3),  # block 3 is an index of the same depth
        index(2, 3, 3),  # one node twice
        index(9, 3),
        header(0, 0, magic=0),
        leaf((0, 0, 5)),
        leaf((0, 1, 0)),
        leaf((0, 3, 5), (2, 3, 9)),
        index(1, 77),
        index(1, 0),
    ],
    ids=["same depth", "twice", "too deep", "magic", "empty", "nowhere", "overlap", "outside", "first block"],
)
def test_a_tree_that_lies_ends_in_damage(root: bytes) -> None:
    blocks = disk(b3=index(1, 3))

    with pytest.raises(DamagedError):
        list(blocks.by_extents(root))


def test_a_count_of_65535_children_reads_no_further_than_the_block() -> None:
    with pytest.raises((DamagedError, struct.error)):
        list(disk(b3=header(65535, 0)).by_extents(index(1, 3)))


def pointers(*direct: int, single: int = 0, double: int = 0, triple: int = 0) -> bytes:
    return struct.pack("<15I", *direct, *([0] * (12 - len(direct))), single, double, triple)


def test_pointers_that_follow_each_other_are_joined() -> None:
    assert list(disk().by_pointers(pointers(5, 6, 7, 0, 9), 12)) == [Run(0, 5, 3), Run(4, 9, 1)]


def test_indirect_pointers_are_followed() -> None:
    blocks = disk(b3=struct.pack("<3I", 20, 0, 22), b4=struct.pack("<2I", 3, 3))

    found = list(blocks.by_pointers(pointers(single=3, double=4), 12 + 256 + 300))

    assert found[:2] == [Run(12, 20, 1), Run(14, 22, 1)]
    assert found[2] == Run(268, 20, 1)


def test_a_pointer_that_leads_to_itself_ends_with_the_size_or_the_budget() -> None:
    blocks = disk(Limits(work=1 << 20), b3=struct.pack("<256I", *[3] * 256))

    assert len(list(blocks.by_pointers(pointers(triple=3), 12))) == 0
    with pytest.raises(LimitReached):
        list(blocks.by_pointers(pointers(double=3, triple=3), 1 << 24))


def runs(*found: Run) -> Iterator[Run]:
    return iter(found)


def test_holes_are_zeros_between_before_and_behind_the_runs() -> None:
    blocks = disk(b5=b"a" * SIZE)

    plain = b"".join(blocks.pieces(runs(Run(1, 5, 1), Run(3, 0, 1)), 5 * SIZE - 1))

    assert plain == bytes(SIZE) + b"a" * SIZE + bytes(3 * SIZE - 1)


def test_only_one_run_gives_a_view() -> None:
    blocks = disk(b5=b"abc")

    found = blocks.view(runs(Run(0, 5, 2)), 3)

    assert found is not None
    assert found.memory == b"abc"
    assert blocks.view(runs(Run(0, 5, 1), Run(1, 9, 1)), SIZE + 1) is None
    assert blocks.view(runs(), 3) is None
    assert blocks.view(runs(Run(0, 31, 9)), 9 * SIZE) is None


def inode_with(attribute: bytes, index_of_name: int = 7, name: bytes = b"data", offset: int = 40) -> bytes:
    entry = struct.pack("<BBHIII", len(name), index_of_name, offset, 0, len(attribute), 0) + name
    extra = b"\x20\0" + bytes(30) + struct.pack("<I", 0xEA020000) + entry
    body = extra.ljust(32 + 4 + offset, b"\0") + attribute
    return (bytes(40) + b"i" * 60 + bytes(28) + body).ljust(512, b"\0")


def test_data_in_an_inode_goes_on_in_its_attribute() -> None:
    inode = inode_with(b"rest")

    assert b"".join(inline_data(inode, 64)) == b"i" * 60 + b"rest"
    assert b"".join(inline_data(inode, 10)) == b"i" * 10
    assert b"".join(inline_data(inode, 70)) == b"i" * 60 + b"rest" + bytes(6)


def test_an_attribute_that_is_another_or_lies_elsewhere_holds_no_data() -> None:
    assert inline_rest(inode_with(b"rest", index_of_name=1)) == b""
    assert inline_rest(inode_with(b"rest", offset=60000)[:512]) == b""
    assert inline_rest(bytes(128)) == b""
