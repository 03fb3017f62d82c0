"""Components that no package and no rule names."""

from fairmark.examine.inventory import inventory
from fairmark.model.image import Component
from tests.doubles.elves import elf
from tests.doubles.subjects import subject


def _library(payload: bytes = b"") -> bytes:
    return elf(interpreter="", soname="libx.so.1", payload=payload)


def _found(files: dict[str, bytes]) -> list[tuple[str, str, str]]:
    components, _ = inventory(subject(files))
    return [(one.name, one.version, one.source) for one in components]


def test_a_library_without_a_version_text_is_named_and_no_version_is_guessed() -> None:
    components, evidence = inventory(subject({"/usr/lib/libmnl.so.0.2.0": _library()}))

    assert components == (
        Component(
            name="libmnl",
            purl="pkg:generic/libmnl",
            source="library file name",
            paths=("/usr/lib/libmnl.so.0.2.0",),
            evidence=(evidence[0].id,),
            upstream="libmnl",
        ),
    )
    assert evidence[0].statement == "The library file name says libmnl, and no version."


def test_a_text_goes_before_the_name_of_the_file() -> None:
    zlib = _library(b"\0 deflate 1.2.11 Copyright 1995-2017 Jean-loup Gailly and Mark Adler \0")

    assert _found({"/lib/libz.so.1.2.13": zlib}) == [("zlib", "1.2.11", "version pattern")]


def test_a_number_that_means_a_release_goes_before_a_name_alone() -> None:
    files = {"/lib/libglib-2.0.so.0.7400.6": _library(), "/lib/libglib-2.0.so.0": _library()}

    assert _found(files) == [("glib", "2.74.6", "library file name")]


def test_what_a_file_says_of_itself_goes_before_its_name() -> None:
    library = _library(b"\0/build/libnl-3.2.21/lib/addr.c\0")

    assert _found({"/lib/libnl-3.so.200.26.0": library}) == [("libnl", "3.2.21", "build path")]


def test_programs_that_one_project_alone_has_are_named() -> None:
    assert _found({"/sbin/procd": elf()}) == [("procd", "", "program file name")]


def test_a_text_file_of_that_name_is_nothing() -> None:
    assert _found({"/sbin/procd": b"#!/bin/sh\n", "/lib/libmnl.so.0.2.0": b"x\n"}) == []


def test_what_a_package_owns_is_not_named_again() -> None:
    files = {
        "/usr/lib/libmnl.so.0.2.0": _library(),
        "/usr/lib/opkg/status": b"Package: libmnl0\nVersion: 1.0.5-1\nStatus: install ok installed\nArchitecture: arm\n\n",
        "/usr/lib/opkg/info/libmnl0.list": b"/usr/lib/libmnl.so.0.2.0\n",
    }

    assert [source for _, _, source in _found(files)] == ["package database opkg"]
