"""Protections of programs, services that run as root, rights of files; and silence where all is well."""

import pytest

from fairmark.examine.detectors.hardening import DETECTOR, lacking
from fairmark.examine.elf import read_elf
from fairmark.examine.subject import Service
from fairmark.model.finding import Confidence, Finding, Reach, Severity
from tests.doubles.elves import HARDENED_IMPORTS, elf, hardened_daemon, soft_daemon
from tests.doubles.subjects import service, subject

_MIPS = 8


def _findings(
    files: dict[str, bytes | tuple[bytes, int]], *services: Service, links: dict[str, str] | None = None
) -> dict[str, Finding]:
    found = DETECTOR.detect(subject(files, services=services, links=links)).findings
    assert len({one.rule for one in found}) == len(found), "one finding for each cause"
    return {one.rule: one for one in found}


def test_an_exposed_program_without_protections_is_proven() -> None:
    found = _findings({"/usr/sbin/httpd": soft_daemon()}, service("/usr/sbin/httpd", user="www"))

    assert set(found) == {"binary-no-nx", "binary-no-pie", "binary-no-relro", "binary-no-canary"}
    for one in found.values():
        assert (one.confidence, one.severity, one.reach) == (Confidence.A, Severity.MEDIUM, Reach.EXPOSED)
        assert len(one.evidence) == 2  # the program, and the line that starts it
    assert found["binary-no-canary"].title == "No stack protector: 1 of 1 program of exposed services"


def test_the_same_program_that_nobody_starts_is_strong_but_low() -> None:
    found = _findings({"/usr/sbin/httpd": soft_daemon(), "/usr/sbin/ftpd": hardened_daemon()})

    for one in found.values():
        assert (one.confidence, one.severity, one.reach) == (Confidence.B, Severity.LOW, Reach.PRESENT)
        assert "1 of 2 programs" in one.title


def test_one_missing_protection_is_no_proof() -> None:
    no_canary = elf(imports=("listen", "accept"))

    found = _findings({"/usr/sbin/httpd": no_canary}, service("/usr/sbin/httpd", user="www"))

    assert [(one.rule, one.confidence, one.severity) for one in found.values()] == [
        ("binary-no-canary", Confidence.B, Severity.LOW)
    ]


@pytest.mark.parametrize("now", [True, False])
def test_a_hardened_device_is_silent_and_is_observed_to_be_so(now: bool) -> None:  # noqa: FBT001
    program = elf(imports=(*HARDENED_IMPORTS, "setuid"), now=now)
    device = subject({"/usr/sbin/httpd": program}, services=(service("/usr/sbin/httpd"),))

    detection = DETECTOR.detect(device)

    assert detection.findings == ()
    (seen,) = detection.observations
    assert (seen.capability, seen.complete) == ("exploit-mitigation", True)


def test_without_a_traced_service_the_observation_is_not_complete() -> None:
    (seen,) = DETECTOR.detect(subject({"/usr/sbin/httpd": hardened_daemon()})).observations

    assert not seen.complete


def test_without_a_network_program_nothing_is_observed() -> None:
    assert DETECTOR.detect(subject({"/bin/ls": elf()})).observations == ()


def test_kernel_modules_libraries_and_damaged_programs_are_left_out() -> None:
    soft_library = elf(interpreter="", soname="libnet.so.1", imports=("listen",), stack=7, relro=False)
    damaged = soft_daemon(bytes(300))[:-200]

    assert (
        _findings({"/lib/a.ko": elf(kind=1, imports=("listen",)), "/lib/b.so": soft_library, "/bin/d": damaged}) == {}
    )


