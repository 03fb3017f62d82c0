"""Images made by somebody who wishes us ill: each ends in the right gap or the right tree, and in nothing else."""

import bz2
import lzma
import os
import random
import stat
import struct
import sys
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairmark.demo.formats import Node, cpio_newc, newc_record, squashfs, trx, uimage
from fairmark.examine.adapters.image_file import open_image
from fairmark.examine.adapters.spool import FileSpool
from fairmark.examine.blob import Blob
from fairmark.examine.extract import Extraction, extract
from fairmark.examine.limits import Limits
from fairmark.examine.tree import UnreadableEntryError
from fairmark.model.gap import GapReason
from tests.doubles.images import (
    DIRECTORY,
    FILE,
    LINK,
    NOISE,
    ROOT,
    contents,
    files_of,
    opened,
    packed,
    patched,
    plain_squashfs,
    replaced,
    rootfs,
    tar,
    tar_header,
    tar_of,
)

DAMAGED, LIMIT, UNSAFE = GapReason.DAMAGED, GapReason.LIMIT, GapReason.UNSAFE
UNKNOWN, RANDOM, UNSUPPORTED = GapReason.UNKNOWN_FORMAT, GapReason.ENCRYPTED_OR_RANDOM, GapReason.UNSUPPORTED
GENEROUS = Limits()
SMALL = Limits(total_bytes=1 << 20, ratio_from=1 << 16)
ONE = [Node(b"f", FILE, b"content")]
GOOD = {"/etc/good": b"good"}
GOOD_NODE = Node(b"etc/good", FILE, b"good")


@dataclass(frozen=True)
class Case:
    """A hostile image, the reasons its gaps must give (no others), and what must still be readable."""

    id: str
    image: Callable[[], bytes]
    reasons: frozenset[GapReason] = frozenset()
    files: dict[str, bytes] | None = None
    limits: Limits = GENEROUS


def case(
    name: str,
    image: Callable[[], bytes],
    *reasons: GapReason,
    files: dict[str, bytes] | None = None,
    limits: Limits | None = None,
) -> Case:
    return Case(name, image, frozenset(reasons), files, limits or GENEROUS)


def tables(image: bytearray) -> tuple[int, int, int]:
    """Where the inodes, the directories and the fragments of a squashfs start."""
    inodes, directories, fragments = struct.unpack_from("<QQQ", image, 64)
    return inodes, directories, fragments


def one_file(at: int, form: str, *values: int, data: bytes = b"content") -> bytes:
    """A squashfs of one file whose inode has other numbers ``at`` bytes from its start."""
    image = plain_squashfs([Node(b"f", FILE, data)])
    return patched(image, tables(image)[0] + 2 + at, form, *values)


def superblock(at: int, form: str, *values: int) -> bytes:
    return patched(plain_squashfs(ONE), at, form, *values)


def directory_in_itself() -> bytes:
    image = plain_squashfs([Node(b"d", DIRECTORY), Node(b"f", FILE, b"content")])
    root = struct.unpack_from("<Q", image, 32)[0] & 0xFFFF
    return patched(image, tables(image)[1] + 2 + 12, "<H", root)


def named(name: bytes) -> bytes:
    """A squashfs with a good file and one whose name no file can have."""
    stand_in = bytes([0x51]) * len(name)
    image = plain_squashfs([GOOD_NODE, Node(b"z" + stand_in[1:], FILE, b"bad")])
    return replaced(image, b"z" + stand_in[1:], name)


def cpio_named(name: bytes, mode: int = FILE) -> bytes:
    return cpio_newc([GOOD_NODE, Node(name, mode, b"bad")])


def tar_named(name: str) -> bytes:
    return tar([("etc/good", b"good"), (name, b"bad")])


def layers(count: int) -> bytes:
    data = b"the end of it" * 100
    for _ in range(count):
        data = packed(data)
    return data


def zeros_in(compress: Callable[[bytes], bytes]) -> bytes:
    return compress(bytes(8 << 20))


def trx_with(*offsets: int) -> bytes:
    image = bytearray(trx([cpio_newc([GOOD_NODE])]))
    struct.pack_into("<III", image, 16, *offsets)
    return bytes(image)


def bad_trailer(field: int) -> bytes:
    """A cpio with one huge number in the header of its second record."""
    record = bytearray(newc_record(Node(b"bad", FILE), b"data", inode=2))
    record[6 + 8 * field : 14 + 8 * field] = b"FFFFFFFF"
    return newc_record(GOOD_NODE, b"good", inode=1) + bytes(record) + cpio_newc([])


