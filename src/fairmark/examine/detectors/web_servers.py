"""Web servers: outdated TLS, users with known passwords, folders that should not be served, pages about themselves."""

import re
from collections.abc import Callable, Iterator, Sequence

from fairmark.examine.configs.inspection import Inspection, joined, printable, where
from fairmark.examine.configs.lines import Setting, directives, last, numbered
from fairmark.examine.configs.running import Running
from fairmark.examine.configs.stored import is_hashed
from fairmark.examine.configs.web_pages import Web, apache, boa, lighttpd, nginx, uhttpd
from fairmark.examine.redaction import HIDDEN
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.subject import FileFacts, Subject
from fairmark.model.finding import Confidence, Detection, Reach, Severity

OLD_TLS = Rule(
    id="web-old-tls",
    title="The web server accepts outdated TLS or broken ciphers",
    weakness="weak-tls",
    severity=Severity.MEDIUM,
    what="The settings of a started web server with TLS name SSL 2 or 3, TLS 1.0 or 1.1, or ciphers that are broken "
    "(RC4, DES, export, NULL). A list that comes by itself and names none of them is not reported.",
    false_positives="A TLS library that was built without what the settings name.",
    fix="Allow TLS 1.2 and 1.3 alone and leave the cipher list to the library.",
    cwe="CWE-326",
    references=("RFC 8996", "ETSI EN 303 645 provision 5.5-1"),
)
DEFAULT_USER = Rule(
    id="web-default-password",
    title="A user of the web server has a known default password",
    weakness="default-password",
    severity=Severity.HIGH,
    what="The user file that the settings of a started web server name holds a user whose password is an entry of the "
    "list of known defaults, in clear or under a hash that the entry opens.",
    false_positives="A first visit that forces another password before anything works.",
    fix="Ship no user file; have the owner set a password, or install one of the unit's own at production.",
    cwe="CWE-1392",
    references=("ETSI EN 303 645 provision 5.1-1",),
)
WIDE_ROOT = Rule(
    id="web-root-too-wide",
    title="The web server gives out a folder of the system",
    weakness="missing-authentication",
    severity=Severity.HIGH,
    what="A started web server serves /, /etc, or a folder of all users' data as web pages and asks for no login: "
    "password hashes, keys and recordings can be fetched by name.",
    false_positives="A rule of the server that was not understood and forbids the rest.",
    fix="Serve a folder of its own that holds pages and nothing else.",
    cwe="CWE-552",
    references=("ETSI EN 303 645 provision 5.5-5",),
)
LISTING = Rule(
    id="web-directory-listing",
    title="The web server lists the files of its folders",
    weakness="missing-authentication",
    severity=Severity.LOW,
    what="Directory listing is switched on in a started web server, without a login: visitors see the names of files "
    "that no page links to.",
    false_positives="A folder of downloads that is meant to be listed.",
    fix="Switch the listing off (dir-listing.activate, autoindex, Options -Indexes, no_dirlists).",
    cwe="CWE-548",
)
STATUS_PAGE = Rule(
    id="web-status-page",
    title="The web server shows its own state to everybody",
    weakness="missing-authentication",
    severity=Severity.LOW,
    what="A status page (stub_status, mod_status, server-status) answers without login or limit of addresses: who is "
    "connected and what they ask for.",
    false_positives="None known.",
    fix="Take it out, or allow 127.0.0.1 alone.",
    cwe="CWE-200",
)
PLAIN_LOGIN = Rule(
    id="web-login-plain",
    title="The web server asks for passwords without TLS",
    weakness="weak-tls",
    severity=Severity.LOW,
    what="A started web server asks for a login and has no TLS. A hint: what stands in front of it is not seen.",
    false_positives="A proxy with TLS in front; a device that is reached through an encrypted tunnel alone.",
    fix="Give the server a certificate and send visitors there.",
    cwe="CWE-319",
)

