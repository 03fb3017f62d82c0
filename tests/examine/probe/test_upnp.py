"""Answers to a search, and descriptions."""

import pytest

from fairmark.examine.probe import upnp

ADDRESS = "192.0.2.7"


def test_server_and_place_of_the_description_are_read() -> None:
    found = upnp.read_answer(
        b"HTTP/1.1 200 OK\r\nST: x\r\nServer: Linux/2.6 UPnP/1.0\r\nLOCATION: http://192.0.2.7:49152/d.xml\r\n\r\n"
    )

    assert found
    assert found.server == "Linux/2.6 UPnP/1.0"
    assert upnp.place_of(found.location, ADDRESS) == (49152, "/d.xml")
    assert upnp.read_answer(b"HTTP/1.1 200 OK\r\nServer: web\r\n\r\n") is None
    assert upnp.read_answer(b"junk") is None


@pytest.mark.parametrize(
    "location",
    [
        *(
            "http://192.0.2.8/d.xml",
            "https://192.0.2.7/d.xml",
            "http://192.0.2.7@evil.example/",
            "",
            "http://[",
            "d.xml",
        ),
        *("http://192.0.2.7:99999/", "http://evil.example/192.0.2.7", "http://192.0.2.7.evil.example/"),
    ],
)
def test_a_description_elsewhere_has_no_place(location: str) -> None:
    assert upnp.place_of(location, ADDRESS) is None


def test_names_serial_numbers_and_versions_are_told() -> None:
    text = (
        b"<modelName>EC-100</modelName><modelNumber>fw 1.2.3</modelNumber><serialNumber>0007A1</serialNumber>"
        b"<manufacturer>Example</manufacturer><friendlyName>&xxe;</friendlyName>"
    )

    assert upnp.names(text) == ("&xxe;", "EC-100", "Example", "fw 1.2.3")
    assert upnp.tells(text) == ("UPnP description, modelNumber: fw 1.2.3", "UPnP description: a serial number")
    assert upnp.tells(b"<serialNumber>0000</serialNumber>") == ()
    assert upnp.names(b"<modelName>" * 90_000) == ()
