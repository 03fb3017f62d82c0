"""YAFFS2 in its usual layouts, made by hand."""

import os
import stat

import pytest

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import DamagedError
from fairmark.examine.containers.yaffs2 import YAFFS2
from fairmark.examine.tree import Kind, UnreadableEntryError
from fairmark.model.gap import GapReason
from tests.doubles.flash_images import (
    DIRECTORY,
    LINK,
    yaffs2_directory,
    yaffs2_file,
    yaffs2_header,
    yaffs2_page,
)
from tests.doubles.images import CODE_LIKE, NOISE, ROOT, contents, files_of, opened, rootfs
from tests.doubles.opening import open_with, read_all

LAYOUTS = {
    "pages of 2048": {},
    "tags behind the mark of bad blocks": {"tags": 2},
    "pages of 4096": {"page": 4096, "spare": 128},
    "pages of 8192": {"page": 8192, "spare": 256, "tags": 4},
    "pages of 512": {"page": 512, "spare": 16},
    "big-endian": {"order": ">"},
}
TOP = yaffs2_directory(1, b"")


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_every_usual_layout_is_read(layout: dict[str, object]) -> None:
    image = yaffs2_directory(1, b"", **layout) + yaffs2_file(257, b"big", NOISE[:20_000], **layout)
    image += yaffs2_directory(258, b"dir", **layout) + yaffs2_file(259, b"small", b"x", parent=258, **layout)
    image += yaffs2_file(260, b"empty", b"", **layout)

    result = open_with(YAFFS2, image)

    assert result.gaps == ()
    assert result.size == len(image)
    assert read_all(result) == {"/big": NOISE[:20_000], "/dir/small": b"x", "/empty": b""}


def special(mode: int, rdev: int) -> bytes:
    return yaffs2_header(5, 1, b"dev", mode=mode, rdev=rdev)


def test_links_devices_and_hard_links_are_read() -> None:
    image = TOP + yaffs2_file(257, b"f", b"content")
    image += yaffs2_page(yaffs2_header(4, 1, b"hard", same_as=257), 258, 0)
    image += yaffs2_page(yaffs2_header(2, 1, b"link", mode=LINK, target=b"etc/f"), 259, 0)
    image += yaffs2_page(special(stat.S_IFCHR | 0o600, 5 << 8 | 1), 260, 0)

    tree = open_with(YAFFS2, image).tree

    assert tree is not None
    device, first, hard, link = tree
    assert (device.kind, device.rdev) == (Kind.CHAR, os.makedev(5, 1))
    assert tree.links(first) == (first, hard)
    assert (link.target, link.mode) == (b"etc/f", LINK)


def test_what_was_written_last_counts_whatever_its_place() -> None:
    image = TOP + yaffs2_page(b"newer", 257, 1, count=5, sequence=0x1002)
    image += yaffs2_page(yaffs2_header(1, 1, b"new name", size=5), 257, 0, sequence=0x1001)
    image = TOP + yaffs2_file(300, b"first", NOISE[:70_000]) + yaffs2_file(257, b"f", b"older") + image[len(TOP) :]
    image += yaffs2_file(258, b"gone", b"x") + yaffs2_page(yaffs2_header(1, 4, b"gone"), 258, 0, sequence=0x1003)
    image += yaffs2_file(259, b"cut", b"y" * 5000)
    image += yaffs2_page(yaffs2_header(1, 1, b"cut", size=3, shrinks=1), 259, 0, sequence=0x1004)

    found = read_all(open_with(YAFFS2, image))

    assert found == {"/first": NOISE[:70_000], "/new name": b"newer", "/cut": b"yyy"}


def test_tags_that_repeat_the_header_are_understood() -> None:
    image = TOP + yaffs2_page(yaffs2_header(1, 1, b"f", size=0), 257 | 1 << 28, 0x80000001, count=0)

    assert read_all(open_with(YAFFS2, image)) == {"/f": b""}


