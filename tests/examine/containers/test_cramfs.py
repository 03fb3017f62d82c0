"""cramfs, compared with what mkfs.cramfs packs in both byte orders, and by hand for extended pointers."""

import os
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.blob import Blob
from fairmark.examine.containers.cramfs import CRAMFS
from fairmark.examine.containers.handler import DamagedError
from fairmark.examine.tree import Kind
from fairmark.model.gap import GapReason
from tests.doubles.file_trees import run
from tests.doubles.hostile import cut, flipped, survive
from tests.doubles.images import NOISE, opened, patched
from tests.doubles.opening import open_with, read_all

FILES = {
    "empty": b"",
    "etc/passwd": b"root:x:0:0\n",
    "exact": NOISE[:8192],
    "noise": NOISE[:50_001],
    "text": b"packed well " * 2000,
    "zeros": bytes(20_000) + b"end",
}


def packed(folder: Path, *options: str) -> bytes:
    for name, data in FILES.items():
        path = folder / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(0o640)
    (folder / "source" / "link").symlink_to("etc/passwd")
    os.mkfifo(folder / "source" / "pipe")
    run("mkfs.cramfs", *options, folder / "source", folder / "image")
    return (folder / "image").read_bytes()


def inode(order: str, mode: int, size: int, name: int, at: int) -> bytes:
    """Twelve bytes: fields from the low end in little endian, from the high end in big endian."""
    if order == "<":
        return struct.pack("<III", mode | 1 << 16, size | 2 << 24, name // 4 | at // 4 << 6)
    return struct.pack(">III", mode << 16 | 1, size << 8 | 2, name // 4 << 26 | at // 4)


def built(order: str, pointers: list[int], data: bytes, size: int, flags: int = 0x801) -> bytes:
    """One file ``f``: its pointers stand at 92, its data behind them."""
    root = inode(order, 0o40755, 16, 0, 76)
    body = inode(order, 0o100644, size, 4, 92) + b"f\0\0\0"
    body += struct.pack(f"{order}{len(pointers)}I", *pointers) + data
    head = struct.pack(f"{order}IIII", 0x28CD3D45, 76 + len(body), flags, 0) + b"Compressed ROMFS"
    tail = struct.pack(f"{order}III", 0, 1, 2) + b"name".ljust(16, b"\0") + root + body
    crc = zlib.crc32(head + bytes(4) + tail)
    return head + struct.pack(f"{order}I", crc) + tail


@pytest.mark.parametrize("options", [("-Nlittle",), ("-Nbig",), ("-Nlittle", "-p"), ("-Nbig", "-p"), ("-z",)])
def test_what_mkfs_packs_is_read_in_full(options: tuple[str, ...], tmp_path: Path) -> None:
    image = packed(tmp_path, *options)

    result = open_with(CRAMFS, image)

    assert CRAMFS.recognise(Blob(image), 0)
    assert read_all(result) == {"/" + name: data for name, data in FILES.items()}
    assert (result.size, result.gaps, result.ends) == (len(image), (), True)
    assert result.tree is not None
    entries = {entry.printable: entry for entry in result.tree}
    assert (entries["/link"].target, entries["/pipe"].kind) == (b"etc/passwd", Kind.FIFO)
    assert entries["/text"].mode == 0o100640
    assert result.tree.head(entries["/noise"]) == FILES["noise"][:2048]


def test_one_with_room_for_boot_code_starts_at_that_room(tmp_path: Path) -> None:
    image = packed(tmp_path, "-p")

    extraction = opened(b"header" * 200 + image)

    assert [(item.kind, item.offset) for item in extraction.containers if item.kind == "cramfs"] == [("cramfs", 1200)]
    assert not CRAMFS.recognise(Blob(image), 512)


@pytest.mark.parametrize("order", ["<", ">"])
def test_extended_pointers_are_followed(order: str) -> None:
    first, last = zlib.compress(b"a" * 4096), b"tail"
    at = 92 + 8
    data = struct.pack(f"{order}H", len(first)) + first
    data += bytes(-len(data) % 4)
    pointers = [at // 4 | 1 << 30, (at + len(data)) // 4 | 3 << 30]

    result = open_with(CRAMFS, built(order, pointers, data + last, 4100))

    assert read_all(result) == {"/f": b"a" * 4096 + b"tail"}
    assert result.gaps == ()


def test_pointers_in_a_row_may_be_stored_too() -> None:
    result = open_with(CRAMFS, built("<", [(96 + 4) | 1 << 31], b"data", 4))

    assert read_all(result) == {"/f": b"data"}


def test_a_wrong_checksum_is_noted_and_the_content_read() -> None:
    image = built("<", [100 | 1 << 31], b"data", 4)

    result = open_with(CRAMFS, image[:-1] + b"A")

    assert read_all(result) == {"/f": b"datA"}
    assert [gap.detail[:12] for gap in result.gaps] == ["the checksum"]


def test_features_that_are_not_known_keep_it_closed() -> None:
    result = open_with(CRAMFS, built("<", [0], b"", 0, flags=0x1001))

    assert not result.readable
    assert [gap.reason for gap in result.gaps] == [GapReason.UNSUPPORTED]


def test_an_old_image_does_not_say_where_it_ends() -> None:
    result = open_with(CRAMFS, built("<", [0], b"", 0, flags=0) + b"behind")

    assert (result.ends, result.gaps) == (False, ())


def test_a_magic_by_chance_is_no_file_system() -> None:
    image = b"\x45\x3d\xcd\x28" * 300

    assert not CRAMFS.recognise(Blob(image), 0)
    assert not CRAMFS.recognise(Blob(patched(bytearray(built("<", [0], b"", 0)), 64, "<H", 0o100644)), 0)
    with pytest.raises(DamagedError):
        open_with(CRAMFS, image)


def test_a_cut_file_system_is_never_whole(tmp_path: Path) -> None:
    assert all(survive(CRAMFS, image) for image in cut(packed(tmp_path)))


SMALL = built("<", [96 + len(zlib.compress(b"a" * 4000))], zlib.compress(b"a" * 4000), 4000)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), max_size=8))
def test_changed_bytes_never_raise(flips: list[tuple[int, int]]) -> None:
    survive(CRAMFS, flipped(SMALL, flips))
