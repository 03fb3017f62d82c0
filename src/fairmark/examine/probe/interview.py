"""One open port: what speaks there, and what it says to a stranger.

A server that speaks first is known by its greeting. One that waits is asked, one protocol after the
other, on a connection of its own each; inside TLS the same again. What nobody recognised stays so.
"""

from dataclasses import replace

from fairmark.examine.probe import greetings, mqtt, rtsp, telnet, tls_survey, web
from fairmark.examine.probe.draft import Draft
from fairmark.examine.probe.first_words import FIRST_WORDS
from fairmark.examine.probe.talks import TALKS
from fairmark.examine.probe.text import first_line
from fairmark.examine.probe.wire import Door, SilentError, exchange
from fairmark.model.network import NetworkService, SeenTls

CLOSED_AGAIN = "it was open once and took no connection when it was asked"
NO_HANDSHAKE = "the TLS handshake did not come to its end: what lies behind was not seen"


async def interview(door: Door) -> NetworkService:
    """Return what was heard at one open TCP port."""
    draft = Draft()
    try:
        greeting = await _greeting(door)
    except SilentError:
        draft.notes.add(CLOSED_AGAIN)
        return draft.service(door.port, None)
    seen: SeenTls | None = None
    draft.protocol = greetings.recognise(greeting)
    draft.banner = first_line(telnet.read(greeting)[1])
    if not draft.protocol and not greeting and await tls_survey.speaks_tls(door):
        seen = await tls_survey.survey(door)
        door = replace(door, tls=True)
        try:
            greeting = await _greeting(door)
            draft.protocol, draft.banner = greetings.recognise(greeting), first_line(greeting)
        except SilentError:
            draft.notes.add(NO_HANDSHAKE)
            return draft.service(door.port, seen)
    if not draft.protocol:
        draft.protocol = await _client_first(door)
    if draft.protocol in TALKS:
        await TALKS[draft.protocol](door, draft)
    return draft.service(door.port, seen)


async def _greeting(door: Door) -> bytes:
    async with door.open() as line:
        return await line.hear(lambda data: bool(greetings.recognise(data)), greeting=True)


async def _client_first(door: Door) -> str:
    """Ask until an answer fits; the protocol that is at home at this port comes first."""
    usual = [word for word in FIRST_WORDS if door.port in word.usual]
    asked = [word for word in FIRST_WORDS if door.port not in word.usual]
    host = door.wire.host
    for word in usual:
        if word.belongs(await exchange(door, word.say(host), word.belongs)):
            return word.protocol
    if found := await _by_lines(door):
        return found
    heard = await exchange(door, mqtt.connect(_name(door)), mqtt.answer_is_whole)
    if mqtt.read_connack(heard) is not None:
        return "mqtt"
    for word in asked:
        if word.belongs(await exchange(door, word.say(host), word.belongs)):
            return word.protocol
    return ""


async def _by_lines(door: Door) -> str:
    """Ask for a page and for a stream; a server of either answers both in its own tongue."""
    host = door.wire.host
    for question in (web.question(host), rtsp.options(host, door.port)):
        message = web.read_message(await exchange(door, question, web.is_whole))
        if message is not None:
            return message.protocol.lower()
    return ""


def _name(door: Door) -> str:
    return f"fairmark-{door.random(4).hex()}"
