"""uImage: header, checksums, one payload or several."""

import struct

from fairmark.demo.formats import uimage
from fairmark.examine.blob import Blob
from fairmark.examine.containers.uimage import UIMAGE
from tests.doubles.images import patched
from tests.doubles.opening import open_with


def test_the_payload_is_a_part_named_by_its_kind() -> None:
    opened = open_with(UIMAGE, uimage(b"payload", name="Linux-4.4\n", compression=3) + b"behind")

    (part,) = opened.parts
    assert (part.name, part.blob.read(0, 99), part.offset, part.compression) == ("kernel", b"payload", 64, "lzma")
    assert (opened.size, opened.note, opened.gaps) == (71, "kernel 'Linux-4.4\\x0a'", ())


def test_files_of_a_multi_image_are_padded_to_four_bytes() -> None:
    body = struct.pack(">IIII", 5, 0x3, 4, 0) + b"first\0\0\0" + b"sec\0" + b"last"

    opened = open_with(UIMAGE, uimage(body, name="m", kind=4))

    assert [part.blob.read(0, 99) for part in opened.parts] == [b"first", b"sec", b"last"]
    assert [part.offset for part in opened.parts] == [80, 88, 92]


def test_a_wrong_checksum_does_not_hide_an_image_but_nonsense_is_none() -> None:
    image = bytearray(uimage(b"payload", name="x"))

    wrong = patched(bytearray(image), 4, ">I", 1)
    nonsense = patched(bytearray(wrong), 28, ">I", 0xFFFFFFFF)

    assert UIMAGE.recognise(Blob(wrong), 0)
    assert [gap.detail[:21] for gap in open_with(UIMAGE, wrong).gaps] == ["the header's checksum"]
    assert not UIMAGE.recognise(Blob(nonsense), 0)
    assert not UIMAGE.recognise(Blob(bytes(image[:60])), 0)


def test_kinds_and_compressions_without_a_name_are_numbers() -> None:
    opened = open_with(UIMAGE, uimage(b"payload", name="x", kind=30, compression=200))

    assert opened.note == "type 30 'x'"
    assert opened.parts[0].compression == "compression 200"
