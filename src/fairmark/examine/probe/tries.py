"""Bounded tries at a login: a few known defaults, or ten wrong passwords. One try is one connection.

A try is made only where the user asked for it. What is tried is written down by its index in the list of known
defaults; the words themselves go nowhere but to the device. Nothing is done with a login that opened.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from fairmark.examine.known_defaults import Default, known_defaults
from fairmark.examine.probe import greetings, mqtt, rtsp, telnet, web
from fairmark.examine.probe.ssh_session import SshEndError, SshSession
from fairmark.examine.probe.throttling import MOST_TRIES, Outcome, Try, is_slowing, slowing
from fairmark.examine.probe.wire import Door, Line, SilentError, exchange
from fairmark.model.network import DefaultTries, Ending, LoginKind, NetworkService, Slowing, Throttling

Attempt = Callable[[Door, str, str], Awaitable[Outcome]]
MOST_ACCOUNTS, MOST_PER_ACCOUNT = 8, 3
_TURNS = 6


def attempt_for(service: NetworkService) -> Attempt | None:
    """Return how to try a password at a service; ``None`` where this program cannot."""
    kinds = {login.kind for login in service.logins}
    if service.protocol == "http":
        return _http if LoginKind.BASIC in kinds else None
    if service.protocol == "rtsp":
        return _rtsp if LoginKind.BASIC in kinds else None
    return _ATTEMPTS.get(service.protocol) if LoginKind.PASSWORD in kinds else None


def is_tried_whole(service: NetworkService) -> bool:
    """Whether a try covers every way in which the service takes passwords."""
    kinds = {login.kind for login in service.logins} - {LoginKind.KEY}
    return attempt_for(service) is not None and len(kinds) == 1


def chosen_defaults() -> tuple[Default, ...]:
    """Return what is tried: of the accounts that most defaults belong to, the first entries each, by index."""
    named = [one for one in known_defaults() if one.user != "*"]
    often = Counter(one.user for one in named)
    accounts = sorted(often, key=lambda user: (-often[user], user))[:MOST_ACCOUNTS]
    chosen = [one for user in accounts for one in [e for e in named if e.user == user][:MOST_PER_ACCOUNT]]
    return tuple(sorted(chosen, key=lambda one: one.id))


async def try_throttling(door: Door, service: NetworkService, attempt: Attempt) -> Throttling:
    """Try at most ten wrong passwords for a made-up user; stop when it locks or slows down."""
    made: list[Try] = []
    user = f"nobody-{door.random(4).hex()}"
    for _ in range(MOST_TRIES):
        made.append(await _timed(door, attempt, user, door.random(9).hex()))
        if made[-1].outcome is not Outcome.REFUSED or is_slowing(made):
            break
    return Throttling(
        port=service.port,
        protocol=service.protocol,
        result=slowing(made),
        tries=len(made),
        seconds=tuple(round(min(one.seconds, 3600), 1) for one in made),
    )


async def try_defaults(
    door: Door, service: NetworkService, attempt: Attempt, defaults: Sequence[Default]
) -> DefaultTries:
    """Try known defaults; a wrong password first, so that a service that takes everything is no proof."""
    wrong = await _timed(door, attempt, f"nobody-{door.random(4).hex()}", door.random(9).hex())
    tried: list[int] = []
    accepted: list[Default] = []
    made = [wrong]
    ended = _ending(made)
    for one in defaults if ended is None else ():
        if one.user in {other.user for other in accepted}:
            continue
        tried.append(one.id)
        made.append(await _timed(door, attempt, one.user, one.password))
        if made[-1].outcome is Outcome.ACCEPTED:
            accepted.append(one)
            made.pop()
        elif (ended := _ending(made)) is not None:
            break
    return DefaultTries(
        port=service.port,
        protocol=service.protocol,
        tried=tuple(tried),
        accepted=tuple(one.id for one in accepted),
        without_password=any(not one.password for one in accepted),
        ended=ended or Ending.ALL_TRIED,
    )


def _ending(made: Sequence[Try]) -> Ending | None:
    """Return why the tries must stop; ``None``: they may go on."""
    if made[-1].outcome is Outcome.LOCKED:
        return Ending.LOCKED if slowing(made) is Slowing.LOCKED else Ending.UNCLEAR
    if made[-1].outcome is not Outcome.REFUSED:
        return Ending.UNCLEAR
    return Ending.SLOWED if is_slowing(made) else None


async def _timed(door: Door, attempt: Attempt, user: str, password: str) -> Try:
    begun = door.wire.seconds()
    outcome = await attempt(door, user, password)
    return Try(outcome, max(0.0, door.wire.seconds() - begun))


async def _http(door: Door, user: str, password: str) -> Outcome:
    question = web.question(door.wire.host, authorization=web.basic(user, password))
    return _by_status(web.read_message(await exchange(door, question, web.is_whole)))


async def _rtsp(door: Door, user: str, password: str) -> Outcome:
    outcome = Outcome.UNCLEAR
    for path in rtsp.PATHS:
        question = rtsp.describe(door.wire.host, door.port, path, authorization=web.basic(user, password))
        message = web.read_message(await exchange(door, question, web.is_whole))
        outcome = _by_status(message)
        if message is None or message.status != 404:
            return outcome
    return outcome


def _by_status(message: web.Message | None) -> Outcome:
    if message is None:
        return Outcome.LOCKED
    if message.status in (429, 503):
        return Outcome.LOCKED
    if message.status in (401, 403):
        return Outcome.LOCKED if telnet.locks(message.body) else Outcome.REFUSED
    return Outcome.ACCEPTED if 200 <= message.status < 400 else Outcome.UNCLEAR


async def _mqtt(door: Door, user: str, password: str) -> Outcome:
    question = mqtt.connect(f"fairmark-{door.random(4).hex()}", user=user, password=password)
    heard = await exchange(door, question, mqtt.answer_is_whole)
    code = mqtt.read_connack(heard)
    if code == mqtt.ACCEPTED:
        return Outcome.ACCEPTED
    if code in (mqtt.BAD_LOGIN, mqtt.NOT_AUTHORISED) or (code or 0) >= 0x80:
        return Outcome.REFUSED
    return Outcome.UNCLEAR if heard else Outcome.LOCKED


async def _ssh(door: Door, user: str, password: str) -> Outcome:
    try:
        async with door.open() as line:
            session = SshSession(line, door.random)
            try:
                await session.greet()
            except SshEndError:
                return Outcome.LOCKED  # it took the connection and would not even greet
            await session.secure()
            if "password" not in await session.methods(user):
                return Outcome.UNCLEAR
            opened = await session.password_opens(user, password)
    except SilentError:
        return Outcome.LOCKED
    except SshEndError:
        return Outcome.UNCLEAR
    return Outcome.ACCEPTED if opened else Outcome.REFUSED


async def _ftp(door: Door, user: str, password: str) -> Outcome:
    try:
        async with door.open() as line:
            if greetings.line_code(await line.hear(greetings.has_code, greeting=True)) != 220:
                return Outcome.LOCKED
            await line.send(f"USER {user}\r\n".encode())
            code = greetings.line_code(await line.hear(greetings.has_code))
            if code == 331:
                await line.send(f"PASS {password}\r\n".encode())
                code = greetings.line_code(await line.hear(greetings.has_code))
    except SilentError:
        return Outcome.LOCKED
    return {230: Outcome.ACCEPTED, 530: Outcome.REFUSED, 421: Outcome.LOCKED}.get(code, Outcome.UNCLEAR)


async def _telnet(door: Door, user: str, password: str) -> Outcome:
    try:
        async with door.open() as line:
            return await _telnet_dialogue(line, user, password)
    except SilentError:
        return Outcome.LOCKED


async def _telnet_dialogue(line: Line, user: str, password: str) -> Outcome:
    said_user = said_password = False
    after = b""
    for _ in range(_TURNS):
        heard = await line.hear(lambda data: telnet.prompt(telnet.read(data)[1]) is not telnet.Prompt.NOTHING)
        answer, text = telnet.read(heard)
        if answer:
            await line.send(answer)
        wants = telnet.prompt(text)
        after += text if said_password else b""
        if said_password and (wants is not telnet.Prompt.NOTHING or line.closed or not heard):
            return _after_password(after, wants)
        if wants is telnet.Prompt.LOGIN and not said_user:
            said_user = True
            await line.send(f"{user}\r\n".encode())
        elif wants is telnet.Prompt.PASSWORD:
            said_password = True
            await line.send(f"{password}\r\n".encode())
        elif telnet.locks(text) or not (heard or said_user):
            return Outcome.LOCKED
    return Outcome.UNCLEAR


def _after_password(text: bytes, wants: telnet.Prompt) -> Outcome:
    """What came behind the password: a shell is proof, a new login or a sentence a refusal."""
    if telnet.locks(text):
        return Outcome.LOCKED
    if wants is telnet.Prompt.SHELL and not telnet.refuses(text):
        return Outcome.ACCEPTED
    refused = wants in (telnet.Prompt.LOGIN, telnet.Prompt.PASSWORD) or telnet.refuses(text)
    return Outcome.REFUSED if refused else Outcome.UNCLEAR


_ATTEMPTS: dict[str, Attempt] = {"ssh": _ssh, "telnet": _telnet, "ftp": _ftp, "mqtt": _mqtt}
