"""Settings of the running kernel: proven where something surely applies them."""

import pytest

from fairmark.examine.detectors.system_settings import DETECTOR
from fairmark.model.finding import Confidence, Finding
from tests.doubles.start_files import started
from tests.doubles.subjects import subject


def look(script: str, files: dict[str, bytes | tuple[bytes, int]] | None = None) -> tuple[Finding, ...]:
    return DETECTOR.detect(started(script, files)).findings


@pytest.mark.parametrize(
    ("script", "grade"),
    [
        ("echo 0 > /proc/sys/kernel/randomize_va_space\n", Confidence.A),
        ("sysctl -w kernel.randomize_va_space=0\n", Confidence.A),
        ("sysctl -w kernel.randomize_va_space=1\n", Confidence.B),
        ("if [ -f /debug ]; then\n  echo 0 > /proc/sys/kernel/randomize_va_space\nfi\n", Confidence.B),
    ],
)
def test_a_start_script_that_switches_random_addresses_off_is_found(script: str, grade: Confidence) -> None:
    assert [(one.rule, one.confidence) for one in look(script)] == [("system-aslr-off", grade)]


@pytest.mark.parametrize(
    "script",
    [
        "echo 2 > /proc/sys/kernel/randomize_va_space\n",
        "# echo 0 > /proc/sys/kernel/randomize_va_space\n",
        "sysctl -w vm.mmap_min_addr=65536\n",
        "cat /proc/sys/kernel/randomize_va_space\n",
    ],
)
def test_other_commands_are_silent(script: str) -> None:
    assert look(script) == ()


def test_a_file_that_nothing_applies_is_a_hint() -> None:
    settings_file: dict[str, bytes | tuple[bytes, int]] = {"/etc/sysctl.conf": b"kernel.randomize_va_space=0\n"}

    assert [one.confidence for one in look("true\n", settings_file)] == [Confidence.C]
    assert [one.confidence for one in look("sysctl -p\n", settings_file)] == [Confidence.A]


def test_the_last_file_wins() -> None:
    files: dict[str, bytes | tuple[bytes, int]] = {
        "/etc/sysctl.d/10-a.conf": b"kernel.randomize_va_space=0\n",
        "/etc/sysctl.d/90-b.conf": b"kernel.randomize_va_space=2\n",
    }

    assert look("sysctl --system\n", files) == ()


def test_loose_mounts_are_one_hint() -> None:
    table = b"/dev/root / ext4 rw 0 0\ntmpfs /tmp tmpfs nosuid 0 0\ntmpfs /run tmpfs nosuid,nodev,noexec 0 0\n"

    (finding,) = DETECTOR.detect(subject({"/etc/fstab": table})).findings

    assert (finding.rule, finding.confidence) == ("system-mounts-loose", Confidence.C)
    assert finding.title.endswith("/ writable, /tmp without nodev, noexec")
