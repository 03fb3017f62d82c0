"""What the image says of its own making: a release of a build system, or a number of the maker."""

from fairmark.examine.inventory import inventory
from fairmark.examine.releases import os_release, read_releases
from tests.doubles.subjects import subject, tree


def test_a_build_system_is_one_component_with_its_line_as_proof() -> None:
    device = subject({"/etc/os-release": b"NAME=Buildroot\nID=buildroot\nVERSION_ID=2023.02.4\n"})

    (component,), (proof,) = inventory(device)

    assert (component.name, component.version, component.source) == ("buildroot", "2023.02.4", "distribution/build")
    assert (component.cpe, component.upstream, component.paths) == ("", "", ("/etc/os-release",))
    assert (proof.where.path, proof.where.line) == ("/etc/os-release", 3)


def test_one_builder_is_named_once_with_its_most_exact_release() -> None:
    device = subject(
        {
            "/etc/openwrt_release": b"DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='21.02.3'\n",
            "/etc/openwrt_version": b"21.02.3\n",
            "/etc/os-release": b'ID="openwrt"\nVERSION_ID="21.02"\n',
            "/etc/banner": b" -----\n OpenWrt 21.02.3, r16554-1d4dea6d4f\n -----\n",
        }
    )

    (release,) = read_releases(device)

    assert (release.builder, release.version, release.path) == ("openwrt", "21.02.3", "/etc/openwrt_release")


def test_yocto_writes_its_distribution_into_a_file_of_its_own() -> None:
    text = b"-----------------------\nBuild Configuration:  |\nDISTRO = poky\nDISTRO_VERSION = 4.0.5\nmeta = HEAD:abc\n"

    for path in ("/etc/build", "/etc/buildinfo"):
        (release,) = read_releases(subject({path: text}))

        assert (release.builder, release.version, release.line) == ("poky", "4.0.5", 4)


def test_a_number_of_the_maker_is_no_component() -> None:
    device = subject({"/etc/version": b"Version: 1.0.7\n"})

    (release,) = read_releases(device)

    assert release.statement == "The image names itself version 1.0.7."
    assert inventory(device) == ((), ())


def test_distributions_of_binary_packages_and_other_texts_say_nothing_here() -> None:
    files = {
        "/etc/os-release": b"ID=debian\nVERSION_ID=12\n",
        "/etc/version": b"20230405123456\n",
        "/etc/issue": b"Welcome to Buildroot\n",
        "/etc/openwrt_release": b"DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='SNAPSHOT'\n",
    }

    assert read_releases(subject(files)) == ()


def test_the_second_place_of_os_release_counts_too() -> None:
    assert os_release(tree({"/usr/lib/os-release": b"ID='alpine'\nVERSION_ID=3.19.1\n"})) == ("alpine", "3.19.1")
    assert os_release(tree({})) == ("", "")
