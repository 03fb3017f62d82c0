"""Messages of HTTP, and of RTSP and SIP which look alike: one small question, and what its answer gives away.

Sources: RFC 9110 and RFC 9112 (HTTP), RFC 7235 (challenges), RFC 2326 (RTSP). Bodies are searched as they come:
nothing is decompressed, nothing is executed, no address is followed from here.
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import urlsplit

from fairmark.examine.probe.text import once_each, shown, version_in
from fairmark.model.network import LoginKind

_MOST_HEADERS, _LONGEST_HEAD, _LONGEST_BODY = 100, 32_768, 64 << 10
_STATUS = re.compile(rb"(HTTP|RTSP|SIP)/\d\.\d (\d{3})(?: ([^\r\n]{0,100}))?\r?\n")
_LENGTH = re.compile(r"\d{1,12}")
_SCHEME = re.compile(r"(?i)(?:^|,)\s*(basic|digest)\b")
_REALM = re.compile(r'(?i)\brealm="([^"]{1,100})"')
_TITLE = re.compile(rb"(?i)<title[^>]{0,100}>([^<]{1,200})")
_PASSWORD_FIELD = re.compile(rb"""(?i)<input\b[^>]{0,400}?\btype\s{0,4}=\s{0,4}["']?password""")
_LISTING = re.compile(rb"(?i)<title[^>]{0,100}>\s{0,8}(?:index of|directory listing|listing of) ")
_MOVED_BY_PAGE = re.compile(
    rb"""(?i)<meta\b[^>]{0,200}\bhttp-equiv\s{0,4}=\s{0,4}["']?refresh["']?[^>]{0,200}?url=([^"'>\s]{1,200})"""
)
TELLING_HEADERS = ("server", "x-powered-by", "x-aspnet-version", "x-generator", "x-firmware-version", "via")
GUARDING_HEADERS = (
    *("strict-transport-security", "content-security-policy", "x-frame-options", "x-content-type-options"),
)


@dataclass(frozen=True, slots=True)
class Message:
    """The first answer of a server: names of headers in lower case."""

    protocol: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a header."""
        return tuple(value for key, value in self.headers if key == name)

    def first(self, name: str) -> str:
        """Return the first value of a header, or ''."""
        return next(iter(self.all(name)), "")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a redirect leads. Empty parts are those of the page that redirects."""

    scheme: str
    host: str
    port: int | None
    path: str


def question(host: str, path: str = "/", *, authorization: str = "") -> bytes:
    """Return a GET for one page."""
    named = f"[{host}]" if ":" in host else host
    lines = [f"GET {path} HTTP/1.1", f"Host: {named}", "User-Agent: fairmark", "Accept: */*", "Connection: close"]
    lines += [f"Authorization: {authorization}"] if authorization else []
    return "\r\n".join((*lines, "", "")).encode("utf-8", "replace")


def basic(user: str, password: str) -> str:
    """Return the value of an Authorization header with a password in clear."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def read_message(data: bytes) -> Message | None:
    """Read a message as far as it has arrived; ``None`` when it does not begin like one."""
    begin = _STATUS.match(data)
    if not begin:
        return None
    head, body = _parted(data[begin.end() :])
    headers = []
    for line in head.split(b"\n")[:_MOST_HEADERS]:
        name, mark, value = line.decode("latin-1").partition(":")
        if mark:
            headers.append((name.strip().lower()[:60], value.strip()[:1000]))
    return Message(begin[1].decode(), int(begin[2]), tuple(headers), body[:_LONGEST_BODY])


def _parted(data: bytes) -> tuple[bytes, bytes]:
    ends = [(at, len(mark)) for mark in (b"\r\n\r\n", b"\n\n") if (at := data.find(mark, 0, _LONGEST_HEAD)) >= 0]
    if data.startswith((b"\r\n", b"\n")):  # no header at all
        return b"", data[2:]
    if not ends:
        return data[:_LONGEST_HEAD], b""
    at, length = min(ends)
    return data[:at], data[at + length :]


def is_whole(data: bytes) -> bool:
    """Whether the whole message is there, or what arrived is none."""
    if b"\n" not in data[:512]:
        return len(data) >= 512
    message = read_message(data)
    if message is None or message.status in (204, 304):
        return True
    if not data[:_LONGEST_HEAD].count(b"\r\n\r\n") and not data[:_LONGEST_HEAD].count(b"\n\n"):
        return len(data) >= _LONGEST_HEAD
    if "chunked" in message.first("transfer-encoding").lower():
        return data.endswith(b"0\r\n\r\n")
    length = _LENGTH.fullmatch(message.first("content-length"))
    # HTTP without a length goes on until the connection ends; the other two have no body then
    return len(message.body) >= min(int(length[0]), _LONGEST_BODY) if length else message.protocol != "HTTP"


def logins(message: Message) -> tuple[LoginKind, ...]:
    """Return the ways to log in that an answer offers."""
    found = set()
    if message.status in (401, 407):
        for challenge in message.all("www-authenticate"):
            found |= {LoginKind(scheme.lower()) for scheme in _SCHEME.findall(challenge)}
    if _PASSWORD_FIELD.search(message.body):
        found.add(LoginKind.FORM)
    return tuple(sorted(found))


def redirect(message: Message) -> Place | None:
    """Return where the answer sends the reader, by header or by a page that moves on."""
    where = message.first("location") if 300 <= message.status < 400 else ""
    if not where and message.status == 200 and (moved := _MOVED_BY_PAGE.search(message.body[:8192])):
        where = moved[1].decode("latin-1")
    if not where:
        return None
    try:
        parts = urlsplit(where)
        port = parts.port
    except ValueError:
        return None
    path = parts.path if parts.path.startswith("/") else f"/{parts.path}"
    path += f"?{parts.query}" if parts.query else ""
    path = "".join(c for c in path if c.isascii() and c.isprintable() and c != " ")[:500]
    return Place(parts.scheme.lower(), (parts.hostname or "").lower(), port, path)


def title(message: Message) -> str:
    """Return the title of the page; that of an error is none of the device."""
    found = _TITLE.search(message.body) if message.status == 200 else None
    return shown(found[1], 100) if found else ""


def names(message: Message) -> tuple[str, ...]:
    """Return the names that the device gives itself: the title of its page, the realm of its login."""
    realms = [realm for value in message.all("www-authenticate") for realm in _REALM.findall(value)]
    return once_each((title(message), *(shown(realm, 100) for realm in realms)))


def tells(message: Message) -> tuple[str, ...]:
    """Return headers that name the version of a program."""
    rows = ((name, value) for name in TELLING_HEADERS for value in message.all(name))
    return once_each(f"{name} header: {shown(version, 80)}" for name, value in rows if (version := version_in(value)))


def is_listing(message: Message) -> bool:
    """Whether the page lists the files of a folder."""
    return message.status == 200 and bool(_LISTING.search(message.body[:8192]))


def missing_guards(message: Message) -> tuple[str, ...]:
    """Return the security-relevant headers that are not there."""
    there = {name for name, _ in message.headers}
    return tuple(name for name in GUARDING_HEADERS if name not in there)


def is_open(message: Message) -> bool:
    """Whether the page was given without any login."""
    return message.status == 200 and not logins(message)
