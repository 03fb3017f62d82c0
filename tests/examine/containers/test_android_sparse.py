"""Android sparse images, built chunk by chunk."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.blob import Blob
from fairmark.examine.containers.android_sparse import ANDROID_SPARSE
from fairmark.examine.containers.handler import DamagedError
from fairmark.examine.limits import LimitReached, Limits
from fairmark.model.gap import GapReason
from tests.doubles.hostile import cut, flipped, survive
from tests.doubles.images import NOISE, ROOT, contents, files_of, opened, patched, rootfs
from tests.doubles.opening import open_with

RAW, FILL, NOTHING, CHECKSUM = 0xCAC1, 0xCAC2, 0xCAC3, 0xCAC4
BLOCK = 4096


def sparse(chunks: list[tuple[int, int, bytes]], blocks: int | None = None) -> bytes:
    """Chunks of a kind, a number of blocks, and their data."""
    total = sum(count for _, count, _ in chunks) if blocks is None else blocks
    head = struct.pack("<IHHHHIIII", 0xED26FF3A, 1, 0, 28, 12, BLOCK, total, len(chunks), 0)
    return head + b"".join(struct.pack("<HHII", kind, 0, n, 12 + len(data)) + data for kind, n, data in chunks)


IMAGE = sparse([(RAW, 2, NOISE[: 2 * BLOCK]), (FILL, 1, b"fill"), (NOTHING, 3, b""), (CHECKSUM, 0, b"1234")])


def test_chunks_become_one_partition() -> None:
    result = open_with(ANDROID_SPARSE, IMAGE + b"behind")

    (part,) = result.parts
    assert ANDROID_SPARSE.recognise(Blob(IMAGE), 0)
    assert part.blob.memory == NOISE[: 2 * BLOCK] + b"fill" * 1024 + bytes(3 * BLOCK)
    assert (result.size, result.gaps, result.ends) == (len(IMAGE), (), True)


def test_long_patterns_come_in_pieces() -> None:
    result = open_with(ANDROID_SPARSE, sparse([(FILL, 600, b"abcd")]))

    assert result.parts[0].blob.memory == b"abcd" * (600 * 1024)


def test_the_root_file_system_of_a_sparse_image_is_found() -> None:
    system = rootfs()
    system += bytes(-len(system) % BLOCK)

    extraction = opened(sparse([(RAW, len(system) // BLOCK, system), (NOTHING, 10, b"")]))

    assert contents(extraction) == files_of(ROOT)
    assert extraction.gaps == ()


@pytest.mark.parametrize(
    "chunks",
    [
        [(RAW, 1, NOISE[:BLOCK]), (RAW, 2, NOISE[:BLOCK])],
        [(RAW, 1, NOISE[:BLOCK]), (FILL, 1, b"")],
        [(RAW, 1, NOISE[:BLOCK]), (0xCAC9, 1, b"")],
        [(RAW, 1, NOISE[:BLOCK])],
        [(RAW, 1, NOISE[:BLOCK]), (NOTHING, 1 << 31, b"")],
    ],
    ids=["short", "no pattern", "unknown kind", "missing", "too many"],
)
def test_what_stands_before_damage_is_examined(chunks: list[tuple[int, int, bytes]]) -> None:
    result = open_with(ANDROID_SPARSE, sparse(chunks, blocks=3))

    assert result.parts[0].blob.memory == NOISE[:BLOCK]
    assert [(gap.reason, gap.bytes) for gap in result.gaps] == [(GapReason.DAMAGED, 2 * BLOCK)]


def test_the_size_is_spent_before_anything_is_written() -> None:
    bomb = sparse([(NOTHING, 1 << 30, b"")])

    with pytest.raises(LimitReached, match="partition"):
        open_with(ANDROID_SPARSE, bomb)
    with pytest.raises(LimitReached, match="unpacked in all"):
        open_with(ANDROID_SPARSE, IMAGE, limits=Limits(total_bytes=BLOCK))


def test_the_work_is_limited_too() -> None:
    result = open_with(ANDROID_SPARSE, IMAGE, limits=Limits(work=2 * BLOCK))

    assert result.parts[0].blob.size == 2 * BLOCK
    assert [gap.reason for gap in result.gaps] == [GapReason.LIMIT]


def test_a_magic_by_chance_is_no_image() -> None:
    assert not ANDROID_SPARSE.recognise(Blob(b"\x3a\xff\x26\xed" * 20), 0)
    assert not ANDROID_SPARSE.recognise(Blob(patched(bytearray(IMAGE), 12, "<I", 0)), 0)
    assert not ANDROID_SPARSE.recognise(Blob(patched(bytearray(IMAGE), 28, "<H", 0)), 0)
    with pytest.raises(DamagedError):
        open_with(ANDROID_SPARSE, b"\x3a\xff\x26\xed" * 20)


@pytest.mark.parametrize("image", cut(IMAGE))
def test_a_cut_image_is_never_whole(image: bytes) -> None:
    assert survive(ANDROID_SPARSE, image)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 80), st.integers(0, 255)), max_size=6))
def test_changed_bytes_never_raise(flips: list[tuple[int, int]]) -> None:
    survive(ANDROID_SPARSE, flipped(IMAGE, flips))
