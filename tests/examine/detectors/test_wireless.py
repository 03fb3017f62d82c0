"""Wireless access points."""

import pytest

from fairmark.examine.detectors.wireless import DETECTOR
from tests.doubles.settings import device, graded

HOSTAPD = ("/usr/sbin/hostapd",)


def hostapd(text: str, script: str = "hostapd -B /etc/hostapd.conf\n") -> list[tuple[str, str]]:
    return graded(DETECTOR, device(script, {"/etc/hostapd.conf": text}, programs=HOSTAPD))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ssid=a\nwpa=2\nrsn_pairwise=CCMP\nwpa_psk_file=/data/psk\n", []),
        ("ssid=a\nwpa=2\nwpa_key_mgmt=OWE\n", []),
        ("ssid=a\nieee8021x=1\n", []),
        ("interface=wlan0\n", []),
        ("ssid=a\n", [("wifi-weak-encryption", "A")]),
        ("ssid=a\nwep_key0=1234567890\n", [("wifi-weak-encryption", "A")]),
        ("ssid=a\nwpa=1\nwpa_pairwise=TKIP\nwpa_psk_file=/data/psk\n", [("wifi-weak-encryption", "A")]),
        ("ssid=a\nwpa=2\nrsn_pairwise=CCMP TKIP\nwpa_psk_file=/data/psk\n", []),
        ("ssid=a\nwpa=2\nwpa_passphrase=Zr81-unknown-1\n", [("wifi-shared-passphrase", "B")]),
        ("ssid=a\nwpa=2\nwpa_passphrase=12345678\n", [("wifi-shared-passphrase", "A")]),
        ("ssid=a\nwpa=2\nwpa_psk_file=/x\nwps_state=2\nap_pin=12345670\n", [("wifi-wps-pin", "A")]),
        ("ssid=a\nwpa=2\nwpa_psk_file=/x\nwps_state=0\nap_pin=12345670\n", []),
        ("ssid=a\nwpa=2\nwpa_psk_file=/x\nbss=wlan0_1\nssid=guest\n", [("wifi-weak-encryption", "A")]),
    ],
)
def test_what_an_access_point_offers(text: str, expected: list[tuple[str, str]]) -> None:
    assert hostapd(text) == expected


def test_a_script_that_sets_the_passphrase_makes_it_a_hint() -> None:
    script = (
        "sed -i s/wpa_passphrase=.*/wpa_passphrase=$(cat /data/serial)/ /etc/hostapd.conf\nhostapd /etc/hostapd.conf\n"
    )

    assert hostapd("ssid=a\nwpa=2\nwpa_passphrase=12345678\n", script) == [("wifi-shared-passphrase", "C")]


def test_settings_that_no_access_point_reads_are_a_hint() -> None:
    assert hostapd("ssid=a\n", "true\n") == [("wifi-weak-encryption", "C")]
    assert hostapd("ssid=a\n", "hostapd /tmp/run.conf\n") == [("wifi-weak-encryption", "C")]


def test_the_passphrase_and_the_pin_are_not_shown() -> None:
    text = "ssid=a\nwpa=2\nwpa_passphrase=Zr81-unknown-1\nwps_state=2\nap_pin=46264848\n"
    found = DETECTOR.detect(device("hostapd /etc/hostapd.conf\n", {"/etc/hostapd.conf": text}, programs=HOSTAPD))

    assert len(found.findings) == 2
    assert "Zr81" not in found.model_dump_json()
    assert "46264848" not in found.model_dump_json()


@pytest.mark.parametrize(
    ("interface", "expected"),
    [
        ("option device radio0\n option mode ap\n option encryption none\n option disabled 1", []),
        ("option device radio1\n option mode ap\n option encryption none", []),
        ("option device radio0\n option mode sta\n option encryption none", []),
        (
            "option device radio0\n option mode ap\n option encryption psk2\n option key Zr81-unknown-1",
            [("wifi-shared-passphrase", "B")],
        ),
        ("option device radio0\n option mode ap\n option encryption psk+tkip", [("wifi-weak-encryption", "A")]),
        ("option device radio0\n option mode ap\n option encryption sae-mixed", []),
        ("option device radio0\n option mode ap\n option ssid x", [("wifi-weak-encryption", "A")]),
    ],
)
def test_access_points_of_openwrt(interface: str, expected: list[tuple[str, str]]) -> None:
    text = (
        f"config wifi-device radio0\nconfig wifi-device radio1\n option disabled 1\nconfig wifi-iface w\n {interface}\n"
    )
    files = {"/etc/rc.common": "#!/bin/sh\n", "/etc/config/wireless": text}

    assert graded(DETECTOR, device("true\n", files, programs=("/usr/sbin/wpad",))) == expected
