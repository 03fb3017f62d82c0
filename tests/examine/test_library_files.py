"""What the names of library files say, and what they do not."""

import pytest

from fairmark.examine.library_files import LibraryFile, library_file, program_file
from fairmark.examine.patterns import component_name
from fairmark.model.data import load_yaml

TABLE = load_yaml("fairmark.examine.rules", "library_files.yaml")


@pytest.mark.parametrize(
    ("name", "component", "version"),
    [
        ("libgit2.so.1.5.1", "libgit2", "1.5.1"),
        ("libz.so.1.2.13", "zlib", "1.2.13"),
        ("libglib-2.0.so.0.7400.6", "glib", "2.74.6"),
        ("libgstreamer-1.0.so.0.1804.0", "gstreamer", "1.18.4"),
        ("libacl.so.1.1.2253", "acl", "2.2.53"),
        ("libattr.so.1.1.2501", "attr", "2.5.1"),
        ("libfreetype.so.6.18.3", "freetype", "2.12.1"),
        ("libnettle.so.8.6", "nettle", "3.8.1"),
        ("libogg.so.0.8.5", "libogg", "1.3.5"),
    ],
)
def test_a_number_whose_meaning_is_known_gives_the_release(name: str, component: str, version: str) -> None:
    found = library_file(name)

    assert found is not None
    assert (found.component, found.version) == (component, version)


@pytest.mark.parametrize("name", ["libz.so.1", "libmnl.so.0.2.0", "libfreetype.so.6.99.1", "libfreetype.so.6"])
def test_a_number_that_says_nothing_leaves_the_name_alone(name: str) -> None:
    found = library_file(name)

    assert found is not None
    assert found.version == ""


@pytest.mark.parametrize(
    "name", ["busybox", "libown.so.1.2.3", "libz.a", "libz.so.1.2.13.debug", "", "lib.so", "libz.so."]
)
def test_other_names_say_nothing(name: str) -> None:
    assert library_file(name) is None


def test_a_program_that_only_one_project_has_is_named() -> None:
    assert program_file("procd") == LibraryFile("procd", "", "programs")
    assert program_file("httpd") is None


def test_no_file_stands_for_two_components() -> None:
    names = [stem for stems in TABLE["names"].values() for stem in stems.split()]

    assert len(set(names)) == len(names)
    for row in TABLE["releases"]:
        pairs = [pair.split("=") for pair in row["numbers"].split()]
        assert len({number for number, _ in pairs}) == len({release for _, release in pairs}) == len(pairs), row["file"]


def test_components_are_called_as_the_rules_call_them() -> None:
    rows = (*TABLE["computed"], *TABLE["releases"])
    names = {*TABLE["equal"].values(), *TABLE["names"], *TABLE["programs"], *(row["name"] for row in rows)}

    assert {name for name in names if component_name(name) != name} == set()
