"""An image is opened to the bottom, whatever lies in whatever."""

import gzip
import lzma
import stat
import struct

import pytest
import zstandard

from fairmark.demo.formats import Node, cpio_newc, squashfs, trx, uimage
from fairmark.errors import FairmarkError
from fairmark.examine.blob import Blob
from fairmark.examine.extract import extract, extract_tree
from fairmark.examine.limits import Limits
from fairmark.examine.tree import BlobSource, Entry, Kind, Tree
from fairmark.model.gap import GapReason
from tests.doubles.images import CODE_LIKE, FILE, NOISE, ROOT, contents, files_of, opened, packed, rootfs, tar


def test_every_layer_of_a_router_image_is_recorded() -> None:
    image = trx([uimage(packed(cpio_newc(ROOT[:3])), name="linux", compression=1), rootfs()])

    extraction = opened(image)

    assert [(one.id, one.kind, one.opened) for one in extraction.containers] == [
        ("0", "trx", True),
        ("0.0", "uimage", True),
        ("0.0.0", "gzip", True),
        ("0.0.0.0", "cpio", True),
        ("0.1", "squashfs", True),
    ]
    assert [(tree.name, tree.container) for tree in extraction.trees] == [("", "0.1"), ("0.0.0.0", "0.0.0.0")]
    assert extraction.gaps == ()
    assert extraction.opened_bytes == len(image)


@pytest.mark.parametrize(
    "wrap",
    [packed, lzma.compress, zstandard.compress, lambda data: lzma.compress(data, lzma.FORMAT_ALONE)],
    ids=["gzip", "xz", "zstd", "lzma"],
)
def test_a_file_in_the_root_file_system_is_opened_too(wrap: object) -> None:
    assert callable(wrap)
    inner = tar([("etc/secret", b"inside")])

    extraction = opened(squashfs([*ROOT, Node(b"firmware/data.pkg", FILE, wrap(inner))]))

    assert contents(extraction, 1) == {"/etc/secret": b"inside"}
    assert extraction.trees[1].container == "0.0.0"
    assert extraction.gaps == ()


def test_a_squashfs_in_a_squashfs_is_a_second_tree() -> None:
    extraction = opened(squashfs([Node(b"opt/apps.img", FILE, rootfs("gzip")), *ROOT[:1]]))

    assert contents(extraction, 0) == files_of(ROOT)
    assert "/opt/apps.img" in contents(extraction, 1)


def test_a_boot_loader_in_front_hides_nothing_and_is_a_gap() -> None:
    image = CODE_LIKE + bytes(65536 - len(CODE_LIKE)) + rootfs() + b"\xff" * 10_000

    extraction = opened(image)

    assert contents(extraction) == files_of(ROOT)
    (gap,) = extraction.gaps
    assert (gap.reason, gap.bytes) == (GapReason.UNKNOWN_FORMAT, 65536)
    assert extraction.opened_bytes == len(image) - 65536
    assert [(one.id, one.kind, one.offset) for one in extraction.containers] == [
        ("0", "data", 0),
        ("0.0", "squashfs", 65536),
        ("0.1", "data", 0),
    ]
    assert [(one.name, one.container, one.blob.size) for one in extraction.loose] == [("/0x0", "0.1", 65536)]


def test_what_follows_a_container_is_looked_at() -> None:
    extraction = opened(cpio_newc(ROOT[:2]) + packed(cpio_newc(ROOT)) + CODE_LIKE)

    assert contents(extraction) == files_of(ROOT)
    assert {gap.reason for gap in extraction.gaps} == {GapReason.UNKNOWN_FORMAT}


def test_a_kernel_is_a_loose_payload_and_no_gap() -> None:
    kernel = NOISE + b"Linux version 5.10.0 (builder)" + NOISE

    extraction = opened(uimage(packed(kernel), name="linux"))

    assert extraction.gaps == ()
    assert [(one.name, one.container, one.blob.size) for one in extraction.loose] == [
        ("/kernel/content", "0.0.0", len(kernel))
    ]
    assert extraction.containers[-1].kind == "kernel"


def test_the_file_system_inside_a_self_unpacking_kernel_is_found() -> None:
    kernel = bytearray(CODE_LIKE + packed(NOISE + cpio_newc(ROOT) + NOISE) + CODE_LIKE)
    kernel[0x24:0x28] = b"\x18\x28\x6f\x01"

    extraction = opened(trx([bytes(kernel)]))

    assert contents(extraction) == files_of(ROOT)


