"""Package databases, honest and hostile."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.examine import packages
from fairmark.examine.packages import read_packages, upstream_version
from tests.doubles.subjects import subject

_OPKG = b"""Package: busybox
Version: 1.33.2-6
Depends: libc
Status: install user installed
Architecture: mips_24kc

Package: gone
Version: 1.0-1
Status: deinstall ok not-installed
"""
_DPKG = b"""Package: zlib1g
Status: install ok installed
Source: zlib (1:1.2.13.dfsg-1)
Version: 1:1.2.13.dfsg-1
Architecture: armhf
Description: compression library
 Package: not-a-package
"""
_APK = b"""C:Q1abc=
P:musl
V:1.2.3-r4
A:armv7
L:MIT
o:musl
F:lib
R:ld-musl-armhf.so.1
Z:Q1xyz=

P:busybox
V:1.35.0-r29
A:armv7
L:GPL-2.0-only
F:bin
R:busybox
"""


def test_opkg_gives_name_version_licence_and_files() -> None:
    device = subject(
        {
            "/usr/lib/opkg/status": _OPKG,
            "/usr/lib/opkg/info/busybox.control": b"Package: busybox\nSource: package/utils/busybox\nLicense: GPL-2.0\n",
            "/usr/lib/opkg/info/busybox.list": b"/bin/busybox\n/bin/sh\n/missing\n",
            "/bin/busybox": b"x",
            "/etc/os-release": b'ID="openwrt"\nVERSION_ID="21.02.3"\n',
        },
        links={"/bin/sh": "busybox"},
    )

    (package,) = read_packages(device)

    assert (package.name, package.upstream, package.source, package.licence) == (
        "busybox",
        "1.33.2",
        "busybox",
        "GPL-2.0",
    )
    assert package.paths == ("/bin/busybox",)
    assert package.purl == "pkg:opkg/busybox@1.33.2-6?arch=mips_24kc&distro=openwrt-21.02.3"


def test_dpkg_knows_source_package_and_distribution() -> None:
    device = subject(
        {
            "/var/lib/dpkg/status": _DPKG,
            "/var/lib/dpkg/info/zlib1g:armhf.list": b"/.\n/lib\n/lib/libz.so.1.2.13\n",
            "/usr/lib/libz.so.1.2.13": b"x",
            "/etc/os-release": b"ID=debian\nVERSION_ID=12\n",
        },
        links={"/lib": "usr/lib"},
    )

    (package,) = read_packages(device)

    assert (package.source, package.upstream, package.line) == ("zlib", "1.2.13", 1)
    assert package.paths == ("/usr/lib/libz.so.1.2.13",)
    assert package.purl == "pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?arch=armhf&distro=debian-12"


def test_a_folder_of_status_files_is_read_too() -> None:
    device = subject({"/var/lib/dpkg/status.d/zlib1g": _DPKG, "/var/lib/dpkg/status.d/zlib1g.md5sums": b"Package: x\n"})

    assert [one.name for one in read_packages(device)] == ["zlib1g"]


def test_apk_lists_files_by_folder() -> None:
    device = subject(
        {"/lib/apk/db/installed": _APK, "/lib/ld-musl-armhf.so.1": b"x", "/bin/busybox": b"x"},
    )

    busybox, musl = read_packages(device)

    assert (musl.name, musl.version, musl.licence, musl.line) == ("musl", "1.2.3-r4", "MIT", 1)
    assert musl.paths == ("/lib/ld-musl-armhf.so.1",)
    assert musl.purl == "pkg:apk/alpine/musl@1.2.3-r4?arch=armv7"
    assert (busybox.paths, busybox.line) == (("/bin/busybox",), 11)


@pytest.mark.parametrize(
    ("version", "upstream"),
    [
        ("1:1.2.13.dfsg-1", "1.2.13"),
        ("9.2p1-2+deb12u3", "9.2p1"),
        ("1.1.1k-1+deb11u1", "1.1.1k"),
        ("2:2.10-12+deb12u1", "2.10"),
        ("2022.83-1", "2022.83"),
        ("1.35.0-r29", "1.35.0"),
        ("4.2.8p15+dfsg-1", "4.2.8p15"),
        ("2021-04-01-57ce6f9c-1", ""),
        ("20230311", ""),
        ("git-23.093", ""),
        ("", ""),
    ],
)
def test_the_upstream_version_is_what_remains_of_a_package_version(version: str, upstream: str) -> None:
    assert upstream_version(version) == upstream


def test_hostile_databases_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MAX_PACKAGES", 10)
    status = b"".join(b"Package: p%d\nVersion: 1.0\n\n" % number for number in range(50))
    device = subject(
        {
            "/usr/lib/opkg/status": status,
            "/var/lib/dpkg/status": b"\x7fELF\0\0" * 100,
            "/lib/apk/db/installed": b"P:" + b"x" * 100_000 + b"\nV:1\n",
        }
    )

    found = read_packages(device)

    assert len(found) == 10
    assert all(len(one.name) <= 300 for one in found)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from([b"Package: a", b"P:", b"P:x", b"F:..", b"R:../..", b"", b":", b" x", b"\xff"]), max_size=12
    )
)
def test_no_database_makes_the_reader_raise(lines: list[bytes]) -> None:
    text = b"\n".join(lines)

    found = read_packages(
        subject({"/usr/lib/opkg/status": text, "/var/lib/dpkg/status": text, "/lib/apk/db/installed": text})
    )

    assert len(found) < 40
