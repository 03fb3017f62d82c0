"""SNMP, UPnP, TR-069."""

import pytest

from fairmark.examine.detectors.management import DETECTOR
from tests.doubles.settings import device, findings, graded

SNMPD = ("/usr/sbin/snmpd",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rocommunity public\n", [("snmp-community", "A")]),
        ("rocommunity Qx7-mon default\n", [("snmp-community", "B")]),
        ("rocommunity public 192.168.1.0/24\n", []),
        ("rocommunity public localhost\n", []),
        ("agentaddress 127.0.0.1,[::1]\nrocommunity public\n", []),
        ("rouser x authPriv\n", []),
        ("com2sec ro default public\n", []),
        (
            'com2sec ro default public\ngroup g v2c ro\naccess g "" any noauth exact all none none\n',
            [("snmp-community", "A")],
        ),
    ],
)
def test_a_community_counts_when_it_is_open(text: str, expected: list[tuple[str, str]]) -> None:
    made = device("snmpd -c /etc/snmp/snmpd.conf\n", {"/etc/snmp/snmpd.conf": text}, programs=SNMPD)

    assert graded(DETECTOR, made) == expected


def test_an_agent_that_is_told_to_stay_inside_is_no_finding() -> None:
    made = device("snmpd -Lsd 127.0.0.1:161\n", {"/etc/snmp/snmpd.conf": "rocommunity public\n"}, programs=SNMPD)

    assert graded(DETECTOR, made) == []


def test_the_community_is_named_by_its_entry_alone() -> None:
    made = device("snmpd\n", {"/etc/snmp/snmpd.conf": "rwcommunity private\n"}, programs=SNMPD)

    found = DETECTOR.detect(made)

    assert [one.severity.value for one in found.findings] == ["high"]
    assert "private" not in found.model_dump_json().replace("private-key", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("secure_mode=yes\n", []),
        ("listening_ip=br0\n", []),
        ("ext_ifname=eth1\nlistening_ip=eth1\nsecure_mode=yes\n", [("upnp-open-mapping", "A")]),
        ("secure_mode=no\n", [("upnp-open-mapping", "A")]),
    ],
)
def test_upnp_maps_for_others_only_where_it_says_so(text: str, expected: list[tuple[str, str]]) -> None:
    made = device(
        "miniupnpd -f /etc/miniupnpd.conf\n", {"/etc/miniupnpd.conf": text}, programs=("/usr/sbin/miniupnpd",)
    )

    assert graded(DETECTOR, made) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[acs]\nurl = http://acs.isp.net/\n", [("tr069-plain-http", "A")]),
        ("[acs]\nurl = https://acs.isp.net/\n", []),
        ("[acs]\nurl = http://127.0.0.1:9000/\n", []),
        ("[acs]\nurl =\n", []),
        ("[log]\nfile = http\n[acs]\nusername = a\npassword = Zz-91-unguessable\n", []),
        (
            "[acs]\nurl = https://a.isp.net\nconnectionrequestusername = admin\nconnectionrequestpassword = admin\n",
            [("tr069-default-credentials", "A")],
        ),
    ],
)
def test_a_management_server_is_asked_over_https(text: str, expected: list[tuple[str, str]]) -> None:
    made = device("cwmpd -c /etc/cwmp.conf &\n", {"/etc/cwmp.conf": text}, programs=("/usr/sbin/cwmpd",))

    assert graded(DETECTOR, made) == expected


def test_without_a_client_there_are_only_hints() -> None:
    made = device("true\n", {"/etc/cwmp.conf": "[acs]\nurl = http://acs.isp.net/\n"})

    assert {one.confidence.value for one in findings(DETECTOR, made)} == {"C"}
