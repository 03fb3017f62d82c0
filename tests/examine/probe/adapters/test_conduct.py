"""The probe against servers on the loopback, each of one protocol, flawed and mended."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from fairmark.examine.known_defaults import Default
from fairmark.examine.probe import dns, snmp
from fairmark.examine.probe.adapters.conduct import DESCRIPTION_ELSEWHERE, conduct
from fairmark.examine.probe.datagrams import QUESTIONS
from fairmark.examine.probe.interview import CLOSED_AGAIN
from fairmark.examine.probe.order import Conducted, Order
from fairmark.examine.probe.talks import ELSEWHERE
from fairmark.model.network import Answered, Ending, LoginKind, NetworkService, SeenLogin, Slowing
from tests.doubles import probe_servers as servers
from tests.doubles.certificates import certificate, key_of

KNOWN = (Default(4, "admin", "admin"), Default(12, "root", ""), Default(14, "root", "root"))


def asked(*ports: int, udp: dict | None = None, **more) -> Conducted:
    order = Order(
        name=servers.HOST,
        address=servers.HOST,
        tcp=tuple((port, port) for port in sorted(ports)),
        udp=udp or {},
        pace=servers.QUICK,
        known=KNOWN,
        **more,
    )
    return conduct(order, progress=lambda _text: None, random=servers.words)


def heard(handler: servers.Handler, *, tls=None, **more) -> tuple[NetworkService, Conducted]:
    with servers.serving(handler, tls=tls) as port:
        found = asked(port, **more)
    (service,) = found.services
    return service, found


def page(status: int = 200, body: bytes = b"", **headers: str) -> servers.Handler:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return servers.http(lambda _path, _headers: (status, given, body))


def test_a_web_server_in_clear_tells_its_version_and_asks_for_a_password() -> None:
    service, _ = heard(page(401, Server="lighttpd/1.4.35", WWW_Authenticate='Basic realm="EC-100"'))

    assert service.protocol == "http"
    assert service.tls is None
    assert service.tells == ("server header: lighttpd/1.4.35",)
    assert service.names == ("EC-100",)
    assert service.logins == (SeenLogin(kind=LoginKind.BASIC, protected=False),)


def test_a_login_form_and_a_list_of_files_are_seen() -> None:
    form, _ = heard(page(body=b'<title>Camera</title><form><input name=p type="password"></form>'))
    listing, _ = heard(page(body=b"<title>Index of /</title><a href=firmware.bin>"))

    assert [login.kind for login in form.logins] == [LoginKind.FORM]
    assert listing.open_to_all == ("it lists the files of a folder",)


def test_a_plain_server_that_only_leads_to_https_of_the_device_is_known_as_such() -> None:
    service, _ = heard(page(301, Location=f"https://{servers.HOST}/"))

    assert service.only_redirects


def test_a_redirect_to_another_host_is_not_followed() -> None:
    visits: list[str] = []
    other = servers.http(lambda path, _headers: visits.append(path) or (200, {}, b""))
    with servers.serving(other) as elsewhere:
        service, _ = heard(page(302, Location=f"http://localhost:{elsewhere}/"))

    assert ELSEWHERE in service.notes
    assert not service.only_redirects
    assert visits == []


def test_a_redirect_in_a_circle_ends() -> None:
    service, _ = heard(page(302, Location="/again"))

    assert service.protocol == "http"
    assert not service.only_redirects


def _tls(folder: Path, *, old: bool, issuer: str = "maker", key: str = "rsa2048", **more):
    private = key_of(key).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return servers.secured(folder, certificate(key, issuer=issuer, **more), private, old=old)


def test_modern_tls_is_told_from_old(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    modern, _ = heard(page(401, WWW_Authenticate="Basic"), tls=_tls(tmp_path, old=False))
    old, _ = heard(page(), tls=_tls(tmp_path / "old", old=True, issuer=""))

    assert modern.protocol == "http"
    assert modern.tls
    assert modern.tls.versions == {
        **dict.fromkeys(("SSLv3", "TLSv1.0", "TLSv1.1"), Answered.NO),
        **dict.fromkeys(("TLSv1.2", "TLSv1.3"), Answered.YES),
    }
    assert set(modern.tls.weak_suites.values()) == {Answered.NO}
    assert modern.logins == (SeenLogin(kind=LoginKind.BASIC, protected=True),)
    assert modern.tls.certificate
    assert not modern.tls.certificate.self_signed
    assert modern.tls.certificate.key == "rsa 2048"
    assert old.tls
    assert old.tls.versions["TLSv1.0"] is Answered.YES
    assert old.tls.weak_suites["NULL"] is Answered.YES
    assert old.tls.certificate
    assert old.tls.certificate.self_signed


def test_telnet_with_a_known_default_is_opened_and_a_lock_stops_the_tries() -> None:
    def accepts(user: str, password: str) -> bool:
        return (user, password) == ("root", "root")

    service, opened = heard(servers.telnet(accepts), defaults=True)
    _, locked = heard(servers.telnet(accepts, locks_after=2), defaults=True)

    assert service.protocol == "telnet"
    assert service.logins == (SeenLogin(kind=LoginKind.PASSWORD, protected=False),)
    (tried,) = opened.defaults
    assert tried.accepted == (14,)
    assert tried.tried == (4, 12, 14)
    assert tried.ended is Ending.ALL_TRIED
    assert not tried.without_password
    (stopped,) = locked.defaults
    assert stopped.ended is Ending.LOCKED
    assert stopped.accepted == ()
    assert stopped.tried == (4, 12)


def test_a_shell_without_a_login_is_seen() -> None:
    service, found = heard(servers.telnet(None), defaults=True, throttling=True)

    assert service.open_to_all == ("a shell without any login",)
    assert "banner: BusyBox v1.19.4" in service.tells
    assert found.defaults == found.throttling == ()


def test_a_broker_that_takes_anybody_is_told_from_one_with_a_login() -> None:
    anybody, _ = heard(servers.mqtt(lambda _user, _password: True))
    guarded, found = heard(
        servers.mqtt(lambda user, password: (user, password) == ("admin", "admin")), defaults=True, throttling=True
    )

    assert anybody.protocol == guarded.protocol == "mqtt"
    assert anybody.open_to_all
    assert not anybody.logins
    assert not guarded.open_to_all
    assert [one.accepted for one in found.defaults] == [(4,)]
    (slow,) = found.throttling
    assert (slow.result, slow.tries) == (Slowing.NONE, 10)


def test_a_service_that_takes_every_password_proves_no_default() -> None:
    def accepts(user: str | None, _password: str) -> bool:
        return user is not None

    _, found = heard(servers.mqtt(accepts), defaults=True)

    (tried,) = found.defaults
    assert tried.accepted == tried.tried == ()
    assert tried.ended is Ending.UNCLEAR


def test_a_login_that_locks_after_wrong_passwords_is_seen_to_lock() -> None:
    left = [3]

    def answer(_path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        left[0] -= "authorization" in headers
        return (401, {"WWW-Authenticate": "Basic"}, b"") if left[0] >= 0 else (429, {}, b"")

    _, found = heard(servers.http(answer), throttling=True)

    (slow,) = found.throttling
    assert (slow.result, slow.tries) == (Slowing.LOCKED, 4)


def test_a_camera_that_shows_its_stream_to_everybody_is_told_from_one_that_asks() -> None:
    open_camera, _ = heard(servers.rtsp(login=False))
    shut, found = heard(servers.rtsp(login=True), defaults=True)

    assert open_camera.protocol == shut.protocol == "rtsp"
    assert open_camera.open_to_all == ("the description of a stream without any login",)
    assert shut.open_to_all == ()
    assert shut.names == ("EC-100",)
    assert [one.accepted for one in found.defaults] == [()]


def test_an_ftp_server_for_anybody_is_seen() -> None:
    async def ftp(reader, writer) -> None:
        writer.write(b"220 ProFTPD 1.3.5 Server ready.\r\n")
        for answer in (b"331 any password\r\n", b"230 welcome\r\n"):
            await reader.readuntil(b"\n")
            writer.write(answer)

    service, _ = heard(ftp)

    assert service.protocol == "ftp"
    assert service.open_to_all == ("files for an anonymous user",)
    assert service.tells == ("banner: ProFTPD 1.3.5",)


def _udp(protocol_port: int, answer: servers.Answerer) -> Conducted:
    with servers.answering(answer) as port:
        return asked(udp={port: QUESTIONS[protocol_port]})


def test_snmp_with_the_public_word_is_read() -> None:
    def agent(data: bytes) -> bytes:
        binding = snmp._item(0x30, snmp._item(6, snmp.SYS_DESCR) + snmp._item(4, b"EC-100 Linux 2.6.31"))
        inner = data[data.index(b"\xa0") + 2 :][:12]
        body = snmp._item(2, b"\1") + snmp._item(4, b"public") + snmp._item(0xA2, inner + snmp._item(0x30, binding))
        return snmp._item(0x30, body)

    (service,) = _udp(161, agent).services

    assert service.protocol == "snmp"
    assert service.banner == "EC-100 Linux 2.6.31"
    assert service.tells == ("SNMP description: Linux 2.6.31",)
    assert service.open_to_all
    assert service.logins == (SeenLogin(kind=LoginKind.COMMUNITY, protected=False),)


def test_the_description_of_a_upnp_device_is_read_on_the_device_alone() -> None:
    text = b"<root><modelName>EC-100</modelName><serialNumber>A1B2</serialNumber></root>"

    def ssdp(location: str) -> servers.Answerer:
        said = f"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nSERVER: Linux/2.6.31 UPnP/1.0 X/1.0\r\nLOCATION: {location}\r\n\r\n"
        return lambda _data: said.encode()

    with servers.serving(page(body=text)) as port:
        (here,) = _udp(1900, ssdp(f"http://{servers.HOST}:{port}/d.xml")).services
        (there,) = _udp(1900, ssdp(f"http://localhost:{port}/d.xml")).services
        (strange,) = _udp(1900, ssdp("http://[::1")).services

    assert here.protocol == "ssdp"
    assert here.names == ("EC-100",)
    assert "UPnP description: a serial number" in here.tells
    assert there.names == strange.names == ()
    assert DESCRIPTION_ELSEWHERE in there.notes
    assert DESCRIPTION_ELSEWHERE in strange.notes


def test_names_are_told_by_multicast_dns_and_versions_by_a_name_server() -> None:
    def record(kind: int, data: bytes) -> bytes:
        return b"\xc0\x0c" + kind.to_bytes(2) + bytes(6) + len(data).to_bytes(2) + data

    def answer(kind: int, data: bytes) -> servers.Answerer:
        return lambda q: q[:2] + b"\x84\x80\0\1\0\1\0\0\0\0" + q[12:] + record(kind, data)

    (mdns,) = _udp(5353, answer(12, dns._name("_http._tcp.local"))).services
    (named,) = _udp(53, answer(16, b"\x0cdnsmasq-2.45")).services

    assert mdns.banner == "_http._tcp.local"
    assert named.tells == ("DNS version: dnsmasq-2.45",)
    assert "it offers to look names up for whoever asks" in named.notes


def test_silence_and_refusal_over_udp_are_told_apart() -> None:
    with servers.answering(lambda _data: None) as quiet, servers.answering(lambda _data: None) as gone:
        pass
    with servers.answering(lambda _data: None) as quiet:
        found = asked(udp={quiet: QUESTIONS[123], gone: QUESTIONS[1900]})

    assert found.udp_silent == (quiet,)
    assert found.udp_refused == (gone,)
    assert found.services == ()


def test_an_answer_of_another_protocol_is_no_answer_of_this_one() -> None:
    (service,) = _udp(161, lambda _data: b"\xff" * 900).services

    assert service.protocol == ""
    assert service.notes == ("it answered with something that is not of its protocol",)


def test_servers_that_never_end_never_speak_or_speak_nonsense_cost_bounded_time_and_bytes() -> None:
    hostile = {
        "endless": servers.endless,
        "drip": servers.drip,
        "silent": servers.silent,
        "noise": servers.fixed(bytes(range(256)) * 8),
        "tls junk": servers.fixed(b"\x16\x03\x03\xff\xff" + b"\2" * 400),
        "alert junk": servers.fixed(b"\x15\x03\x03\0\2\2\x28"),
        "ssh junk": servers.fixed(b"\x7f\xff\xff\xff\x04" + b"\x14" * 300, greeting=b"SSH-2.0-x\r\n"),
        "huge header": servers.fixed(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\nX: " + b"y" * 50_000),
        "telnet flood": servers.fixed(b"\xff\xfd\x18" * 9_000, greeting=b"\xff\xfd\x18" * 9_000),
    }
    with contextlib.ExitStack() as stack:
        ports = {stack.enter_context(servers.serving(handler)): name for name, handler in hostile.items()}
        found = asked(*ports, defaults=True, throttling=True)

    seen = {ports[int(one.port.removeprefix("tcp/"))]: one for one in found.services}
    assert set(seen) == set(hostile)
    assert seen["silent"].protocol == seen["noise"].protocol == seen["drip"].protocol == seen["endless"].protocol == ""
    assert seen["ssh junk"].protocol == "ssh"
    assert seen["huge header"].protocol == "http"
    assert not any(one.accepted for one in found.defaults)
    assert not any(one.open_to_all for one in found.services)


def test_a_port_that_closes_in_between_is_said_to_have_been_open() -> None:
    @contextlib.contextmanager
    def once() -> Iterator[int]:
        async def handle(_reader, _writer) -> None:
            return

        with servers.serving(handle) as port:
            yield port

    with once() as port:
        found = asked(port)

    (service,) = found.services
    assert service.protocol == ""
    assert CLOSED_AGAIN not in service.notes  # it took every connection and said nothing
