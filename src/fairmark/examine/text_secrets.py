"""Credentials in settings and scripts, found with few false alarms: fixed, literal, and of a client that goes out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fairmark.examine.python_texts import without_explanations

_MAX_LINES = 20_000
_MAX_LINE = 1000
_NEAR = 12
_TABLE = 400  # lines that a table of test data may have

_NOT_SETTINGS = re.compile(
    r"\.(?:html?|css|m?js|map|po|pot|lmo|md|rst|svg|c|h|hpp|cpp|list|control|conffiles|md5sums|postinst|prerm|templates|"
    r"csv|ps1|psm1|bat|tsv|schema|xsd|rng|dtd|crt|pem|pub)$|/(?:nsswitch\.conf|openssl\.cnf|login\.defs|pam\.conf|passwd|shadow|group)-?$"
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
_NO_TEXT = ("$", "%", "<", ">", "{", "}", "`", "[^", "(?", "(.", "\\w")
_NO_START = ("/", "./", "~", "@", "!", "*", "--", "file:", "+ ", ". ", "' +", "' .")
_PLACEHOLDER = re.compile(
    r"(?i)(?:(?:your|my|the|some|new|old|user|a|api|enter|insert)?[-_ ]?"
    r"(?:password|passwd|pass|passphrase|secret|token|psk|key)(?:[-_ ]?here)?|change[-_ ]?(?:me|it|this)|"
    r"none|null|nil|undefined|unknown|unset|true|false|yes|no|on|off|enabled?|disabled?|"
    r"default|string|text|prompt|ask|files|compat|systemd|required|optional|sufficient|example\w*|"
    r"always|never|no-?check|\w*placeholder\w*|redacted|filtered|anonymous(?:@\S*)?|0x[0-9a-f]+|foo|bar|x+|\*+|\.+|-+|[01])"
)
_NAME_OF_FIELD = re.compile(  # an attribute of a directory, a column, a place in settings
    r"[A-Za-z]*[a-z](?:Password|Passwd|Secret|Token)|[A-Z_-]+\|[A-Z_|-]+"
)
_BLOCK_COMMENTS = re.compile(r"\.(?:php|inc|ts|java|conf|cfg|named)$")
_TESTS = re.compile(r"\s*\w*(?<![A-Za-z])TEST(?:S|_\w+)?\s*=\s*[\[{(]|\s*(?:self\.)?tests?\s*=\s*[\[{(]")
_NAME_IN_CODE = re.compile(  # of a variable of the environment, or of a parameter
    r"[A-Z]+(?:_[A-Z]+)+|[a-z][a-z0-9_]*_(?:[a-z]*(?:password|passwd|secret|token|key))"
)
_PLAIN_WORD = re.compile(r"[A-Za-z]?[a-z]{1,11}")  # no generator writes such a key: the name of a channel or of a mode
_GOES_ON = re.compile(r"\s*(?:\+|\.)|[$`]")  # only the first piece of a text that is put together
_SECTION = re.compile(r"\s*\[[^\]]+\]\s*(?:[;#].*)?$")
_TAG_OFF = re.compile(r"\s*<\w[^<>]{0,200}\benabled=[\"'](?:no|false|0|off)[\"'][^<>/]{0,200}>\s*$", re.IGNORECASE)
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
    found = tuple(_find(path, lines))
    if not found or not path.endswith(".py"):
        return found
    program = without_explanations(text).splitlines()  # read apart only where something was found: most files hold none
    return tuple(one for one in found if program[one.line - 1])


def _find(path: str, lines: list[str]) -> Iterator[Secret]:
    is_code = bool(_CODE.search(path)) or (
        bool(lines) and re.match(r"#!.*\b(?:python|lua|perl|php)", lines[0]) is not None
    )
    for index, line in enumerate(lines):
        if len(line) > _MAX_LINE or is_comment(line):
            continue
        near = lines[max(0, index - _NEAR) : index + _NEAR]
        what = _address(line) or _cloud(line, near) or _assigned(line, near, path, is_code=is_code)
        if what and not _is_switched_off(lines, index) and not _is_aside(path, lines, index, is_code=is_code):
            yield Secret(what, index + 1, line)


def _is_switched_off(lines: list[str], index: int) -> bool:
    """Whether the line lies in a section or element that says at its head that it is not enabled."""
    if any(_TAG_OFF.match(line) for line in lines[max(0, index - 2) : index]):
        return True
    first = next((n for n in range(index, max(-1, index - _NEAR), -1) if _SECTION.match(lines[n])), None)
    return first is not None and any(_SWITCHED_OFF.match(line) for line in lines[first + 1 : index])


def _is_aside(path: str, lines: list[str], index: int, *, is_code: bool) -> bool:
    """Whether the line is no part of what the file sets: test data, or a comment of several lines."""
    if is_code and _is_of_test(lines, index):
        return True
    for line in reversed(lines[max(0, index - _TABLE) : index] if _BLOCK_COMMENTS.search(path) else []):
        if "*/" in line:
            break
        if line.lstrip().startswith("/*"):
            return True
    return False


def _is_of_test(lines: list[str], index: int) -> bool:
    """Whether the line lies in a table of test data: ``_TESTS = [{...}]``."""
    column = _column(lines[index])
    for line in reversed(lines[max(0, index - _TABLE) : index]):
        if line.strip() and _column(line) < column and line.lstrip()[0] not in "}])":
            if _TESTS.match(line):
                return True
            column = _column(line)
        if not column:
            break
    return False


def _column(line: str) -> int:
    return len(line) - len(line.lstrip())


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


def _assigned(line: str, near: list[str], path: str, *, is_code: bool) -> str:
    match = _UCI.match(line) or _ASSIGNMENT.search(line)
    if not match or _is_last_word(match["name"]):
        return ""
    quoted = next((match[name] for name in ("double", "single") if match[name] is not None), None)
    value = quoted if quoted is not None else match["bare"] or ""
    name = match["name"].strip("\"'").lower()
    is_word_of_sudoers = name.endswith("nopasswd")
    if (is_code and quoted is None) or is_word_of_sudoers or not _is_literal(value, bare=quoted is None):
        return ""
    if quoted is not None and _GOES_ON.match(line, match.end()):
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
    is_name = kind != "" and value.lower() in {
        *path.lower().split("/"),
        path.lower().rpartition("/")[2].partition(".")[0],
    }
    is_name = is_name or (is_code and _NAME_IN_CODE.fullmatch(value) is not None)  # a name, no secret
    is_name = is_name or (kind in {"key", "token"} and not is_wifi and _PLAIN_WORD.fullmatch(value) is not None)
    if (name == "key" and not is_wifi) or is_name:
        return ""
    return "a fixed Wi-Fi password" if is_wifi else f"a fixed {kind or 'password'}"


def _is_last_word(name: str) -> bool:
    """Whether a name only ends a quoted text of several words, as messages and their translations do."""
    return name[-1] in "\"'" and name[0] != name[-1]


def _is_literal(value: str, *, bare: bool) -> bool:
    """Whether a value is a fixed text: no variable, no path, no call, no expression, no placeholder, no hash."""
    if not 4 <= len(value) <= 200 or _is_placeholder(value):
        return False
    if any(mark in value for mark in _NO_TEXT) or value.lstrip().startswith(_NO_START):
        return False
    return not (bare and any(mark in value for mark in "()[]|&="))


def _is_placeholder(value: str) -> bool:
    return any(form.fullmatch(value.strip()) for form in (_PLACEHOLDER, _NAME_OF_FIELD))
