"""Settings of cameras and of makers' own programs: video without a login, logins with a known default password."""

import re
from collections.abc import Iterator, Sequence

from fairmark.examine.configs.inspection import Inspection, printable, where
from fairmark.examine.configs.lines import Setting, by_section, directives, last
from fairmark.examine.configs.nested import flat
from fairmark.examine.configs.owners import Owners, settings_files
from fairmark.examine.configs.running import Running
from fairmark.examine.configs.stored import Guesses, is_pair
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.subject import FileFacts, Subject
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Detection, Reach, Severity

OPEN_VIDEO = Rule(
    id="video-without-login",
    title="Pictures or video are given out without a login",
    weakness="missing-authentication",
    severity=Severity.HIGH,
    what="Settings or arguments of a started RTSP, ONVIF or picture server switch the login off, or the server has "
    "none set. Whoever reaches the port sees what the camera sees.",
    false_positives="Settings that the first set-up replaces. Grade B: file and program are only named alike.",
    fix="Switch the login on (digest, not basic) and ask for it on every stream and snapshot.",
    cwe="CWE-306",
    references=("ETSI EN 303 645 provision 5.5-5",),
)
DEFAULT_LOGIN = Rule(
    id="settings-default-password",
    title="A settings file gives a login with a known default password",
    weakness="default-password",
    severity=Severity.HIGH,
    what="A settings file that a started program reads holds a user and password that are an entry of the list of "
    "known defaults, in clear, encoded, or as a digest. Sections of clients (mail, cloud, dial-up) are passed over.",
    false_positives="A program that forces another password at first visit. Grade B: file and program are only named "
    "alike, or a start script names the file.",
    fix="Ship no password; let the owner set one before any service starts, or install one of the unit's own.",
    cwe="CWE-1392",
    references=("ETSI EN 303 645 provision 5.1-1",),
)

_VIDEO = re.compile(r"rtsp|onvif|stream|video|snapshot|mjpe?g|camera|webcam|ipcam", re.IGNORECASE)
_SWITCH = re.compile(
    r"(?:(?:rtsp|onvif|stream|video|snapshot|http|web|need|enable|use|require)_?)*"
    r"(?:auth|authentication|authenticate|authorization|login|passwd_?check|verify_?user)"
    r"_?(?:enabled?|mode|type|method|required|switch|flag|on|check)?"
)
_OFF = frozenset({"0", "false", "no", "none", "off", "disable", "disabled", "open", "null", "anonymous"})
_NO_LOGIN = re.compile(
    r"(?:allow|enable)_?(?:anonymous|guest)(?:_?(?:access|login|view))?|no_?auth|anonymous(?:_?(?:access|login|view))?"
)
_PASSWORD = re.compile(
    r"(?:(?:\w*(?:admin|web|login|http|httpd|rtsp|onvif|sys|system|root|default|account|cgi|guest|operator|user|telnet|ui|gui))[_.-]?)?"
    r"(?:password|passwd|passwod|pass|pwd|passphrase)(?:[_.-]?(?:hash|md5|enc|sha1|sha256|base64))?\d{0,2}"
)
_USER = re.compile(r"(?:\w*[_.-])?(?:user|username|user_?name|usr|login|loginname|account|userid|uid|name)\d{0,2}")
_OWNER_IN_NAME = re.compile(r"(?P<user>admin|root|guest|operator|user|support)[_.-]?(?:password|passwd|pass|pwd)")
_CLIENT = re.compile(
    r"smtp|e?mail|ddns|dyndns|pppoe|\bppp|wan|proxy|mqtt|cloud|wi-?fi|wlan|wireless|\bap\b|ssid|nas\b|samba|cifs|ntp|\bsip|voip|ftp|"
    r"upload|remote|server|broker|alarm_?host|p2p|apn|dial|vpn|l2tp|pptp|ipsec|radius|snmp|acs|cwmp|tr-?0?69|database|mysql|pgsql|postgres|oracle|mongo|odbc|ldap|\bdb\b|client",
    re.IGNORECASE,
)
_CLIENT_NAMES = re.compile(
    r".*(?:smtp|mail|ddns|pppoe|broker|apn|ssid|server_?(?:ip|addr|host|name)?|remote|\bhost(?:name)?|endpoint)"
)
_CONTEXT = re.compile(
    r"rtsp|onvif|web|http|admin|login|account|user|auth|cgi|httpd|camera|system|telnet|operator", re.IGNORECASE
)
_COVERED = re.compile(  # settings that other detectors read
    r"cwmp|tr-?0?69|grafana|mosquitto|snmp|hostapd|/wireless$|samba|smb\.conf|redis|lighttpd|nginx|apache|/firewall$|"
    r"sshd?_config|vsftpd|proftpd|/motion/",
    re.IGNORECASE,
)
_LOCAL = re.compile(r"127\.[0-9.]+|localhost|::1")
_VIDEO_PORTS = frozenset({"tcp/554", "tcp/8554", "tcp/322", "tcp/10554", "tcp/80", "tcp/8080", "tcp/443"})
_WEB_PORTS = frozenset({"tcp/80", "tcp/81", "tcp/443", "tcp/8000", "tcp/8080", "tcp/8443", "tcp/8888", "tcp/554"})
_MOTION = ("/etc/motion/motion.conf", "/etc/motion.conf")
_MOST_PASSWORDS, _MOST_USERS = 100, 1000


