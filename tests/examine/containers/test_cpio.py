"""cpio in its three forms, with links and with archives in a row."""

import stat

import pytest

from fairmark.demo.formats import Node, cpio_newc, newc_record
from fairmark.examine.blob import Blob
from fairmark.examine.containers.cpio import CPIO
from fairmark.model.gap import GapReason
from tests.doubles.images import DIRECTORY, FILE, LINK
from tests.doubles.opening import open_with, read_all

END = newc_record(Node(b"TRAILER!!!", 0), b"", inode=0)


def odc(name: bytes, body: bytes, mode: int = FILE, inode: int = 1, links: int = 1) -> bytes:
    numbers = b"%06o" * 8 % (1, inode, mode, 5, 6, links, 0, 0)[:8]
    return b"070707" + numbers[:42] + b"%011o%06o%011o" % (77, len(name) + 1, len(body)) + name + b"\0" + body


def test_the_old_portable_form_is_read() -> None:
    archive = odc(b"d", b"", DIRECTORY) + odc(b"d/f", b"odd") + odc(b"l", b"d/f", LINK) + odc(b"TRAILER!!!", b"", 0)

    opened = open_with(CPIO, archive)

    assert opened.size == len(archive)
    assert opened.gaps == ()
    assert read_all(opened) == {"/d/f": b"odd"}
    assert opened.tree is not None
    entry = opened.tree.get("/l")
    assert entry is not None
    assert (entry.uid, entry.gid, entry.mtime) == (5, 6, 77)


def test_a_hard_link_has_the_data_under_every_name() -> None:
    first = newc_record(Node(b"one", FILE), b"", inode=7, links=3)
    second = newc_record(Node(b"two", FILE), b"", inode=7, links=3)
    third = newc_record(Node(b"three", FILE), b"shared", inode=7, links=3)

    opened = open_with(CPIO, first + second + third + END)

    assert read_all(opened) == {"/one": b"shared", "/two": b"shared", "/three": b"shared"}
    assert opened.tree is not None
    assert len({entry.inode for entry in opened.tree}) == 1


def test_a_hard_link_in_the_old_form_repeats_its_data() -> None:
    archive = odc(b"a", b"same", links=2) + odc(b"b", b"same", links=2) + odc(b"TRAILER!!!", b"", 0)

    assert read_all(open_with(CPIO, archive)) == {"/a": b"same", "/b": b"same"}


def test_the_checksum_of_the_third_form_is_checked() -> None:
    good = newc_record(Node(b"f", FILE), b"abc", inode=1).replace(b"070701", b"070702", 1)
    good = good[:102] + b"%08X" % sum(b"abc") + good[110:]

    assert open_with(CPIO, good + END).gaps == ()
    (gap,) = open_with(CPIO, good.replace(b"abc\0", b"abd\0") + END).gaps
    assert (gap.reason, gap.detail) == (GapReason.DAMAGED, "checksum does not match; examined all the same: f")


def test_archives_in_a_row_are_one_tree_and_the_later_entry_wins() -> None:
    first = cpio_newc([Node(b"a", FILE, b"old"), Node(b"b", FILE, b"b")])
    second = cpio_newc([Node(b"a", FILE, b"new")])

    opened = open_with(CPIO, first + bytes(512) + second + b"behind")

    assert read_all(opened) == {"/a": b"new", "/b": b"b"}
    assert opened.size == len(first + second) + 512


def test_the_same_inode_in_another_archive_is_another_file() -> None:
    one = newc_record(Node(b"a", FILE), b"first", inode=9, links=2) + END
    two = newc_record(Node(b"b", FILE), b"second", inode=9, links=2) + END

    assert read_all(open_with(CPIO, one + two)) == {"/a": b"first", "/b": b"second"}


@pytest.mark.parametrize(
    "data", [b"070701", b"070701" + b"g" * 104, b"a string with 070701 in it", b"070707" + b"8" * 70]
)
def test_the_magic_alone_is_not_enough(data: bytes) -> None:
    assert not CPIO.recognise(Blob(data + bytes(200)), 0)


def test_a_name_needs_its_end_and_a_mode_its_kind() -> None:
    good = newc_record(Node(b"name", FILE), b"", inode=1)

    assert CPIO.recognise(Blob(good), 0)
    assert not CPIO.recognise(Blob(good.replace(b"name\0", b"namex")), 0)
    assert not CPIO.recognise(Blob(newc_record(Node(b"x", stat.S_IFMT(0)), b"", inode=1)), 0)
