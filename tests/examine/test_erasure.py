"""A place counts as erased only where all of it goes, whatever another command answers."""

import pytest

from fairmark.examine.erasure import LAYER, erased_together

MOUNTED = {"/dev/mtdblock5": "/data", "ubi0:conf": "/conf", "/dev/mmcblk0p3": "/media"}


def erased(script: str) -> set[frozenset[str]]:
    return set(erased_together(f"#!/bin/sh\n{script}", MOUNTED))


@pytest.mark.parametrize(
    ("script", "places"),
    [
        ("rm -rf /data\n", {"/data"}),
        ("find /data -mindepth 1 -delete\n", {"/data"}),
        ("flash_erase /dev/mtd5 0 0\nreboot\n", {"/data"}),
        ("mkfs.ext4 -F /dev/mmcblk0p3 && reboot\n", {"/media"}),
        ("firstboot -y && reboot now\n", {LAYER}),
        ("mtd -r erase rootfs_data\n", {LAYER}),
        ("rm -rf /overlay/upper\n", {LAYER}),
        ("D=/data\nrm -rf $D\n", {"/data"}),
        ("rm -rf /data\nrm -rf /conf\n", {"/data", "/conf"}),
    ],
)
def test_whole_places_that_are_erased(script: str, places: set[str]) -> None:
    assert erased(script) == {frozenset(places)}


@pytest.mark.parametrize(
    "script",
    [
        "rm -rf /data/*\n",
        "rm /data/wifi.conf\n",
        "rm -r /data\n",
        "find /data -name '*.log' -delete\n",
        "cp /etc/default.conf /data/\n",
        "[ -f /data/x ] && rm -rf /data\n",
        "exit 0\nrm -rf /data\n",
        "rm -rf $PLACE\n",
        "D=/data\nD=/tmp\nrm -rf $D\n",
        "rm -rf data\n",
        "flash_erase /dev/mtd9 0 0\n",
        "rm -rf /data | cat\n",
        "echo rm -rf /data\n",
        "",
    ],
)
def test_what_is_not_sure_to_go_whole(script: str) -> None:
    assert erased(script) == set()


def test_commands_count_together_with_those_around_them_and_not_with_another_branch() -> None:
    script = "rm -rf /conf\ncase $1 in\n all) rm -rf /data ;;\n some) rm -rf /media ;;\nesac\n"

    assert erased(script) == {
        frozenset({"/conf"}),
        frozenset({"/conf", "/data"}),
        frozenset({"/conf", "/media"}),
    }


def test_long_chains_cost_little() -> None:
    assert erased("a && " * 3000 + "rm -rf /data\n") == set()
