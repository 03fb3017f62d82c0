"""What a factory reset erases, and when nothing can be said about it."""

import pytest

from fairmark.examine.factory_reset import Reset, factory_resets
from fairmark.examine.subject import FileFacts

MOUNTED = {"/dev/mtdblock5": "/data", "/dev/mmcblk0p3": "/storage"}


def read(text: str, path: str = "/usr/sbin/factory_reset.sh") -> Reset | None:
    body = "#!/bin/sh\n" + text
    found = factory_resets([FileFacts(path, "", len(body), 0o755, 0, 0, "", text=body)], MOUNTED)
    return found[0] if found else None


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("rm -rf /data/wpa.conf\nreboot", "/data/wpa.conf"),
        ("rm -rf /data/*\nsync", "/data/deep/file"),
        ("rm -rf /data/rec*", "/data/recordings"),
        ("DIR=/data/conf\nrm -rf $DIR", "/data/conf/x"),
        ("if [ -d /data ]; then rm -r /data/a; fi", "/data/a"),
        ("flash_erase /dev/mtd5 0 0 && reboot", "/data/x"),
        ("mkfs.ext4 -F /dev/mmcblk0p3", "/storage/x"),
        ("dd if=/dev/zero of=/dev/mtdblock5", "/data/x"),
        ("cp /usr/share/defaults/net.conf /data/net.conf", "/data/net.conf"),
        ("find /data/log -type f -delete", "/data/log/messages"),
        ("firstboot -y", "/etc/config/wireless"),
        ("mtd -r erase rootfs_data", "/etc/passwd"),
        ("rm -rf /overlay/upper/etc", "/etc/passwd"),
    ],
)
def test_what_is_erased_is_covered_and_the_rest_is_not(text: str, covered: str) -> None:
    found = read(text)

    assert found is not None
    assert found.covers(covered)
    assert found.is_clear
    assert found.covers("/elsewhere/x") is found.erases_root


@pytest.mark.parametrize(
    "text",
    [
        "rm -rf /data/a\n/usr/bin/wipe-more",
        "rm -rf /data/a\nrm -rf $UNKNOWN/b",
        "rm -rf /data/a\nflash_erase /dev/mtd9 0 0",
        "rm -rf /data/a\ntar -C / -xf /defaults.tar",
    ],
)
def test_a_command_that_is_not_understood_leaves_the_script_unclear(text: str) -> None:
    found = read(text)

    assert found is not None
    assert not found.is_clear


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("rm -rf /tmp/work\n# factory test", "/usr/bin/selftest"),
        ("echo 'hold the button for factory settings'", "/usr/bin/help"),
        ("rm -rf /data/a", "/usr/bin/rotate"),
        ("rm -rf /data/a", "/usr/share/doc/x/factory_reset.sh"),
    ],
)
def test_other_scripts_are_no_resets(text: str, path: str) -> None:
    assert read(text, path) is None


def test_a_script_of_another_name_counts_when_it_speaks_of_the_factory_and_wipes() -> None:
    assert read("# back to factory settings\nmtd erase rootfs_data", "/usr/bin/button-held") is not None
