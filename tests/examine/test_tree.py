"""A tree answers like a file system that has no outside."""

import pytest

from fairmark.examine.blob import Blob
from fairmark.examine.tree import BlobSource, Entry, Kind, Tree, UnreadableEntryError
from fairmark.model.gap import Gap, GapReason

DATA = Blob(b"passwords\nbinary")


def directory(path: bytes) -> Entry:
    return Entry(path, Kind.DIRECTORY, 0o040755)


def link(path: bytes, target: bytes) -> Entry:
    return Entry(path, Kind.SYMLINK, 0o120777, size=len(target), target=target)


TREE = Tree(
    "0.1",
    [
        directory(b"etc"),
        Entry(b"etc/passwd", Kind.FILE, 0o100644, size=10, inode=1, place=6),
        directory(b"usr"),
        directory(b"usr/bin"),
        Entry(b"usr/bin/tool", Kind.FILE, 0o100755, size=6, inode=2, place=0),
        Entry(b"usr/bin/same", Kind.FILE, 0o100755, size=6, inode=2, place=0),
        link(b"bin", b"usr/bin"),
        link(b"abs", b"/etc/passwd"),
        link(b"usr/up", b"../../../../etc"),
        link(b"dead", b"nowhere"),
        link(b"self", b"self"),
        link(b"nothing", b""),
    ],
    BlobSource(DATA),
)


@pytest.mark.parametrize(
    ("path", "real"),
    [
        ("/etc/passwd", b"etc/passwd"),
        ("etc/passwd", b"etc/passwd"),
        (b"etc//./passwd", b"etc/passwd"),
        ("/bin/tool", b"usr/bin/tool"),
        ("/abs", b"etc/passwd"),
        ("/usr/up/passwd", b"etc/passwd"),
        ("/../../etc/passwd", b"etc/passwd"),
        ("/", b""),
        ("", b""),
        ("/dead", None),
        ("/self", None),
        ("/nothing", None),
        ("/etc/passwd/x", None),
        ("/etc/passwd/..", None),
        ("/none", None),
    ],
)
def test_lookups_resolve_inside_the_tree(path: str | bytes, real: bytes | None) -> None:
    assert TREE.resolve(path) == real


def test_a_link_itself_can_be_asked_for() -> None:
    found = TREE.get("/usr/../abs", follow=False)
    behind = TREE.get("/bin/tool", follow=False)

    assert found is not None
    assert behind is not None
    assert (found.kind, found.target) == (Kind.SYMLINK, b"/etc/passwd")
    assert behind.path == b"usr/bin/tool"
    assert TREE.get("/bin/", follow=False) == TREE.get("/bin", follow=False)


def test_listings_are_sorted_and_children_follow_links() -> None:
    assert [entry.path for entry in TREE.files()] == [b"etc/passwd", b"usr/bin/same", b"usr/bin/tool"]
    assert [entry.name for entry in TREE.children("/bin")] == [b"same", b"tool"]
    assert [entry.name for entry in TREE.children("/")] == [
        b"abs",
        b"bin",
        b"dead",
        b"etc",
        b"nothing",
        b"self",
        b"usr",
    ]
    assert TREE.children("/none") == ()
    assert TREE.children("/etc/passwd") == ()


def test_disk_order_follows_the_data() -> None:
    assert [entry.name for entry in TREE.files_in_disk_order()] == [b"same", b"tool", b"passwd"]


def test_hard_links_know_each_other() -> None:
    tool = TREE.get("/usr/bin/tool")

    assert tool is not None
    assert [entry.name for entry in TREE.links(tool)] == [b"same", b"tool"]


def test_reading_stops_at_a_limit_and_other_kinds_are_empty() -> None:
    passwd, etc = TREE.get("/etc/passwd"), TREE.get("/etc")

    assert passwd is not None
    assert etc is not None
    assert TREE.read(passwd, 4) == DATA.read(6, 4)
    assert TREE.blob(passwd).size == 10
    assert TREE.head(passwd) == TREE.read(passwd)
    assert (TREE.read(etc), TREE.blob(etc).size) == (b"", 0)


def test_a_tree_under_another_name_is_the_same_tree() -> None:
    main = TREE.named("")

    assert (TREE.name, main.name, main.container) == ("0.1", "", "0.1")
    assert main.entries() == TREE.entries()
    assert len(main) == 12


def test_paths_are_printed_so_that_nothing_in_them_can_deceive() -> None:
    assert Entry(b"a\n\xff\x1b", Kind.FILE, 0o100644).printable == "/a\\x0a\\xff\\x1b"


def test_a_file_that_cannot_be_read_carries_its_gap() -> None:
    gap = Gap(where="0 (squashfs): /x", reason=GapReason.DAMAGED, detail="a block cannot be decompressed")

    error = UnreadableEntryError(gap)

    assert error.gap is gap
    assert str(error) == "0 (squashfs): /x: a block cannot be decompressed"
    assert error.hint
