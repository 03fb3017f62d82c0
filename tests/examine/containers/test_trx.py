"""TRX: partitions by their offsets, and a checksum that is checked."""

import struct

from fairmark.demo.formats import trx
from fairmark.examine.blob import Blob
from fairmark.examine.containers.trx import TRX
from fairmark.model.gap import GapReason
from tests.doubles.images import patched
from tests.doubles.opening import open_with


def test_partitions_reach_to_the_next_one_whatever_their_order() -> None:
    image = bytearray(trx([b"aaaa", b"bbbbbbbb"]))
    first, second = struct.unpack_from("<II", image, 16)
    struct.pack_into("<II", image, 16, second, first)

    opened = open_with(TRX, bytes(image))

    assert [part.blob.read(0, 99) for part in opened.parts] == [b"aaaa", b"bbbbbbbb"]
    assert [part.offset for part in opened.parts] == [28, 32]


def test_an_honest_image_has_no_gap_and_a_changed_byte_has_one() -> None:
    image = bytearray(trx([b"kernel", b"root"]))

    honest = open_with(TRX, bytes(image))
    changed = open_with(TRX, patched(image, 30, "<B", 0))

    assert (honest.size, honest.gaps, honest.note) == (len(image), (), "version 1, 2 partitions")
    assert [gap.reason for gap in changed.gaps] == [GapReason.DAMAGED]


def test_version_two_has_four_partitions() -> None:
    assert len(open_with(TRX, trx([b"a", b"b", b"c", b"d"])).parts) == 4


def test_the_magic_alone_is_not_enough() -> None:
    assert not TRX.recognise(Blob(b"HDR0" + bytes(40)), 0)
    assert not TRX.recognise(Blob(b"HDR0"), 0)
    assert TRX.recognise(Blob(b"xx" + trx([b"a"])), 2)
