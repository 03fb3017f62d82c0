"""squashfs of all versions and both byte orders: our reader against our second writer, unsquashfs and 7z."""

import os
import stat
import subprocess
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.demo.formats import CODECS, Node
from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import DamagedError, Opened
from fairmark.examine.containers.squashfs import SQUASHFS
from fairmark.examine.containers.squashfs_layout import MAGICS, read_superblock
from fairmark.examine.limits import Limits
from fairmark.model.gap import GapReason
from tests.doubles.images import DIRECTORY, FILE, NOISE
from tests.doubles.old_squashfs import Style, old_squashfs
from tests.doubles.opening import open_with, read_all

NODES = (
    Node(b"", DIRECTORY, mtime=5),
    Node(b"etc", DIRECTORY, mtime=6),
    Node(b"etc/passwd", FILE, b"root:x:0:0\n" * 30, uid=3, gid=4, mtime=9),
    Node(b"big", FILE, NOISE[:30_000] + b"hello " * 9000, mtime=11),
    Node(b"exact", FILE, NOISE[:8192]),
    Node(b"empty", FILE),
    Node(b"zeros", FILE, bytes(9000)),
    Node(b"link", stat.S_IFLNK | 0o777, target=b"etc/passwd"),
    Node(b"pipe", stat.S_IFIFO | 0o600, uid=3, gid=3),
    Node(b"socket", stat.S_IFSOCK | 0o600),
    Node(b"tty", stat.S_IFCHR | 0o600, rdev=os.makedev(5, 1)),
    Node(b"disk", stat.S_IFBLK | 0o660, gid=6, rdev=os.makedev(8, 17)),
    Node(b"many", DIRECTORY),
    *(Node(b"many/file %04d" % number, FILE, b"%d" % number * (number % 60), uid=number % 20) for number in range(600)),
)
FILES = {"/" + node.path.decode(): node.data for node in NODES if stat.S_ISREG(node.mode)}
STYLES = {
    f"version {version}, {'little' if order == '<' else 'big'}-endian, {'long' if long else 'short'} inodes": Style(
        version, order, long=long
    )
    for version in (1, 2, 3, 4)
    for order in "<>"
    for long in (False, True)
}
SEEN_BY_PEERS = [style for style in STYLES.values() if (style.version, style.order) != (4, ">")]


def facts(opened: Opened) -> list[tuple[object, ...]]:
    assert opened.tree is not None
    return [(one.path, one.mode, one.uid, one.gid, one.target, one.rdev) for one in opened.tree]


WANTED = [
    (node.path, node.mode, node.uid, node.gid, node.target, node.rdev)
    for node in sorted(NODES, key=lambda one: one.path)[1:]
]


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_every_version_is_read_in_full(style: Style) -> None:
    opened = open_with(SQUASHFS, old_squashfs(NODES, style))

    assert opened.gaps == ()
    assert read_all(opened) == FILES
    assert facts(opened) == WANTED
    assert opened.note.startswith(f"version {style.version}")
    assert ("big-endian" in opened.note) == (style.order == ">")


@pytest.mark.parametrize("style", SEEN_BY_PEERS, ids=lambda style: f"{style.version}{style.order}{style.long}")
@pytest.mark.parametrize(
    "peer", [["unsquashfs", "-q", "-n", "-d", "out", "image"], ["7z", "x", "-y", "-oout", "image"]]
)
def test_what_the_second_writer_writes_is_what_other_programs_read(
    peer: list[str], style: Style, tmp_path: Path
) -> None:
    nodes = [node for node in NODES if not stat.S_ISCHR(node.mode) and not stat.S_ISBLK(node.mode)]  # root's alone
    (tmp_path / "image").write_bytes(old_squashfs([*nodes], style))

    subprocess.run(peer, cwd=tmp_path, check=True, capture_output=True)

    assert {name: (tmp_path / "out" / name[1:]).read_bytes() for name in FILES} == FILES