def test_a_page_that_is_lost_is_a_gap_of_its_file() -> None:
    image = TOP + yaffs2_file(257, b"f", NOISE[:8000]) + yaffs2_file(258, b"g", b"x")
    pages = [image[at : at + 2112] for at in range(0, len(image), 2112)]
    pages[3] = b"\xff" * 2112

    tree = open_with(YAFFS2, b"".join(pages)).tree

    assert tree is not None
    lost, whole = tree.files()
    assert tree.read(whole) == b"x"
    with pytest.raises(UnreadableEntryError, match="lost"):
        tree.read(lost)


def test_it_ends_where_other_pages_follow() -> None:
    flash = TOP + yaffs2_file(257, b"f", b"content")

    extraction = opened(CODE_LIKE + flash + b"\xff" * 2112 * 5 + rootfs())

    assert contents(extraction) == files_of(ROOT)
    found = [(one.kind, one.offset, one.size) for one in extraction.containers if one.kind == "yaffs2"]
    assert found == [("yaffs2", len(CODE_LIKE), len(flash))]


def test_directories_in_each_other_and_headers_that_are_lost_end_in_damage() -> None:
    image = TOP + yaffs2_page(yaffs2_header(3, 258, b"a", mode=DIRECTORY), 257, 0)
    image += yaffs2_page(yaffs2_header(3, 257, b"b", mode=DIRECTORY), 258, 0)
    image += yaffs2_page(yaffs2_header(4, 1, b"to nothing", same_as=9999), 259, 0)
    image += yaffs2_page(yaffs2_header(4, 1, b"to itself", same_as=260), 260, 0)
    image += yaffs2_page(yaffs2_header(3, 1, b"root again", mode=DIRECTORY), 1, 0)

    result = open_with(YAFFS2, image)

    assert {gap.reason for gap in result.gaps} == {GapReason.DAMAGED}
    assert len(result.tree or ()) == 0


@pytest.mark.parametrize("name", [b"..x/y", b"", b"a" * 255])
def test_names_that_are_no_names_are_unsafe(name: bytes) -> None:
    result = open_with(YAFFS2, TOP + yaffs2_file(257, b"good", b"good") + yaffs2_file(258, name, b"bad"))

    assert "/good" in read_all(result)
    assert [gap.reason for gap in result.gaps] == ([GapReason.UNSAFE] if len(name) < 250 else [])


def test_pages_that_do_not_agree_are_no_flash() -> None:
    good = TOP + yaffs2_file(257, b"f", NOISE[:9000])
    pages = [good[at : at + 2112] for at in range(0, len(good), 2112)]

    assert YAFFS2.recognise(Blob(good), 0)
    assert not YAFFS2.recognise(Blob(pages[0]), 0)
    jumping = (yaffs2_page(b"x", 257, n, count=1, sequence=0x1000 + n % 3) for n in range(1, 20))
    assert not YAFFS2.recognise(Blob(TOP + b"".join(jumping)), 0)
    assert not YAFFS2.recognise(Blob(b"".join(page[:2048] for page in pages)), 0)
    assert not YAFFS2.recognise(Blob(b"".join([*pages[:3], pages[3][:2048] + pages[0][2048:], *pages[4:]])), 0)
    with pytest.raises(DamagedError):
        open_with(YAFFS2, CODE_LIKE)


def test_a_dump_that_is_cut_off_says_so() -> None:
    image = TOP + yaffs2_file(257, b"f", NOISE[:9000])

    result = open_with(YAFFS2, image[:-1000])

    assert [gap.reason for gap in result.gaps] == [GapReason.DAMAGED]


def test_objects_that_have_lost_their_header_or_directory_are_counted() -> None:
    image = TOP + yaffs2_file(257, b"f", b"x") + yaffs2_page(b"lost", 300, 1, count=4)
    image += yaffs2_file(258, b"g", b"y", parent=400)

    result = open_with(YAFFS2, image)

    assert read_all(result) == {"/f": b"x"}
    assert [(gap.reason, gap.detail[-2:]) for gap in result.gaps] == [(GapReason.DAMAGED, " 2")]
