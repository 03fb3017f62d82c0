import pytest

from fairmark.workflows.sbom_entries import Purl, component_of, purl_of


def test_a_package_url_is_taken_apart() -> None:
    found = purl_of("pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=armhf&distro=debian-12&upstream=openssl#sub")

    assert (found.kind, found.namespace, found.name, found.version) == ("deb", "debian", "libssl3", "3.0.11-1~deb12u2")
    assert found.qualifiers == {"arch": "armhf", "distro": "debian-12", "upstream": "openssl"}
    assert purl_of("pkg:npm/%40angular/core@1").name == "core"


@pytest.mark.parametrize("text", ["", "pkg:", "pkg:deb", "pkg:/", "https://example.org/x@1"])
def test_what_is_no_package_url_is_empty(text: str) -> None:
    assert purl_of(text) == Purl()


def test_a_distributions_package_keeps_its_distribution_source_and_upstream_version() -> None:
    purl = "pkg:deb/debian/libssl1.1@1.1.1n-0+deb11u3?distro=bullseye&upstream=openssl%401.1.1n-0%2Bdeb11u3"

    one = component_of("libssl1.1", "1.1.1n-0+deb11u3", purl)

    assert (one.distribution, one.source_package) == ("debian 11", "openssl")
    assert (one.upstream, one.upstream_version) == ("openssl", "1.1.1n")


@pytest.mark.parametrize(
    ("purl", "distribution"),
    [
        ("pkg:apk/alpine/musl@1.2.4-r2?distro=alpine-3.19.1", "alpine 3.19.1"),
        ("pkg:deb/debian/x@1?distro=debian-12", "debian 12"),
        ("pkg:deb/debian/x@1", ""),
        ("pkg:generic/busybox@1.36.1", ""),
    ],
)
def test_the_distribution_is_what_the_package_url_says(purl: str, distribution: str) -> None:
    assert component_of("x", "1", purl).distribution == distribution


@pytest.mark.parametrize(
    ("name", "cpe", "upstream"),
    [
        ("libcurl4", "", "curl"),
        ("wpa-supplicant", "", "wpa_supplicant"),
        ("mbedtls-deps", "", "mbedtls"),
        ("my-name-for-it", "cpe:2.3:a:openssl:openssl:3.0.1:*:*:*:*:*:*:*", "openssl"),
        ("vendor-daemon", "", ""),
    ],
)
def test_the_upstream_project_is_found_by_cpe_package_url_or_alias(name: str, cpe: str, upstream: str) -> None:
    assert component_of(name, "1", "", cpe).upstream == upstream


def test_words_for_nothing_and_hidden_characters_are_taken_out() -> None:
    one = component_of("a\x1b[31mb", "NOASSERTION", "not a purl", "nor a cpe", "NONE")

    assert (one.name, one.version, one.purl, one.cpe, one.licence) == ("a [31mb", "", "", "", "")
