"""What was built into the system, read off the image; what it does not tell stays unknown."""

import gzip

from fairmark.examine.build import build_of
from tests.doubles import elves
from tests.doubles.subjects import subject


def test_modules_built_in_drivers_and_options_are_read() -> None:
    made = subject(
        {
            "/lib/modules/5.10.1/kernel/net/sctp-diag.ko": b"\x7fELF",
            "/lib/modules/5.10.1/kernel/drivers/usb.ko.xz": b"x",
            "/lib/modules/5.10.1/modules.builtin": b"kernel/fs/ext4/ext4.ko\nkernel/fs/jffs2/jffs2.ko\n",
            "/boot/config-5.10.1": b"# CONFIG_DRM is not set\nCONFIG_EXT4_FS=y\nCONFIG_USB=m\n",
        }
    )

    build = build_of(made)

    assert build.kernel_modules == ("sctp_diag", "usb")
    assert build.kernel_built_in == ("ext4", "jffs2")
    assert build.kernel_config == {"CONFIG_DRM": "n", "CONFIG_EXT4_FS": "y", "CONFIG_USB": "m"}


def test_a_packed_configuration_is_read_too() -> None:
    made = subject({"/boot/config.gz": gzip.compress(b"CONFIG_NET=y\n")})

    assert build_of(made).kernel_config == {"CONFIG_NET": "y"}


def test_applets_are_the_names_that_lead_to_busybox() -> None:
    made = subject(
        {"/bin/busybox": elves.hardened_daemon()}, links={"/bin/sh": "busybox", "/usr/bin/wget": "/bin/busybox"}
    )

    assert build_of(made).applets == ("sh", "wget")


def test_an_image_that_tells_nothing_leaves_everything_unknown() -> None:
    build = build_of(subject({"/etc/hostname": b"x\n"}))

    assert build.architecture == ""
    assert build.kernel_modules is None
    assert build.kernel_built_in is None
    assert build.kernel_config is None
    assert build.applets is None


def test_a_damaged_configuration_is_no_configuration() -> None:
    assert build_of(subject({"/boot/config.gz": b"\x1f\x8b\x08\x00broken"})).kernel_config is None