def test_all_files_of_a_multi_file_image_are_parts() -> None:
    first, second = packed(cpio_newc(ROOT)), b"device tree"
    sizes = struct.pack(">III", len(first), len(second), 0)
    body = sizes + first + bytes(-len(first) % 4) + second

    extraction = opened(uimage(body, name="multi", kind=4))

    assert contents(extraction) == files_of(ROOT)
    assert extraction.loose[0].blob.read(0, 99) == second
    assert extraction.gaps == ()


def test_the_main_tree_is_the_one_that_looks_like_linux_with_most_files() -> None:
    data = squashfs([Node(b"photos/%d" % n, FILE, b"x") for n in range(100)])
    small = squashfs([node for node in ROOT if node.path != b"usr/share/empty"])

    extraction = opened(trx([data, small, rootfs()]))

    assert [tree.container for tree in extraction.trees] == ["0.2", "0.0", "0.1"]
    assert [tree.name for tree in extraction.trees] == ["", "0.0", "0.1"]


def test_damage_to_one_container_spares_its_neighbours() -> None:
    broken = bytearray(squashfs(ROOT))
    broken[40:96] = b"\xee" * 56

    extraction = opened(trx([bytes(broken), rootfs()]))

    assert contents(extraction) == files_of(ROOT)
    assert {gap.reason for gap in extraction.gaps} == {GapReason.DAMAGED}


def test_a_damaged_block_costs_the_files_in_it_and_names_them() -> None:
    whole = squashfs([Node(b"a", FILE, NOISE[:50_000] + bytes(50_000)), Node(b"b", FILE, b"fine")], block_size=65536)
    image = bytearray(whole)
    image[96:120] = bytes(24)

    extraction = opened(bytes(image))

    (gap,) = extraction.gaps
    assert (gap.reason, gap.bytes) == (GapReason.DAMAGED, 100_000)
    assert gap.detail == "a block cannot be decompressed: /a"
    tree = extraction.trees[0]
    good = tree.get("/b")
    assert good is not None
    assert tree.read(good) == b"fine"


def test_known_formats_among_the_files_are_named_in_one_gap() -> None:
    archives = [Node(b"a/%d.7z" % n, FILE, b"7z\xbc\xaf\x27\x1c" + NOISE[:100]) for n in range(3)]

    extraction = opened(squashfs([*ROOT, *archives, Node(b"board.dtb", FILE, b"\xd0\x0d\xfe\xed" + bytes(60))]))

    (gap,) = extraction.gaps
    assert gap.reason is GapReason.UNSUPPORTED
    assert gap.detail == "7z archive among the files: /a/0.7z, /a/1.7z, /a/2.7z"


def test_a_directory_as_a_tree_is_examined_like_an_image() -> None:
    inner = packed(tar([("x", b"inside")]))
    entry = Entry(b"data.tgz", Kind.FILE, FILE, size=len(inner), inode=1)
    tree = Tree("0", [entry], BlobSource(Blob(inner)), note="directory")

    extraction = extract_tree(tree, limits=Limits(), clock=lambda: 0.0)

    assert [(one.id, one.kind) for one in extraction.containers] == [
        ("0", "directory"),
        ("0.0", "gzip"),
        ("0.0.0", "tar"),
    ]
    assert contents(extraction, 0) == {"/data.tgz": inner}
    assert contents(extraction, 1) == {"/x": b"inside"}
    assert extraction.opened_bytes == len(inner)


def test_progress_is_told_what_is_being_opened() -> None:
    said: list[str] = []

    extract(Blob(trx([rootfs()])), limits=Limits(), clock=lambda: 0.0, progress=said.append)

    assert said == ["opening 0 (trx at 0x0)", "opening 0.0 (squashfs at 0x1c)"]


def test_an_error_of_the_spool_goes_through() -> None:
    def full(_pieces: object) -> Blob:
        raise FairmarkError("no room")

    with pytest.raises(FairmarkError, match="no room"):
        extract(Blob(packed(b"x" * 100)), limits=Limits(), clock=lambda: 0.0, spool=full)


def test_the_same_image_gives_the_same_result() -> None:
    image = CODE_LIKE + trx([uimage(gzip.compress(cpio_newc(ROOT), mtime=0), name="k"), rootfs()])

    first, second = opened(image), opened(image)

    assert first.containers == second.containers
    assert first.gaps == second.gaps
    assert [tree.entries() for tree in first.trees] == [tree.entries() for tree in second.trees]


def test_setuid_and_devices_are_entries_and_nothing_more() -> None:
    tree = opened(
        squashfs([Node(b"su", stat.S_IFREG | 0o6755, b"x"), Node(b"mem", stat.S_IFCHR | 0o666, rdev=257)])
    ).trees[0]

    assert [(entry.kind, entry.mode & 0o7777, entry.rdev) for entry in tree] == [
        (Kind.CHAR, 0o666, 257),
        (Kind.FILE, 0o6755, 0),
    ]