def test_times_are_those_of_the_inode_or_of_the_file_system() -> None:
    times = {}
    for version in (1, 2, 3, 4):
        opened = open_with(SQUASHFS, old_squashfs(NODES, Style(version)))
        assert opened.tree is not None
        times[version] = [entry.mtime for entry in opened.tree if entry.path in {b"big", b"etc", b"link"}]

    assert times == {1: [11, 6, 77], 2: [11, 6, 77], 3: [11, 6, 0], 4: [11, 6, 0]}


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_byte_behind_the_length_of_metadata_is_left_out(version: int) -> None:
    assert read_all(open_with(SQUASHFS, old_squashfs(NODES, Style(version, marker=True)))) == FILES


@pytest.mark.parametrize("magic", MAGICS)
def test_makers_magics_are_known(magic: bytes) -> None:
    order = ">" if MAGICS[magic] else "<"

    opened = open_with(SQUASHFS, old_squashfs(NODES, Style(3, order, magic=magic)))

    assert read_all(opened) == FILES


def test_a_magic_of_the_wrong_byte_order_does_not_matter() -> None:
    assert read_all(open_with(SQUASHFS, old_squashfs(NODES, Style(3, "<", magic=b"sqsh")))) == FILES


def test_big_endian_with_little_endian_lengths_of_metadata_is_found_by_trial() -> None:
    style = Style(4, ">", length_order="<", pack=lambda data: CODECS["xz"][1](data, 8192), compressor=4)

    opened = open_with(SQUASHFS, old_squashfs(NODES, style))

    assert opened.gaps == ()
    assert read_all(opened) == FILES


@pytest.mark.parametrize("version", [1, 2, 3])
def test_stored_blocks_of_old_versions_are_read(version: int) -> None:
    opened = open_with(SQUASHFS, old_squashfs(NODES, Style(version, pack=lambda data: data + b"!", block_size=32768)))

    assert read_all(opened) == FILES


@pytest.mark.parametrize("head", [b"", b"hsqs", b"hsqs" + bytes(115), b"abcd" + bytes(115)])
def test_what_states_no_version_is_no_superblock(head: bytes) -> None:
    assert read_superblock(head) is None
    assert not SQUASHFS.recognise(Blob(head), 0)


def test_an_old_file_system_that_is_cut_off_says_so() -> None:
    image = old_squashfs(NODES, Style(3, pack=zlib.compress))

    with pytest.raises(DamagedError, match="cut off at 20,000"):
        open_with(SQUASHFS, image[:20_000])


@pytest.mark.parametrize("version", [1, 2, 3])
def test_owners_that_are_not_there_are_a_gap(version: int) -> None:
    image = bytearray(old_squashfs(NODES, Style(version)))
    at = 12 if version < 3 else 71
    image[at : at + 4] = b"\xff\xff\xff\x7f"

    opened = open_with(SQUASHFS, bytes(image))

    assert [gap.reason for gap in opened.gaps] == [GapReason.DAMAGED]
    assert read_all(opened) == FILES


SMALL = NODES[:10]


@settings(max_examples=60, deadline=None)
@given(
    style=st.sampled_from([Style(version, order) for version in (1, 2, 3, 4) for order in "<>"]),
    changes=st.lists(st.tuples(st.integers(28, 1 << 16), st.integers(0, 255)), min_size=1, max_size=12),
)
def test_bytes_turned_at_random_end_in_a_tree_or_in_damage(style: Style, changes: list[tuple[int, int]]) -> None:
    image = bytearray(old_squashfs(SMALL, Style(style.version, style.order, pack=lambda data: data + b"!")))
    for at, value in changes:
        image[at % len(image)] = value
    if not SQUASHFS.recognise(Blob(bytes(image)), 0):
        return

    try:
        opened = open_with(SQUASHFS, bytes(image), limits=Limits(total_bytes=1 << 24, work=1 << 26))
    except DamagedError:
        return

    assert opened.tree is not None
