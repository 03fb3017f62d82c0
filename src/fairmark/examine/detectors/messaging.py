"""Messaging: brokers that take messages from anybody, and MQTT that crosses the network in clear."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from fairmark.examine.configs.inspection import Inspection, joined, printable, where
from fairmark.examine.configs.lines import Setting, by_section, directives, is_on, last, numbered
from fairmark.examine.configs.nested import flat
from fairmark.examine.configs.owners import Owners, settings_files
from fairmark.examine.configs.running import Running
from fairmark.examine.redaction import HIDDEN
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.subject import FileFacts, Subject
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Detection, Reach, Severity

ANONYMOUS = Rule(
    id="mqtt-anonymous",
    title="The MQTT broker takes and gives messages without a login",
    weakness="missing-authentication",
    severity=Severity.HIGH,
    what="A started broker listens beyond the device itself and lets clients in without name and password: "
    "allow_anonymous is set, or it is the default of a Mosquitto before 2.0. Whoever reaches the port reads every "
    "message and sends commands. With an access list for anonymous clients the finding is grade C.",
    false_positives="A plug-in that decides instead. Grade B: no listener is set, so Mosquitto 2 would stay "
    "inside the device, and the version is not known.",
    fix="Set allow_anonymous false, give each client a password of its own or a certificate, and an access list.",
    cwe="CWE-306",
    references=("ETSI EN 303 645 provision 5.5-5",),
)
PLAIN_BROKER = Rule(
    id="mqtt-listener-plain",
    title="The MQTT broker listens without TLS",
    weakness="weak-tls",
    severity=Severity.MEDIUM,
    what="A listener that others can reach has neither certificate nor pre-shared key: names, passwords and messages "
    "cross the network in clear.",
    false_positives="A network of the device's own that is encrypted underneath. So the grade is B.",
    fix="Give the listener cafile, certfile and keyfile, and bind the plain one to 127.0.0.1.",
    cwe="CWE-319",
    references=("ETSI EN 303 645 provision 5.5-1",),
)
OLD_TLS = Rule(
    id="mqtt-old-tls",
    title="The MQTT broker accepts an outdated version of TLS, or does not check its peer",
    weakness="weak-tls",
    severity=Severity.MEDIUM,
    what="tls_version names TLS 1.0 or 1.1, or bridge_insecure switches the check of the broker's name off.",
    false_positives="None known.",
    fix="Set tls_version tlsv1.2 or leave it out; remove bridge_insecure.",
    cwe="CWE-326",
    references=("RFC 8996",),
)
PLAIN_CLIENT = Rule(
    id="mqtt-client-plain",
    title="The device logs in to an MQTT broker in clear",
    weakness="weak-tls",
    severity=Severity.MEDIUM,
    what="A bridge of the broker, or a settings file that a started program reads, names a broker elsewhere with a "
    "password and without TLS. Whoever listens on the way has the password and every message.",
    false_positives="Settings that the owner replaces before first use; a tunnel around the connection.",
    fix="Connect to port 8883 with TLS, check the broker's certificate, and give every unit credentials of its own.",
    cwe="CWE-319",
    references=("ETSI EN 303 645 provision 5.5-1",),
)

DEFAULT_USER = Rule(
    id="mqtt-default-password",
    title="A user of the MQTT broker has a known default password",
    weakness="default-password",
    severity=Severity.HIGH,
    what="The password_file of a started broker holds a user whose password, in clear or hashed, is an entry of the "
    "list of known defaults.",
    false_positives="None known.",
    fix="Make the file at production or first boot, with passwords of the unit's own.",
    cwe="CWE-1392",
    references=("ETSI EN 303 645 provision 5.1-1",),
)

_USUAL = ("/etc/mosquitto/mosquitto.conf", "/etc/mosquitto.conf")
_OF_LISTENER = frozenset(
    (  # noqa: SIM905 - words read best in a row
        "cafile capath certfile keyfile require_certificate psk_hint tls_version ciphers socket_domain bind_interface "
        "protocol use_identity_as_username use_subject_as_username tls_engine"
    ).split()
)
_LOGIN = frozenset({"allow_anonymous", "password_file", "acl_file", "plugin", "auth_plugin"})
_LOCAL = re.compile(r"(?:127\.[0-9.]+|\[?::1\]?|localhost|lo|/.*)")
_OLD = re.compile(r"tlsv1(?:\.[01])?")
_BROKER_URL = re.compile(
    r"(?P<scheme>mqtts?|ssl|tls|tcp|wss?)://(?:(?P<login>[^/@\s]+)@)?(?P<host>\[[^\]]+\]|[\w.-]+)(?::(?P<port>\d+))?"
)
_HOST_NAMES = re.compile(
    r"(?:mqtt|broker)?[_.-]?(?:host|hostname|server|broker|address|addr|url|uri|endpoint|server_?uri)"
)
_SECRET_NAMES = re.compile(r"(?:mqtt|broker)?[_.-]?(?:password|passwd|pass|pwd)")
_TLS_NAMES = re.compile(r".*(?:tls|ssl|ca_?file|cafile|ca_?cert|certfile|secure).*")


@dataclass(slots=True)
class _Listener:
    """One listener of a broker; ``start`` is the line that opens it, ``None`` for the one that is always there."""

    start: Setting | None
    port: str
    address: str = ""
    settings: list[Setting] = field(default_factory=list)

    @property
    def is_outer(self) -> bool:
        """Whether others can reach it."""
        bound = last(self.settings, "bind_interface")
        return self.port != "0" and not _LOCAL.fullmatch(self.address) and not (bound and bound.value == "lo")

    @property
    def has_tls(self) -> bool:
        """Whether it speaks TLS."""
        return any(one.name in {"cafile", "capath", "certfile", "psk_hint"} for one in self.settings)


@dataclass(slots=True)
class _Broker:
    """A settings file of Mosquitto, sorted out."""

    listeners: list[_Listener] = field(default_factory=list)
    common: list[Setting] = field(default_factory=list)
    bridges: list[list[Setting]] = field(default_factory=list)

    def logins(self, listener: _Listener) -> list[Setting]:
        """Return the login settings that hold for a listener."""
        apart = is_on(self.common, "per_listener_settings")
        return [one for one in (listener.settings if apart else self.common) if one.name in _LOGIN]


def _sorted_out(settings: Sequence[Setting]) -> _Broker:
    broker = _Broker()
    default = _Listener(None, "1883")
    here, bridge = default, None
    for one in settings:
        words = one.words or [""]
        if one.name == "listener":
            here, bridge = _Listener(one, words[0], words[1] if len(words) > 1 else ""), None
            broker.listeners.append(here)
        elif one.name == "connection":
            bridge = [one]
            broker.bridges.append(bridge)
        elif bridge is not None and one.name not in _LOGIN:
            bridge.append(one)
        elif one.name in {"port", "bind_address"}:
            default.start = default.start or one
            default.port = words[0] if one.name == "port" else default.port
            default.address = words[0] if one.name == "bind_address" else default.address
        else:
            (here.settings if one.name in _OF_LISTENER | _LOGIN else broker.common).append(one)
            broker.common += [one] if one.name in _LOGIN else []
    if default.start or not broker.listeners:
        broker.listeners.insert(0, default)
    return broker


def _detect(subject: Subject) -> Detection:
    look = Inspection(subject)
    read: list[FileFacts | None] = []
    for run in look.running("mosquitto"):
        file = look.settings_file(run, _USUAL)
        given = run.has("-c", "--config-file")
        read.append(file)
        if file:
            _judge_broker(look, run, file)
        elif not given and (look.version("mosquitto") or (2,)) < (2,):
            title = "mosquitto starts without settings: every client is let in"
            look.flaw(ANONYMOUS, title, run, (), reach=Reach.EXPOSED)
    for file in look.unread(_USUAL, read):
        _judge_broker(look, None, file)
    _clients(look)
    return look.detection()


def _judge_broker(look: Inspection, run: Running | None, file: FileFacts) -> None:
    settings = list(directives(file, comments=("#",)))
    folder = last(settings, "include_dir")
    for extra in look.included(file, f"{folder.value.rstrip('/')}/*.conf") if folder else ():
        settings += directives(extra, comments=("#",))
    broker = _sorted_out(settings)
    version = look.version("mosquitto")
    outer = [one for one in broker.listeners if one.is_outer and (one.start or version is None or version < (2,))]
    for listener in outer:
        _anonymous(look, run, file, broker, listener)
    plain = [one for one in outer if not one.has_tls and one.start]
    if plain:
        ports = joined(one.port for one in plain)
        title = f"The broker of {where(file)} listens without TLS at port {ports}"
        shown = [one.start for one in plain if one.start]
        look.flaw(PLAIN_BROKER, title, run, shown, confidence=Confidence.B, reach=Reach.EXPOSED)
    old = [one for listener in outer for one in listener.settings if one.name == "tls_version" and _is_old(one)]
    if old:
        look.flaw(OLD_TLS, f"The broker of {where(file)} accepts {old[0].value}", run, old, reach=Reach.EXPOSED)
    for bridge in broker.bridges:
        _bridge(look, run, file, bridge)
    for named in [one for one in settings if one.name == "password_file"]:
        _users(look, run if outer else None, named)


def _users(look: Inspection, run: Running | None, named: Setting) -> None:
    file = look.text_file(named.value, named.file.root)
    for number, line in numbered(file) if file else ():
        user, colon, stored = line.partition(":")
        entry = look.guesses.known_default(stored, user) if colon and stored else None
        if file and entry:
            who = printable(user)[:40]
            title = f"User {who} of {where(file)} has a known default password (entry {entry} of the list)"
            statement = f"entry {entry} of the list of known defaults opens {who}"
            shown = look.subject.evidence(file, statement, line=number, quote=f"{who}:{HIDDEN}")
            look.flaw(DEFAULT_USER, title, run, (shown, named), reach=Reach.EXPOSED)


def _is_old(setting: Setting) -> bool:
    return _OLD.fullmatch(setting.value.lower()) is not None


def _anonymous(look: Inspection, run: Running | None, file: FileFacts, broker: _Broker, listener: _Listener) -> None:
    """A client certificate that is required stands for a login; an access list limits what anonymous clients may do."""
    logins = broker.logins(listener)
    allowed = last(logins, "allow_anonymous")
    version = look.version("mosquitto")
    if is_on(listener.settings, "require_certificate") or last(logins, "plugin", "auth_plugin"):
        return
    if allowed is not None and not allowed.is_on:
        return
    if allowed is None and (version is None or version >= (2,)):
        return
    shown: list[Setting | Evidence] = [one for one in (allowed, listener.start) if one]
    grade = Confidence.A if listener.start or version else Confidence.B
    grade = Confidence.C if last(logins, "acl_file") else grade
    title = f"The broker of {where(file)} lets every client in at port {listener.port}"
    pieces = shown or [look.read(file, "allow_anonymous is not set, and the default of this version is to allow")]
    look.flaw(ANONYMOUS, title, run, pieces, confidence=grade, reach=Reach.EXPOSED)


def _bridge(look: Inspection, run: Running | None, file: FileFacts, bridge: Sequence[Setting]) -> None:
    address = last(bridge, "address", "addresses")
    if address is None or not address.words or _LOCAL.fullmatch(address.words[0].partition(":")[0]):
        return
    insecure = last(bridge, "bridge_insecure")
    old = last(bridge, "bridge_tls_version")
    if insecure and insecure.is_on:
        title = f"A bridge of {where(file)} does not check whom it talks to"
        look.flaw(OLD_TLS, title, run, (address, insecure), reach=Reach.STARTED)
    if old and _is_old(old):
        title = f"A bridge of {where(file)} uses {old.value}"
        look.flaw(OLD_TLS, title, run, (address, old), reach=Reach.STARTED)
    if not any(one.name in {"bridge_cafile", "bridge_capath", "bridge_psk", "bridge_certfile"} for one in bridge):
        secret = last(bridge, "remote_password", "password")
        shown = [look.seen(address), *([look.hidden(secret, "a password is sent")] if secret else [])]
        title = f"A bridge of {where(file)} speaks to another broker in clear"
        grade = Confidence.A if secret else Confidence.B
        look.flaw(PLAIN_CLIENT, title, run, shown, confidence=grade, reach=Reach.STARTED)


# Clients in settings of other programs ---------------------------------------------------------------------------


def _clients(look: Inspection) -> None:
    owners = Owners(look)
    for file in settings_files(look.subject, "mqtt"):
        if "mosquitto" in file.path:
            continue
        for address, secret in _plain_logins(flat(file)):
            owner = owners.of(file)
            shown: list[Setting | Evidence] = [look.seen(address)]
            if secret is not address:
                shown.append(look.hidden(secret, "a password is sent"))
            title = f"{where(file)} sends a password to a broker in clear"
            run, grade = (owner.run, owner.confidence) if owner else (None, Confidence.C)
            look.flaw(PLAIN_CLIENT, title, run, shown, confidence=grade, reach=Reach.STARTED)


def _plain_logins(settings: Sequence[Setting]) -> Iterator[tuple[Setting, Setting]]:
    """Yield address and password of each section that speaks to a broker elsewhere without TLS."""
    for section, here in by_section(settings).items():
        is_mqtt = "mqtt" in section or any("mqtt" in one.name or one.value.startswith("mqtt") for one in here)
        tls = any(_TLS_NAMES.fullmatch(one.name) and one.value and not one.is_off for one in here)
        if not is_mqtt or tls:
            continue
        secret = next((one for one in here if _SECRET_NAMES.fullmatch(one.name) and len(one.value) > 2), None)
        port = next((one.value for one in here if one.name.endswith("port")), "1883")
        for one in here:
            found = _address(one, port)
            if found and (secret or found == "login"):
                yield one, secret or one
                break


def _address(setting: Setting, port: str) -> str:
    """Return ``login`` for an address with a password, ``address`` for one without, "" for none in clear."""
    url = _BROKER_URL.match(setting.value)
    if url:
        is_clear = url["scheme"] in {"mqtt", "tcp", "ws"} and url["port"] != "8883"
        if not is_clear or _LOCAL.fullmatch(url["host"]):
            return ""
        return "login" if url["login"] and ":" in url["login"] else "address"
    is_host = _HOST_NAMES.fullmatch(setting.name) and re.fullmatch(r"[\w-]+(?:\.[\w-]+)+", setting.value)
    return "address" if is_host and port == "1883" and not _LOCAL.fullmatch(setting.value) else ""


DETECTOR = Detector(
    id="messaging",
    title="Message brokers and their clients",
    rules=(ANONYMOUS, PLAIN_BROKER, OLD_TLS, PLAIN_CLIENT, DEFAULT_USER),
    detect=_detect,
)
