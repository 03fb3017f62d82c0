"""What is asked of each protocol once it is known: how one logs in, what a stranger gets, what it tells."""

from collections.abc import Awaitable, Callable

from fairmark.examine.probe import first_words, greetings, mqtt, rtsp, telnet, web
from fairmark.examine.probe.draft import Draft
from fairmark.examine.probe.ssh_session import SshEndError, SshSession
from fairmark.examine.probe.text import version_in
from fairmark.examine.probe.wire import Door, SilentError, exchange
from fairmark.model.network import LoginKind

Talk = Callable[[Door, Draft], Awaitable[None]]
_MOST_HOPS, _MOST_TURNS = 3, 4
ELSEWHERE = "its page leads to another host, which was not followed"
OTHER_PORT = "its page leads to another port of the device, which is asked on its own"


async def _http(door: Door, draft: Draft) -> None:
    """Fetch the first page; follow where it leads on the same port, and nowhere else."""
    path = "/"
    for hop in range(_MOST_HOPS + 1):
        message = web.read_message(await exchange(door, web.question(door.wire.host, path), web.is_whole))
        if message is None:
            return
        _read_page(door, draft, message)
        place = web.redirect(message)
        if place is None:
            _read_rest(draft, message)
            return
        if place.host not in ("", door.wire.host.lower(), door.wire.address.lower()):
            draft.notes.add(ELSEWHERE)
            return
        if place.scheme == "https" and not door.tls:
            draft.only_redirects = hop == 0 and 300 <= message.status < 400 and not web.logins(message)
            return
        if place.host and (place.port or (443 if place.scheme == "https" else 80)) != door.port:
            draft.notes.add(OTHER_PORT)
            return
        path = place.path


def _read_page(door: Door, draft: Draft, message: web.Message) -> None:
    draft.tells |= set(web.tells(message))
    draft.names |= set(web.names(message))
    draft.logins |= {(kind, door.tls) for kind in web.logins(message)}
    draft.banner = draft.banner or message.first("server")


def _read_rest(draft: Draft, message: web.Message) -> None:
    if web.is_listing(message):
        draft.open_to_all.add("it lists the files of a folder")
    elif web.is_open(message):
        draft.notes.add("its first page needs no login")
    if missing := web.missing_guards(message):
        draft.notes.add(f"headers that are not set: {', '.join(missing)}")


async def _ssh(door: Door, draft: Draft) -> None:
    try:
        async with door.open() as line:
            session = SshSession(line, door.random)
            offer = await session.greet()
            draft.banner, draft.weak = session.banner.text, set(offer.broken)
            if session.banner.raw.startswith(b"SSH-1.99"):
                draft.weak.add("SSH protocol 1")
            await session.secure()
            methods = await session.methods("root")
    except SilentError:
        draft.notes.add("it took no second connection")
        return
    except SshEndError as error:
        draft.notes.add(f"which logins it offers was not learnt: {error}")
        return
    if "none" in methods:
        draft.open_to_all.add("a session without any login")
    if {"password", "keyboard-interactive"} & set(methods):
        draft.logins.add((LoginKind.PASSWORD, True))
    if {"publickey", "hostbased"} & set(methods):
        draft.logins.add((LoginKind.KEY, True))


async def _telnet(door: Door, draft: Draft) -> None:
    try:
        async with door.open() as line:
            text = b""
            for _ in range(_MOST_TURNS):
                heard = await line.hear(lambda data: telnet.prompt(telnet.read(data)[1]) is not telnet.Prompt.NOTHING)
                answer, said = telnet.read(heard)
                text += said
                if telnet.prompt(text) is not telnet.Prompt.NOTHING or line.closed or not heard:
                    break
                await line.send(answer)
    except SilentError:
        text = b""
    wants = telnet.prompt(text)
    if wants is telnet.Prompt.SHELL:
        draft.open_to_all.add("a shell without any login")
    else:
        draft.logins.add((LoginKind.PASSWORD, door.tls))
    _told(draft, "banner", text.decode("utf-8", "replace"))


async def _ftp(door: Door, draft: Draft) -> None:
    _told(draft, "banner", draft.banner)
    draft.logins.add((LoginKind.PASSWORD, door.tls))
    try:
        async with door.open() as line:
            await line.hear(greetings.has_code, greeting=True)
            for question in (b"USER anonymous\r\n", b"PASS guest@example.org\r\n"):
                await line.send(question)
                code = greetings.line_code(await line.hear(greetings.has_code))
                if code == 230:
                    draft.open_to_all.add("files for an anonymous user")
                if code != 331:
                    return
    except SilentError:
        draft.notes.add("it took no second connection")


async def _mail(door: Door, draft: Draft) -> None:
    _told(draft, "banner", draft.banner)
    if draft.protocol != "smtp":
        draft.logins.add((LoginKind.PASSWORD, door.tls))


