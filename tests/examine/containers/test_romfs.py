"""romfs, built by hand header by header."""

import stat
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import DamagedError
from fairmark.examine.containers.romfs import ROMFS
from fairmark.examine.tree import Kind
from fairmark.model.gap import GapReason
from tests.doubles.hostile import cut, flipped, survive
from tests.doubles.images import NOISE, opened, patched
from tests.doubles.opening import open_with, read_all

ROOT = 32  # where the root's header stands, behind the superblock and a name of less than 16 bytes


def record(following: int, info: int, name: bytes, data: bytes = b"") -> bytes:
    head = struct.pack(">IIII", following, info, len(data), 0) + name + b"\0"
    head += bytes(-len(head) % 16)
    checksum = -sum(struct.unpack(f">{len(head) // 4}I", head)) & 0xFFFFFFFF
    return head[:12] + struct.pack(">I", checksum) + head[16:] + data + bytes(-len(data) % 16)


def volume(records: bytes) -> bytes:
    size = ROOT + len(records)
    image = bytearray(b"-rom1fs-" + struct.pack(">II", size, 0) + b"rom".ljust(16, b"\0") + records)
    start = bytes(image[:512])
    struct.pack_into(">I", image, 12, -sum(struct.unpack(f">{len(start) // 4}I", start)) & 0xFFFFFFFF)
    return bytes(image) + bytes(-len(image) % 1024)


def built(files: list[tuple[int, int, bytes, bytes]]) -> bytes:
    """The root with files in it: kind bits, info, name, data."""
    at = ROOT + 32
    records = record(at | 9, ROOT, b".")
    for number, (kind, info, name, data) in enumerate(files):
        length = len(record(0, 0, name, data))
        following = at + length if number + 1 < len(files) else 0
        records += record(following | kind, info, name, data)
        at += length
    return volume(records)


IMAGE = built(
    [
        (0, ROOT, b"..", b""),
        (10, 0, b"busybox", NOISE[:3000]),
        (2, 0, b"text", b"words"),
        (3, 0, b"sh", b"busybox"),
        (5, 4 << 16 | 64, b"tty", b""),
        (7, 0, b"pipe", b""),
        (0, ROOT + 64, b"hard", b""),
    ]
)


def test_everything_comes_out() -> None:
    result = open_with(ROMFS, IMAGE + b"behind")

    assert ROMFS.recognise(Blob(IMAGE), 0)
    assert read_all(result) == {"/busybox": NOISE[:3000], "/hard": NOISE[:3000], "/text": b"words"}
    assert result.gaps == ()
    assert result.size == int.from_bytes(IMAGE[8:12])
    assert result.tree is not None
    entries = {entry.printable: entry for entry in result.tree}
    assert (entries["/busybox"].mode, entries["/text"].mode) == (stat.S_IFREG | 0o755, stat.S_IFREG | 0o644)
    assert entries["/hard"].inode == entries["/busybox"].inode
    assert entries["/sh"].target == b"busybox"
    assert (entries["/tty"].rdev, entries["/tty"].kind) == (4 << 8 | 64, Kind.CHAR)
    assert entries["/pipe"].kind is Kind.FIFO
    assert result.tree.blob(entries["/busybox"]).memory == NOISE[:3000]


def test_directories_lie_in_each_other() -> None:
    child = ROOT + 32 + 32
    records = record(child - 32 | 9, ROOT, b".") + record(9, child, b"etc") + record(2, 0, b"passwd", b"root")

    assert read_all(open_with(ROMFS, volume(records))) == {"/etc/passwd": b"root"}


def test_one_behind_something_else_is_found() -> None:
    extraction = opened(b"boot code, not a container. " * 300 + IMAGE)

    assert [item.offset for item in extraction.containers if item.kind == "romfs"] == [8400]


def test_a_wrong_checksum_is_noted_and_the_content_read() -> None:
    result = open_with(ROMFS, patched(bytearray(IMAGE), 12, ">I", 1))

    assert len(read_all(result)) == 3
    assert [gap.detail[:12] for gap in result.gaps] == ["the checksum"]


@pytest.mark.parametrize(
    ("kind", "info", "name", "data"),
    [(0, 1 << 20, b"far", b""), (1, ROOT, b"loop", b""), (3, 0, b"link", b""), (0, ROOT + 32, b"self", b"")],
    ids=["far link", "directory in itself", "empty link", "link to a link"],
)
def test_what_lies_is_damage_and_the_rest_is_read(kind: int, info: int, name: bytes, data: bytes) -> None:
    result = open_with(ROMFS, built([(kind, info, name, data), (2, 0, b"good", b"fine")]))

    assert read_all(result) == {"/good": b"fine"}
    assert {gap.reason for gap in result.gaps} == {GapReason.DAMAGED}


def test_a_chain_that_leads_back_ends() -> None:
    records = record(ROOT + 32 | 9, ROOT, b".") + record(ROOT | 2, 0, b"f", b"x")

    result = open_with(ROMFS, volume(records))

    assert read_all(result) == {"/f": b"x"}
    assert {gap.reason for gap in result.gaps} == {GapReason.DAMAGED}


def test_a_magic_by_chance_is_no_file_system() -> None:
    assert not ROMFS.recognise(Blob(b"-rom1fs-" + bytes(100)), 0)
    assert not ROMFS.recognise(Blob(b"-rom1fs-" + b"x" * 2000), 0)
    with pytest.raises(DamagedError):
        open_with(ROMFS, b"-rom1fs-" * 100)


@pytest.mark.parametrize("image", cut(IMAGE[: int.from_bytes(IMAGE[8:12])]))
def test_a_cut_file_system_is_never_whole(image: bytes) -> None:
    assert survive(ROMFS, image)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), max_size=8))
def test_changed_bytes_never_raise(flips: list[tuple[int, int]]) -> None:
    survive(ROMFS, flipped(IMAGE, flips))