def _detect(subject: Subject) -> Detection:
    look = Inspection(subject)
    owners = Owners(look)
    for file in settings_files(subject, "auth", "login", "anonymous", "guest"):
        if _VIDEO.search(file.path) or _VIDEO.search(file.text or ""):
            _video(look, owners, file)
    for file in settings_files(subject, "pass", "pwd"):
        if not _COVERED.search(file.path):
            _logins(look, owners, file)
    _motion(look)
    for run in look.running("mjpg_streamer", "mjpg-streamer"):
        _mjpg_streamer(look, run)
    for run in look.running("v4l2rtspserver"):
        if not run.has("-U"):
            title = "v4l2rtspserver gives video out without a login"
            look.flaw(OPEN_VIDEO, title, run, (), reach=Reach.EXPOSED, confidence=Confidence.B)
    return look.detection()


# Video -------------------------------------------------------------------------------------------


def _video(look: Inspection, owners: Owners, file: FileFacts) -> None:
    settings = flat(file)
    sections = by_section(settings)
    for one in settings:
        name = _plain(one.name)
        here = f"{one.section}.{one.name}"
        about_video = _VIDEO.search(here) or _VIDEO.search(file.path.rpartition("/")[2])
        is_kind = name.endswith(("mode", "type", "method"))  # a number is then one of several kinds of login
        off = one.value.lower() in _OFF and not (is_kind and one.value == "0")
        opened = (_SWITCH.fullmatch(name) and off) or (_NO_LOGIN.fullmatch(name) and one.is_on)
        if not about_video or not opened or _is_switched_off(sections.get(one.section, ())):
            continue
        run, grade = _reader(owners, file, _VIDEO_PORTS)
        title = f"{where(file)} switches the login of {printable(one.section or 'video')[:60]} off"
        look.flaw(OPEN_VIDEO, title, run, (one,), confidence=grade, reach=Reach.EXPOSED)


def _reader(owners: Owners, file: FileFacts, ports: frozenset[str]) -> tuple[Running | None, Confidence]:
    """Return who reads a file: a proven or likely owner, else the only program of the maker's at such a port."""
    owner = owners.of(file)
    if owner:
        return owner.run, owner.confidence
    alone = owners.only_maker(file.root, ports) if file.path.startswith(("/etc/", "/etc_ro/", "/usr/etc/")) else None
    return (alone, Confidence.B) if alone else (None, Confidence.C)


def _is_switched_off(section: Sequence[Setting]) -> bool:
    """Whether a section is switched off as a whole."""
    return any(one.is_off for one in section[:_MOST_USERS] if one.name in {"enable", "enabled", "active"})


def _plain(name: str) -> str:
    return name.rpartition(".")[2].replace("-", "_").strip("_")


