"""What a file says of its own version although no rule knows it."""

import pytest

from fairmark.examine.patterns import component_of, find_versions
from fairmark.examine.self_named import technique_of


def _read(data: bytes, name: bytes) -> list[tuple[str, str]]:
    return [(component_of(hit.rule), hit.version) for hit in find_versions(bytes(300) + data + bytes(300), name)]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (b"/build/acmed-1.4.2/src/main.c", b"acmed"),
        (b"/home/x/build_dir/target-mips/acmed-1.4.2/net/if.cpp", b"acmed"),
        (b"/build/libacmed-1.4.2+dfsg/lib/addr.c", b"libacmed.so.3.2.1"),
        (b"/build/acmed3-1.4.2/lib/addr.c", b"libacmed-3.so.200.26.0"),
    ],
)
def test_a_source_in_a_folder_that_is_named_after_the_file_gives_its_version(path: bytes, name: bytes) -> None:
    assert [version for _, version in _read(path, name)] == ["1.4.2"]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"/build/other-1.4.2/src/main.c", b"acmed"),  # a source of another project
        (b"/usr/lib/acmed-1.4.2/plugins", b"acmed"),  # a folder of data: its number may be that of an interface
        (b"/build/acmed-1.4.2/src/main.c\0/build/acmed-1.5.0/src/main.c", b"acmed"),  # two versions
        (b"/build/acmed-1.4.2/src/main.conf", b"acmed"),
    ],
)
def test_other_paths_give_none(data: bytes, name: bytes) -> None:
    assert _read(data, name) == []


def test_the_number_of_a_library_file_that_stands_in_its_text_is_its_version() -> None:
    assert _read(b"libacmed 1.5.1", b"libacmed.so.1.5.1") == [("libacmed", "1.5.1")]
    assert _read(b"1.5.1", b"libacmed.so.1.5.1") == [("libacmed", "1.5.1")]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"1.5.1", b"libacmed.so.1.5.2"),
        (b"1.5.1", b"libacmed.so"),
        (b"1.0.0", b"libacmed.so.1.0.0"),  # every second library has this number
        (b"0.1.0", b"libacmed.so.0.1.0"),
        (b"11.5.1", b"libacmed.so.1.5.1"),
        (b"1.5.12", b"libacmed.so.1.5.1"),
        (b"1.5.1.3", b"libacmed.so.1.5.1"),
    ],
)
def test_another_number_proves_nothing(data: bytes, name: bytes) -> None:
    assert _read(data, name) == []


def test_a_rule_goes_before_a_technique() -> None:
    data = b"/build/busybox-1.36.0/libbb/appletlib.c\0BusyBox v1.31.1 (2020)\0"

    assert _read(data, b"busybox") == [("busybox", "1.31.1")]


def test_a_hit_says_where_and_by_which_technique() -> None:
    data = bytes(10_000) + b"/build/acmed-1.4.2/src/main.c" + bytes(300)

    (hit,) = find_versions(data, b"acmed", base=50)

    assert data[hit.offset - 50 :].startswith(b"1.4.2")
    assert technique_of(hit.rule) == ("build path", "acmed")
    assert technique_of("busybox") is None


def test_a_catalogue_of_translations_is_no_program() -> None:
    assert find_versions(b"\xde\x12\x04\x95" + bytes(300) + b"\0BusyBox v1.31.1 (2020)\0", b"busybox.mo") == ()
