"""A blob is a window: it clips, copies nothing, and cannot be changed."""

from hashlib import sha256

import pytest

from fairmark.examine.blob import Blob, spool_in_memory


def test_reading_past_the_end_gives_less_and_never_an_error() -> None:
    blob = Blob(b"0123456789")

    assert blob.read(8, 100) == b"89"
    assert blob.read(50, 1) == b""
    assert blob.read(-1, 5) == b""
    assert blob.read(1 << 70, 1 << 70) == b""


def test_a_view_of_a_view_is_clipped_to_what_there_is() -> None:
    view = Blob(b"0123456789").view(2, 6).view(3, 100)

    assert (view.size, view.read(0, 10)) == (3, b"567")
    assert Blob(b"ab").view(9).size == 0
    assert Blob(b"ab").view(0, -4).size == 0


def test_the_memory_cannot_be_written_to() -> None:
    with pytest.raises(TypeError):
        Blob(memoryview(bytearray(b"abc"))).memory[0] = 1


@pytest.mark.parametrize("at", [0, 4094, 4096, (1 << 20) + 36_000, 3_000_000])
def test_find_looks_across_the_seams_of_its_strides(at: int) -> None:
    data = bytearray(3_000_010)
    data[at : at + 5] = b"match"

    assert Blob(bytes(data)).find(b"match") == at
    assert Blob(bytes(data)).find(b"match", at) == at
    assert Blob(bytes(data)).find(b"match", at + 1) == -1


def test_find_in_less_than_the_needle_finds_nothing() -> None:
    assert Blob(b"ab").find(b"abc") == -1
    assert Blob(b"").find(b"a") == -1


def test_the_digest_is_that_of_all_bytes() -> None:
    data = bytes(range(256)) * 9000

    assert Blob(data).sha256() == sha256(data).hexdigest()


def test_the_spool_in_memory_joins_its_pieces() -> None:
    assert spool_in_memory(iter([b"a", b"", b"bc"])).read(0, 9) == b"abc"
