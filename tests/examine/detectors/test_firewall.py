"""Packet filters."""

import pytest

from fairmark.examine.detectors.firewall import DETECTOR
from tests.doubles.settings import device, graded

IPTABLES = ("/usr/sbin/iptables", "/usr/sbin/iptables-restore")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("iptables -A INPUT -i ppp0 -p tcp --dport 22 -j ACCEPT", [("firewall-opens-port", "A")]),
        ("iptables -A INPUT -i br0 -p tcp --dport 22 -j ACCEPT", []),
        ("iptables -A INPUT -i ppp0 -p tcp --dport 22 -s 192.0.2.0/24 -j ACCEPT", []),
        ("iptables -A INPUT -i ppp0 -p tcp --dport 22 -j DROP", []),
        ("iptables -A FORWARD -i ppp0 -p tcp --dport 22 -j ACCEPT", []),
        ("iptables -P INPUT DROP\niptables -A INPUT -p tcp --dport 23 -j ACCEPT", [("firewall-opens-port", "B")]),
        ("iptables -P INPUT DROP\niptables -A INPUT -p tcp --dport 443 -j ACCEPT", []),
        ("iptables -A INPUT -p tcp --dport 23 -j ACCEPT", []),
        ("iptables -A INPUT -i wan -m multiport -p tcp --dports 80,7547 -j ACCEPT", [("firewall-opens-port", "A")]),
        ("iptables -A INPUT -i ppp0 -p udp --dport 68 -j ACCEPT", []),
        ("iptables -P INPUT ACCEPT\niptables -t nat -A POSTROUTING -o ppp0 -j MASQUERADE", [("firewall-absent", "C")]),
        ("iptables -A INPUT -i ! ppp0 -p tcp --dport 22 -j ACCEPT", []),
    ],
)
def test_what_a_start_script_opens(lines: str, expected: list[tuple[str, str]]) -> None:
    assert graded(DETECTOR, device(f"{lines}\n", {}, programs=IPTABLES)) == expected


def test_a_saved_table_counts_when_it_is_restored() -> None:
    files = {
        "/etc/iptables/rules.v4": "*filter\n:INPUT DROP [0:0]\n-A INPUT -i wan0 -p tcp --dport 23 -j ACCEPT\nCOMMIT\n"
    }

    restored = graded(DETECTOR, device("iptables-restore < /etc/iptables/rules.v4\n", files, programs=IPTABLES))
    left = graded(DETECTOR, device("true\n", files, programs=IPTABLES))

    assert (restored, left) == ([("firewall-opens-port", "A")], [("firewall-opens-port", "C")])


@pytest.mark.parametrize(
    "rule",
    [
        "option src wan\n option dest_port 22\n option target ACCEPT\n option enabled 0",
        "option src lan\n option dest_port 22\n option target ACCEPT",
        "option src wan\n option dest lan\n option dest_port 22\n option target ACCEPT",
        "option src wan\n option dest_port 22\n option target ACCEPT\n option src_ip 192.0.2.1",
        "option src wan\n option dest_port 546\n option target ACCEPT",
        "option src wan\n option proto icmp\n option target ACCEPT",
    ],
)
def test_a_rule_of_openwrt_that_opens_no_login(rule: str) -> None:
    files = {
        "/etc/rc.common": "#!/bin/sh\n",
        "/etc/rc.d/S19firewall": "#!/bin/sh\n",
        "/etc/config/firewall": f"config rule\n {rule}\n",
    }

    assert graded(DETECTOR, device("true\n", files)) == []


def test_a_filter_that_nothing_loads_is_a_hint() -> None:
    files = {"/etc/config/firewall": "config zone\n option name wan\n option input ACCEPT\n"}

    assert graded(DETECTOR, device("true\n", files)) == [("firewall-wan-accepts", "C")]
