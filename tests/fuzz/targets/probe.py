"""What a device answers on the network: every reader on every input, whatever protocol it was made for."""

import asyncio

from fairmark.examine.probe import dns, first_words, greetings, rtsp, ssh, telnet, tls, upnp, web
from fairmark.examine.probe.certificate import faults, read_certificate
from fairmark.examine.probe.datagrams import QUESTIONS
from fairmark.examine.probe.detection import detect
from fairmark.examine.probe.mqtt import answer_is_whole, read_connack
from fairmark.examine.probe.ssh_session import SshEndError, SshSession
from fairmark.examine.probe.text import MOST_TEXTS, first_line, version_in
from fairmark.model.device import Device
from fairmark.workflows.probe import read_network
from tests.doubles.probe_servers import words
from tests.examine.probe.test_ssh_session import Said
from tests.fuzz.mutation import Form
from tests.fuzz.targets.data import _document
from tests.fuzz.targets.target import Target


def _stream(data: bytes) -> None:
    greetings.recognise(data)
    assert len(first_line(data)) <= 200
    version_in(data.decode("latin-1"))
    answer, text = telnet.read(data)
    assert len(answer) <= 200
    assert len(text) <= len(data)
    telnet.prompt(text), telnet.refuses(text), telnet.locks(text)
    assert isinstance(web.is_whole(data), bool)
    if message := web.read_message(data):
        web.logins(message), web.redirect(message), web.is_listing(message), web.missing_guards(message)
        assert len(web.names(message)) <= MOST_TEXTS
        assert len(web.tells(message)) <= MOST_TEXTS
        rtsp.gives_stream(message)
    answer_is_whole(data), read_connack(data)
    tls.record_is_whole(data), tls.read_answer(data)
    greetings.mysql_version(data), greetings.vnc_types(data), greetings.line_code(data)
    for word in first_words.FIRST_WORDS:
        word.belongs(data)
    first_words.modbus_texts(data), first_words.adb_is_open(data), first_words.memcached_version(data)
    if shown := read_certificate(data):
        faults(shown)


def _datagram(data: bytes) -> None:
    for asks in QUESTIONS.values():
        for ask in asks:
            told = ask.read(data)
            if told is None:
                continue
            assert len(told.banner) <= 200
            assert len(told.tells) + len(told.names) <= 2 * MOST_TEXTS
            upnp.place_of(told.location, "192.0.2.7")
    dns.read_answer(data, int.from_bytes(data[:2]))
    assert len(upnp.names(data)) <= MOST_TEXTS
    assert len(upnp.tells(data)) <= MOST_TEXTS


def _ssh(data: bytes) -> None:
    payload = ssh.read_packet(data)
    if payload is not None and (offer := ssh.read_offer(payload)):
        assert len(offer.broken) <= len(ssh.BROKEN)
    try:
        asyncio.run(_session(data))
    except SshEndError:
        return


async def _session(data: bytes) -> None:
    session = SshSession(Said(data), words)
    await session.greet()
    await session.secure()
    await session.methods("root")


def _report(data: bytes) -> None:
    def read(content: bytes, name: str) -> object:
        return detect(read_network(content, name), Device(declared_services=("tcp/443",)), "")

    _document(read, data)


TARGETS = (
    Target("probe_stream", _stream, Form.BINARY, 300),
    Target("probe_datagram", _datagram, Form.BINARY, 250),
    Target("probe_ssh", _ssh, Form.BINARY, 120),
    Target("network_report", _report, Form.JSON, 100),
)
