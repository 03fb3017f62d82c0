"""Connections that the device makes itself."""

import pytest

from fairmark.examine.detectors.client_links import DETECTOR
from tests.doubles.settings import device, graded


def agent(text: str) -> list[tuple[str, str]]:
    return graded(DETECTOR, device("agentd &\n", {"/etc/agentd.conf": text}, programs=("/usr/bin/agentd",)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("snapshot_url = http://pics.maker.net/put\n", [("client-personal-data-plain", "A")]),
        ("cloud_url = http://api.maker.net/\n", [("client-plain", "A")]),
        ("cloud_url = https://api.maker.net/\n", []),
        ("cloud_url = http://your.server.here/path\n", []),
        ("[push]\nenabled = false\ncloud_url = http://api.maker.net/\n", []),
        ("[push]\nenabled = true\ncloud_url = http://api.maker.net/\n", [("client-plain", "A")]),
        ("cloud_url = http://192.168.1.2/\n", []),
        ("cloud_url = http://localhost:8000/\n", []),
        ("firmware_server_url = http://up.maker.net/\n", []),
        ("xmlns = http://www.w3.org/2001/x\n", []),
        ("help = http://www.maker.net/help\n", []),
        ("verify_ssl = false\n", [("client-tls-unchecked", "A")]),
        ("tls_insecure = true\n", [("client-tls-unchecked", "A")]),
        ("verify_ssl = true\ninsecure = no\n", []),
        ("ssl_verify_client = off\n", []),
        ("verify_depth = 0\n", []),
    ],
)
def test_what_an_agent_is_told(text: str, expected: list[tuple[str, str]]) -> None:
    assert agent(text) == expected


def test_settings_that_nothing_reads_are_a_hint() -> None:
    assert graded(DETECTOR, device("true\n", {"/etc/agentd.conf": "verify_ssl = no\n"})) == [
        ("client-tls-unchecked", "C")
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a]\nclient = yes\nconnect = b.maker.net:443\n", [("client-tls-unchecked", "A")]),
        ("[a]\nclient = yes\nconnect = b.maker.net:443\nverify = 2\nCAfile = /c\n", []),
        ("verifyPeer = yes\n[a]\nclient = yes\nconnect = b.maker.net:443\n", []),
        ("[a]\naccept = 443\nconnect = 80\ncert = /c\n", []),
        ("[a]\nclient = yes\nconnect = 127.0.0.1:443\n", []),
    ],
)
def test_stunnel_as_a_client(text: str, expected: list[tuple[str, str]]) -> None:
    made = device("stunnel /etc/stunnel/a.conf\n", {"/etc/stunnel/a.conf": text}, programs=("/usr/bin/stunnel",))

    assert graded(DETECTOR, made) == expected


def test_settings_of_curl_hold_for_all_who_call_it() -> None:
    files = {"/root/.curlrc": "# dev\ninsecure\n"}

    assert graded(DETECTOR, device("true\n", files, programs=("/usr/bin/curl",))) == [("client-tls-unchecked", "B")]
    assert graded(DETECTOR, device("true\n", files)) == []
