"""LZ4 frames and the legacy form."""

import lz4.block
import lz4.frame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.blob import Blob
from fairmark.examine.containers.handler import DamagedError
from fairmark.examine.containers.lz4_stream import LZ4, LZ4_LEGACY
from fairmark.examine.limits import Limits
from fairmark.model.gap import GapReason
from tests.doubles.hostile import cut, flipped, survive
from tests.doubles.images import NOISE, ROOT, contents, files_of, opened, rootfs
from tests.doubles.opening import open_with

DATA = NOISE[:100_000] + b"packed well " * 20_000
FRAME = lz4.frame.compress(DATA, content_checksum=True, block_size=lz4.frame.BLOCKSIZE_MAX64KB)


def legacy(data: bytes) -> bytes:
    image = b"\x02\x21\x4c\x18"
    for at in range(0, len(data), 8 << 20):
        block = lz4.block.compress(data[at : at + (8 << 20)], store_size=False)
        image += len(block).to_bytes(4, "little") + block
    return image


def test_frames_in_a_row_are_one_stream() -> None:
    result = open_with(LZ4, FRAME + FRAME + b"behind")

    assert LZ4.recognise(Blob(FRAME), 0)
    assert result.parts[0].blob.memory == DATA + DATA
    assert (result.size, result.gaps, result.ends) == (2 * len(FRAME), (), True)


@pytest.mark.parametrize("data", [DATA, b"ab" * (9 << 19), b"ab" * (4 << 20)], ids=["one", "two", "a full one"])
def test_a_legacy_frame_ends_with_a_block_that_is_not_full(data: bytes) -> None:
    image = legacy(data)

    result = open_with(LZ4_LEGACY, image + b"\0\0\0\0behind")

    assert LZ4_LEGACY.recognise(Blob(image), 0)
    assert result.parts[0].blob.memory == data
    assert (result.size, result.gaps) == (len(image), ())


@pytest.mark.parametrize("pack", [lz4.frame.compress, legacy], ids=["frame", "legacy"])
def test_the_root_file_system_inside_is_found(pack: "object") -> None:
    assert callable(pack)

    extraction = opened(pack(rootfs()))

    assert contents(extraction) == files_of(ROOT)
    assert extraction.gaps == ()


def test_what_stands_before_damage_is_examined() -> None:
    result = open_with(LZ4, FRAME[:90_000])

    assert 0 < result.parts[0].blob.size < len(DATA)
    assert DATA.startswith(result.parts[0].blob.memory)
    assert [gap.reason for gap in result.gaps] == [GapReason.DAMAGED]
    with pytest.raises(DamagedError):
        open_with(LZ4, FRAME[:15])


def test_a_bomb_stops_at_the_limits() -> None:
    bomb = lz4.frame.compress(bytes(1 << 22))

    result = open_with(LZ4, bomb, limits=Limits(total_bytes=1 << 20))
    grown = open_with(LZ4, bomb, limits=Limits(ratio=10, ratio_from=1 << 18))

    assert result.parts[0].blob.size <= 1 << 20
    assert [gap.reason for gap in (*result.gaps, *grown.gaps)] == [GapReason.LIMIT, GapReason.LIMIT]


def test_a_magic_by_chance_is_no_stream() -> None:
    assert not LZ4.recognise(Blob(b"\x04\x22\x4d\x18" * 10), 0)
    assert not LZ4_LEGACY.recognise(Blob(b"\x02\x21\x4c\x18" * 10), 0)


@pytest.mark.parametrize("image", cut(FRAME))
def test_a_cut_stream_is_never_whole(image: bytes) -> None:
    assert survive(LZ4, image)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), max_size=6))
def test_changed_bytes_never_raise(flips: list[tuple[int, int]]) -> None:
    survive(LZ4, flipped(FRAME[:20_000], flips))
    survive(LZ4_LEGACY, flipped(legacy(DATA[:20_000]), flips))
