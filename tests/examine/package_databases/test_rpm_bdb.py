"""The hash table of Berkeley DB, in both orders of bytes."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.blob import Blob
from fairmark.examine.package_databases.reading import MalformedError
from fairmark.examine.package_databases.rpm_bdb import bdb_blobs
from tests.doubles.rpm_databases import bdb

_BODIES = [b"a long package " * 200, b"a short package, kept in the page"]


@pytest.mark.parametrize("order", ["<", ">"])
def test_packages_in_the_page_and_in_overflow_pages_are_read(order: str) -> None:
    assert list(bdb_blobs(Blob(bdb(_BODIES, order=order)))) == _BODIES


def test_a_chain_that_leads_back_to_itself_ends() -> None:
    raw = bytearray(bdb(_BODIES))
    struct.pack_into("<I", raw, 2 * 512 + 16, 2)

    first, second = bdb_blobs(Blob(bytes(raw)))

    assert (len(first), second) == (len(_BODIES[0]), _BODIES[1])


def test_a_chain_that_breaks_off_is_an_empty_package() -> None:
    raw = bytearray(bdb(_BODIES))
    raw[3 * 512 + 25] = 13

    assert b"" in list(bdb_blobs(Blob(bytes(raw))))


@pytest.mark.parametrize(
    ("at", "value"),
    [(12, b"\0"), (20, b"\7\0\0\0"), (24, b"\1"), (25, b"\x09")],
    ids=["magic", "page", "cipher", "type"],
)
def test_another_first_page_is_malformed(at: int, value: bytes) -> None:
    raw = bytearray(bdb(_BODIES))
    raw[at : at + len(value)] = value

    with pytest.raises(MalformedError):
        list(bdb_blobs(Blob(bytes(raw))))


def test_items_cannot_share_their_pages_to_make_much_of_little() -> None:
    raw = bytearray(bdb([b"x" * 3000]))
    raw += raw[512:1024] * 20

    with pytest.raises(MalformedError, match="share"):
        list(bdb_blobs(Blob(bytes(raw))))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=8), st.integers(0, 5000))
def test_damage_never_escapes(flips: list[tuple[int, int]], length: int) -> None:
    raw = bytearray(bdb(_BODIES))
    for at, value in flips:
        raw[at % len(raw)] = value

    try:
        found = list(bdb_blobs(Blob(bytes(raw[:length]))))
    except MalformedError:
        return

    assert sum(map(len, found)) <= len(raw)
