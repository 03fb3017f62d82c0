"""Credentials in settings and scripts, found with few false alarms: fixed, literal, and of a client that goes out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MAX_LINES = 20_000
_MAX_LINE = 1000
_NEAR = 12

_NOT_SETTINGS = re.compile(
    r"\.(?:html?|css|m?js|map|po|pot|lmo|md|rst|svg|c|h|hpp|cpp|list|control|conffiles|md5sums|postinst|prerm|templates|"
    r"csv|tsv|schema|xsd|rng|dtd|crt|pem|pub)$|/(?:nsswitch\.conf|openssl\.cnf|login\.defs|pam\.conf|passwd|shadow|group)-?$"
    r"|/pam\.d/|/lib/(?:opkg|dpkg|apk)/|/share/(?!.*\.(?:conf|ini|cfg|sh)$)|/(?:zoneinfo|locale|terminfo|vim)/",
    re.IGNORECASE,
)
_CODE = re.compile(r"\.(?:py|lua|php|pl|rb|cgi|ts|java)$")
_NAME = r"[\w.-]*(?:password|passwd|passphrase|psk|secret|token|api_?key|auth_?key)"
_ASSIGNMENT = re.compile(
    rf"(?:^|[\s{{,;(])(?!NOPASSWD)(?P<name>[\"']?{_NAME}[\"']?|pwd|pass|PASS)\s*(?:=>|:=|[=:])\s*"
    rf"(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'#;,]+))",
    re.IGNORECASE,
)
_UCI = re.compile(rf"\s*option\s+(?P<name>{_NAME}|key)\s+(?:'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\"|(?P<bare>\S+))")
_CONTEXT = re.compile(
    r"(?:^|[\s\"'{,;_.-])(?:server|host|hostname|broker|url|uri|endpoint|user|username|login|account|identity|ssid|"
    r"client_?id|ap_?name|apn|domain|address)[\"']?\s*(?:[:=]|\s+['\"])",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"\b(?P<scheme>mqtts?|rtsps?|https?|ftps?|amqps?|wss?|ssh|sftp|redis|smtps?|mysql|postgres(?:ql)?)://"
    r"(?P<user>[^\s:/@\"'<>$%{}]{1,64}):(?P<password>[^\s/@\"'<>$%{}`]{1,128})@(?P<host>[\w.-]+)"
)
_CLOUD_ID = re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")
_CLOUD_SECRET = re.compile(r"(?i:secret)[\w.\"'-]*\s*[:=]\s*[\"']?(?P<value>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])")
_PLACEHOLDER = re.compile(
    r"(?i)(?:(?:your|my|the|some|new|old|user|a|enter|insert)?[-_ ]?"
    r"(?:password|passwd|pass|passphrase|secret|token|psk|key)(?:[-_ ]?here)?|change[-_ ]?(?:me|it|this)|"
    r"none|null|nil|undefined|unknown|unset|true|false|yes|no|on|off|enabled?|disabled?|"
    r"default|string|text|prompt|ask|files|compat|systemd|required|optional|sufficient|example\w*|"
    r"foo|bar|x+|\*+|\.+|-+|[01])"
)
_NAME_OF_FIELD = re.compile(r"[A-Za-z]*[a-z](?:Password|Passwd|Secret|Token)")  # an attribute of a directory, a column
_SECTION = re.compile(r"\s*\[[^\]]+\]\s*(?:[;#].*)?$")
_SWITCHED_OFF = re.compile(r"\s*enabled?\s*(?:=>|[=:])\s*[\"']?(?:no|false|off|0)[\"']?\s*(?:[;#].*)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Secret:
    """A credential: what it is, the line it is on, and that line as it stands. Redact it before it is shown."""

    what: str
    line: int
    text: str


def find_secrets(path: str, text: str) -> tuple[Secret, ...]:
    """Return the credentials in a text file. Comments and files that are no settings or scripts are passed over."""
    if _NOT_SETTINGS.search(path):
        return ()
    lines = text.splitlines()[:_MAX_LINES]
    return tuple(_find(path, lines))


def _find(path: str, lines: list[str]) -> Iterator[Secret]:
    is_code = bool(_CODE.search(path)) or (
        bool(lines) and re.match(r"#!.*\b(?:python|lua|perl|php)", lines[0]) is not None
    )
    for index, line in enumerate(lines):
        if len(line) > _MAX_LINE or is_comment(line):
            continue
        near = lines[max(0, index - _NEAR) : index + _NEAR]
        what = _address(line) or _cloud(line, near) or _assigned(line, near, is_code=is_code)
        if what and not _is_switched_off(lines, index):
            yield Secret(what, index + 1, line)


def _is_switched_off(lines: list[str], index: int) -> bool:
    """Whether the line lies in a section that says, right after its head, that it is not enabled."""
    first = next((n for n in range(index, max(-1, index - _NEAR), -1) if _SECTION.match(lines[n])), None)
    return first is not None and any(_SWITCHED_OFF.match(line) for line in lines[first + 1 : index])


def is_comment(line: str) -> bool:
    """Whether a line of settings or a script is a comment."""
    return line.lstrip().startswith(("#", ";", "//", "--", "*", "/*", "<!--"))


def _address(line: str) -> str:
    for match in _ADDRESS.finditer(line):
        if not _is_placeholder(match["password"]) and match["host"] not in {
            "host",
            "example.com",
            "example.org",
            "server",
        }:
            return f"a {match['scheme']} address with user and password"
    return ""


def _cloud(line: str, near: list[str]) -> str:
    match = _CLOUD_ID.search(line)
    if not match or "EXAMPLE" in match[0]:
        return ""
    has_secret = any(_CLOUD_SECRET.search(one) for one in near if not is_comment(one) and len(one) <= _MAX_LINE)
    return "an access key of Amazon Web Services with its secret" if has_secret else ""


def _assigned(line: str, near: list[str], *, is_code: bool) -> str:
    match = _UCI.match(line) or _ASSIGNMENT.search(line)
    if not match:
        return ""
    quoted = next((match[name] for name in ("double", "single") if match[name] is not None), None)
    value = quoted if quoted is not None else match["bare"] or ""
    name = match["name"].strip("\"'").lower()
    is_word_of_sudoers = name.endswith("nopasswd")
    if (is_code and quoted is None) or is_word_of_sudoers or not _is_literal(value, bare=quoted is None):
        return ""
    if not any(_CONTEXT.search(one) for one in near if not is_comment(one) and len(one) <= _MAX_LINE):
        return ""
    kind = (
        "key"
        if name.endswith("key")
        else "token"
        if name.endswith("token")
        else "secret"
        if name.endswith("secret")
        else ""
    )
    is_wifi = name.endswith("psk") or "wpa" in name or (name == "key" and any("encryption" in one for one in near))
    if name == "key" and not is_wifi:
        return ""
    return "a fixed Wi-Fi password" if is_wifi else f"a fixed {kind or 'password'}"


def _is_literal(value: str, *, bare: bool) -> bool:
    """Whether a value is a fixed text: no variable, no path, no call, no placeholder, no hash."""
    if not 4 <= len(value) <= 200 or _is_placeholder(value):
        return False
    if any(mark in value for mark in "$%<>{}`") or value.startswith(("/", "./", "~", "@", "!", "*", "file:")):
        return False
    return not (bare and any(mark in value for mark in "()[]|&="))


def _is_placeholder(value: str) -> bool:
    return any(form.fullmatch(value.strip()) for form in (_PLACEHOLDER, _NAME_OF_FIELD))
