"""The UDP questions: one real question of the protocol for each port, and how its answer is read.

Sources: RFC 2131 (DHCP), RFC 1350 (TFTP), RFC 5905 (NTP), RFC 7252 (CoAP), and those of ``dns``, ``snmp``, ``upnp``.
Silence says nothing: the port may be closed, filtered, or wait for another question. A DHCP server answers to a
privileged port, which this program does not hold: there only a refusal can be heard.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from fairmark.examine.probe import dns, snmp, upnp
from fairmark.examine.probe.text import once_each, shown, version_in

_NUMBER = 0x464D
PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer over UDP says."""

    banner: str = ""
    tells: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    open_to_all: tuple[str, ...] = ()
    community: bool = False
    location: str = field(default="", compare=False)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One question. ``any_port``: its answer may come from another port of the device."""

    protocol: str
    says: Callable[[str], bytes]
    read: Callable[[bytes], Told | None]
    any_port: bool = False


def _dns(data: bytes) -> Told | None:
    answer = dns.read_answer(data, _NUMBER)
    if answer is None:
        return None
    versions = once_each(f"DNS version: {version_in(text) or text}" for text in answer.texts if version_in(text))
    notes = ("it offers to look names up for whoever asks",) if answer.recursive else ()
    return Told(tells=versions, notes=notes)


def _mdns(data: bytes) -> Told | None:
    answer = dns.read_answer(data, 0)
    if answer is None:
        return None
    return Told(banner=shown(", ".join(answer.texts)), names=answer.texts)


def _snmp(label: str) -> Callable[[bytes], Told | None]:
    def read(data: bytes) -> Told | None:
        text = snmp.read_description(data)
        if text is None:
            return None
        told = version_in(text)
        return Told(
            banner=shown(text),
            tells=(f"SNMP description: {told}",) if told else (),
            names=once_each([shown(text, 100)]),
            open_to_all=(f"SNMP {label} answers to the community 'public'",),
            community=True,
        )

    return read


def _ssdp(data: bytes) -> Told | None:
    found = upnp.read_answer(data)
    if found is None:
        return None
    told = version_in(found.server)
    return Told(found.server, (f"SSDP server: {told}",) if told else (), location=found.location)


def _ntp(data: bytes) -> Told | None:
    return Told() if len(data) >= 48 and data[0] & 7 == 4 else None


def _tftp(data: bytes) -> Told | None:
    """An error or data: either way a server took the question. It wants no login at all."""
    if len(data) < 4 or data[:2] not in (b"\0\5", b"\0\3"):
        return None
    given = ("TFTP hands out a file to whoever asks for it",) if data[1] == 3 else ()
    return Told(banner=shown(data[4:104]) if data[1] == 5 else "", open_to_all=given)


def _coap(data: bytes) -> Told | None:
    if len(data) < 4 or data[0] & 0xCF != 0x40 or data[1] >> 5 not in (2, 4, 5) or data[2:4] != b"FM":
        return None
    payload = data.partition(b"\xff")[2]
    return Told(banner=shown(payload), open_to_all=("CoAP lists its resources",) if data[1] == 0x45 else ())


def _dhcp(data: bytes) -> Told | None:
    return Told() if len(data) >= 240 and data[0] == 2 and data[236:240] == b"\x63\x82\x53\x63" else None


_DHCP_INFORM = (
    b"\x01\x01\x06\x00FMRK" + bytes(20) + b"\x02\0\0\0\0\1" + bytes(202) + b"\x63\x82\x53\x63" + b"\x35\x01\x08\xff"
)
_COAP_CORE = b"\x40\x01\x46\x4d\xbb.well-known\x04core"

QUESTIONS: dict[int, tuple[Question, ...]] = {
    53: (Question("dns", lambda _host: dns.version_question(_NUMBER), _dns),),
    67: (Question("dhcp", lambda _host: _DHCP_INFORM, _dhcp),),
    69: (Question("tftp", lambda _host: b"\0\1fairmark-asks-for-no-file\0octet\0", _tftp, any_port=True),),
    123: (Question("ntp", lambda _host: b"\x23" + bytes(47), _ntp),),
    161: (
        Question("snmp", lambda _host: snmp.get_description(1, PUBLIC, _NUMBER), _snmp("v2c")),
        Question("snmp", lambda _host: snmp.get_description(0, PUBLIC, _NUMBER), _snmp("v1")),
    ),
    1900: (Question("ssdp", upnp.search, _ssdp, any_port=True),),
    5353: (Question("mdns", lambda _host: dns.services_question(), _mdns),),
    5683: (Question("coap", lambda _host: _COAP_CORE, _coap),),
}
"""By the port where the protocol is at home."""