def _motion(look: Inspection) -> None:
    """Motion shows streams and its control page to everybody when neither localhost nor a method is set."""
    read: list[FileFacts | None] = []
    for run in look.running("motion"):
        file = look.settings_file(run, _MOTION)
        read.append(file)
        if file:
            _motion_file(look, run, file)
    for file in look.unread(_MOTION, read):
        _motion_file(look, None, file)


def _motion_file(look: Inspection, run: Running | None, file: FileFacts) -> None:
    settings = directives(file)
    for part in ("stream", "webcontrol"):
        local, port = last(settings, f"{part}_localhost"), last(settings, f"{part}_port")
        method = last(settings, f"{part}_auth_method")
        asks = method is not None and method.value not in {"0", "none"}
        if local and local.is_off and not asks and port and port.value != "0":
            what = "video" if part == "stream" else "its control page"
            shown = [one for one in (local, port, method) if one]
            look.flaw(OPEN_VIDEO, f"motion gives {what} out without a login", run, shown, reach=Reach.EXPOSED)


def _mjpg_streamer(look: Inspection, run: Running) -> None:
    arguments = run.service.arguments
    output = re.search(r"output_http\S*(?P<rest>.*)", arguments)
    local = re.search(r"(?:-l|--listen)\s+(\S+)", output["rest"]) if output else None
    asks = output is not None and re.search(r"(?:^|\s)(?:-c|--credentials)\s", output["rest"])
    if output and not asks and not (local and _LOCAL.fullmatch(local[1].strip("\"'"))):
        look.flaw(OPEN_VIDEO, "mjpg_streamer gives video out without a login", run, (), reach=Reach.EXPOSED)


# Logins ------------------------------------------------------------------------------------------


def _logins(look: Inspection, owners: Owners, file: FileFacts) -> None:
    found = {(entry, user): one for one, user, entry in _defaults(look.guesses, file)}
    if not found:
        return
    run, grade = _reader(owners, file, _WEB_PORTS)
    in_force = run is None and owners.is_used_by_script(file)
    if in_force:
        grade = Confidence.B
    for (entry, user), one in sorted(found.items()):
        who = f"of user {printable(user)[:40]} " if user else ""
        title = f"The login {who}in {where(file)} has a known default password (entry {entry} of the list)"
        shown: list[Setting | Evidence] = [look.hidden(one, f"entry {entry} of the list of known defaults")]
        look.flaw(DEFAULT_LOGIN, title, run, shown, confidence=grade, in_force=in_force)


def _defaults(guesses: Guesses, file: FileFacts) -> Iterator[tuple[Setting, str, int]]:
    """Yield password, user and entry of each login of the file itself, not of a client that goes elsewhere."""
    settings = [one for one in flat(file) if one.value]
    for section, here in by_section(settings).items():
        if _CLIENT.search(section) or (not section and _CLIENT.search(file.path)):
            continue
        if any(_CLIENT_NAMES.fullmatch(_plain(one.name)) for one in here) and not section:
            continue
        yield from _of_section(guesses, file, here)


def _of_section(guesses: Guesses, file: FileFacts, here: Sequence[Setting]) -> Iterator[tuple[Setting, str, int]]:
    """Take the user that stands nearest before or after the password; a common word needs a sign that it is a login."""
    users = [one for one in here if _USER.fullmatch(_plain(one.name))][:_MOST_USERS]
    passwords = [one for one in here if _PASSWORD.fullmatch(_plain(one.name))]
    for one in passwords[:_MOST_PASSWORDS]:
        name = _plain(one.name)
        if _CLIENT.search(name):
            continue
        in_name = _OWNER_IN_NAME.search(name)
        near = min(users, key=lambda user: abs(user.line - one.line), default=None)
        user = in_name["user"] if in_name and not near else near.value if near and abs(near.line - one.line) < 8 else ""
        entry = guesses.known_default(one.value, user)
        is_login = _CONTEXT.search(f"{file.path.rpartition('/')[2]} {one.section} {name}") is not None
        if entry and (is_pair(user, entry) or (is_login and user)):
            yield one, user, entry


DETECTOR = Detector(
    id="vendor_settings",
    title="Settings of cameras and of makers' own programs",
    rules=(OPEN_VIDEO, DEFAULT_LOGIN),
    detect=_detect,
)
