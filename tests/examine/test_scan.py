"""The one pass over the files: what is recorded, what becomes a gap."""

import hashlib
import itertools
import stat

import pytest

from fairmark.examine.blob import Blob
from fairmark.examine.limits import Limits
from fairmark.examine.payload import Payload
from fairmark.examine.scan import OVERLAP, looks_like_text, scan
from fairmark.examine.subject import LOOSE, FileFacts
from fairmark.examine.tree import BlobSource, Entry, Kind, Tree, UnreadableEntryError
from fairmark.model.gap import Gap, GapReason
from tests.doubles.elves import hardened_daemon
from tests.doubles.subjects import still_clock, tree


def _scan(*trees: Tree, window: int = 1 << 20) -> tuple[dict[str, FileFacts], tuple[Gap, ...]]:
    facts, gaps = scan(trees, limits=Limits(), clock=still_clock, window=window)
    return {one.path: one for one in facts}, gaps


class _RefusesTheFirst:
    """A source whose file of inode 1 cannot be read."""

    def __init__(self, data: Blob, gap: Gap) -> None:
        self._data = data
        self._gap = gap

    def read(self, entry: Entry, limit: int) -> bytes:
        if entry.inode == 1:
            raise UnreadableEntryError(self._gap)
        return self._data.read(entry.place, limit)

    def blob(self, entry: Entry) -> Blob:
        return self._data.view(entry.place, entry.size)


def test_a_program_a_script_and_an_empty_file_are_told_apart() -> None:
    daemon = hardened_daemon(b"\0BusyBox v1.31.1 (2020)\0")

    found, gaps = _scan(tree({"/bin/busybox": daemon, "/etc/rc": b"#!/bin/sh\necho hi\n", "/etc/empty": b""}))

    busybox = found["/bin/busybox"]
    assert busybox.sha256 == hashlib.sha256(daemon).hexdigest()
    assert (busybox.size, busybox.mode, busybox.text) == (len(daemon), 0o755, None)
    assert busybox.elf is not None
    assert [(hit.rule, hit.version) for hit in busybox.hits] == [("busybox", "1.31.1")]
    assert found["/etc/rc"].text == "#!/bin/sh\necho hi\n"
    assert found["/etc/empty"].text == ""
    assert gaps == ()


def test_records_are_sorted_by_path_whatever_the_order_on_the_disk() -> None:
    facts, _ = scan((tree({"/z": b"1", "/a": b"2", "/m": b"3"}),), limits=Limits(), clock=still_clock)

    assert [one.path for one in facts] == ["/a", "/m", "/z"]


def test_hard_links_share_the_work_and_keep_their_names() -> None:
    data = b"once"
    entries = [Entry(name, Kind.FILE, stat.S_IFREG | 0o644, size=4, inode=7) for name in (b"a", b"b")]

    found, _ = _scan(Tree("0", entries, BlobSource(Blob(data)), name=""))

    assert set(found) == {"/a", "/b"}
    assert found["/a"].sha256 == found["/b"].sha256


def test_a_file_that_cannot_be_read_is_a_gap_and_the_pass_goes_on() -> None:
    gap = Gap(where="/bad", reason=GapReason.DAMAGED, detail="block 3 does not unpack")
    entries = [
        Entry(b"bad", Kind.FILE, stat.S_IFREG | 0o644, size=4, inode=1),
        Entry(b"good", Kind.FILE, stat.S_IFREG | 0o644, size=4, inode=2),
    ]

    found, gaps = _scan(Tree("0", entries, _RefusesTheFirst(Blob(b"data"), gap), name=""))

    assert set(found) == {"/good"}
    assert gaps == (gap,)


def test_a_damaged_program_is_recorded_and_is_a_gap() -> None:
    found, gaps = _scan(tree({"/bin/x": hardened_daemon(bytes(300))[:-200]}))

    assert found["/bin/x"].elf is not None
    assert [(gap.where, gap.reason) for gap in gaps] == [("/bin/x", GapReason.DAMAGED)]


def test_a_large_file_reads_the_same_in_windows() -> None:
    window = 3 * OVERLAP
    for shift in (0, window - 10, window - OVERLAP, 2 * window - OVERLAP - 5, 3 * window):
        data = b"\xff" * shift + b"\0BusyBox v1.31.1 (2020)\0" + b"\xff" * (4 * window)

        found, _ = _scan(tree({"/big": data}), window=window)

        big = found["/big"]
        assert big.sha256 == hashlib.sha256(data).hexdigest()
        assert [(hit.version, hit.offset) for hit in big.hits] == [("1.31.1", shift + 10)]


def test_versions_that_only_together_make_a_table_name_no_component() -> None:
    window = 3 * OVERLAP
    lines = [b"\0BusyBox v1.%d.1 (2020)\0" % minor for minor in (20, 25, 31)]
    apart, two = (b"\xff" * (2 * window)).join(lines), (b"\xff" * (2 * window)).join(lines[:2])

    found, _ = _scan(tree({"/three": b"\xff" * window + apart, "/two": b"\xff" * window + two}), window=window)

    assert [hit.rule for hit in found["/three"].hits] == []
    assert len(found["/two"].hits) == 2


def test_the_time_limit_is_kept_within_a_large_file() -> None:
    ticks = itertools.count()
    window = 3 * OVERLAP

    facts, gaps = scan(
        [tree({"/big": b"\xff" * (9 * window)})],
        limits=Limits(seconds=4),
        clock=lambda: float(next(ticks)),
        window=window,
    )

    (gap,) = gaps
    assert [item.path for item in facts] == ["/big"]
    assert gap.reason is GapReason.LIMIT
    assert gap.detail == "the time limit left 1 large files unread beyond their beginning"
    assert 0 < gap.bytes < 9 * window


def test_a_loose_kernel_gets_a_record() -> None:
    kernel = b"\0\1Linux version 4.14.90 (a@b) (gcc version 7)\0"
    payload = Payload("/partition0/kernel", "0.1", Blob(kernel))

    facts, _ = scan((), loose=(payload,), limits=Limits(), clock=still_clock)

    assert [(one.path, one.root, one.hits[0].version) for one in facts] == [
        ("/0.1/partition0/kernel", LOOSE, "4.14.90")
    ]


def test_when_the_time_is_over_the_rest_is_a_gap() -> None:
    ticks = itertools.count(step=400.0)

    facts, gaps = scan(
        (tree({"/a": b"1", "/b": b"22", "/c": b"333"}),), limits=Limits(seconds=600), clock=lambda: next(ticks)
    )

    assert [one.path for one in facts] == ["/a"]
    assert [(gap.reason, gap.bytes) for gap in gaps] == [(GapReason.LIMIT, 5)]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", True),
        (b"plain\n", True),
        ("größer".encode(), True),
        ("größer".encode("latin-1") * 5, True),
        (b"a" * 4095 + "ö".encode(), True),
        (b"\x7fELF\0", False),
        (b"\x1f\x8b\x08\x00", False),
        (bytes(range(130, 160)), False),
    ],
)
def test_text_is_known_by_its_beginning(data: bytes, expected: bool) -> None:  # noqa: FBT001
    assert looks_like_text(data) is expected
