"""Names become places in the tree, or gaps."""

import pytest

from fairmark.examine.limits import Budget, LimitReached, Limits
from fairmark.examine.notes import Notes
from fairmark.examine.planting import Planting
from fairmark.examine.tree import Entry, Kind

A_FILE = Entry(b"", Kind.FILE, 0o100644)
A_DIRECTORY = Entry(b"", Kind.DIRECTORY, 0o040700)


def planting(limits: Limits | None = None) -> tuple[Planting, Notes]:
    notes = Notes("x")
    return Planting(Budget(limits or Limits(), lambda: 0.0), notes), notes


@pytest.mark.parametrize("name", [b"a/b/c", b"/a/b/c", b"./a//b/./c", b"///a/b/c/"])
def test_a_name_has_one_place_however_it_is_written(name: bytes) -> None:
    grown, notes = planting()

    assert grown.add(name, A_FILE)

    assert [entry.path for entry in grown.entries()] == [b"a", b"a/b", b"a/b/c"]
    assert notes.gaps() == ()


@pytest.mark.parametrize("name", [b"..", b"a/../b", b"/..", b"a\0b", b"", b".", b"/"])
def test_an_unsafe_name_has_none(name: bytes) -> None:
    grown, notes = planting()

    assert not grown.add(name, A_FILE)

    assert grown.entries() == []
    assert len(notes.gaps()) == 1
    assert grown.get(b"..") is None


def test_a_later_entry_replaces_an_earlier_one_but_no_directory() -> None:
    grown, notes = planting()
    grown.add(b"a", A_FILE)
    grown.add(b"d/x", A_FILE)

    assert grown.add(b"a", Entry(b"", Kind.FILE, 0o100600))
    assert grown.add(b"d", A_DIRECTORY)
    assert not grown.add(b"d", A_FILE)

    assert {entry.path: entry.mode for entry in grown.entries()} == {b"a": 0o100600, b"d": 0o040700, b"d/x": 0o100644}
    assert len(notes.gaps()) == 1


def test_directories_that_are_made_count_too() -> None:
    grown, _ = planting(Limits(files=3))

    with pytest.raises(LimitReached):
        grown.add(b"a/b/c/d/e", A_FILE)
