"""FIT images and device trees: data in the tree, behind it, cut off, and by chance."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.blob import Blob
from fairmark.examine.containers.fit import DEVICE_TREE, FIT
from fairmark.examine.containers.handler import DamagedError
from fairmark.model.gap import GapReason
from tests.doubles.boot_files import Node, cell, device_tree
from tests.doubles.hostile import cut, flipped, survive
from tests.doubles.images import ROOT, contents, files_of, opened, rootfs
from tests.doubles.opening import open_with

INSIDE = device_tree(
    {
        "description": b"test\0",
        "images": {
            "kernel-1": {"data": b"kernel data", "compression": b"lzma\0", "hash-1": {"algo": b"crc32\0"}},
            "fdt-1": {"data": b"tree", "compression": b"none\0"},
        },
        "configurations": {"default": b"conf\0"},
    }
)
PLAIN = device_tree({"model": b"Board 7\0", "cpus": {"cpu@0": {"reg": cell(0)}}})


def test_data_in_the_tree_is_a_part_of_each_image() -> None:
    result = open_with(FIT, INSIDE + b"behind")

    assert FIT.recognise(Blob(INSIDE), 0)
    assert [(part.name, part.blob.read(0, 99), part.compression) for part in result.parts] == [
        ("kernel-1", b"kernel data", "lzma"),
        ("fdt-1", b"tree", ""),
    ]
    assert all(INSIDE[part.offset :].startswith(part.blob.read(0, 99)) for part in result.parts)
    assert (result.size, result.gaps, result.note) == (len(INSIDE), (), "2 images")


def test_data_behind_the_tree_is_found_by_offset_and_by_position() -> None:
    def built(position: int) -> bytes:
        images: Node = {
            "a": {"data-offset": cell(4), "data-size": cell(5)},
            "b": {"data-position": cell(position), "data-size": cell(6)},
        }
        return device_tree({"images": images})

    tree = built(0)
    base = len(tree) + -len(tree) % 4
    image = built(base + 100).ljust(base, b"\0") + b"....first".ljust(100, b".") + b"second" + b"more"

    result = open_with(FIT, image)

    assert [part.blob.read(0, 99) for part in result.parts] == [b"first", b"second"]
    assert (result.size, result.gaps) == (base + 106, ())


def test_a_plain_device_tree_is_data_without_a_gap() -> None:
    result = open_with(DEVICE_TREE, PLAIN)

    assert not FIT.recognise(Blob(PLAIN), 0)
    assert DEVICE_TREE.recognise(Blob(PLAIN), 0)
    assert (result.size, result.note, result.gaps, result.parts) == (len(PLAIN), "device tree 'Board 7'", (), ())


def test_a_device_tree_inside_a_program_stays_part_of_it() -> None:
    assert not DEVICE_TREE.recognise(Blob(bytes(100) + PLAIN), 100)
    assert DEVICE_TREE.recognise(Blob(bytes(4096) + PLAIN), 4096)


def test_the_root_file_system_of_a_fit_is_found() -> None:
    image = device_tree({"images": {"fdt": {"data": PLAIN}, "filesystem": {"data": rootfs()}}})

    extraction = opened(image)

    assert contents(extraction) == files_of(ROOT)
    assert extraction.gaps == ()
    assert [container.kind for container in extraction.containers] == ["fit", "device_tree", "squashfs"]


def test_images_without_data_or_past_the_end_are_damage() -> None:
    images: Node = {
        "none": {"type": b"kernel\0"},
        "cut": {"data-position": cell(0), "data-size": cell(1 << 30)},
        "far": {"data-position": cell(1 << 30), "data-size": cell(7)},
    }

    result = open_with(FIT, device_tree({"images": images}))

    assert [gap.detail for gap in result.gaps] == [
        "data past the end of the image: cut, far",
        "image without data: none",
    ]
    assert {gap.reason for gap in result.gaps} == {GapReason.DAMAGED}


def test_more_images_than_any_device_has_are_a_limit() -> None:
    images: Node = {f"image-{number}": {"data": b"x"} for number in range(300)}

    result = open_with(FIT, device_tree({"images": images}))

    assert len(result.parts) == 256
    assert [gap.reason for gap in result.gaps] == [GapReason.LIMIT]


def test_nodes_deeper_than_any_tree_are_damage() -> None:
    node: Node = {}
    for _ in range(100):
        node = {"n": node}

    result = open_with(FIT, device_tree({"images": {"a": {"data": b"x"}}, "deep": node}))

    assert [part.name for part in result.parts] == ["a"]
    assert [gap.reason for gap in result.gaps] == [GapReason.DAMAGED]


def test_a_magic_by_chance_is_neither() -> None:
    for handler in (FIT, DEVICE_TREE):
        assert not handler.recognise(Blob(b"\xd0\x0d\xfe\xed" * 100), 0)
        with pytest.raises(DamagedError):
            open_with(handler, b"\xd0\x0d\xfe\xed" * 100)


@pytest.mark.parametrize("image", cut(INSIDE))
def test_a_cut_fit_is_never_whole(image: bytes) -> None:
    assert survive(FIT, image)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), max_size=8))
def test_changed_bytes_never_raise(flips: list[tuple[int, int]]) -> None:
    survive(FIT, flipped(INSIDE, flips))
    survive(DEVICE_TREE, flipped(PLAIN, flips))
