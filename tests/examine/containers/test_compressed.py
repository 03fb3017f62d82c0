"""Compressed streams: members in a row, data behind them, and look-alikes."""

import bz2
import gzip
import lzma
import random
from collections.abc import Callable

import pytest
import zstandard

from fairmark.examine.blob import Blob
from fairmark.examine.containers.compressed import BZIP2, GZIP, LZMA, XZ, ZSTD
from fairmark.examine.containers.handler import DamagedError, Handler
from fairmark.examine.limits import Limits
from fairmark.model.gap import GapReason
from tests.doubles.images import NOISE, packed
from tests.doubles.opening import open_with


def alone(data: bytes) -> bytes:
    return lzma.compress(data, lzma.FORMAT_ALONE)


def sized(data: bytes) -> bytes:
    stream = alone(data)
    return stream[:5] + len(data).to_bytes(8, "little") + stream[13:]


STREAMS: list[tuple[Handler, Callable[[bytes], bytes]]] = [
    (GZIP, packed),
    (XZ, lzma.compress),
    (LZMA, alone),
    (LZMA, sized),
    (ZSTD, zstandard.compress),
    (BZIP2, bz2.compress),
]
DATA = NOISE + bytes(3 << 20) + NOISE


@pytest.mark.parametrize(("handler", "compress"), STREAMS)
def test_a_stream_gives_its_content_and_knows_where_it_ends(
    handler: Handler, compress: Callable[[bytes], bytes]
) -> None:
    stream = compress(DATA)

    opened = open_with(handler, b"front" + stream + b"data behind the stream", 5)

    assert opened.parts[0].blob.read(0, len(DATA) + 1) == DATA
    assert (opened.size, opened.gaps, opened.readable, opened.ends) == (len(stream), (), True, True)


@pytest.mark.parametrize(("handler", "compress"), [pair for pair in STREAMS if pair[0] is not LZMA])
def test_members_in_a_row_are_one_content(handler: Handler, compress: Callable[[bytes], bytes]) -> None:
    stream = compress(b"first") + compress(b"second")

    opened = open_with(handler, stream)

    assert opened.parts[0].blob.read(0, 99) == b"firstsecond"
    assert opened.size == len(stream)


@pytest.mark.parametrize(("handler", "compress"), STREAMS)
def test_a_cut_stream_gives_what_there_is_and_a_gap(handler: Handler, compress: Callable[[bytes], bytes]) -> None:
    data = NOISE * 12

    opened = open_with(handler, compress(data)[:-6_000])

    assert opened.parts[0].blob.read(0, 5000) == data[:5000]
    assert [gap.reason for gap in opened.gaps] == [GapReason.DAMAGED]
    assert not opened.ends


def test_a_stream_that_gives_nothing_is_damaged() -> None:
    with pytest.raises(DamagedError):
        open_with(XZ, lzma.compress(NOISE)[:24])


def test_machine_code_filters_are_undone() -> None:
    filters = [{"id": lzma.FILTER_ARM}, {"id": lzma.FILTER_LZMA2, "preset": 6}]
    code = b"\x10\x20\x30\xeb" * 10_000

    opened = open_with(XZ, lzma.compress(code, lzma.FORMAT_XZ, filters=filters))

    assert opened.parts[0].blob.read(0, len(code)) == code


def test_a_wrong_checksum_at_the_end_is_a_gap() -> None:
    stream = bytearray(packed(DATA))
    stream[-5] ^= 1

    opened = open_with(GZIP, bytes(stream))

    assert opened.parts[0].blob.size == len(DATA)
    assert [gap.reason for gap in opened.gaps] == [GapReason.DAMAGED]


def test_a_window_too_large_is_a_limit() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=26)
    stream = zstandard.ZstdCompressor(compression_params=parameters).compressobj().compress(NOISE * 4)
    limits = Limits(decoder_memory=1 << 20)

    opened = open_with(ZSTD, stream + bytes(20), limits=limits)

    assert [gap.reason for gap in opened.gaps] == [GapReason.LIMIT]
    assert not opened.readable


def test_random_bytes_are_hardly_ever_a_stream() -> None:
    chance = random.Random(4)
    magics = [(GZIP, b"\x1f\x8b\x08"), (XZ, b"\xfd7zXZ\0"), (ZSTD, b"\x28\xb5\x2f\xfd"), (BZIP2, b"BZh9")]

    hits = [
        handler.name
        for handler, magic in magics
        for _ in range(500)
        if handler.recognise(Blob(magic + chance.randbytes(200)), 0)
    ]
    alone_hits = [n for n in range(5000) if LZMA.recognise(Blob(b"\x5d\0\0" + chance.randbytes(200)), 0)]

    assert hits.count("xz") + hits.count("bzip2") == 0
    assert len(hits) < 150
    assert alone_hits == []


def test_zeros_are_no_lzma_and_an_honest_stream_is() -> None:
    assert not LZMA.recognise(Blob(bytes(4096)), 0)
    assert not LZMA.recognise(Blob(b"\x5d" + bytes(4096)), 0)
    assert LZMA.recognise(Blob(alone(b"hello " * 20)), 0)


def test_gzip_of_nothing_is_a_stream_without_content() -> None:
    opened = open_with(GZIP, gzip.compress(b"", mtime=0))

    assert (opened.parts, opened.gaps, opened.readable) == ((), (), True)


def test_all_fields_of_a_gzip_header_are_stepped_over() -> None:
    plain = packed(b"content")
    fields = b"\x05\x00extra" + b"name\0" + b"comment\0" + b"cc"

    opened = open_with(GZIP, plain[:3] + b"\x1e" + plain[4:10] + fields + plain[10:])
    endless = plain[:3] + b"\x08" + plain[4:10] + b"n" * 200_000

    assert opened.parts[0].blob.read(0, 99) == b"content"
    assert opened.gaps == ()
    with pytest.raises(DamagedError):
        open_with(GZIP, endless)


@pytest.mark.parametrize("cut", range(1, 9))
def test_a_trailer_that_arrives_in_two_pieces_is_put_together(cut: int, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = packed(b"some content")
    monkeypatch.setattr("fairmark.examine.containers.compressed._INPUT", len(stream) - cut)

    opened = open_with(GZIP, stream + b"behind it")

    assert (opened.size, opened.gaps) == (len(stream), ())
