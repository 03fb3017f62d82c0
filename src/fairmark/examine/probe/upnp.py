"""UPnP: the answer to a search (SSDP), and what the description of a device tells.

Source: UPnP Device Architecture 2.0, 1.3 (search) and 2.3 (description). The description is XML of a stranger: it is
searched for a few plain elements and never parsed, so entities and depth mean nothing.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from fairmark.examine.probe.text import once_each, shown, version_in

_ELEMENT = re.compile(
    rb"<(friendlyName|manufacturer|modelName|modelNumber|modelDescription|serialNumber)>([^<]{1,200})</\1>"
)
_NAMES = ("friendlyName", "manufacturer", "modelName", "modelNumber")
_MOST_ELEMENTS = 200


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a search: what the device says of its software, and where its description lies."""

    server: str
    location: str


def search(host: str) -> bytes:
    """Return a search that is sent to one device alone, not to a group."""
    named = f"[{host}]" if ":" in host else host
    return (
        f'M-SEARCH * HTTP/1.1\r\nHOST: {named}:1900\r\nMAN: "ssdp:discover"\r\nST: ssdp:all\r\nMX: 1\r\n'
        "USER-AGENT: fairmark\r\n\r\n"
    ).encode()


def read_answer(data: bytes) -> Found | None:
    """Read the answer to a search."""
    if not data.startswith((b"HTTP/1.1 200", b"HTTP/1.0 200", b"NOTIFY * HTTP/1.1")):
        return None
    headers: dict[str, str] = {}
    for line in data[:8192].split(b"\n")[1:60]:
        name, mark, value = line.decode("latin-1").partition(":")
        if mark:
            headers.setdefault(name.strip().lower(), value.strip()[:500])
    if not headers.keys() & {"st", "usn", "nt"}:
        return None
    return Found(shown(headers.get("server", "")), headers.get("location", ""))


def place_of(location: str, address: str) -> tuple[int, str] | None:
    """Return port and path of the description, if it lies on the very device that was asked."""
    try:
        parts = urlsplit(location)
        host, port = parts.hostname or "", parts.port or 80
    except ValueError:
        return None
    if parts.scheme != "http" or host.lower() != address.lower():
        return None
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    return port, "".join(c for c in path if c.isascii() and c.isprintable() and c != " ")[:500]


def names(description: bytes) -> tuple[str, ...]:
    """Return the names of maker and model in a description."""
    return once_each(text for name, text in _elements(description) if name in _NAMES)


def tells(description: bytes) -> tuple[str, ...]:
    """Return what a description tells beyond names: serial numbers and versions of software."""
    found = []
    for name, text in _elements(description):
        if name == "serialNumber" and text.strip("0- "):
            found.append("UPnP description: a serial number")
        elif version := version_in(text):
            found.append(f"UPnP description, {name}: {version}")
    return once_each(found)


def _elements(description: bytes) -> list[tuple[str, str]]:
    found = []
    for match in _ELEMENT.finditer(description):
        found.append((match[1].decode(), shown(match[2], 100)))
        if len(found) >= _MOST_ELEMENTS:
            break
    return found
