"""opkg and dpkg, beyond what test_packages shows of both."""

from fairmark.examine.package_databases.control import dpkg, opkg
from fairmark.model.gap import Gap, GapReason
from tests.doubles.subjects import tree


def test_without_a_status_file_the_control_files_of_opkg_count() -> None:
    device = tree({"/usr/lib/opkg/info/zlib.control": b"Package: zlib\nVersion: 1.2.13-1\n"})

    (package,) = opkg(device, [])

    assert (package.name, package.database) == ("zlib", "/usr/lib/opkg/info/zlib.control")


def test_a_package_that_was_removed_is_not_installed() -> None:
    status = b"Package: a\nStatus: deinstall ok config-files\nVersion: 1\n"

    assert list(dpkg(tree({"/var/lib/dpkg/status": status}), [])) == []


def test_a_status_file_of_other_bytes_is_a_gap() -> None:
    gaps: list[Gap] = []

    assert list(dpkg(tree({"/var/lib/dpkg/status": b"\x7fELF\0\0\0" * 9}), gaps)) == []
    assert [gap.reason for gap in gaps] == [GapReason.DAMAGED]


def test_a_source_package_of_another_version_is_kept_with_it() -> None:
    status = (
        b"Package: libldb2\nStatus: install ok installed\nSource: samba (2:4.17.12+dfsg-0+deb12u1)\n"
        b"Version: 2:2.6.2+samba4.17.12+dfsg-0+deb12u1\n"
    )

    (package,) = dpkg(tree({"/var/lib/dpkg/status": status}), [])

    assert (package.source, package.source_version) == ("samba", "2:4.17.12+dfsg-0+deb12u1")
