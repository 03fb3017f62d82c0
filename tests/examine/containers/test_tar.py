"""tar in its dialects, read by headers."""

import io
import tarfile

import pytest

from fairmark.examine.blob import Blob
from fairmark.examine.containers.tar import TAR
from fairmark.examine.tree import Kind
from fairmark.model.gap import GapReason
from tests.doubles.images import tar, tar_header
from tests.doubles.opening import open_with, read_all

LONG = "directory/" * 12 + "file with a long name é"


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_dialect_is_read(form: int) -> None:
    name = LONG if form != tarfile.USTAR_FORMAT else "directory/" * 12 + "file"

    opened = open_with(TAR, tar([("a", b"1" * 1000), (name, b"22")], form))

    assert list(read_all(opened).values()) == [b"1" * 1000, b"22"]
    assert opened.tree is not None
    assert opened.tree.get("/" + name) is not None
    assert opened.gaps == ()


def test_every_kind_of_entry_keeps_its_facts() -> None:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for kind, name, target in (
            (tarfile.DIRTYPE, "d", ""),
            (tarfile.REGTYPE, "d/f", ""),
            (tarfile.LNKTYPE, "d/h", "d/f"),
            (tarfile.SYMTYPE, "l", "/" + "long/" * 40),
            (tarfile.BLKTYPE, "disk", ""),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.mode, info.uid, info.gid = kind, target, 0o640, 3_000_000, 4
            info.mtime, info.devmajor, info.devminor = 99, 8, 1
            archive.addfile(info)

    opened = open_with(TAR, sink.getvalue())

    assert opened.tree is not None
    found = {entry.printable: entry for entry in opened.tree}
    assert [entry.kind for entry in found.values()] == [Kind.DIRECTORY, Kind.FILE, Kind.FILE, Kind.BLOCK, Kind.SYMLINK]
    assert found["/d/f"].inode == found["/d/h"].inode
    assert found["/l"].target == b"/" + b"long/" * 40
    assert (found["/disk"].rdev, found["/disk"].uid, found["/disk"].mtime) == (0x801, 3_000_000, 99)


def test_pax_sizes_and_owners_count() -> None:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("f")
        info.size, info.pax_headers = 5, {"uid": "123456789", "size": "5", "comment": "x"}
        archive.addfile(info, io.BytesIO(b"hello"))

    opened = open_with(TAR, sink.getvalue())

    assert read_all(opened) == {"/f": b"hello"}
    assert opened.tree is not None
    assert next(iter(opened.tree)).uid == 123_456_789


def test_sparse_and_unknown_entries_are_named_in_a_gap() -> None:
    archive = tar_header(b"00000000003\0", flag=b"S") + b"abc".ljust(512, b"\0") + tar([("after", b"x")])

    opened = open_with(TAR, archive)

    assert read_all(opened) == {"/after": b"x"}
    assert [(gap.reason, gap.detail) for gap in opened.gaps] == [
        (GapReason.UNSUPPORTED, "entry of a type that is not read: file")
    ]


def test_reading_ends_with_the_zero_blocks() -> None:
    archive = tar([("a", b"x")])

    opened = open_with(TAR, archive + b"something else" * 100)

    assert opened.size == len(archive)


def test_a_directory_of_the_oldest_form_is_one() -> None:
    opened = open_with(TAR, tar_header(b"00000000000\0", name=b"old/") + bytes(1024))

    assert opened.tree is not None
    assert [entry.kind for entry in opened.tree] == [Kind.DIRECTORY]


@pytest.mark.parametrize("data", [b"", bytes(512), b"x" * 512, b"ustar" * 200])
def test_what_has_no_checksum_is_no_archive(data: bytes) -> None:
    assert not TAR.recognise(Blob(data), 0)