def tar_link(kind: bytes, name: str, target: str) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = target
    return info


DEVICES = [
    GOOD_NODE,
    Node(b"dev/mem", stat.S_IFCHR | 0o666, rdev=os.makedev(1, 1)),
    Node(b"dev/sda", stat.S_IFBLK | 0o666, rdev=os.makedev(8, 0)),
    Node(b"pipe", stat.S_IFIFO | 0o666),
    Node(b"su", stat.S_IFREG | 0o6755, b"program"),
]
DEVICE_FILES = {"/etc/good": b"good", "/su": b"program"}
ODD_NAMES = [
    GOOD_NODE,
    Node(b"new\nline", FILE, b"1"),
    Node(b"bad\xff\xfeutf", FILE, b"2"),
    Node(b"esc\x1b[2J", FILE, b"3"),
]
ODD_FILES = {"/etc/good": b"good", "/new\\x0aline": b"1", "/bad\\xff\\xfeutf": b"2", "/esc\\x1b[2J": b"3"}
MANY = [Node(b"d/%05d" % number, FILE, b"x") for number in range(3000)]
ZEROS = [GOOD_NODE, Node(b"zeros", FILE, bytes(4 << 20))]

CASES = [
    case("empty", lambda: b"", UNKNOWN),
    case("one byte", lambda: b"h", UNKNOWN),
    case("only a magic", lambda: b"hsqs", UNKNOWN),
    case("all zero", lambda: bytes(100_000), UNKNOWN),
    case("all ones", lambda: b"\xff" * 100_000, UNKNOWN),
    case("random", lambda: NOISE, RANDOM),
    case("random behind a header", lambda: b"VENDOR01" + bytes(24) + NOISE, RANDOM),
    case("text", lambda: b"this is no image at all. " * 4000, UNKNOWN),
    case("nothing but gzip magics", lambda: b"\x1f\x8b\x08\x00" * 5000, UNKNOWN),
    case("random before and behind a good one", lambda: NOISE + cpio_newc([GOOD_NODE]) + NOISE, RANDOM, files=GOOD),
    # names
    case("cpio: parent directory", lambda: cpio_named(b"../../etc/passwd"), UNSAFE, files=GOOD),
    case("cpio: parent in the middle", lambda: cpio_named(b"etc/../../x"), UNSAFE, files=GOOD),
    case("cpio: absolute", lambda: cpio_named(b"/etc/x"), files=GOOD | {"/etc/x": b"bad"}),
    case("cpio: NUL", lambda: cpio_named(b"a\0b"), UNSAFE, files=GOOD),
    case("cpio: empty name", lambda: cpio_named(b""), UNSAFE, files=GOOD),
    case("cpio: dot", lambda: cpio_named(b"."), UNSAFE, files=GOOD),
    case("cpio: slashes only", lambda: cpio_named(b"///"), UNSAFE, files=GOOD),
    case(
        "cpio: longer than the limit", lambda: cpio_named(b"a" * 300), LIMIT, files=GOOD, limits=Limits(path_length=255)
    ),
    case("cpio: a name of 100,000 bytes", lambda: cpio_named(b"a" * 100_000), DAMAGED, UNKNOWN, files=GOOD),
    case("cpio: below a file", lambda: cpio_named(b"etc/good/x"), UNSAFE, files=GOOD),
    case("cpio: file over a directory", lambda: cpio_named(b"etc"), UNSAFE, files=GOOD),
    case(
        "cpio: through a link",
        lambda: cpio_newc([GOOD_NODE, Node(b"out", LINK, target=b"/"), Node(b"out/x", FILE, b"bad")]),
        UNSAFE,
        files=GOOD,
    ),
    case("tar: parent directory", lambda: tar_named("../../etc/passwd"), UNSAFE, files=GOOD),
    case("tar: absolute", lambda: tar_named("/etc/x"), files=GOOD | {"/etc/x": b"bad"}),
    case("tar: parent in a long name", lambda: tar_named("a/" * 100 + "../" * 200 + "x"), UNSAFE, files=GOOD),
    case("squashfs: parent directory", lambda: named(b".."), UNSAFE, files=GOOD),
    case("squashfs: dot", lambda: named(b"."), UNSAFE, files=GOOD),
    case("squashfs: slash", lambda: named(b"../../etc/passwd"), UNSAFE, files=GOOD),
    case("squashfs: NUL", lambda: named(b"a\0b"), UNSAFE, files=GOOD),
    case("squashfs: absolute", lambda: named(b"/etc/passwd"), UNSAFE, files=GOOD),
    case("cpio: odd bytes in names", lambda: cpio_newc(ODD_NAMES), files=ODD_FILES),
    case("squashfs: odd bytes in names", lambda: squashfs(ODD_NAMES), files=ODD_FILES),
    # devices and links
    case("cpio: devices, FIFO, setuid", lambda: cpio_newc(DEVICES), files=DEVICE_FILES),
    case("squashfs: devices, FIFO, setuid", lambda: squashfs(DEVICES), files=DEVICE_FILES),
    case(
        "tar: hard link out of it",
        lambda: tar_of(tar_link(tarfile.LNKTYPE, "x", "../../etc/shadow")),
        DAMAGED,
        files={},
    ),
    case("tar: hard link to itself", lambda: tar_of(tar_link(tarfile.LNKTYPE, "x", "x")), DAMAGED, files={}),
    case(
        "tar: device and FIFO",
        lambda: tar_of(tar_link(tarfile.CHRTYPE, "mem", ""), tar_link(tarfile.FIFOTYPE, "p", "")),
        files={},
    ),
    # bombs
    case("gzip bomb", lambda: zeros_in(packed), LIMIT, limits=SMALL),
    case("xz bomb", lambda: zeros_in(lzma.compress), LIMIT, limits=SMALL),
    case("bzip2 bomb", lambda: zeros_in(bz2.compress), LIMIT, limits=SMALL),
    case("zstd bomb", lambda: zeros_in(zstandard.compress), LIMIT, limits=SMALL),
    case("lzma bomb", lambda: zeros_in(lambda data: lzma.compress(data, lzma.FORMAT_ALONE)), LIMIT, limits=SMALL),
    case("bomb by ratio", lambda: zeros_in(lzma.compress), LIMIT, limits=Limits(ratio=100, ratio_from=1 << 20)),
    case("single stream too long", lambda: zeros_in(packed), LIMIT, limits=Limits(single_file=1 << 20)),
    case(
        "xz with a dictionary too large",
        lambda: lzma.compress(NOISE, preset=9),
        LIMIT,
        limits=Limits(decoder_memory=1 << 20),
    ),
    case("gzip in gzip in gzip ...", lambda: layers(30), LIMIT),
    case("bomb in a bomb", lambda: packed(zeros_in(packed)), LIMIT, limits=SMALL),
    case(
        "bomb in a tree",
        lambda: squashfs([GOOD_NODE, Node(b"x.gz", FILE, zeros_in(packed))]),
        LIMIT,
        files={},
        limits=SMALL,
    ),
    case("squashfs of zeros", lambda: squashfs(ZEROS), LIMIT, limits=SMALL),
    case("squashfs file over the limit", lambda: squashfs(ZEROS), LIMIT, limits=Limits(single_file=1 << 20)),
    case("too many decompressed bytes", rootfs, LIMIT, limits=Limits(work=10_000)),
    case("cpio: many files", lambda: cpio_newc(MANY), LIMIT, limits=Limits(files=100)),
    case("tar: many files", lambda: tar([(f"d/{n}", b"") for n in range(300)]), LIMIT, limits=Limits(files=100)),
    case("squashfs: many files", lambda: squashfs(MANY), LIMIT, limits=Limits(files=100)),
    case("paths too long together", lambda: squashfs(MANY), LIMIT, limits=Limits(path_bytes=1000)),
    case(
        "many containers",
        lambda: squashfs([Node(b"%d.gz" % n, FILE, packed(b"x" * 99)) for n in range(50)]),
        LIMIT,
        limits=Limits(containers=20),
    ),
    # squashfs structures
    case("squashfs: 2^32-1 inodes", lambda: superblock(4, "<I", 0xFFFFFFFF), files={"/f": b"content"}),
    case("squashfs: 2^32-1 fragments", lambda: superblock(16, "<I", 0xFFFFFFFF), files={"/f": b"content"}),
    case("squashfs: block size and log disagree", lambda: superblock(22, "<H", 17), DAMAGED),
    case("squashfs: block log of 65535", lambda: superblock(22, "<H", 0xFFFF), DAMAGED),
    case("squashfs: block size 0", lambda: superblock(12, "<I", 0), DAMAGED),
    case("squashfs: root far away", lambda: superblock(32, "<Q", 0xFFFFFFFFFFFF), DAMAGED),
    case("squashfs: root is a file", lambda: superblock(32, "<Q", 0), DAMAGED),
    case("squashfs: inode table far away", lambda: superblock(64, "<Q", 1 << 62), DAMAGED),
    case("squashfs: directory table far away", lambda: superblock(72, "<Q", 1 << 62), DAMAGED, files={}),
    case("squashfs: fragment table far away", lambda: superblock(80, "<Q", 1 << 62), DAMAGED),
    case("squashfs: owner table far away", lambda: superblock(48, "<Q", 1 << 62), DAMAGED, files={"/f": b"content"}),
    case("squashfs: 65535 owners", lambda: superblock(26, "<H", 0xFFFF), DAMAGED, files={"/f": b"content"}),
    case("squashfs: claims 2^63 bytes", lambda: superblock(40, "<Q", 1 << 63), DAMAGED, files={"/f": b"content"}),
    case("squashfs: claims 0 bytes", lambda: superblock(40, "<Q", 0), DAMAGED),
    case("squashfs: unknown compressor", lambda: superblock(20, "<H", 99), UNKNOWN),
    case("squashfs: other compressor", lambda: patched(bytearray(rootfs("gzip")), 20, "<H", 4), DAMAGED),
    case("squashfs: version 3 in name only", lambda: superblock(28, "<HH", 3, 1), DAMAGED),
    case("squashfs: big-endian magic and nothing else", lambda: b"sqsh" + bytes(200) + NOISE, RANDOM),
    case("squashfs: directory in itself", directory_in_itself, DAMAGED, files={"/f": b"content"}),
    case("squashfs: fragment that does not exist", lambda: one_file(20, "<I", 7), DAMAGED),
    case("squashfs: tail outside its fragment", lambda: one_file(24, "<I", 0xFFFF), DAMAGED),
    case("squashfs: tail past its fragment", lambda: one_file(24, "<I", 5), DAMAGED),
    case("squashfs: file of 4 GiB", lambda: one_file(28, "<I", 0xFFFFFFFF), LIMIT),
    case("squashfs: file of 1 GiB without blocks", lambda: one_file(28, "<I", 1 << 30), DAMAGED),
    case("squashfs: data far away", lambda: one_file(16, "<I", 0xFFFFFFF0, data=NOISE[:5000]), DAMAGED),
    case("squashfs: block larger than a block", lambda: one_file(32, "<I", 0xFFFFFF, data=NOISE[:5000]), DAMAGED),
    case("squashfs: inode of no kind", lambda: one_file(0, "<H", 77), DAMAGED, files={}),
    case("squashfs: directory that is a long one", lambda: one_file(32, "<H", 8), DAMAGED),
    # other headers
    case("trx: offset past the end", lambda: trx_with(28, 0x7FFFFFFF, 0), DAMAGED, files=GOOD),
    case("trx: offset into the header", lambda: trx_with(28, 4, 0), DAMAGED, files=GOOD),
    case("trx: the same partition three times", lambda: trx_with(28, 28, 28), DAMAGED, files=GOOD),
    case("trx: no partitions", lambda: trx_with(0, 0, 0), DAMAGED, files={}),
    case("trx: partitions that overlap", lambda: trx_with(28, 32, 28), DAMAGED),
    case(
        "trx: length too large",
        lambda: patched(bytearray(trx([cpio_newc([GOOD_NODE])])), 4, "<I", 1 << 31),
        DAMAGED,
        files=GOOD,
    ),
    case("trx: length too small", lambda: patched(bytearray(trx([cpio_newc([GOOD_NODE])])), 4, "<I", 29), DAMAGED),
    case(
        "uimage: wrong header checksum",
        lambda: patched(bytearray(uimage(cpio_newc([GOOD_NODE]), name="x")), 8, "<I", 9),
        DAMAGED,
        files=GOOD,
    ),
    case(
        "uimage: wrong size",
        lambda: patched(bytearray(uimage(cpio_newc([GOOD_NODE]), name="x")), 12, ">I", 1 << 31),
        DAMAGED,
        files=GOOD,
    ),
    case(
        "uimage: wrong data", lambda: replaced(uimage(cpio_newc([GOOD_NODE]), name="x"), b"good07", b"evil07"), DAMAGED
    ),
    case("uimage: list of files without end", lambda: uimage(b"\xff" * 400, name="x", kind=4), DAMAGED),
    case(
        "uimage: file past the end", lambda: uimage(struct.pack(">II", 1 << 30, 0) + b"data", name="x", kind=4), DAMAGED
    ),
    case("uimage: compressed with what it is not", lambda: uimage(NOISE, name="x", compression=4), UNSUPPORTED),
    case("cpio: huge file", lambda: bad_trailer(6), DAMAGED, files=GOOD),
    case("cpio: huge name", lambda: bad_trailer(11), DAMAGED, files=GOOD),
    case("cpio: no kind of file", lambda: bad_trailer(1), DAMAGED, files=GOOD),
    case("tar: negative size", lambda: tar_header(b"\xff" * 12) + bytes(1024), DAMAGED, files={}),
    case("tar: size of 2^88", lambda: tar_header(b"\x80" + b"\xff" * 11) + bytes(1024), DAMAGED, files={}),
    case("tar: size that is no number", lambda: tar_header(b"zzzzzzzzzzz\0") + bytes(1024), DAMAGED, files={}),
    case(
        "tar: pax record without end",
        lambda: tar_header(b"00000000010\0", flag=b"x") + b"99999 path=x".ljust(512, b"\0") + bytes(1024),
        DAMAGED,
        files={},
    ),
    case(
        "tar: long name of a gigabyte", lambda: tar_header(b"10000000000\0", flag=b"L") + bytes(1024), DAMAGED, files={}
    ),
]