_READERS: tuple[tuple[tuple[str, ...], tuple[str, ...], Callable[[Inspection, FileFacts], Web]], ...] = (
    (("lighttpd",), ("/etc/lighttpd/lighttpd.conf", "/etc/lighttpd.conf"), lighttpd),
    (("nginx", "openresty"), ("/etc/nginx/nginx.conf", "/usr/local/nginx/conf/nginx.conf"), nginx),
    (("apache2", "httpd2"), ("/etc/apache2/apache2.conf", "/etc/apache2/httpd.conf"), apache),
    (("boa",), ("/etc/boa/boa.conf", "/etc/boa.conf", "/etc/boa.org/boa.conf"), boa),
)
_SYSTEM_FOLDERS = frozenset({"/", "/etc", "/root", "/home", "/etc/config", "/proc", "/dev"})
_DATA_FOLDERS = frozenset({"/mnt", "/media", "/data", "/var", "/tmp", "/usr", "/sdcard", "/mnt/mtd", "/mnt/sd"})  # noqa: S108
_COVERED_NAME = re.compile(r"\.?htpasswd\w*|\w+\.(?:user|users|passwd)")
_COVERED_HASH = re.compile(r"\$(?:1|5|6|2[abxy]|y)\$.*|[./0-9A-Za-z]{13}")
_GOAHEAD = re.compile(r"user\s+name=(?P<user>[^\s]{1,64})\s+password=(?P<stored>[^\s]{1,128})")
_GOAHEAD_REALMS = ("example.com", "GoAhead", "localhost", "")


def _detect(subject: Subject) -> Detection:
    look = Inspection(subject)
    for names, usual, read in _READERS:
        files: list[FileFacts | None] = []
        for run in look.running(*names):
            file = look.settings_file(run, usual)
            if file and file not in files:
                _judge(look, run, file, read(look, file))
            files.append(file)
        for file in look.unread(usual, files):
            _judge(look, None, file, read(look, file))
    servers = look.running("uhttpd")
    for file in look.unread(("/etc/config/uhttpd",), ()):
        server = next((one for one in servers if one.root == file.root), None)
        _judge(look, server, file, uhttpd(look, server, file))
    for one in look.running("httpd"):
        _httpd(look, one)
    for one in look.running("thttpd", "mini_httpd", "mini-httpd"):
        file = look.settings_file(one, ("/etc/thttpd.conf", "/etc/thttpd/thttpd.conf", "/etc/mini-httpd.conf"), ("-C",))
        folder = last(directives(file), "dir", "data_dir") if file else None
        given = Setting(file, 1, "dir", one.option("-d") or "") if file and one.option("-d") else folder
        if given and not look.is_inside(one):
            _folder(look, one, given, f"The web server of {where(given.file)} serves")
    _goahead(look)
    return look.detection()


def _judge(look: Inspection, run: Running | None, file: FileFacts, web: Web) -> None:
    if look.is_inside(run):
        return
    reach = Reach.EXPOSED if run and run.certain else None
    for setting, weak in web.old_tls:
        title = f"The web server of {where(file)} accepts {joined(weak)}"
        look.flaw(OLD_TLS, title, run, (setting,), reach=reach)
    for folder in web.folders:
        _folder(look, run, folder, f"The web server of {where(file)} serves")
    if web.listings:
        title = f"The web server of {where(file)} lists its folders"
        look.flaw(LISTING, title, run, web.listings, confidence=Confidence.B, reach=reach)
    if web.status_pages:
        title = f"The web server of {where(file)} shows its state to everybody"
        look.flaw(STATUS_PAGE, title, run, web.status_pages, confidence=Confidence.B, reach=reach)
    for named in web.user_files:
        _users(look, run, named)
    if web.has_login and not web.has_tls:
        title = f"The web server of {where(file)} asks for passwords without TLS"
        look.flaw(PLAIN_LOGIN, title, run, (web.has_login,), confidence=Confidence.C)


def _folder(look: Inspection, run: Running | None, folder: Setting, what: str) -> None:
    path = folder.value.rstrip("/") or "/"
    if path in _SYSTEM_FOLDERS:
        look.flaw(WIDE_ROOT, f"{what} {path}", run, (folder,))
    elif path in _DATA_FOLDERS:
        look.flaw(WIDE_ROOT, f"{what} {path}", run, (folder,), severity=Severity.MEDIUM, confidence=Confidence.B)


