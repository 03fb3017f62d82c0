"""squashfs, compared field by field and byte by byte with what mksquashfs writes."""

import os
import stat
import struct
import subprocess
from pathlib import Path

import pytest

from fairmark.demo.formats import Node, squashfs
from fairmark.examine.containers.handler import DamagedError
from fairmark.examine.containers.squashfs import SQUASHFS
from fairmark.examine.limits import Limits
from fairmark.examine.tree import Kind, Tree, UnreadableEntryError
from fairmark.model.gap import GapReason
from tests.doubles.images import FILE, NOISE, ROOT, patched, plain_squashfs
from tests.doubles.opening import open_with, read_all

OPTIONS = {
    "gzip": ["-comp", "gzip"],
    "lzma": ["-comp", "lzma"],
    "lzo": ["-comp", "lzo"],
    "xz": ["-comp", "xz"],
    "xz with filters": ["-comp", "xz", "-Xbcj", "x86,arm"],
    "lz4": ["-comp", "lz4"],
    "zstd": ["-comp", "zstd"],
    "no fragments": ["-no-fragments"],
    "always fragments": ["-always-use-fragments"],
    "nothing compressed": ["-noI", "-noId", "-noD", "-noF"],
    "small blocks": ["-b", "4096"],
    "large blocks": ["-b", "1M"],
    "not exportable": ["-no-exports", "-no-duplicates"],
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with everything a file system can hold."""
    root = tmp_path_factory.mktemp("squashfs") / "source"
    (root / "etc").mkdir(parents=True)
    (root / "etc" / "passwd").write_bytes(b"root:x:0:0\n")
    (root / "big").write_bytes(NOISE * 10 + b"tail")
    (root / "exact").write_bytes(NOISE)
    with (root / "sparse").open("wb") as file:
        file.seek(3_000_000)
        file.write(b"end")
    (root / "empty").touch()
    (root / "link").symlink_to("etc/passwd")
    os.link(root / "big", root / "hard")
    os.mkfifo(root / "pipe")
    (root / "many").mkdir()
    for number in range(1200):
        (root / "many" / f"file with a rather long name {number:05}").write_bytes(b"%d" % number * (number % 50))
    (root / "su").write_bytes(b"\x7fELF" * 5000)
    (root / "su").chmod(0o4755)
    return root


def assert_same(tree: Tree, root: Path) -> None:
    seen = {os.fsencode(path.relative_to(root)): path.lstat() for path in root.rglob("*")}
    assert [entry.path for entry in tree] == sorted(seen)
    for entry in tree:
        status = seen[entry.path]
        assert (entry.mode, entry.uid, entry.gid) == (status.st_mode, status.st_uid, status.st_gid)
        assert entry.mtime == int(status.st_mtime)
        if entry.kind is Kind.FILE:
            assert tree.read(entry) == (root / os.fsdecode(entry.path)).read_bytes()
        if entry.kind is Kind.SYMLINK:
            assert entry.target == os.fsencode((root / os.fsdecode(entry.path)).readlink())


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_what_mksquashfs_packs_is_read_in_full(options: list[str], source: Path, tmp_path: Path) -> None:
    image = tmp_path / "image"
    made = ["mksquashfs", source, image, "-quiet", "-no-progress", "-processors", "1", *options]
    subprocess.run(made, check=True, capture_output=True)

    opened = open_with(SQUASHFS, image.read_bytes())

    assert opened.gaps == ()
    assert opened.tree is not None
    assert_same(opened.tree, source)
    big = opened.tree.get("/big")
    assert big is not None
    assert [entry.name for entry in opened.tree.links(big)] == [b"big", b"hard"]


def test_devices_of_pseudo_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    made = ["mksquashfs", tmp_path / "source", tmp_path / "image", "-quiet", "-no-progress"]
    made += ["-p", "console c 600 0 0 5 1", "-p", "disk b 660 1 2 8 17"]
    subprocess.run(made, check=True, capture_output=True)

    opened = open_with(SQUASHFS, (tmp_path / "image").read_bytes())

    assert opened.tree is not None
    assert [(entry.name, entry.kind, entry.rdev, entry.gid) for entry in opened.tree] == [
        (b"console", Kind.CHAR, os.makedev(5, 1), 0),
        (b"disk", Kind.BLOCK, os.makedev(8, 17), 2),
    ]


def test_the_beginning_of_a_file_can_be_read_alone() -> None:
    nodes = [Node(b"f", FILE, NOISE + b"tail"), Node(b"z", FILE, bytes(10_000))]
    opened = open_with(SQUASHFS, squashfs(nodes, block_size=4096))

    assert opened.tree is not None
    file, zeros = opened.tree.files()

    assert opened.tree.read(file, 10) == NOISE[:10]
    assert opened.tree.read(file, 5000) == NOISE[:5000]
    assert opened.tree.read(file, 0) == b""
    assert opened.tree.read(zeros, 9000) == bytes(9000)
    assert opened.tree.blob(zeros).size == 10_000


def test_files_come_in_the_order_of_their_data() -> None:
    nodes = [Node(b"%d" % number, FILE, NOISE[number : number + 5000]) for number in range(9)]
    opened = open_with(SQUASHFS, squashfs(nodes, block_size=4096))

    assert opened.tree is not None
    assert [entry.name for entry in opened.tree.files_in_disk_order()] == [b"%d" % number for number in range(9)]


def test_a_file_that_is_refused_says_why_each_time() -> None:
    opened = open_with(SQUASHFS, squashfs([Node(b"f", FILE, NOISE)]), limits=Limits(single_file=1000))

    assert opened.tree is not None
    (entry,) = opened.tree.files()
    for read in (opened.tree.read, opened.tree.head, opened.tree.blob):
        with pytest.raises(UnreadableEntryError) as refused:
            read(entry)
        assert refused.value.gap.reason is GapReason.LIMIT


def test_an_inode_at_the_end_of_its_block_goes_on_in_the_next() -> None:
    nodes = [Node(b"%04d" % number, FILE, NOISE[:9000]) for number in range(1000)]

    opened = open_with(SQUASHFS, bytes(plain_squashfs(nodes)))

    assert opened.gaps == ()
    assert len(set(read_all(opened).values())) == 1


def test_a_superblock_that_contradicts_itself_is_damaged() -> None:
    image = plain_squashfs(ROOT)

    with pytest.raises(DamagedError, match="disagree"):
        open_with(SQUASHFS, patched(image, 12, "<I", 5000))


def test_a_cut_file_system_says_how_much_is_there() -> None:
    image = squashfs(ROOT)

    with pytest.raises(DamagedError, match="cut off at 5,000 of") as damaged:
        open_with(SQUASHFS, image[:5000])

    assert damaged.value.size == 5000


def test_long_inodes_mean_the_same_as_short_ones() -> None:
    image = plain_squashfs([Node(b"pipe", stat.S_IFIFO | 0o600), Node(b"socket", stat.S_IFSOCK | 0o600)])
    inodes = struct.unpack_from("<Q", image, 64)[0] + 2
    struct.pack_into("<H", image, inodes, 13)

    opened = open_with(SQUASHFS, bytes(image))

    assert opened.tree is not None
    assert [entry.kind for entry in opened.tree] == [Kind.FIFO, Kind.SOCKET]