HONEST = {
    "squashfs": rootfs,
    "trx": lambda: trx([uimage(packed(cpio_newc(ROOT)), name="kernel"), rootfs()]),
    "cpio": lambda: cpio_newc(ROOT),
    "tar": lambda: tar([(node.path.decode(), node.data) for node in ROOT if stat.S_ISREG(node.mode)]),
    "gzip": lambda: packed(cpio_newc(ROOT)),
    "xz": lambda: lzma.compress(cpio_newc(ROOT)),
    "zstd": lambda: zstandard.compress(cpio_newc(ROOT)),
}


def read_everything(extraction: Extraction) -> list[GapReason]:
    """Read every file there is, and return the reasons of those that could not be read."""
    reasons = []
    for tree in extraction.trees:
        for entry in tree.entries():
            try:
                assert len(tree.read(entry)) in {entry.size, 0}
            except UnreadableEntryError as error:
                reasons.append(error.gap.reason)
            tree.get(entry.path)
    return reasons


@pytest.mark.parametrize("hostile", CASES, ids=lambda one: one.id)
def test_a_hostile_image_ends_in_the_right_gap_and_the_right_tree(hostile: Case) -> None:
    image = hostile.image()

    extraction = opened(image, hostile.limits)

    assert {gap.reason for gap in extraction.gaps} == hostile.reasons
    assert set(read_everything(extraction)) <= hostile.reasons
    if hostile.files is not None and hostile.limits.total_bytes > 1 << 20:
        assert contents(extraction) == hostile.files


