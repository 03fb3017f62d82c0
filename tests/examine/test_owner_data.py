"""Where the owner's data is kept, and that what a restart forgets does not count."""

from dataclasses import replace

import pytest

from fairmark.examine.configs.inspection import Inspection
from fairmark.examine.owner_data import mounted, stores
from fairmark.examine.services import started_services
from tests.doubles.elves import elf
from tests.doubles.start_files import PROGRAM, started


def look(script: str, files: dict[str, bytes | tuple[bytes, int]] | None = None) -> Inspection:
    made = started(script, {"/usr/sbin/wpa_supplicant": PROGRAM, "/usr/bin/motion": elf(), **(files or {})})
    return Inspection(replace(made, services=started_services(made)))


def test_networks_and_recordings_are_known_by_what_is_started() -> None:
    made = look(
        "wpa_supplicant -B -i wlan0 -c /data/wpa.conf\nmotion -c /etc/motion.conf\n",
        {"/etc/motion.conf": b"target_dir /data/rec/\n"},
    )

    assert [(one.path, one.what) for one in stores(made)] == [
        ("/data/rec", "what motion records"),
        ("/data/wpa.conf", "the owner's networks with their passphrases"),
    ]


@pytest.mark.parametrize(
    "script",
    [
        "wpa_supplicant -B -i wlan0 -c /tmp/wpa.conf\n",
        "mount -t tmpfs tmpfs /data\nwpa_supplicant -B -i wlan0 -c /data/wpa.conf\n",
        "echo wpa_supplicant -c /data/wpa.conf\n",
    ],
)
def test_what_lives_in_memory_or_does_not_start_is_left_out(script: str) -> None:
    assert stores(look(script)) == ()


def test_mounts_of_the_table_and_of_start_scripts_are_known() -> None:
    made = look("mount -t jffs2 /dev/mtdblock5 /data\n", {"/etc/fstab": b"/dev/mmcblk0p3 /storage ext4 defaults 0 0\n"})

    assert mounted(made, "") == {"/dev/mmcblk0p3": "/storage", "/dev/mtdblock5": "/data"}
