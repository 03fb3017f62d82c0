"""A reset is whole only where every place that lasts goes, and something that runs starts it."""

from dataclasses import replace

import pytest

from fairmark.examine.detectors.erasing import DETECTOR
from fairmark.examine.detectors.personal_data import DETECTOR as PERSONAL_DATA
from fairmark.examine.services import started_services
from fairmark.model.device import Claim, Device, Documents
from fairmark.model.finding import Detection, joined
from fairmark.model.image import Container
from fairmark.model.standard import Outcome, Verdict
from fairmark.workflows.maker_documents import read_documents
from tests.doubles import maker_papers
from tests.doubles.elves import elf
from tests.doubles.maker_papers import NOW, given
from tests.doubles.provisions import verdicts
from tests.doubles.start_files import started

DEVICE = Device(
    claims={"en303645": {"5.11-1": Claim(implemented=True)}},
    documents=Documents(user_instructions="https://www.camera.example/manual"),
)
START = "mount -t jffs2 /dev/mtdblock5 /data\nwpa_supplicant -B -i wlan0 -c /data/wpa.conf\n/usr/bin/app &\n"
RESET = "#!/bin/sh\nrm -rf /data\nreboot\n"
APP = elf(payload=b"\0/usr/sbin/factory_reset\0")
Files = dict[str, bytes | tuple[bytes, int]]


def look(reset: str = RESET, script: str = START, kind: str = "squashfs", files: Files | None = None) -> Detection:
    """Run both detectors of erasing the way the assessment does."""
    base: Files = {"/usr/bin/app": APP, "/usr/sbin/factory_reset": reset.encode(), "/usr/sbin/wpa_supplicant": elf()}
    made = started(script, {**base, **(files or {})}, applets=("syslogd", "mount"))
    container = Container(id="0", kind=kind, offset=0, size=1, opened=True)
    subject = replace(made, services=started_services(made), containers=(container,))
    return joined([PERSONAL_DATA.detect(subject), DETECTOR.detect(subject)])


def told(found: Detection) -> dict[str, str]:
    """What the detector says: complete or why not."""
    return {
        "complete" if one.complete else "open": one.statement
        for one in found.observations
        if one.rule == "reset-erases-all"
    }


def judged(found: Detection, papers: bytes = maker_papers.MANUAL) -> Verdict:
    told_by_papers = read_documents(given(user_instructions=papers), DEVICE, NOW)
    whole = joined([found, told_by_papers])
    return verdicts(DEVICE, *whole.findings, observations=whole.observations)["en303645", "5.11-1"]


def test_5_11_1_passes_where_all_that_lasts_is_erased_and_the_instructions_tell_how() -> None:
    verdict = judged(look())

    assert verdict.outcome is Outcome.PASS, verdict.reason


def test_5_11_1_fails_where_a_reset_leaves_what_the_owner_entered() -> None:
    verdict = judged(look("#!/bin/sh\nrm -f /data/other.conf\nreboot\n"))

    assert verdict.outcome is Outcome.FAIL
    assert "the owner's networks" in verdict.reason


def test_5_11_1_stays_open_where_the_instructions_do_not_tell_how() -> None:
    assert (
        judged(look(), b"Put the camera on a shelf. When you set it up, choose a password.").outcome
        is Outcome.INCONCLUSIVE
    )


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (look("#!/bin/sh\nrm -rf /data/*\nreboot\n"), "no whole place is erased"),
        (look(script=f"mount -t ext4 /dev/mmcblk0p3 /conf\n{START}"), "/conf stays"),
        (look(kind="jffs2"), "what is written into the root file system stays"),
        (look(kind=""), "what is written into the root file system stays"),
        (look(files={"/sbin/mount_root": elf()}), "what is written into the root file system stays"),
        (look(files={"/usr/bin/app": elf()}), "nothing was seen that runs /usr/sbin/factory_reset"),
        (
            look(files={"/usr/bin/app": elf(payload=b"/usr/sbin/factory_reset\0/dev/mtd4\0")}),
            "/usr/bin/app may write to the flash by itself",
        ),
        (
            look(script=f"P=/dev/mtdblock6\nmount -t jffs2 $P /conf\n{START}"),
            "a mount in /etc/init.d/S50x was not understood",
        ),
        (look(files={"/etc/conf.mount": b"[Mount]\nWhat=/dev/mmcblk0p3\n"}), "/etc/conf.mount may mount more"),
        (
            look(files={"/usr/bin/app": elf(payload=b"/usr/sbin/factory_reset\0mount\0")}),
            "/usr/bin/app may write to the flash by itself",
        ),
        (look(files={"/usr/sbin/save": b"#!/bin/sh\nnvram set key=$1\n"}), "settings are kept in the memory"),
    ],
)
def test_a_place_that_may_stay_leaves_it_open(found: Detection, why: str) -> None:
    assert why in told(found)["open"]
    assert judged(found).outcome is not Outcome.PASS


def test_wiping_the_layer_of_the_root_counts_where_there_is_one() -> None:
    start = "wpa_supplicant -B -i wlan0 -c /etc/wpa.conf\n/usr/bin/app &\n"
    layered: Files = {"/sbin/mount_root": elf()}

    whole = look("#!/bin/sh\nfirstboot -y && reboot\n", start, files=layered)
    part = look("#!/bin/sh\nrm -rf /etc/config\nreboot\n", start, files=layered)

    assert "complete" in told(whole)
    assert "open" in told(part)


@pytest.mark.parametrize(
    "line", ["mount -a", "mount -t tmpfs none /tmp", "mount -o remount,rw /data", "mount -n -t proc proc /proc"]
)
def test_a_mount_of_what_does_not_last_changes_nothing(line: str) -> None:
    assert "complete" in told(look(script=f"{line}\n{START}"))


def test_without_a_reset_nothing_is_said() -> None:
    assert told(look("#!/bin/sh\necho hello\n")) == {}
