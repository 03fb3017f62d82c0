"""Services and the ports they wait at."""

import pytest

from fairmark.model.device import Device
from fairmark.model.service import Port, declared_ports, port_of


@pytest.mark.parametrize("text", ["", "23", "tcp/", "tcp/65536", "tcp/999999", "icmp/1", "tcp/23/4", "tcp/²"])
def test_what_names_no_port_is_none(text: str) -> None:
    assert port_of(text) is None


def test_a_port_is_written_as_in_the_profile() -> None:
    assert str(port_of(" UDP/161 ")) == "udp/161"
    assert str(Port(protocol="tcp", number=0)) == "tcp/0"


def test_no_list_of_services_is_not_an_empty_list() -> None:
    assert declared_ports(Device()) is None
    assert declared_ports(Device(declared_services=())) == frozenset()
    assert declared_ports(Device(declared_services=("TCP / 0443 https", "udp/53 and tcp/53"))) == {
        "tcp/443",
        "udp/53",
        "tcp/53",
    }
