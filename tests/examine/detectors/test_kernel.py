"""The kernel's own protections: one finding by cause, and nothing for what the kernel could not have."""

import pytest

from fairmark.examine.detectors.kernel import DETECTOR
from fairmark.model.finding import Confidence, Detection, Severity
from tests.doubles.boot_files import configuration, kernel, module
from tests.doubles.elves import elf
from tests.doubles.subjects import subject

GOOD = "CONFIG_STACKPROTECTOR=y\nCONFIG_STRICT_KERNEL_RWX=y\nCONFIG_STRICT_DEVMEM=y\n"


def look(text: str, path: str = "/boot/config-5.10.209") -> Detection:
    data = configuration(text)
    return DETECTOR.detect(subject({path: kernel(data) if "vmlinux" in path else data}))


def test_two_missing_protections_are_one_finding_that_quotes_both() -> None:
    found = look(
        "# CONFIG_STACKPROTECTOR is not set\n# CONFIG_STRICT_KERNEL_RWX is not set\n# CONFIG_SECCOMP is not set\n"
    )

    (finding,) = found.findings
    assert (finding.rule, finding.confidence, finding.severity) == ("kernel-unprotected", Confidence.B, Severity.MEDIUM)
    assert finding.title == (
        "Linux 5.10.209 was built without write protection of its code and constants and a stack protector"
        ", and 1 more protection"
    )
    assert found.evidence[0].where.quote == "SECCOMP=n, STACKPROTECTOR=n, STRICT_KERNEL_RWX=n"


def test_the_same_inside_the_kernel_is_proven() -> None:
    text = "# CONFIG_STACKPROTECTOR is not set\n# CONFIG_STRICT_KERNEL_RWX is not set\n"

    assert look(text, "/boot/vmlinux").findings[0].confidence is Confidence.A


@pytest.mark.parametrize("text", ["CONFIG_MIPS=y\n", GOOD, GOOD + "# CONFIG_STACKPROTECTOR_STRONG is not set\n"])
def test_what_the_kernel_has_or_cannot_have_is_silent(text: str) -> None:
    assert [one for one in look(text).findings if one.confidence is not Confidence.C] == []


def test_options_of_developers_are_one_hint() -> None:
    (finding,) = look(GOOD + "CONFIG_KGDB=y\nCONFIG_DEBUG_FS=y\nCONFIG_KEXEC=y\n").findings

    assert (finding.rule, finding.confidence) == ("kernel-debug-options", Confidence.C)


def test_without_a_configuration_it_is_said_that_nothing_is_known() -> None:
    found = DETECTOR.detect(subject({"/etc/hostname": b"x\n"}))

    assert found.findings == ()
    assert len(found.unseen) == 1
    assert look(GOOD).unseen == ()


def test_signed_modules_are_an_observation_and_unsigned_ones_a_hint() -> None:
    signed = DETECTOR.detect(subject({"/lib/modules/5.10/a.ko": module(signed=True)}))
    plain = DETECTOR.detect(subject({"/lib/modules/5.10/a.ko": module(signed=False)}))

    assert [(one.capability, one.complete) for one in signed.observations] == [("secure-boot", False)]
    assert [one.confidence for one in plain.findings] == [Confidence.C]


def test_unsigned_modules_of_a_kernel_that_wants_signatures_are_strong() -> None:
    files = {
        "/boot/config-5.10": configuration("CONFIG_MODULE_SIG_FORCE=y\n"),
        "/lib/modules/5.10/a.ko": module(signed=False),
    }

    assert [one.confidence for one in DETECTOR.detect(subject(files)).findings] == [Confidence.B]


def test_a_module_proves_linux_and_that_modules_are_there() -> None:
    found = DETECTOR.detect(subject({"/lib/modules/5.10/a.ko": module(signed=True)}))

    assert {fact.fact: fact.value for fact in found.facts} == {"os.linux": True, "os.kernel_modules": True}


def test_a_program_that_asks_for_the_loader_of_linux_proves_linux() -> None:
    found = DETECTOR.detect(subject({"/bin/a": elf()}))

    assert [(fact.fact, fact.statement) for fact in found.facts] == [("os.linux", "/bin/a runs on Linux")]


def test_a_configuration_proves_linux_and_an_image_of_something_else_proves_nothing() -> None:
    assert [fact.fact for fact in look(GOOD).facts] == ["os.linux"]
    assert DETECTOR.detect(subject({"/etc/hostname": b"x\n"})).facts == ()
