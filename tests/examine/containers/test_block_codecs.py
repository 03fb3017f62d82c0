"""Blocks of a known size: what is packed comes out, and nothing larger ever does."""

import random
import zlib

import lz4.block
import pytest
import zstandard
from lzallright import LZOCompressor

from fairmark.examine.containers import block_codecs
from fairmark.examine.containers.block_codecs import decode, raw_lzma
from fairmark.examine.containers.handler import DamagedError

PLAIN = b"a text that repeats itself, a text that repeats itself. " * 40


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def rtime(data: bytes) -> bytes:
    """Pack as rtime does: after each byte, how many bytes repeat what followed its last occurrence."""
    last, packed, at = [0] * 256, bytearray(), 0
    while at < len(data):
        value = data[at]
        at += 1
        start, last[value] = last[value], at
        length = 0
        while start < at and length < 255 and at + length < len(data) and data[start + length] == data[at + length]:
            length += 1
        packed += bytes([value, length])
        at += length
    return bytes(packed)


CODECS = {
    "stored": (block_codecs.stored, bytes),
    "zlib": (block_codecs.with_zlib, zlib.compress),
    "deflate": (block_codecs.with_deflate, deflated),
    "lzo": (block_codecs.with_lzo, lambda data: LZOCompressor().compress(data)),
    "lz4": (block_codecs.with_lz4, lambda data: lz4.block.compress(data, store_size=False)),
    "zstd": (block_codecs.with_zstd, zstandard.ZstdCompressor().compress),
    "rtime": (block_codecs.with_rtime, rtime),
}


@pytest.mark.parametrize("name", CODECS)
def test_what_is_packed_comes_out(name: str) -> None:
    codec, pack = CODECS[name]

    assert decode(codec, memoryview(pack(PLAIN)), len(PLAIN)) == PLAIN


@pytest.mark.parametrize("name", CODECS)
def test_a_block_of_another_size_is_damage(name: str) -> None:
    codec, pack = CODECS[name]

    with pytest.raises(DamagedError):
        decode(codec, memoryview(pack(PLAIN)), len(PLAIN) + 1)
    with pytest.raises(DamagedError):
        decode(codec, memoryview(pack(PLAIN)), 2 << 20)


@pytest.mark.parametrize("name", CODECS)
def test_rubbish_is_damage_or_bytes_of_the_size_asked_for(name: str) -> None:
    chance = random.Random(3)
    for _ in range(200):
        packed = chance.randbytes(chance.randrange(60))
        try:
            plain = decode(CODECS[name][0], memoryview(packed), 500)
        except DamagedError:
            continue
        assert len(plain) == 500


def test_a_bomb_gives_no_more_than_was_asked_for() -> None:
    zeros = bytes(8 << 20)

    assert len(block_codecs.with_zlib(memoryview(zlib.compress(zeros)), 4096)) == 4096
    assert len(block_codecs.with_rtime(memoryview(b"\0\xff" * 9999), 4096)) == 4096
    with pytest.raises(DamagedError):
        decode(block_codecs.with_zstd, memoryview(zstandard.ZstdCompressor().compress(zeros)), 4096)
    with pytest.raises(DamagedError):
        decode(block_codecs.with_lzo, memoryview(LZOCompressor().compress(zeros)), 4096)


def test_lzma_properties_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="properties"):
        raw_lzma(b"\0" * 20, 10, properties=225, dictionary=4096)
