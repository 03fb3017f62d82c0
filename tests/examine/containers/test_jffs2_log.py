"""The log of JFFS2: which node wins where, and logs without end."""

import random

import pytest

from fairmark.examine.blob import Blob
from fairmark.examine.containers import jffs2_log
from fairmark.examine.containers.jffs2_log import DataNode, Log, Nodes, segments
from fairmark.examine.limits import Budget, LimitReached, Limits
from tests.doubles.flash_images import FILE, jffs2_file, jffs2_inode, jffs2_name, jffs2_node


def node(version: int, offset: int, length: int) -> DataNode:
    return DataNode(version, FILE, 0, 0, 0, 0, offset, length, length, 0, version)


def winners(nodes: list[DataNode], bad: set[int], size: int) -> list[int]:
    """For each byte, the version that counts; -1 where there is none."""
    found = [-1] * size
    for start, end, one in segments(nodes, bad):
        found[start:end] = [one.version] * (end - start)
    return found


def test_the_newest_node_wins_byte_by_byte_and_a_damaged_one_loses() -> None:
    chance = random.Random(5)
    for _ in range(200):
        nodes = [node(number, chance.randrange(40), chance.randrange(12)) for number in range(chance.randrange(9))]
        bad = {one.at for one in nodes if chance.random() < 0.2}
        expected = [-1] * 60
        for one in sorted(nodes, key=lambda one: (one.at not in bad, -one.version if one.at in bad else one.version)):
            expected[one.offset : one.offset + one.plain] = [one.version] * one.plain

        found = winners(nodes, bad, 60)

        good = [version for version in found if version not in bad]
        assert good == [version for version in expected if version not in bad]
        assert [version == -1 for version in found] == [version == -1 for version in expected]


def read(image: bytes, limits: Limits | None = None) -> Log:
    log = Log(Nodes(Blob(image), "<"), 0, Budget(limits or Limits(), lambda: 0.0))
    log.read()
    return log


def test_obsolete_nodes_are_passed_over() -> None:
    live = jffs2_file(2, b"f", b"x")
    obsolete = bytearray(jffs2_name(1, 9, 7, b"f"))
    obsolete[3] &= 0xDF

    log = read(live + bytes(obsolete) + jffs2_node(0xE008, bytes(30)))

    assert log.names == {(1, b"f"): (2, 2)}
    assert (log.damaged, log.cut) == (0, False)


def test_nodes_that_fail_their_checksums_are_counted_and_left_out() -> None:
    name, inode = bytearray(jffs2_name(1, 1, 2, b"f")), bytearray(jffs2_inode(3, 1, FILE, b"data"))
    name[-4] ^= 1
    inode[20] ^= 1

    log = read(bytes(name + inode) + jffs2_name(1, 1, 4, b"g"))

    assert log.names == {(1, b"g"): (1, 4)}
    assert log.damaged == len(name) - 3 + len(inode)
    assert log.versions_of(3) == []


def test_rubbish_between_nodes_is_counted() -> None:
    log = read(jffs2_file(2, b"f", b"x") + b"rubbish!" * 10 + jffs2_file(3, b"g", b"y") + b"\xff" * 100)

    assert len(log.names) == 2
    assert log.damaged == 80


def test_a_node_that_claims_gigabytes_is_cut_off() -> None:
    log = read(jffs2_file(2, b"f", b"x") + jffs2_node(0xE002, b"x" * 60, length=1 << 31) + jffs2_name(1, 5, 2, b"g"))

    assert log.cut
    assert sorted(name for _, name in log.names) == [b"f", b"g"]


def test_bytes_that_look_like_nodes_over_and_over_end() -> None:
    log = read(jffs2_file(2, b"f", b"x") + b"\x85\x19\x02\xe0" * 20_000)

    assert len(log.names) == 1


def test_nodes_that_hold_nothing_are_limited_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jffs2_log, "_MOST_HEADERS", 50)

    log = Log(
        Nodes(Blob(jffs2_file(2, b"f", b"x") + jffs2_node(0x2003, b"") * 60), "<"), 0, Budget(Limits(), lambda: 0)
    )

    with pytest.raises(LimitReached, match="of all kinds"):
        log.read()
    assert (1, b"f") in log.names
