"""The header of an rpm package: what is read, and what a hostile one cannot do."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine.package_databases.reading import MalformedError
from fairmark.examine.package_databases.rpm_header import read_header
from tests.doubles.rpm_databases import header, raw_header


def test_a_header_gives_version_with_epoch_source_and_files() -> None:
    files = {"/usr/bin/": ["curl"], "/usr/share/doc/curl/": ["README", "LOG"]}

    found = read_header(
        header("curl-minimal", "8.0.1", "2.fc38", epoch=1, source="curl-8.0.1-2.fc38.src.rpm", files=files)
    )

    assert (found.name, found.version, found.source) == ("curl-minimal", "1:8.0.1-2.fc38", "curl")
    assert found.paths == ("/usr/bin/curl", "/usr/share/doc/curl/README", "/usr/share/doc/curl/LOG")


def test_a_file_that_the_package_only_promises_is_left_out() -> None:
    found = read_header(header("a", "1.0", files={"/var/log/": ["lastlog", "real"]}, flags=[1 << 6, 0]))

    assert found.paths == ("/var/log/real",)


def test_old_packages_list_whole_paths() -> None:
    tags: list[tuple[int, int, object]] = [(1000, 6, "a"), (1001, 6, "1"), (1027, 8, ["/bin/a", "/bin/b"])]

    assert read_header(raw_header(tags)).paths == ("/bin/a", "/bin/b")


@pytest.mark.parametrize(
    "tags",
    [
        [(1000, 6, "a")],
        [(1000, 4, [1]), (1001, 6, "1")],
        [(1000, 7, ["a"]), (1001, 6, "1")],
        [(1000, 6, "a"), (1001, 6, "1"), (1117, 8, ["x"]), (1118, 8, ["/"]), (1116, 4, [7])],
        [(1000, 6, "a"), (1001, 6, "1"), (1117, 8, ["x", "y"]), (1118, 8, ["/"]), (1116, 4, [0])],
    ],
)
def test_a_header_that_contradicts_itself_is_malformed(tags: list[tuple[int, int, object]]) -> None:
    with pytest.raises(MalformedError):
        read_header(raw_header(tags))


@pytest.mark.parametrize(
    "entry",
    [
        (1000, 6, 0, 0xFFFFFFFF),
        (1000, 6, 0xFFFFFFF0, 1),
        (1003, 4, 0, 0x40000000),
        (1117, 8, 0, 0xFFFFFFFF),
        (1117, 8, 0, 9),
    ],
)
def test_counts_and_offsets_are_bounded_before_anything_is_made_of_them(entry: tuple[int, int, int, int]) -> None:
    store = b"a\0b\0"

    raw = struct.pack(">II", 3, len(store)) + struct.pack(">IIII", *entry)
    raw += struct.pack(">IIII", 1000, 6, 0, 1) + struct.pack(">IIII", 1001, 6, 2, 1) + store

    if entry[:2] == (1000, 6) and entry[2] == 0:
        assert read_header(raw).name == "a"
    else:
        with pytest.raises(MalformedError):
            read_header(raw)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=6), st.integers(0, 400))
def test_no_damage_ends_in_anything_else_than_our_error(flips: list[tuple[int, int]], length: int) -> None:
    raw = bytearray(header("curl", "8.0.1", epoch=1, files={"/usr/bin/": ["curl", "x"]}))
    for at, value in flips:
        raw[at % len(raw)] = value

    try:
        found = read_header(bytes(raw[: len(raw) - length % 40]))
    except MalformedError:
        return

    assert found.name