def test_a_mips_tool_chain_without_stack_rights_is_one_finding_for_the_machine() -> None:
    program = elf(machine=_MIPS, imports=HARDENED_IMPORTS, stack=None)

    found = _findings(
        {"/usr/sbin/a": program, "/usr/sbin/b": program},
        service("/usr/sbin/a", user="a"),
        service("/usr/sbin/b", user="b"),
    )

    assert list(found) == ["binary-no-nx"]
    assert found["binary-no-nx"].confidence is Confidence.B
    assert found["binary-no-nx"].title == "The MIPS tool chain allows code on the stack: 2 of 2 programs"


@pytest.mark.parametrize(("machine", "expected"), [(40, ("nx",)), (183, ()), (243, ()), (_MIPS, ())])
def test_a_missing_stack_header_is_read_as_the_machine_does(machine: int, expected: tuple[str, ...]) -> None:
    found = read_elf(elf(machine=machine, imports=HARDENED_IMPORTS, stack=None))

    assert found is not None
    assert lacking(found) == expected


def test_a_static_program_is_not_blamed_for_what_cannot_be_seen() -> None:
    found = read_elf(elf(kind=2, interpreter="", needed=(), relro=False))

    assert found is not None
    assert lacking(found) == ("pie",)


def test_root_services_are_one_finding_that_names_them() -> None:
    program = elf(imports=HARDENED_IMPORTS)
    files: dict[str, bytes | tuple[bytes, int]] = {"/usr/sbin/a": program, "/usr/sbin/b": program}

    found = _findings(files, service("/usr/sbin/a"), service("/usr/sbin/b"))

    assert found["root-daemon"].title == "Exposed services run as root: a, b"
    assert found["root-daemon"].confidence is Confidence.B


def test_services_that_must_be_root_or_give_it_up_are_not_named() -> None:
    plain, careful = elf(imports=HARDENED_IMPORTS), elf(imports=(*HARDENED_IMPORTS, "setuid", "initgroups"))

    found = _findings(
        {"/usr/sbin/dropbear": plain, "/usr/sbin/web": careful, "/usr/sbin/clock": plain, "/bin/busybox": plain},
        service("/usr/sbin/dropbear"),
        service("/usr/sbin/web"),
        service("/usr/sbin/clock", ports=()),
        service("/usr/sbin/telnetd"),
        links={"/usr/sbin/telnetd": "/bin/busybox"},
    )

    assert found == {}


def test_world_writable_programs_and_settings_are_one_finding() -> None:
    found = _findings(
        {
            "/etc/init.d/rcS": (b"#!/bin/sh\n", 0o777),
            "/usr/bin/tool": (elf(), 0o777),
            "/etc/app.conf": (b"a=1\n", 0o666),
            "/var/log/x": (b"log", 0o666),
            "/www/index.html": (b"<html>", 0o666),
            "/etc/ok.conf": (b"a=1\n", 0o644),
        }
    )

    writable = found["file-world-writable"]
    assert writable.title == "Programs or settings that every account may write: 3"
    assert (writable.confidence, writable.severity) == (Confidence.A, Severity.LOW)


def test_a_writable_program_of_a_started_service_weighs_more() -> None:
    found = _findings({"/usr/sbin/web": (hardened_daemon(), 0o777)}, service("/usr/sbin/web", user="www"))

    assert (found["file-world-writable"].severity, found["file-world-writable"].reach) == (
        Severity.MEDIUM,
        Reach.EXPOSED,
    )


def test_only_unusual_set_user_id_programs_are_named() -> None:
    found = _findings({"/bin/su": (elf(), 0o4755), "/usr/bin/helper": (elf(), 0o4755)})

    assert found["file-setuid-root"].title == "Unusual programs that run as root whoever starts them: /usr/bin/helper"
    assert found["file-setuid-root"].confidence is Confidence.B


def test_a_set_user_id_program_that_only_its_group_may_start_is_a_hint() -> None:
    found = _findings({"/usr/lib/collector/perf.plugin": (elf(), 0o4754)})

    assert found["file-setuid-root"].confidence is Confidence.C
    assert "for those in their group" in found["file-setuid-root"].title
