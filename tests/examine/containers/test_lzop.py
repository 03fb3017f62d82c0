"""lzop streams, built block by block."""

import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lzallright import LZOCompressor

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import DamagedError
from fairmark.examine.containers.lzop import LZOP
from fairmark.examine.limits import Limits
from fairmark.model.gap import GapReason
from tests.doubles.hostile import cut, flipped, survive
from tests.doubles.images import NOISE, ROOT, contents, files_of, opened, rootfs
from tests.doubles.opening import open_with

DATA = b"packed well " * 10_000 + NOISE[:50_000]
BLOCK = 1 << 15


def lzop(data: bytes, flags: int = 0x3, version: int = 0x1030) -> bytes:
    newer = version >= 0x940
    head = struct.pack(">HH", version, 0x2080) + (b"\x09\x40" if newer else b"") + b"\x01" + (b"\x05" if newer else b"")
    head += struct.pack(">I", flags) + bytes(4 if flags & 0x800 else 0) + bytes(12 if newer else 8) + b"\x04name"
    image = b"\x89LZO\0\r\n\x1a\n" + head
    image += (zlib.crc32(head) if flags & 0x1000 else zlib.adler32(head)).to_bytes(4)
    image += struct.pack(">I", 3) + b"abc" + bytes(4) if flags & 0x40 else b""
    for at in range(0, len(data), BLOCK):
        plain = data[at : at + BLOCK]
        packed = min(LZOCompressor().compress(plain), plain, key=len)
        sums = [zlib.adler32(plain)] if flags & 0x1 else []
        sums += [zlib.crc32(plain)] if flags & 0x100 else []
        if len(packed) < len(plain):
            sums += [zlib.adler32(packed)] if flags & 0x2 else []
            sums += [zlib.crc32(packed)] if flags & 0x200 else []
        image += struct.pack(f">II{len(sums)}I", len(plain), len(packed), *sums) + packed
    return image + bytes(4)


@pytest.mark.parametrize("version", [0x1030, 0x900])
@pytest.mark.parametrize("flags", [0, 0x1, 0x3, 0x100, 0x1303, 0x43])
def test_blocks_become_one_stream(flags: int, version: int) -> None:
    image = lzop(DATA, flags, version)

    result = open_with(LZOP, image + b"behind")

    assert LZOP.recognise(Blob(image), 0)
    assert result.parts[0].blob.memory == DATA
    assert (result.size, result.gaps, result.ends) == (len(image), (), True)


def test_the_root_file_system_inside_is_found() -> None:
    extraction = opened(lzop(rootfs()))

    assert contents(extraction) == files_of(ROOT)
    assert extraction.gaps == ()


def test_a_wrong_checksum_is_noted_behind_its_block() -> None:
    image = bytearray(lzop(NOISE[:BLOCK]))
    image[-10] ^= 1

    result = open_with(LZOP, bytes(image))

    assert result.parts[0].blob.size == BLOCK
    assert [gap.reason for gap in result.gaps] == [GapReason.DAMAGED]


def test_a_filter_is_not_read() -> None:
    with pytest.raises(DamagedError):
        open_with(LZOP, lzop(DATA, 0x803))


def test_bytes_are_spent_before_they_are_unpacked() -> None:
    result = open_with(LZOP, lzop(DATA), limits=Limits(total_bytes=BLOCK))

    assert result.parts[0].blob.size == BLOCK
    assert [gap.reason for gap in result.gaps] == [GapReason.LIMIT]


def test_a_magic_by_chance_is_no_stream() -> None:
    assert not LZOP.recognise(Blob(b"\x89LZO\0\r\n\x1a\n" * 10), 0)


IMAGE = lzop(DATA)


@pytest.mark.parametrize("image", cut(IMAGE))
def test_a_cut_stream_is_never_whole(image: bytes) -> None:
    assert survive(LZOP, image)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), max_size=6))
def test_changed_bytes_never_raise(flips: list[tuple[int, int]]) -> None:
    survive(LZOP, flipped(IMAGE, flips))
