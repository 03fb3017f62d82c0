"""Personal data: what a factory reset leaves, where logs go, what was left behind."""

from dataclasses import replace

import pytest

from fairmark.examine.detectors.personal_data import DETECTOR
from fairmark.examine.services import started_services
from fairmark.model.finding import Confidence, Detection
from tests.doubles.elves import elf
from tests.doubles.start_files import PROGRAM, started
from tests.doubles.subjects import subject

START = (
    "mount -t jffs2 /dev/mtdblock5 /data\nwpa_supplicant -B -i wlan0 -c /data/wpa.conf\nmotion -c /etc/motion.conf\n"
)


def look(reset: str, script: str = START, path: str = "/usr/sbin/factory_reset") -> Detection:
    made = started(
        script,
        {
            "/usr/sbin/wpa_supplicant": PROGRAM,
            "/usr/bin/motion": elf(),
            "/etc/motion.conf": b"target_dir /data/rec\n",
            path: f"#!/bin/sh\n{reset}".encode(),
        },
        applets=("syslogd", "mount"),
    )
    return DETECTOR.detect(replace(made, services=started_services(made)))


def test_what_a_reset_leaves_is_named_with_where_it_is_kept() -> None:
    found = look("rm -f /data/wpa.conf\nreboot\n")

    (finding,) = found.findings
    assert (finding.rule, finding.confidence) == ("reset-leaves-data", Confidence.B)
    assert finding.title == "/usr/sbin/factory_reset leaves what motion records in /data/rec"
    assert [one.capability for one in found.observations] == ["data-deletion"]
    assert [one.fact for one in found.facts] == ["personal.stored"]
    assert found.unseen == ()


@pytest.mark.parametrize(
    "reset", ["rm -rf /data/*\n", "flash_erase /dev/mtd5 0 0\n", "rm -rf /data/wpa.conf\n/usr/bin/more\n"]
)
def test_a_reset_that_erases_all_or_is_not_understood_is_silent(reset: str) -> None:
    assert look(reset).findings == ()


def test_wiping_the_layer_of_the_root_leaves_a_file_system_of_its_own() -> None:
    assert len(look("firstboot -y\n").findings) == 1
    assert len(look("firstboot -y\n", START.replace("mount -t jffs2 /dev/mtdblock5 /data\n", "")).findings) == 0


def test_without_a_reset_that_is_said_and_nothing_is_blamed() -> None:
    found = look("echo hello\n")

    assert (found.findings, found.observations) == ((), ())
    assert len(found.unseen) == 1


@pytest.mark.parametrize(("host", "count"), [("logs.maker.net", 1), ("192.168.1.9", 0), ("127.0.0.1", 0)])
def test_logs_that_leave_for_the_internet_are_found(host: str, count: int) -> None:
    found = look("echo\n", f"syslogd -R {host}:514\n")

    assert [one.rule for one in found.findings] == ["logs-sent-plain"] * count


def test_histories_are_one_finding_and_their_content_stays() -> None:
    files = {"/root/.bash_history": b"mysql -pZu8rt4Kp\n", "/home/dev/.viminfo": b"x\n", "/root/.profile": b"x\n"}

    found = DETECTOR.detect(subject(files))

    (finding,) = found.findings
    assert (finding.rule, len(finding.evidence)) == ("left-behind-history", 2)
    assert "Zu8rt4Kp" not in str(found)
