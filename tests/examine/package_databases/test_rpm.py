"""rpm in each of its three forms gives the same packages, and what cannot be read is a gap."""

from collections.abc import Callable, Sequence

import pytest

from fairmark.examine.packages import package_gaps, read_packages
from fairmark.model.gap import GapReason
from tests.doubles.rpm_databases import bdb, header, ndb, sqlite
from tests.doubles.subjects import subject

_HEADERS = (
    header("gpg-pubkey", "abc", "def"),
    header("busybox", "1.36.1", "3", epoch=1, licence="GPL-2.0-only", files={"/usr/bin/": ["busybox", "missing"]}),
    header("kernel-core", "6.2.9", "300.fc38", source="kernel-6.2.9-300.fc38.src.rpm"),
    header("kernel-core", "6.3.1", "200.fc38", source="kernel-6.3.1-200.fc38.src.rpm"),
)
_FORMS: list[tuple[str, Callable[[Sequence[bytes]], bytes]]] = [
    ("/var/lib/rpm/rpmdb.sqlite", sqlite),
    ("/usr/lib/sysimage/rpm/Packages.db", ndb),
    ("/var/lib/rpm/Packages", bdb),
]


@pytest.mark.parametrize(("path", "write"), _FORMS, ids=["sqlite", "ndb", "bdb"])
def test_each_form_gives_names_versions_and_files(path: str, write: Callable[[Sequence[bytes]], bytes]) -> None:
    device = subject(
        {path: write(_HEADERS), "/usr/bin/busybox": b"x", "/etc/os-release": b"ID=fedora\nVERSION_ID=38\n"},
        links={"/bin": "usr/bin"},
    )

    busybox, *kernels = read_packages(device)

    assert (busybox.kind, busybox.version, busybox.upstream, busybox.licence) == (
        "rpm",
        "1:1.36.1-3",
        "1.36.1",
        "GPL-2.0-only",
    )
    assert (busybox.paths, busybox.origin, busybox.builder) == (
        ("/usr/bin/busybox",),
        "package database rpm",
        "fedora 38",
    )
    assert busybox.purl == "pkg:rpm/fedora/busybox@1.36.1-3?arch=armv7hl&distro=fedora-38&epoch=1"
    assert [(one.version, one.source) for one in kernels] == [
        ("6.2.9-300.fc38", "kernel"),
        ("6.3.1-200.fc38", "kernel"),
    ]
    assert package_gaps(device) == ()


def test_a_makers_own_build_has_no_distribution_that_mends_it() -> None:
    device = subject({"/var/lib/rpm/rpmdb.sqlite": sqlite(_HEADERS), "/etc/os-release": b"ID=poky\nVERSION_ID=4.0\n"})

    assert {one.builder for one in read_packages(device)} == {""}


@pytest.mark.parametrize(("path", "write"), _FORMS, ids=["sqlite", "ndb", "bdb"])
def test_a_damaged_package_is_counted_and_the_others_stay(path: str, write: Callable[[Sequence[bytes]], bytes]) -> None:
    device = subject({path: write((b"\xff" * 64, *_HEADERS))})

    assert len(read_packages(device)) == 3
    (gap,) = package_gaps(device)
    assert (gap.where, gap.reason) == (path, GapReason.DAMAGED)
    assert gap.detail == "1 packages of the database cannot be read"


@pytest.mark.parametrize("path", [path for path, _ in _FORMS])
def test_a_database_that_is_none_is_a_gap(path: str) -> None:
    device = subject({path: b"SQLite format 3\0" + b"\xee" * 5000})

    assert read_packages(device) == ()
    assert [gap.reason for gap in package_gaps(device)] == [GapReason.DAMAGED]


def test_changes_that_wait_in_a_log_are_a_gap() -> None:
    device = subject({"/var/lib/rpm/rpmdb.sqlite": sqlite(_HEADERS), "/var/lib/rpm/rpmdb.sqlite-wal": b"x" * 4152})

    assert len(read_packages(device)) == 3
    assert [gap.reason for gap in package_gaps(device)] == [GapReason.UNSUPPORTED]


def test_the_newest_form_is_the_one_in_use() -> None:
    device = subject(
        {"/var/lib/rpm/rpmdb.sqlite": sqlite(_HEADERS), "/var/lib/rpm/Packages": bdb([header("old", "1.0")])}
    )

    assert {one.name for one in read_packages(device)} == {"busybox", "kernel-core"}