async def _mqtt(door: Door, draft: Draft) -> None:
    question = mqtt.connect(f"fairmark-{door.random(4).hex()}")
    code = mqtt.read_connack(await exchange(door, question, mqtt.answer_is_whole))
    if code == mqtt.ACCEPTED:
        draft.open_to_all.add("a client without name and password is taken")
    elif code in (mqtt.BAD_LOGIN, mqtt.NOT_AUTHORISED) or (code or 0) >= 0x80:
        draft.logins.add((LoginKind.PASSWORD, door.tls))
    else:
        draft.notes.add("it refused a client without a name for another reason than its login")


async def _rtsp(door: Door, draft: Draft) -> None:
    host = door.wire.host
    for path in rtsp.PATHS:
        message = web.read_message(await exchange(door, rtsp.describe(host, door.port, path), web.is_whole))
        if message is None:
            return
        _read_page(door, draft, message)
        if rtsp.gives_stream(message):
            draft.open_to_all.add("the description of a stream without any login")
        if rtsp.gives_stream(message) or message.status == 401:
            return
    draft.notes.add("no stream was found under the usual paths")


async def _smb(door: Door, draft: Draft) -> None:
    heard = await exchange(door, first_words.smb1(), first_words.speaks_smb1)
    if first_words.speaks_smb1(heard):
        draft.weak.add("SMB 1")
    draft.logins.add((LoginKind.DIGEST, door.tls))


async def _modbus(door: Door, draft: Draft) -> None:
    heard = await exchange(door, first_words.modbus_identity(), first_words.speaks_modbus)
    texts = first_words.modbus_texts(heard)
    draft.names |= set(texts)
    draft.tells |= {f"Modbus identification: {version}" for text in texts if (version := version_in(text))}
    draft.open_to_all.add("registers: the protocol knows no login")


async def _adb(door: Door, draft: Draft) -> None:
    heard = await exchange(door, first_words.adb_connect(), first_words.speaks_adb)
    if first_words.adb_is_open(heard):
        draft.open_to_all.add("a debug shell without a key")
    else:
        draft.logins.add((LoginKind.KEY, door.tls))


async def _vnc(door: Door, draft: Draft) -> None:
    try:
        async with door.open() as line:
            await line.hear(lambda data: data.endswith(b"\n"), greeting=True)
            await line.send(greetings.VNC_VERSION)
            kinds = greetings.vnc_types(await line.hear(lambda data: bool(greetings.vnc_types(data))))
    except SilentError:
        return
    if 1 in kinds:
        draft.open_to_all.add("the screen without a password")
    if set(kinds) - {1}:
        draft.logins.add((LoginKind.DIGEST, door.tls))


async def _redis(door: Door, draft: Draft) -> None:
    if first_words.redis_is_open(await exchange(door, b"PING\r\n", lambda data: data.endswith(b"\r\n"))):
        draft.open_to_all.add("a data store without a password")
    else:
        draft.logins.add((LoginKind.PASSWORD, door.tls))


async def _memcached(door: Door, draft: Draft) -> None:
    version = first_words.memcached_version(await exchange(door, b"version\r\n", lambda data: data.endswith(b"\r\n")))
    draft.tells |= {f"memcached version: {version}"} if version else set()
    draft.open_to_all.add("a cache: the protocol knows no login")


async def _mysql(door: Door, draft: Draft) -> None:
    try:
        async with door.open() as line:
            version = greetings.mysql_version(await line.hear(lambda data: len(data) > 80, greeting=True))
    except SilentError:
        return
    draft.banner = version
    draft.tells |= {f"MySQL version: {version}"} if version else set()
    draft.logins.add((LoginKind.DIGEST, door.tls))


async def _sip(door: Door, draft: Draft) -> None:
    message = web.read_message(await exchange(door, first_words.sip_options(door.wire.host), web.is_whole))
    for name in ("server", "user-agent"):
        _told(draft, f"{name} header", message.first(name) if message else "")


async def _amqp(door: Door, draft: Draft) -> None:
    draft.logins.add((LoginKind.PASSWORD, door.tls))


def _told(draft: Draft, where: str, text: str) -> None:
    if version := version_in(text):
        draft.tells.add(f"{where}: {version}")


TALKS: dict[str, Talk] = {
    "http": _http,
    "ssh": _ssh,
    "telnet": _telnet,
    "ftp": _ftp,
    "mqtt": _mqtt,
    "rtsp": _rtsp,
    "smb": _smb,
    "modbus": _modbus,
    "adb": _adb,
    "vnc": _vnc,
    "redis": _redis,
    "memcached": _memcached,
    "mysql": _mysql,
    "sip": _sip,
    "amqp": _amqp,
    "smtp": _mail,
    "pop3": _mail,
    "imap": _mail,
}
