import pytest

from fairmark.vulnerabilities.identity import family, identity_of, in_release, is_meant, is_namesake, products_of
from fairmark.vulnerabilities.record import Affected
from tests.doubles.flaws import component, package


@pytest.mark.parametrize(
    ("name", "vendor", "product"),
    [
        ("mbedtls", "arm", "mbed_tls"),
        ("mbedtls", "", "mbed tls"),
        ("apache-httpd", "apache", "http_server"),
        ("openssl", "openssl", "openssl"),
        ("dnsmasq", "thekelleys", "dnsmasq"),
        ("glibc", "the gnu c library", "glibc"),
        ("avahi", "n/a", "avahi"),
        ("linux", "linux", "linux_kernel"),
        ("nginx", "f5", "nginx open source"),
    ],
)
def test_a_product_is_known_under_the_names_that_feeds_use(name: str, vendor: str, product: str) -> None:
    assert is_meant(component(name), Affected("cve", product, vendor))


@pytest.mark.parametrize(
    ("name", "vendor", "product"),
    [
        ("apache-httpd", "oracle", "http_server"),
        ("apache-httpd", "", "http_server"),
        ("openssl", "netapp", "openssl"),
        ("openssl", "redhat", "openssl"),
        ("file", "", "file"),
        ("boa", "acme", "boa"),
        ("lua", "someone", "lua"),
    ],
)
def test_the_same_short_name_of_another_maker_does_not_count(name: str, vendor: str, product: str) -> None:
    assert not is_meant(component(name), Affected("cve", product, vendor))


def test_the_name_in_the_components_cpe_counts_too() -> None:
    one = component("gizmo", cpe="cpe:2.3:a:acme\\+co:gizmo_pro:1.0:*:*:*:*:*:*:*")

    assert is_meant(one, Affected("nvd", "gizmo_pro", "acme+co"))
    assert not is_meant(one, Affected("nvd", "gizmo_pro", "other"))


def test_a_package_is_its_own_distributions_and_its_own_releases() -> None:
    assert is_meant(package(), Affected("debian", "openssl", ecosystem="debian 12"))
    assert not is_meant(package(), Affected("debian", "openssl", ecosystem="debian 11"))
    assert not is_meant(package(), Affected("debian", "openssl", ecosystem="debian"))
    assert not is_meant(component("openssl"), Affected("debian", "openssl", ecosystem="debian 12"))


def test_a_release_holds_for_its_point_releases() -> None:
    assert in_release("alpine 3.19.1", "alpine 3.19")
    assert not in_release("alpine 3.1", "alpine 3.19")
    assert family("debian 12") == "debian"


def test_a_store_is_asked_under_every_spelling_and_under_the_source_package() -> None:
    assert {"mbed_tls", "mbed tls", "mbedtls"} <= products_of(component("mbedtls"))
    assert {"openssl"} <= products_of(package())


def test_a_component_of_a_list_finds_its_upstream_by_any_of_its_names() -> None:
    listed = component("Dropbear SSH", upstream="")

    assert identity_of(listed).upstream == "dropbear"


def test_a_product_may_carry_its_makers_name() -> None:
    mosquitto = component("mosquitto", "1.5")

    assert is_meant(mosquitto, Affected("cve", "eclipse mosquitto", "the eclipse foundation"))
    assert "eclipse mosquitto" in products_of(mosquitto)


def test_a_namesake_of_a_maker_that_the_table_does_not_know_is_told_from_the_product_itself() -> None:
    openssl = identity_of(component("openssl"))

    assert is_namesake(openssl, Affected("nvd", "openssl", "netapp"))
    assert not is_namesake(openssl, Affected("nvd", "openssl", "openssl"))
    assert not is_namesake(openssl, Affected("nvd", "openssl", "n/a"))
    assert not is_namesake(openssl, Affected("nvd", "cloud_backup", "netapp"))
    assert not is_namesake(identity_of(component("php")), Affected("nvd", "php", "somebody"))  # a common word
