"""The writers of images: what they write is read back, by us and by the tools others use."""

import gzip
import os
import stat
import struct
import subprocess
import zlib
from pathlib import Path

import pytest

from fairmark.demo.formats import Node, cpio_newc, squashfs, trx, uimage
from tests.doubles.images import DIRECTORY, FILE, LINK, NOISE, ROOT, contents, files_of, opened

COMPRESSIONS = ["gzip", "xz", "lzma", "zstd", "lz4"]
NODES = (
    *ROOT,
    Node(b"", stat.S_IFDIR | 0o711, mtime=77),
    Node(b"dev/console", stat.S_IFCHR | 0o620, rdev=os.makedev(5, 1)),
    Node(b"dev/disk", stat.S_IFBLK | 0o660, rdev=os.makedev(8, 300)),
    Node(b"run/pipe", stat.S_IFIFO | 0o600),
    Node(b"run/socket", stat.S_IFSOCK | 0o755),
    Node(b"bin/su", stat.S_IFREG | 0o4755, NOISE[:20_000], uid=7, gid=8, mtime=123_456),
    Node(b"tmp", stat.S_IFDIR | 0o1777, mtime=5),
    Node(b"zeros", FILE, bytes(300_000)),
    *(Node(b"many/%04d" % number, FILE, b"%d" % number) for number in range(1500)),
)


@pytest.mark.parametrize("block_size", [4096, 131072, 1 << 20])
@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_unsquashfs_finds_what_was_written(compression: str, block_size: int, tmp_path: Path) -> None:
    image, out = tmp_path / "image", tmp_path / "out"
    image.write_bytes(squashfs(NODES, compression=compression, block_size=block_size))

    subprocess.run(["unsquashfs", "-n", "-q", "-d", out, image], check=True, capture_output=True)

    for node in NODES:
        path = os.fsencode(out) + b"/" + node.path
        status = os.lstat(path)
        assert stat.S_IFMT(status.st_mode) == stat.S_IFMT(node.mode)
        if not stat.S_ISLNK(node.mode):
            assert (stat.S_IMODE(status.st_mode), int(status.st_mtime)) == (stat.S_IMODE(node.mode), node.mtime)
        if stat.S_ISREG(node.mode):
            assert Path(os.fsdecode(path)).read_bytes() == node.data
        if stat.S_ISLNK(node.mode):
            assert os.fsencode(Path(os.fsdecode(path)).readlink()) == node.target


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_our_own_reader_finds_every_field(compression: str) -> None:
    tree = opened(squashfs(NODES, compression=compression, block_size=4096)).trees[0]

    for node in NODES:
        entry = tree.get(node.path, follow=False)
        assert entry is not None
        assert (entry.mode, entry.uid, entry.gid, entry.mtime) == (node.mode, node.uid, node.gid, node.mtime)
        assert (entry.target, entry.rdev) == (node.target, node.rdev)
        assert tree.read(entry) == node.data


def test_listing_of_unsquashfs_agrees_on_owners_and_devices(tmp_path: Path) -> None:
    image = tmp_path / "image"
    image.write_bytes(squashfs(NODES))

    listing = subprocess.run(["unsquashfs", "-lln", image], check=True, capture_output=True, text=True).stdout

    rows = {row.split()[-1]: row.split() for row in listing.splitlines() if row and " -> " not in row}
    assert rows["squashfs-root/bin/su"][:2] == ["-rwsr-xr-x", "7/8"]
    assert rows["squashfs-root/dev/console"][0] == "crw--w----"
    assert "".join(rows["squashfs-root/dev/console"][2:4]).startswith("5,1")


def test_missing_parents_are_made_and_the_root_can_be_described() -> None:
    tree = opened(squashfs([Node(b"a/b/c", FILE, b"x"), Node(b"", stat.S_IFDIR | 0o700)])).trees[0]

    root, parent = tree.get("/"), tree.get("/a/b")

    assert root is not None
    assert parent is not None
    assert (root.mode, parent.mode) == (stat.S_IFDIR | 0o700, DIRECTORY)


@pytest.mark.parametrize("nodes", [(), (Node(b"a", FILE),), (Node(b"d", DIRECTORY),)])
def test_small_file_systems_are_accepted(nodes: tuple[Node, ...], tmp_path: Path) -> None:
    image = tmp_path / "image"
    image.write_bytes(squashfs(nodes))

    done = subprocess.run(["unsquashfs", "-lln", image], check=True, capture_output=True, text=True)

    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == len(nodes) + 1


def test_directory_with_a_long_listing_becomes_a_long_inode() -> None:
    nodes = [Node(b"d/" + b"n" * 200 + b"%04d" % number, FILE) for number in range(600)]

    tree = opened(squashfs(nodes)).trees[0]

    assert len(tree.children("/d")) == 600


def test_the_same_nodes_give_the_same_bytes_in_any_order() -> None:
    assert squashfs(ROOT) == squashfs(tuple(reversed(ROOT)))
    assert cpio_newc(ROOT) == cpio_newc(ROOT)


def test_cpio_holds_every_field() -> None:
    nodes = [
        Node(b"d", DIRECTORY),
        Node(b"d/l", LINK, target=b"x"),
        Node(b"c", stat.S_IFCHR | 0o600, rdev=os.makedev(4, 64)),
    ]

    image = cpio_newc(nodes)

    tree = opened(image).trees[0]
    assert image[:6] == b"070701"
    assert len(image) % 512 == 0
    assert [(entry.path, entry.target, entry.rdev) for entry in tree] == [
        (b"c", b"", os.makedev(4, 64)),
        (b"d", b"", 0),
        (b"d/l", b"x", 0),
    ]


def test_trx_header_has_length_checksum_and_offsets() -> None:
    image = trx([b"kernel!", b"rootfs"])

    magic, length, checksum, _, version, first, second, third = struct.unpack_from("<4sIIHHIII", image)
    assert (magic, length, version) == (b"HDR0", len(image), 1)
    assert checksum == zlib.crc32(image[12:]) ^ 0xFFFFFFFF
    assert image[first : first + 7] == b"kernel!"
    assert image[second : second + 6] == b"rootfs"
    assert third == 0


def test_trx_of_four_partitions_is_of_version_two_and_five_are_too_many() -> None:
    assert trx([b"a", b"b", b"c", b"d"])[14] == 2
    with pytest.raises(ValueError, match="four"):
        trx([b"a"] * 5)


def test_uimage_checksums_hold() -> None:
    image = uimage(gzip.compress(b"kernel", mtime=0), name="Linux", compression=1, time=99)

    head = image[:4] + bytes(4) + image[8:64]
    assert struct.unpack_from(">III", image) == (0x27051956, zlib.crc32(head), 99)
    assert struct.unpack_from(">I", image, 24) == (zlib.crc32(image[64:]),)
    assert image[32:64] == b"Linux".ljust(32, b"\0")


def test_what_the_writers_nest_the_reader_unnests() -> None:
    image = trx([uimage(gzip.compress(cpio_newc(ROOT[:2]), mtime=0), name="k"), squashfs(ROOT)])

    extraction = opened(image)

    assert extraction.gaps == ()
    assert contents(extraction, 0) == files_of(ROOT)
    assert contents(extraction, 1) == files_of(ROOT[:2])
