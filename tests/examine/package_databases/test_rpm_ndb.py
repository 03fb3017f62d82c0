"""rpm's database of one file: slots and blobs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.blob import Blob
from fairmark.examine.package_databases.reading import MalformedError
from fairmark.examine.package_databases.rpm_ndb import ndb_blobs
from tests.doubles.rpm_databases import ndb

_BODIES = [b"first" * 9, b"second"]


def test_every_slot_gives_its_package() -> None:
    assert list(ndb_blobs(Blob(ndb(_BODIES)))) == _BODIES


def test_a_slot_that_leads_nowhere_is_an_empty_package() -> None:
    raw = bytearray(ndb(_BODIES))
    raw[40:44] = b"\xff\xff\xff\x0f"

    assert list(ndb_blobs(Blob(bytes(raw)))) == [b"", b"second"]


@pytest.mark.parametrize("change", [(0, b"x"), (4, b"\1"), (12, b"\xff\xff\xff\xff"), (12, b"\0"), (32, b"slot")])
def test_a_head_that_cannot_be_is_malformed(change: tuple[int, bytes]) -> None:
    raw = bytearray(ndb(_BODIES))
    raw[change[0] : change[0] + len(change[1])] = change[1]

    with pytest.raises(MalformedError):
        list(ndb_blobs(Blob(bytes(raw))))


def test_slots_cannot_share_a_package_to_make_much_of_little() -> None:
    raw = bytearray(ndb([b"x" * 3000]))
    for number in range(1, 100):
        raw[32 + 16 * number : 48 + 16 * number] = raw[32:48]

    with pytest.raises(MalformedError, match="share"):
        list(ndb_blobs(Blob(bytes(raw))))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4300), st.integers(0, 255)), max_size=8), st.integers(0, 4300))
def test_damage_never_escapes(flips: list[tuple[int, int]], length: int) -> None:
    raw = bytearray(ndb(_BODIES))
    for at, value in flips:
        raw[at % len(raw)] = value

    try:
        found = list(ndb_blobs(Blob(bytes(raw[:length]))))
    except MalformedError:
        return

    assert sum(map(len, found)) <= len(raw)
