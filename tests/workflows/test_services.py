"""Services as the other pillars read them."""

from fairmark.examine.subject import Service as Started
from fairmark.model.device import Device
from fairmark.model.finding import Reach
from fairmark.workflows.services import chains, described
from tests.doubles import assessments as given


def started(name: str = "telnet", *ports: str) -> Started:
    return Started(
        name=name,
        program=f"/usr/sbin/{name}d",
        root="",
        arguments="",
        user="root",
        ports=ports,
        started_by="/etc/inittab",
        chain=(given.INIT, given.TELNETD),
    )


def test_a_service_keeps_its_chain_kind_and_ports_in_a_fixed_order() -> None:
    found = described([started("ssh", "tcp/2222", "tcp/22"), started("dns", "udp/53", "tcp/53")], Device())

    assert [one.name for one in found] == ["dns", "ssh"]
    assert [str(port) for port in found[0].ports] == ["tcp/53", "udp/53"]
    assert [str(port) for port in found[1].ports] == ["tcp/22", "tcp/2222"]
    assert found[1].kind == "ssh"
    assert found[1].chain == (given.INIT.id, given.TELNETD.id)


def test_reach_follows_from_the_ports() -> None:
    silent, heard = described([started("a"), started("b", "tcp/1")], Device())

    assert (silent.reach, heard.reach) == (Reach.STARTED, Reach.EXPOSED)


def test_declared_is_three_valued() -> None:
    device = Device(declared_services=("tcp/22 ssh",))

    by_name = {
        one.name: one.declared for one in described([started("ssh", "tcp/22"), started("telnet", "tcp/23")], device)
    }
    (silent,) = described([started("syslogd")], device)
    (unlisted,) = described([started("ssh", "tcp/22")], Device())

    assert by_name == {"ssh": True, "telnet": False}
    assert silent.declared is None
    assert unlisted.declared is None


def test_the_evidence_of_every_chain_is_handed_on_once() -> None:
    detection = chains([started(), started("ssh", "tcp/22")])

    assert {one.id for one in detection.evidence} == {given.INIT.id, given.TELNETD.id}
