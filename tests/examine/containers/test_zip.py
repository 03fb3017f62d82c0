"""zip, compared with what the standard library packs, and by hand where it packs no such thing."""

import io
import stat
import struct
import zipfile
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.blob import Blob
from fairmark.examine.containers.zip import ZIP
from fairmark.examine.limits import Limits
from fairmark.examine.tree import Kind, UnreadableEntryError
from fairmark.model.gap import GapReason
from tests.doubles.hostile import cut, flipped, survive
from tests.doubles.images import NOISE, ROOT, contents, files_of, opened, replaced, rootfs
from tests.doubles.opening import open_with, read_all

FILES = (("etc/passwd", b"root:x:0:0\n"), ("text", b"packed well " * 40_000), ("noise", NOISE[:5000]), ("empty", b""))


def archive(
    files: Sequence[tuple[str, bytes]] = FILES, method: int = zipfile.ZIP_DEFLATED, comment: bytes = b""
) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", method) as written:
        for name, data in files:
            info = zipfile.ZipInfo(name, (2020, 1, 2, 3, 4, 6))
            info.compress_type = method
            info.external_attr = (stat.S_IFREG | 0o750) << 16
            written.writestr(info, data)
        written.comment = comment
    return sink.getvalue()


PACKED = archive()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_files_come_out_as_they_went_in(method: int) -> None:
    image = archive(method=method, comment=b"a comment")

    result = open_with(ZIP, image + b"behind")

    assert ZIP.recognise(Blob(image), 0)
    assert read_all(result) == {"/" + name: data for name, data in FILES}
    assert (result.size, result.gaps, result.ends) == (len(image), (), True)
    assert result.tree is not None
    for entry in result.tree.files():
        assert (entry.mode, entry.mtime) == (stat.S_IFREG | 0o750, 1577934246)
        assert result.tree.blob(entry).memory == result.tree.read(entry)
        assert result.tree.head(entry) == result.tree.read(entry)[:2048]


def test_an_archive_in_the_middle_and_one_that_holds_another() -> None:
    inner = archive()
    image = bytes(777) + archive([("inner.zip", inner), ("last", b"x")], zipfile.ZIP_STORED)

    result = open_with(ZIP, image + PACKED, 777)

    assert read_all(result) == {"/inner.zip": inner, "/last": b"x"}
    assert result.size == len(image) - 777


def test_zip64_sizes_are_read() -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as written, written.open("large", "w", force_zip64=True) as member:
        member.write(b"data" * 1000)
    plain = sink.getvalue()
    at = plain.index(b"PK\x01\x02")
    record = bytearray(plain[at:-22])
    struct.pack_into("<II", record, 20, 0xFFFFFFFF, 0xFFFFFFFF)
    struct.pack_into("<H", record, 30, 20)
    record += struct.pack("<HHQQ", 1, 16, 4000, 4000)
    large = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, len(record), at)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, at + len(record), 1)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    image = plain[:at] + record + large + locator + end

    result = open_with(ZIP, image)

    assert read_all(result) == {"/large": b"data" * 1000}
    assert (result.size, result.gaps) == (len(image), ())


def test_directories_and_links_are_what_they_are() -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as written:
        written.mkdir("bin")
        link = zipfile.ZipInfo("bin/sh")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        written.writestr(link, "busybox")
        plain = zipfile.ZipInfo("dos")
        plain.create_system = 0
        written.writestr(plain, "x")

    tree = open_with(ZIP, sink.getvalue()).tree

    assert tree is not None
    assert [(entry.path, entry.kind, entry.target) for entry in tree] == [
        (b"bin", Kind.DIRECTORY, b""),
        (b"bin/sh", Kind.SYMLINK, b"busybox"),
        (b"dos", Kind.FILE, b""),
    ]


@pytest.mark.parametrize(
    ("at", "value", "reason", "words"),
    [
        (8, 1, GapReason.ENCRYPTED_OR_RANDOM, "encrypted"),
        (10, 12, GapReason.UNSUPPORTED, "method 12"),
        (16, 0, GapReason.DAMAGED, "checksum"),
        (42, 9, GapReason.DAMAGED, "does not lie where"),
    ],
    ids=["encrypted", "method", "checksum", "place"],
)
def test_a_file_that_cannot_be_read_is_a_gap_of_its_own(at: int, value: int, reason: GapReason, words: str) -> None:
    image = bytearray(archive([("bad", b"data" * 99), ("good", b"fine")]))
    struct.pack_into("<H", image, image.index(b"PK\x01\x02") + at, value)

    extraction = opened(bytes(image))

    (tree,) = extraction.trees
    bad, good = tree.files()
    assert tree.read(good) == b"fine"
    with pytest.raises(UnreadableEntryError, match=words):
        tree.read(bad)
    assert {gap.reason for gap in extraction.gaps} == {reason}


def test_names_that_lead_out_are_unsafe() -> None:
    image = archive([("../../etc/passwd", b"x"), ("/abs", b"root"), ("good", b"g")])

    result = open_with(ZIP, image)

    assert read_all(result) == {"/abs": b"root", "/good": b"g"}
    assert [gap.reason for gap in result.gaps] == [GapReason.UNSAFE]


def test_without_a_central_directory_the_local_headers_are_read() -> None:
    image = PACKED[: PACKED.index(b"PK\x01\x02")]

    result = open_with(ZIP, image)

    assert read_all(result) == {"/" + name: data for name, data in FILES}
    assert [gap.reason for gap in result.gaps] == [GapReason.DAMAGED]
    assert not result.ends


def test_sizes_are_spent_before_anything_is_decoded() -> None:
    bomb = open_with(ZIP, archive([("a", bytes(100_000)), ("b", b"small")]), limits=Limits(total_bytes=50_000)).tree

    assert bomb is not None
    large, small = bomb.files()
    assert bomb.read(small) == b"small"
    with pytest.raises(UnreadableEntryError) as refused:
        bomb.read(large)
    assert refused.value.gap.reason is GapReason.LIMIT


def test_the_root_file_system_in_an_update_file_is_found() -> None:
    extraction = opened(archive([("update/rootfs.img", rootfs())]))

    assert contents(extraction) == files_of(ROOT)
    assert extraction.gaps == ()


def test_a_magic_by_chance_is_no_archive() -> None:
    assert not ZIP.recognise(Blob(b"PK\x03\x04" + bytes(100)), 0)
    assert not ZIP.recognise(Blob(replaced(PACKED, b"etc/passwd", b"etc\0passwd")), 0)


@pytest.mark.parametrize("image", cut(PACKED))
def test_a_cut_archive_is_never_whole(image: bytes) -> None:
    assert survive(ZIP, image)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), max_size=8))
def test_changed_bytes_never_raise(flips: list[tuple[int, int]]) -> None:
    survive(ZIP, flipped(PACKED, flips))
