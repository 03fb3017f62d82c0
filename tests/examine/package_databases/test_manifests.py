"""Build manifests count where no package database is there, and other files pass for none."""

from fairmark.examine.detectors.components import DETECTOR
from fairmark.examine.inventory import contradictions, inventory
from fairmark.examine.packages import package_gaps, read_packages
from fairmark.model.gap import GapReason
from tests.doubles.elves import elf
from tests.doubles.subjects import subject

_BUILDROOT = b""""PACKAGE","VERSION","LICENSE","LICENSE FILES","SOURCE ARCHIVE","SOURCE SITE"
"busybox","1.36.1","GPL-2.0, bzip2-1.0.4","LICENSE","busybox-1.36.1.tar.bz2","https://example.org"
"lamp-app","not applicable","PROPRIETARY","",""
"""
_YOCTO = b"""PACKAGE NAME: libssl3
PACKAGE VERSION: 3.0.13
RECIPE NAME: openssl
LICENSE: Apache-2.0

PACKAGE NAME: busybox
PACKAGE VERSION: 1.35.0
RECIPE NAME: busybox
LICENSE: GPL-2.0-only & bzip2-1.0.4
"""


def test_the_table_of_buildroot_gives_packages_without_files() -> None:
    busybox, lamp = read_packages(subject({"/usr/share/legal-info/manifest.csv": _BUILDROOT}))

    assert (busybox.kind, busybox.version, busybox.licence, busybox.line) == (
        "buildroot",
        "1.36.1",
        "GPL-2.0, bzip2-1.0.4",
        2,
    )
    assert busybox.purl == "pkg:generic/busybox@1.36.1"
    assert (lamp.version, lamp.origin) == ("", "build manifest buildroot")


def test_the_licences_of_yocto_name_the_recipe() -> None:
    busybox, ssl = read_packages(subject({"/usr/share/common-licenses/license.manifest": _YOCTO}))

    assert (ssl.name, ssl.version, ssl.source, ssl.licence) == ("libssl3", "3.0.13", "openssl", "Apache-2.0")
    assert busybox.lister == "The Yocto manifest"


def test_lists_of_images_are_known_by_their_lines() -> None:
    yocto = b"base-files cortexa7 3.0.14\nbusybox cortexa7 1.35.0\nlibc6 cortexa7 2.35\n"
    openwrt = b"base-files - 1543-r20134\nbusybox - 1.35.0-5\nzlib - 1.2.13-1\n"

    found = read_packages(subject({"/deploy/image.manifest": yocto})) + read_packages(
        subject({"/bin/openwrt.manifest": openwrt})
    )

    assert [(one.kind, one.name, one.version, one.architecture) for one in found] == [
        ("yocto", "base-files", "3.0.14", "cortexa7"),
        ("yocto", "busybox", "1.35.0", "cortexa7"),
        ("yocto", "libc6", "2.35", "cortexa7"),
        ("openwrt", "base-files", "1543-r20134", ""),
        ("openwrt", "busybox", "1.35.0-5", ""),
        ("openwrt", "zlib", "1.2.13-1", ""),
    ]


def test_other_files_of_that_name_are_no_manifest() -> None:
    files = {
        "/a/app.manifest": b'<?xml version="1.0"?>\n<assembly>\n</assembly>\n',
        "/a/manifest": b"one two three\nfour five six\nnot this line at all\n",
        "/a/manifest.csv": b"name,size\na,1\nb,2\nc,3\n",
        "/b/short.manifest": b"busybox - 1.0\n",
    }

    assert read_packages(subject(files)) == ()


def test_a_package_database_goes_before_every_manifest() -> None:
    device = subject(
        {
            "/usr/lib/opkg/status": b"Package: zlib\nVersion: 1.2.13-1\nStatus: install user installed\n",
            "/usr/share/legal-info/manifest.csv": _BUILDROOT,
        }
    )

    assert [one.name for one in read_packages(device)] == ["zlib"]


def test_a_manifest_claims_its_components_and_can_be_contradicted() -> None:
    device = subject(
        {
            "/usr/share/legal-info/manifest.csv": _BUILDROOT,
            "/bin/busybox": elf(payload=b"\0BusyBox v1.31.1 (2020)\0"),
        }
    )

    components, _ = inventory(device)
    (found,) = contradictions(device)
    titles = [one.title for one in DETECTOR.detect(device).findings]

    assert [one.source for one in components] == ["build manifest buildroot"] * 2
    assert (found.package.name, [sight.hit.version for sight in found.sights]) == ("busybox", ["1.31.1"])
    assert "busybox: the build manifest says 1.36.1, the binary says 1.31.1" in titles


def test_a_manifest_that_cannot_be_read_is_a_gap() -> None:
    device = subject({"/usr/share/common-licenses/license.manifest": b"\0\1\2\3" * 10})

    assert [gap.reason for gap in package_gaps(device)] == [GapReason.DAMAGED]
