"""Connectivity: a claim of isolation against what the image proves."""

from dataclasses import replace

import pytest

from fairmark.examine.detectors.connectivity import DETECTOR, public_host
from fairmark.examine.services import started_services
from fairmark.examine.subject import Subject
from fairmark.model.device import Device, Network
from fairmark.model.finding import Confidence, Detection
from tests.doubles.start_files import PROGRAM, started

CLOUD = {"/usr/bin/cloudd": PROGRAM, "/etc/cloud.conf": b"server = mqtt://mqtt.maker.net:1883\n"}
ISOLATED = Device(network=Network.ISOLATED)


def look(made: Subject) -> Detection:
    """Run the detector the way the assessment does."""
    return DETECTOR.detect(replace(made, services=started_services(made)))


def test_a_started_cloud_client_contradicts_the_claim() -> None:
    found = look(started("cloudd -c /etc/cloud.conf\n", CLOUD, device=ISOLATED))

    (finding,) = found.findings
    assert (finding.rule, finding.confidence) == ("network-contradicts-claim", Confidence.B)
    assert "mqtt.maker.net" in finding.title
    assert ("network", "connected") in [(fact.fact, fact.value) for fact in found.facts]


@pytest.mark.parametrize("network", [None, Network.BEHIND_NAT, Network.INTERNET_EXPOSED, Network.LOCAL])
def test_without_such_a_claim_there_is_only_the_fact(network: Network | None) -> None:
    found = look(started("cloudd -c /etc/cloud.conf\n", CLOUD, device=Device(network=network)))

    assert found.findings == ()
    assert ("network", "connected") in [(fact.fact, fact.value) for fact in found.facts]


def test_a_client_that_nothing_starts_does_not_contradict() -> None:
    found = look(started("true\n", CLOUD, device=ISOLATED))

    assert found.findings == ()
    assert ("network", "connected") not in [(fact.fact, fact.value) for fact in found.facts]


def test_a_started_script_that_calls_out_contradicts() -> None:
    files = {"/usr/sbin/report": b"#!/bin/sh\nwget -q http://report.maker.net/$(cat /serial)\n"}

    found = look(started("/usr/sbin/report &\n", files, device=ISOLATED))

    assert len(found.findings) == 1


def test_wifi_contradicts_no_network_but_not_isolation() -> None:
    files = {"/usr/sbin/wpa_supplicant": PROGRAM}
    none = look(started("wpa_supplicant -i wlan0\n", files, device=Device(network=Network.NONE)))
    isolated = look(started("wpa_supplicant -i wlan0\n", files, device=ISOLATED))

    assert (len(none.findings), len(isolated.findings)) == (1, 0)


def test_an_isolated_device_stays_silent() -> None:
    files = {
        "/usr/sbin/sensord": PROGRAM,
        "/etc/sensord.conf": b"server = 192.168.1.5\n# server = cloud.maker.net\n",
        "/usr/share/doc/x/readme.conf": b"server = https://cloud.maker.net\n",
        "/etc/ssl/openssl.cnf": b"url = http://www.openssl.org/\n",
    }

    found = look(started("sensord -c /etc/sensord.conf\n", files, device=ISOLATED))

    assert found.findings == ()
    assert all(fact.fact != "network" for fact in found.facts)


@pytest.mark.parametrize(
    ("line", "host"),
    [
        ("server = mqtt://cloud.maker.net:1883", "cloud.maker.net"),
        ("wget https://fleet:word@u.maker.net/x", "u.maker.net"),
        ("broker = 8.8.8.8", "8.8.8.8"),
        ('"endpoint": "a1b2.iot.maker.com",', "a1b2.iot.maker.com"),
        ("server = 192.168.1.1", ""),
        ("url = http://127.0.0.1/", ""),
        ("server = router.lan", ""),
        ("xmlns = http://www.w3.org/2000/svg", ""),
        ("server.document-root = index.html", ""),
        ("log-url camera.log", ""),
        ("http://[::1]/", ""),
    ],
)
def test_only_public_hosts_count(line: str, host: str) -> None:
    assert public_host(line) == host
