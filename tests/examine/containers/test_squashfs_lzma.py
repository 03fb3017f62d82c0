"""LZMA as makers write it: with 13, 5, 1 or no bytes before the stream, and any properties the library knows."""

import lzma
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from fairmark.demo.formats import Node
from fairmark.examine.containers.handler import DamagedError
from fairmark.examine.containers.squashfs import SQUASHFS
from fairmark.examine.containers.squashfs_lzma import RawLzma, may_be, ways
from tests.doubles.images import DIRECTORY, FILE, NOISE
from tests.doubles.old_squashfs import Style, old_squashfs
from tests.doubles.opening import open_with, read_all

WINDOW = 1 << 16
NODES = (
    Node(b"etc", DIRECTORY),
    Node(b"etc/passwd", FILE, b"root:x:0:0\n" * 30),
    Node(b"big", FILE, (NOISE[:3000] + bytes(500)) * 40),
    *(Node(b"etc/file %04d" % number, FILE, b"%d" % number * 20) for number in range(300)),
)
FILES = {"/" + node.path.decode(): node.data for node in NODES if node.data}
USUAL = (3, 0, 2)


def stream(data: bytes, lc: int, lp: int, pb: int) -> bytes:
    chain = [{"id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": pb, "dict_size": WINDOW}]
    return lzma.compress(data, lzma.FORMAT_RAW, filters=chain)


def packer(head: Callable[[bytes, int], bytes], properties: tuple[int, int, int]) -> Callable[[bytes], bytes]:
    lc, lp, pb = properties
    return lambda data: head(data, (pb * 5 + lp) * 9 + lc) + stream(data, lc, lp, pb)


def whole(data: bytes, properties: int) -> bytes:
    return struct.pack("<BIQ", properties, WINDOW, len(data))


HEADS: dict[str, Callable[[bytes, int], bytes]] = {
    "13 bytes": whole,
    "properties and dictionary": lambda _data, properties: struct.pack("<BI", properties, WINDOW),
    "properties alone": lambda _data, properties: bytes([properties]),
    "the length alone": lambda data, _properties: struct.pack("<I", len(data)),
    "nothing": lambda _data, _properties: b"",
}


@pytest.mark.parametrize("properties", [USUAL, (0, 2, 2), (1, 2, 1), (4, 0, 0)], ids=str)
@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
@pytest.mark.parametrize("style", [(3, "<"), (2, ">")], ids=str)
def test_the_way_is_found_by_trial(
    style: tuple[int, str], head: Callable[[bytes, int], bytes], properties: tuple[int, int, int]
) -> None:
    image = old_squashfs(NODES, Style(*style, block_size=WINDOW // 2, pack=packer(head, properties)))

    opened = open_with(SQUASHFS, image)

    assert opened.gaps == ()
    assert read_all(opened) == FILES
    assert "lzma as its maker writes it" in opened.note


@pytest.mark.parametrize(
    ("magic", "order", "head"),
    [(b"shsq", "<", whole), (b"qshs", ">", whole), (b"hsqs", "<", HEADS["nothing"]), (b"sqsh", ">", HEADS["nothing"])],
)
def test_another_program_reads_the_same(
    magic: bytes, order: str, head: Callable[[bytes, int], bytes], tmp_path: Path
) -> None:
    style = Style(3, order, magic=magic, block_size=WINDOW // 2, pack=packer(head, USUAL))
    (tmp_path / "image").write_bytes(old_squashfs(NODES, style))

    subprocess.run(["7z", "x", "-y", "-oout", "image"], cwd=tmp_path, check=True, capture_output=True)

    assert {name: (tmp_path / "out" / name[1:]).read_bytes() for name in FILES} == FILES


def test_what_no_way_opens_is_damage_in_the_words_of_the_stated_compression() -> None:
    image = old_squashfs(NODES, Style(3, pack=lambda data: b"\0" + NOISE[: len(data) // 2]))

    with pytest.raises(DamagedError, match="decompressed"):
        open_with(SQUASHFS, image)


def test_a_stream_begins_with_a_zero() -> None:
    way = RawLzma(1, None, WINDOW)

    assert may_be(way, memoryview(b"\x5d\0abc"))
    assert not may_be(way, memoryview(b"\x5dabc"))
    assert not may_be(way, memoryview(b"\xff\0abc"))
    assert not may_be(way, memoryview(b"\x5d"))


def test_the_most_usual_ways_come_first_and_none_comes_twice() -> None:
    found = list(ways(WINDOW))

    assert found[0] == RawLzma(13, None, WINDOW)
    assert len(found) == len(set(found))
