"""Honest answers of servers, one or more a protocol, and a report of a probe."""

from collections.abc import Mapping

from fairmark.examine.probe import dns
from fairmark.model.network import DefaultTries, Ending
from fairmark.model.value import canonical_json
from tests.doubles.certificates import certificate
from tests.doubles.network_reports import report, ssh, web
from tests.examine.probe import test_dns, test_snmp, test_ssh, test_tls

_PAGE = b"""HTTP/1.1 401 Unauthorized\r\nServer: lighttpd/1.4.35\r\nWWW-Authenticate: Digest realm="a", Basic realm="EC-100"
Location: https://192.0.2.7:8443/x\r\nContent-Length: 90\r\n\r\n<title>Index of /</title><form><input type="password"></form>"""


def every() -> dict[str, Mapping[str, bytes]]:
    """Return the seeds by target and name."""
    offer = test_ssh.offer("curve25519-sha256", "ssh-ed25519", *("aes128-ctr",) * 2, *("hmac-sha2-256",) * 2)
    record = test_dns.record(16, b"\x05hello") + test_dns.record(12, dns._name("_rtsp._tcp.local"))
    tried = DefaultTries(port="tcp/22", protocol="ssh", tried=(4,), accepted=(4,), ended=Ending.ALL_TRIED)
    modbus = b"\x46\x4d\0\0\0\x30\1\x2b\x0e\1\1\0\0\3\0\x07Example\1\x06EC-100\2\x06v1.2.3"
    ssdp = b"HTTP/1.1 200 OK\r\nST: x\r\nServer: Linux/2.6 UPnP/1.0\r\nLOCATION: http://192.0.2.7:49152/d.xml\r\n\r\n"
    described = b"<modelName>EC-100</modelName><serialNumber>0007A1</serialNumber><manufacturer>E</manufacturer>"
    return {
        "probe_stream": {
            "page": _PAGE,
            "stream": b"RTSP/1.0 200 OK\r\nServer: Cam/2.1.7\r\nContent-Length: 30\r\n\r\nv=0\r\nm=video 0 RTP/AVP 96\r\n",
            "telnet": b"\xff\xfd\x18\xff\xfb\x01\xff\xfa\x18\x01\xff\xf0\r\ncamera login: ",
            "ftp": b"220-hello\r\n220 (vsFTPd 3.0.3)\r\n",
            "mysql": b"J\0\0\0\x0a5.5.62-MariaDB\0" + bytes(40),
            "hello": test_tls.server_hello(0x0303, 0x1301, extensions=b"\0\x2b\0\2\3\4\0\x33\0\0"),
            "modbus": modbus,
            "certificate": certificate("ec", form="DER"),
        },
        "probe_datagram": {
            "dns": test_dns.answer(record, 2),
            "snmp": test_snmp.answer(b"EC-100 Linux 2.6.31"),
            "ssdp": ssdp,
            "description": described,
            "coap": b"\x60\x45\x46\x4d\xff</light>;rt=x",
        },
        "probe_ssh": {
            "greeting": b"welcome\r\nSSH-2.0-dropbear_2019.78\r\n"
            + test_ssh.packet(offer + bytes(-(len(offer) + 9) % 8)),
            "offer": test_ssh.packet(offer),
        },
        "network_report": {
            "sound": canonical_json(report()),
            "flawed": canonical_json(report(ssh(), web(), defaults=(tried,))),
        },
    }
