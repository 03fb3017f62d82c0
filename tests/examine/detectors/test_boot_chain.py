"""The boot chain: arguments, the boot loader, signatures; one finding for each cause."""

from dataclasses import replace

import pytest

from fairmark.examine.blob import Blob
from fairmark.examine.detectors.boot_chain import DETECTOR
from fairmark.examine.extract import extract
from fairmark.examine.limits import Limits
from fairmark.examine.scan import scan
from fairmark.examine.subject import Subject
from fairmark.model.finding import Confidence, Detection
from tests.doubles.boot_files import arguments_tree, environment, fit
from tests.doubles.subjects import still_clock, subject


def of_image(image: bytes) -> Detection:
    """Look at a whole image, as it is extracted."""
    opened = extract(Blob(image), limits=Limits(), clock=still_clock)
    facts, _ = scan(opened.trees, loose=opened.loose, limits=Limits(), clock=still_clock)
    base = subject({})
    made = Subject(opened.trees, facts, base.device, base.tool, base.crack)
    return DETECTOR.detect(replace(made, loose=opened.loose, containers=opened.containers))


def test_a_device_tree_of_the_image_is_read() -> None:
    found = of_image(arguments_tree("console=ttyS0 mitigations=off init=/bin/sh"))

    assert {(one.rule, one.confidence) for one in found.findings} == {
        ("boot-arguments-weak", Confidence.B),
        ("boot-arguments-open", Confidence.B),
    }
    assert found.unseen == ()


def test_an_environment_in_a_partition_is_read() -> None:
    image = environment({"bootdelay": "3", "bootcmd": "bootm", "bootargs": "nokaslr"}, size=0x4000)

    found = of_image(image)

    assert {one.rule for one in found.findings} == {"boot-arguments-weak", "boot-loader-open"}


def test_two_copies_are_one_finding() -> None:
    values = {"bootdelay": "3", "bootcmd": "bootm"}
    made = subject({"/boot/uboot.env": environment(values), "/boot/old/uboot.env": environment(values)})

    (finding,) = DETECTOR.detect(made).findings

    assert finding.rule == "boot-loader-open"
    assert len(finding.evidence) == 2


@pytest.mark.parametrize("values", [{"bootdelay": "0"}, {"bootdelay": "-2"}, {"bootdelay": "x"}, {}])
def test_a_boot_loader_that_does_not_wait_is_silent(values: dict[str, str]) -> None:
    made = subject({"/boot/uboot.env": environment({**values, "bootcmd": "bootm", "baudrate": "115200"})})

    assert DETECTOR.detect(made).findings == ()


def test_a_password_for_the_prompt_is_seen() -> None:
    data = environment({"bootdelay": "3", "bootcmd": "bootm"}) + b"\0Enter password in %d seconds to stop autoboot\0"

    assert DETECTOR.detect(subject({"/boot/u-boot.bin": data})).findings == ()


def test_a_signed_fit_is_an_observation_and_an_unsigned_one_a_finding() -> None:
    signed, plain = of_image(fit(signed=True)), of_image(fit(signed=False))

    assert signed.findings == ()
    assert [(one.capability, one.complete) for one in signed.observations] == [("secure-boot", False)]
    assert [(one.rule, one.confidence) for one in plain.findings] == [("boot-image-unsigned", Confidence.B)]


def test_a_file_system_that_is_checked_is_an_observation() -> None:
    made = subject({"/etc/init.d/rcS": b"#!/bin/sh\nveritysetup open /dev/a root /dev/b $(cat /roothash)\n"})

    assert len(DETECTOR.detect(made).observations) == 1


@pytest.mark.parametrize("line", ["# nokaslr", "title nokaslr-test", "root=/dev/sda1 mitigations=auto"])
def test_remarks_and_other_words_are_no_arguments(line: str) -> None:
    assert DETECTOR.detect(subject({"/boot/cmdline.txt": line.encode()})).findings == ()


def test_an_image_without_any_of_it_says_so() -> None:
    assert len(DETECTOR.detect(subject({"/etc/hostname": b"x\n"})).unseen) == 1