def test_the_table_of_hostile_images_is_long_enough() -> None:
    assert len({one.id for one in CASES}) == len(CASES) >= 40


@pytest.mark.parametrize("share", [1, 7, 20, 40, 60, 80, 95, 99])
@pytest.mark.parametrize("kind", sorted(HONEST))
def test_a_truncated_image_has_a_gap(kind: str, share: int) -> None:
    whole = HONEST[kind]().rstrip(b"\0")
    image = whole[: len(whole) * share // 100]

    extraction = opened(image)

    assert extraction.gaps
    assert GapReason.TOOL not in {gap.reason for gap in extraction.gaps}
    read_everything(extraction)


@pytest.mark.parametrize("kind", sorted(HONEST))
def test_the_same_image_untouched_has_none(kind: str) -> None:
    extraction = opened(HONEST[kind]())

    assert extraction.gaps == ()
    assert contents(extraction) == files_of(ROOT)


def test_time_that_runs_out_is_a_gap_and_not_an_error() -> None:
    ticks = iter(range(0, 10**9, 100))

    extraction = extract(Blob(HONEST["trx"]()), limits=Limits(seconds=600), clock=lambda: float(next(ticks)))

    assert {gap.reason for gap in extraction.gaps} == {LIMIT}
    assert any("time limit" in gap.detail for gap in extraction.gaps)


@pytest.mark.parametrize(
    ("target", "leads_to"),
    [
        (b"/etc/good", "/etc/good"),
        (b"../../../../etc/good", "/etc/good"),
        (b"loop", None),
        (b"chain00", None),
        (b"/../../etc/passwd", None),
        (b"etc/good/x", None),
    ],
)
def test_links_resolve_inside_the_tree_and_loops_end(target: bytes, leads_to: str | None) -> None:
    chain = [Node(b"chain%02d" % n, LINK, target=b"chain%02d" % (n + 1)) for n in range(60)]
    chain += [Node(b"chain60", LINK, target=b"etc/good"), Node(b"loop", LINK, target=b"loop2")]
    image = squashfs([GOOD_NODE, *chain, Node(b"loop2", LINK, target=b"./loop"), Node(b"link", LINK, target=target)])

    found = opened(image).trees[0].get("/link")

    assert (found.printable if found else None) == leads_to


def test_what_lies_behind_a_damaged_stream_is_found() -> None:
    broken = bytearray(packed(NOISE[:40_000]))
    broken[20_000:20_100] = bytes(100)

    extraction = opened(bytes(broken) + rootfs())

    assert contents(extraction) == files_of(ROOT)
    assert DAMAGED in {gap.reason for gap in extraction.gaps}


WATCHED = {
    "os.mkdir",
    "os.symlink",
    "os.link",
    "os.rename",
    "os.remove",
    "os.chmod",
    "os.chown",
    "os.truncate",
    "os.mkfifo",
}
WATCHED |= {
    "os.mknod",
    "os.rmdir",
    "os.utime",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.fork",
    "shutil.move",
    "socket.connect",
}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Watch:
    """Records whatever this process does to the disk while it is awake."""

    def __init__(self) -> None:
        self.awake = False
        self.seen: list[tuple[str, tuple[object, ...]]] = []
        sys.addaudithook(self.hook)

    def hook(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.awake:
            return
        flags = arguments[2] if event == "open" and len(arguments) > 2 else 0
        if event in WATCHED or (isinstance(flags, int) and flags & WRITING):
            self.seen.append((event, arguments))


@pytest.fixture(scope="module")
def watch() -> Watch:
    return Watch()


def run_watched(watch: Watch, image: bytes, folder: Path) -> list[tuple[str, tuple[object, ...]]]:
    """Extract from a file with a spool that keeps nothing in memory; return what was done to the disk."""
    (folder / "image").write_bytes(image)
    work = folder / "work"
    work.mkdir(exist_ok=True)
    watch.seen.clear()
    watch.awake = True
    try:
        with open_image(folder / "image") as file, FileSpool(work, in_memory=0, capacity=64 << 20) as spool:
            limits = Limits(total_bytes=32 << 20, single_file=8 << 20, seconds=1e9)
            read_everything(extract(file.blob, limits=limits, clock=lambda: 0.0, spool=spool))
    finally:
        watch.awake = False
    assert sorted(path.name for path in folder.rglob("*")) == ["image", "work"]
    return list(watch.seen)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(sorted(HONEST)),
    seed=st.integers(0, 2**32),
    count=st.integers(0, 40),
)
def test_no_extraction_of_a_mutated_image_writes_anything_but_the_spool(
    kind: str, seed: int, count: int, watch: Watch, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    image = bytearray(HONEST[kind]())
    for _ in range(count):
        image[chance.randrange(len(image))] = chance.randrange(256)

    done = run_watched(watch, bytes(image), tmp_path)

    # The spool's file, which is never linked where the file system can do that and else unlinked at once.
    named = [(event, arguments[0]) for event, arguments in done if not isinstance(arguments[0], int)]
    assert {event for event, _ in named} <= {"open", "os.remove"}
    assert {event for event, arguments in done if isinstance(arguments[0], int)} <= {"os.truncate"}
    assert all(Path(str(path)).is_relative_to(tmp_path / "work") for _, path in named)


def test_the_watch_sees_writing(watch: Watch, tmp_path: Path) -> None:
    watch.seen.clear()
    watch.awake = True

    (tmp_path / "new").mkdir()
    (tmp_path / "file").write_text("x")

    watch.awake = False
    assert [event for event, _ in watch.seen] == ["os.mkdir", "open"]
