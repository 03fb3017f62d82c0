"""Services: telnet that starts, ports nobody declared, and quiet devices."""

from dataclasses import replace

from fairmark.examine.detectors.services import DETECTOR
from fairmark.examine.services import started_services
from fairmark.examine.subject import Subject
from fairmark.model.device import Device
from fairmark.model.finding import Confidence, Detection, Reach
from tests.doubles.start_files import PROGRAM, started
from tests.doubles.subjects import subject


def look(made: Subject) -> Detection:
    """Run the detector the way the assessment does: the services are traced first."""
    return DETECTOR.detect(replace(made, services=started_services(made)))


def test_telnet_that_starts_is_proven() -> None:
    found = look(started("telnetd -p 2323\n"))

    (finding,) = found.findings
    assert (finding.rule, finding.confidence, finding.reach) == ("service-telnet-started", Confidence.A, Reach.EXPOSED)
    assert "telnet" in finding.title
    assert "tcp/2323" in finding.title
    assert [fact.fact for fact in found.facts] == ["interface.exposed_services", "interface.network"]
    assert found.observations == ()


def test_telnet_bound_to_the_device_itself_is_none() -> None:
    found = look(started("telnetd -b 127.0.0.1\n"))

    assert found.findings == ()


def test_a_script_for_telnet_without_the_program_is_none() -> None:
    found = look(started("telnetd\n", applets=()))

    assert found.findings == ()


def test_telnet_under_a_condition_is_strong_but_not_proven() -> None:
    found = look(started("grep -q debug /proc/cmdline && telnetd\n"))

    (finding,) = found.findings
    assert (finding.confidence, finding.reach) == (Confidence.B, Reach.PRESENT)
    assert found.observations == ()


def test_an_open_port_that_is_not_declared_is_a_finding() -> None:
    device = Device(declared_services=("tcp/443 https",))
    found = look(started("camd -p 8080\n", {"/usr/sbin/camd": PROGRAM}, device=device))

    (finding,) = found.findings
    assert finding.rule == "service-undeclared"
    assert "tcp/8080" in finding.title


def test_a_declared_port_and_a_profile_without_a_list_are_no_finding() -> None:
    files = {"/usr/sbin/camd": PROGRAM}
    declared = look(started("camd -p 8080\n", files, device=Device(declared_services=("TCP/8080 video",))))
    silent = look(started("camd -p 8080\n", files))

    assert (declared.findings, silent.findings) == ((), ())


def test_telnet_is_reported_once_even_when_it_is_not_declared() -> None:
    found = look(started("telnetd\n", device=Device(declared_services=())))

    assert [finding.rule for finding in found.findings] == ["service-telnet-started"]


def test_a_device_without_such_a_service_is_a_complete_observation() -> None:
    (observation,) = look(started("camd -p 8080\n", {"/usr/sbin/camd": PROGRAM})).observations

    assert (observation.capability, observation.complete) == ("attack-surface", True)


def test_without_an_init_nothing_is_concluded() -> None:
    found = look(subject({"/usr/sbin/camd": PROGRAM}))

    assert found == Detection()


def test_an_open_port_that_the_maker_does_not_list_proves_an_unused_interface() -> None:
    listed = look(replace(started("telnetd\n"), device=Device(declared_services=("tcp/23 telnet",))))
    forgotten = look(replace(started("telnetd\n"), device=Device(declared_services=("tcp/443 https",))))

    assert "interface.unused_network" not in {fact.fact for fact in listed.facts}
    assert "interface.unused_network" in {fact.fact for fact in forgotten.facts}
