"""Containers are found at any offset, and look-alikes are not."""

import pytest

from fairmark.examine.blob import Blob
from fairmark.examine.limits import Budget, LimitReached, Limits
from fairmark.examine.search import Search, container_at, magics_in, may_be_container
from tests.doubles.images import packed, rootfs, tar

FILLER = b"no container here " * 500


def test_the_first_container_comes_first() -> None:
    image = FILLER + packed(b"one" * 50) + FILLER + rootfs()

    found = []
    search = Search(Blob(image), Budget(Limits(), lambda: 0.0))
    at = 0
    while (hit := search.next_from(at)) is not None:
        found.append((hit[0], hit[1].name))
        at = hit[0] + 1

    assert found[0] == (len(FILLER), "gzip")
    assert (image.index(b"hsqs"), "squashfs") in found


def test_magics_without_a_container_are_stepped_over() -> None:
    image = Blob(b"hsqs 070701 \x1f\x8b\x08 BZh9 \x5d\0\0 HDR0 \xfd7zXZ\0 \x28\xb5\x2f\xfd" * 50)

    assert Search(image, Budget(Limits(), lambda: 0.0)).next_from(0) is None


def test_too_many_look_alikes_are_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fairmark.examine.search._MOST_CANDIDATES", 100)

    with pytest.raises(LimitReached, match="look like a container"):
        Search(Blob(b"hsqs" * 200), Budget(Limits(), lambda: 0.0)).next_from(0)


def test_a_quick_look_at_the_head_is_enough_to_go_on() -> None:
    assert may_be_container(rootfs()[:2048])
    assert may_be_container(tar([("x", b"y")])[:2048])
    assert not may_be_container(b"\x7fELF" + bytes(2000))
    assert not may_be_container(b"")


def test_what_starts_here_is_named() -> None:
    handler = container_at(Blob(b"..." + rootfs()), 3)

    assert handler is not None
    assert handler.name == "squashfs"
    assert container_at(Blob(b"..."), 0) is None


def test_one_search_tells_which_first_bytes_stand_in_a_large_blob(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fairmark.examine.search._WINDOW", 4096)
    cut_in_two = bytes(3 * 4096 - 3) + b"-rom1fs-" + bytes(400_000)

    assert magics_in(Blob(cut_in_two)) == {b"-rom1fs-"}
    assert b"hsqs" in magics_in(Blob(b"small"))


def test_a_container_far_into_a_large_blob_is_found() -> None:
    image = bytes(range(250)) * 2000 + rootfs()

    found = Search(Blob(image), Budget(Limits(), lambda: 0.0)).next_from(0)

    assert found is not None
    assert (found[0], found[1].name) == (500_000, "squashfs")
