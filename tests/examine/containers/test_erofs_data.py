"""Compressed files of EROFS in the long form of the index, with compressions that no packaged tool writes."""

import lzma
import struct
import zlib

import lz4.block
import pytest
import zstandard

from fairmark.examine.blob import Blob
from fairmark.examine.containers.erofs_data import Decoder, Map, end_of_index, read_map
from fairmark.examine.containers.handler import DamagedError
from fairmark.examine.limits import Budget, LimitReached, Limits

BLOCK = 4096
TEXT = b"".join(b"line %d of the text\n" % number for number in range(2000))


def micro_lzma(plain: bytes) -> bytes:
    chain = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16, "lc": 3, "lp": 0, "pb": 2}]
    packed = lzma.compress(plain, lzma.FORMAT_RAW, filters=chain)
    return bytes([~(2 * 45 + 3) & 0xFF]) + packed[1:]


def deflate(plain: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(plain) + packer.flush()


CODECS = {
    0: lambda plain: lz4.block.compress(plain, store_size=False),
    1: micro_lzma,
    2: deflate,
    3: zstandard.ZstdCompressor().compress,
}


def index(*entries: tuple[int, int, int]) -> bytes:
    return b"".join(struct.pack("<HHI", kind, offset, block) for kind, offset, block in entries)


def image(packed: bytes, entries: bytes, *, advice: int = 2, algorithms: int = 0) -> tuple[Blob, Map]:
    """Block 0 holds the index, the packed bytes end with the last block from block 1 on."""
    blocks = -(-len(packed) // BLOCK)
    header = struct.pack("<HHHBB", 0, 0, advice, algorithms, 0)
    data = Blob((header + bytes(8) + entries).ljust(BLOCK, b"\0") + packed.rjust(blocks * BLOCK, b"\0"))
    return data, read_map(data, 0, 12, compact=False)


def read(data: Blob, size: int, found: Map, wanted: int | None = None, limits: Limits | None = None) -> bytes:
    decoder = Decoder(data, BLOCK, Budget(limits or Limits(), lambda: 0.0))
    return b"".join(decoder.pieces(size, size if wanted is None else wanted, found))


@pytest.mark.parametrize("algorithm", CODECS)
def test_every_compression_is_decoded(algorithm: int) -> None:
    packed = CODECS[algorithm](TEXT)
    clusters = -(-len(TEXT) // BLOCK)
    blocks = -(-len(packed) // BLOCK)
    entries = index((1, 0, 1), (2, 0, 0x800 | blocks), *[(2, 0, 2)] * (clusters - 2))
    data, found = image(packed, entries, algorithms=algorithm)

    assert read(data, len(TEXT), found) == TEXT
    assert read(data, len(TEXT), found, 100) == TEXT[:100]


def test_the_second_compression_and_stored_extents_may_take_turns() -> None:
    first, second = TEXT[:5000], TEXT[5000:9000]
    packed = lz4.block.compress(first, store_size=False).rjust(BLOCK, b"\0") + deflate(second).rjust(BLOCK, b"\0")
    packed += TEXT[9000:10_000].ljust(BLOCK, b"\0")
    entries = index((1, 0, 1), (3, 904, 2), (0, 808, 3))
    data, found = image(packed, entries, advice=0, algorithms=2 << 4)

    assert read(data, 10_000, found) == TEXT[:10_000]


def test_a_stored_extent_may_stand_in_its_block_where_it_stands_in_its_cluster() -> None:
    block = bytearray(BLOCK)
    block[1000:4000] = TEXT[5096:8096]
    packed = lz4.block.compress(TEXT[:5096], store_size=False).rjust(BLOCK, b"\0") + bytes(block)
    data, found = image(packed, index((1, 0, 1), (0, 1000, 2)), advice=0x10)

    assert read(data, 8096, found) == TEXT[:8096]


@pytest.mark.parametrize(
    "entries",
    [
        index((2, 0, 1)),
        index((1, 7, 1)),
        index((1, 0, 1), (1, 0, 0xFFFFFF)),
        index((1, 0, 1), (1, 0, 1)),
    ],
    ids=["continues nothing", "no start", "outside", "other size"],
)
def test_an_index_that_lies_is_damage(entries: bytes) -> None:
    data, found = image(lz4.block.compress(TEXT[:6000], store_size=False), entries)

    with pytest.raises(DamagedError):
        read(data, 6000, found)


def test_an_index_past_the_end_of_the_image_is_damage() -> None:
    data, found = image(b"x", index((1, 0, 1)))

    with pytest.raises((DamagedError, struct.error)):
        read(data, 1 << 40, found)


@pytest.mark.parametrize("count", [0, 1, 2, 7, 8, 9, 30, 100])
@pytest.mark.parametrize("at", [0, 8, 24, 32])
def test_the_end_of_an_index_lies_behind_its_last_pack(at: int, count: int) -> None:
    for advice in (0, 1):
        found = Map(advice, (0, 0), 12, 0, at, compact=True)

        end = end_of_index(count * BLOCK, found)

        assert end % 8 == 0
        assert at + 8 + 2 * count * bool(advice) <= end <= at + 8 + 4 * count + 4


def test_work_is_spent_from_the_budget() -> None:
    data, found = image(lz4.block.compress(TEXT[:4000], store_size=False), index((1, 0, 1)))

    with pytest.raises(LimitReached):
        read(data, 4000, found, limits=Limits(work=100))