def _httpd(look: Inspection, run: Running) -> None:
    """Busybox's httpd serves the folder of -h, or the one that H: of its settings names."""
    folder = (run.option("-h") or "").rstrip("/") or ("/" if run.option("-h") else "")
    settings = look.settings_file(run, ("/etc/httpd.conf",), ("-c",))
    asks = settings is not None and any(re.match(r"/[^:]*:[^:]+:.+", line) for _, line in numbered(settings))
    if not run.program.startswith("busybox") or asks or not run.service.ports:
        return
    if folder in _SYSTEM_FOLDERS:
        look.flaw(WIDE_ROOT, f"httpd of busybox serves {folder}", run, ())
    elif folder in _DATA_FOLDERS:
        title = f"httpd of busybox serves {folder}"
        look.flaw(WIDE_ROOT, title, run, (), severity=Severity.MEDIUM, confidence=Confidence.B)


# Users -------------------------------------------------------------------------------------------


def _users(look: Inspection, run: Running | None, named: Setting) -> None:
    path = named.value if named.value.startswith("/") else f"{named.file.path.rpartition('/')[0]}/{named.value}"
    file = look.text_file(path, named.file.root)
    for number, user, realm, stored in _rows(file) if file else ():
        if file and _COVERED_NAME.fullmatch(file.path.rpartition("/")[2]) and _COVERED_HASH.fullmatch(stored):
            continue  # the detector of accounts opens these
        entry = look.guesses.known_default(stored, user, realm, may_be_des=True)
        if file and entry:
            title = f"User {printable(user)} of {where(file)} has a known default password (entry {entry} of the list)"
            statement = f"entry {entry} of the list of known defaults opens {printable(user)}"
            quote = printable(f"{user}:{HIDDEN}")
            shown = look.subject.evidence(file, statement, line=number, quote=quote)
            look.flaw(DEFAULT_USER, title, run, (shown, look.seen(named, "this names the file of users")))


def _rows(file: FileFacts) -> Iterator[tuple[int, str, str, str]]:
    """Yield line, user, realm and stored password; the realm is empty outside of digest files."""
    for number, line in numbered(file):
        fields = line.split(":")
        if len(fields) == 3 and re.fullmatch(r"[0-9a-fA-F]{32}", fields[2]):
            yield number, fields[0], fields[1], fields[2]
        elif len(fields) > 1 and len(fields[0]) < 65 and fields[1]:
            yield number, fields[0], "", fields[1]


def _goahead(look: Inspection) -> None:
    """GoAhead keeps users in auth.txt or route.txt, as digests of user, realm and password."""
    servers: Sequence[Running] = look.running("goahead", "webs")
    for file in look.subject.files:
        if file.text is None or file.path.rpartition("/")[2] not in {"auth.txt", "route.txt", "users.txt"}:
            continue
        run = next((one for one in servers if one.root == file.root), None)
        for number, line in numbered(file):
            match = _GOAHEAD.match(line)
            if not match:
                continue
            user, stored = match["user"], match["stored"]
            realms = _GOAHEAD_REALMS if is_hashed(stored) else ("",)
            entry = next((one for realm in realms if (one := look.guesses.known_default(stored, user, realm))), None)
            if entry:
                title = (
                    f"User {printable(user)} of {where(file)} has a known default password (entry {entry} of the list)"
                )
                setting = Setting(file, number, f"user name={user} password=", "")
                look.flaw(DEFAULT_USER, title, run, (look.hidden(setting, f"entry {entry} of the list opens it"),))


DETECTOR = Detector(
    id="web_servers",
    title="Web servers: TLS, users, what they serve",
    rules=(OLD_TLS, DEFAULT_USER, WIDE_ROOT, LISTING, STATUS_PAGE, PLAIN_LOGIN),
    detect=_detect,
)
