"""Names and versions of one package."""

import pytest

from fairmark.examine.package_databases.package import Package, upstream_version


def _package(kind: str, version: str, **more: str) -> Package:
    return Package(kind, "curl", version, "", "curl", "", "", "/db", None, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("version", "upstream"),
    [
        ("5.6.1+really5.4.5-1", "5.4.5"),
        ("1:1.36.1-3", "1.36.1"),
        ("8.0.1-2.fc38", "8.0.1"),
        ("4.17.12+dfsg-0+deb12u1", "4.17.12"),
        ("really", ""),
    ],
)
def test_what_distributions_add_is_stripped(version: str, upstream: str) -> None:
    assert upstream_version(version) == upstream


def test_package_urls_have_the_types_of_their_databases() -> None:
    assert _package("rpm", "3:8.0-1").purl == "pkg:rpm/curl@8.0-1?epoch=3"
    assert _package("dpkg", "3:8.0-1").purl == "pkg:deb/debian/curl@3:8.0-1"
    assert _package("yocto", "8.0").purl == "pkg:generic/curl@8.0"
    assert _package("openwrt", "8.0-1").purl == "pkg:opkg/curl@8.0-1"


def test_only_distributions_that_mend_their_packages_count_as_builders() -> None:
    assert _package("rpm", "8.0-1", distribution="rhel", release="9.3").builder == "rhel 9.3"
    assert _package("rpm", "8.0-1", distribution="poky", release="4.0").builder == ""
