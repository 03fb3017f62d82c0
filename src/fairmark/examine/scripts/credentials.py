"""Credentials on the command lines of scripts, and tokens that are known by how they begin.

Assignments (``password = ...``), addresses with a password and keys of Amazon Web Services are found by
``examine.text_secrets``; passwords that a script gives to accounts by ``examine.script_passwords``.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from fairmark.examine.scripts.language import Language
from fairmark.examine.scripts.lines import hits

_VALUE = r"(?P<quote>[\"']?)(?P<value>[^\s\"'$`<>{}()|;&%*]{4,128})(?P=quote)(?=[\s;|&)\"',\]]|$)"
_NEAR = r"(?:(?![|;&]).){0,200}?[ \t]"
_COMMANDS: tuple[tuple[tuple[str, ...], re.Pattern[str], str], ...] = (
    (("sshpass",), re.compile(rf"\bsshpass[ \t]+-p[ \t]*{_VALUE}"), "a fixed password of a remote login"),
    (("SSHPASS",), re.compile(rf"\bSSHPASS={_VALUE}"), "a fixed password of a remote login"),
    (
        ("mysql -", "mysqldump", "mysqladmin"),
        re.compile(rf"\bmysql(?:dump|admin)?\b{_NEAR}-p{_VALUE}"),
        "a fixed password of a database",
    ),
    (
        ("curl ",),
        re.compile(rf"\bcurl\b{_NEAR}(?:-u[ \t]*|--user[ =]|--proxy-user[ =])[\"']?[\w.@-]{{1,64}}:{_VALUE}"),
        "a fixed password of a web account",
    ),
    (
        ("wget ",),
        re.compile(rf"\bwget\b{_NEAR}--(?:http-|ftp-|proxy-)?password[ =]{_VALUE}"),
        "a fixed password of a web account",
    ),
    (
        ("mosquitto_",),
        re.compile(rf"\bmosquitto_(?:pub|sub|rr)\b{_NEAR}-P[ \t]*{_VALUE}"),
        "a fixed password of a broker",
    ),
    (("redis-cli",), re.compile(rf"\bredis-cli\b{_NEAR}-a[ \t]*{_VALUE}"), "a fixed password of a database"),
    (
        ("ldapsearch", "ldapmodify", "ldapadd", "ldappasswd"),
        re.compile(rf"\bldap(?:search|modify|add|passwd)\b{_NEAR}-w[ \t]*{_VALUE}"),
        "a fixed password of a directory",
    ),
    (
        ("smbclient",),
        re.compile(rf"\bsmbclient\b{_NEAR}-U[ \t]*[\"']?[\w.\\-]{{1,64}}%{_VALUE}"),
        "a fixed password of a file share",
    ),
    (
        ("openssl ",),
        re.compile(rf"\bopenssl\b{_NEAR}-(?:k[ \t]+|pass(?:in|out)?[ \t]+pass:){_VALUE}"),
        "a fixed passphrase",
    ),
    (("zip ",), re.compile(rf"\b(?:unzip|zip)\b{_NEAR}-P[ \t]*{_VALUE}"), "a fixed passphrase of an archive"),
    (
        ("ftpput", "ftpget"),
        re.compile(rf"\b(?:ftpput|ftpget)\b{_NEAR}-p[ \t]*{_VALUE}"),
        "a fixed password of a file server",
    ),
    (
        ("ncftp", "lftp"),
        re.compile(rf"\b(?:n?cftp(?:put|get)|lftp)\b{_NEAR}-(?:p[ \t]*|u[ \t]*[\w.@-]{{1,64}},){_VALUE}"),
        "a fixed password of a file server",
    ),
    (
        ("htpasswd",),
        re.compile(rf"\bhtpasswd[ \t]+-\w{{0,6}}b\w{{0,6}}[ \t]+(?:-\w+[ \t]+)*\S+[ \t]+[\w.@-]+[ \t]+{_VALUE}"),
        "a fixed password of a web account",
    ),
    (
        ("passwd --stdin", "sudo -S"),
        re.compile(
            rf"\b(?:echo|printf)[ \t]+(?:-\w+[ \t]+)?{_VALUE}[ \t]*\|"
            r"[ \t]*(?:/usr/bin/)?(?:passwd[ \t]+--stdin|sudo[ \t]+-S)"
        ),
        "a fixed password of an account",
    ),
    (
        ("passwd",),
        re.compile(
            r"\b(?:echo|printf)[ \t]+(?:-\w+[ \t]+)?[\"'](?P<value>[^\s\"'$`\\]{3,64})\\n(?P=value)(?:\\n)?[\"']"
            r"[ \t]*\|[ \t]*(?:\S{0,80}/)?(?:busybox[ \t]+)?passwd\b"
        ),
        "a fixed password of an account",
    ),
)
_BASIC = re.compile(r"[Aa]uthorization['\"]?[ \t]*[:=,][ \t]*['\"]?Basic[ \t]+(?P<value>[A-Za-z0-9+/]{8,200}={0,2})")
_BEARER = re.compile(
    r"[Aa]uthorization['\"]?[ \t]*[:=,][ \t]*['\"]?(?:Bearer|token)[ \t]+(?P<value>[\w.~+/-]{20,2000}=*)(?=[\"'\s])"
)
_TOKENS = (
    (("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36}\b"), "a token of GitHub"),
    (("github_pat_",), re.compile(r"\bgithub_pat_[A-Za-z0-9_]{60,90}\b"), "a token of GitHub"),
    (("glpat-",), re.compile(r"\bglpat-[\w-]{20}\b"), "a token of GitLab"),
    (("k_live_",), re.compile(r"\b[rs]k_live_[0-9A-Za-z]{16,64}\b"), "a live key of Stripe"),
    (("xox",), re.compile(r"\bxox[abprs]-[0-9A-Za-z-]{20,200}\b"), "a token of Slack"),
    (
        ("hooks.slack.com",),
        re.compile(r"\bhooks\.slack\.com/services/T\w{6,12}/B\w{6,12}/\w{20,30}\b"),
        "an address of Slack that is its own key",
    ),
    (("SG.",), re.compile(r"\bSG\.[\w-]{22}\.[\w-]{43}\b"), "a key of SendGrid"),
    ((":AA",), re.compile(r"\b[0-9]{8,10}:AA[\w-]{33}\b"), "a token of a Telegram bot"),
    (
        ("api/webhooks/",),
        re.compile(r"\bdiscord(?:app)?\.com/api/webhooks/[0-9]{15,22}/[\w-]{50,90}\b"),
        "an address of Discord that is its own key",
    ),
    (("npm_",), re.compile(r"\bnpm_[A-Za-z0-9]{36}\b"), "a token of npm"),
    (("key-",), re.compile(r"(?<![\w-])key-[0-9a-f]{32}\b"), "a key of Mailgun"),
    (("sk-",), re.compile(r"(?<![\w-])sk-(?:proj-)?[A-Za-z0-9]{40,64}\b"), "a key of an AI service"),
)
_PLACEHOLDER = re.compile(
    r"(?i:.*(?:example|changeme|your|xxxx|placeholder|dummy|0123456789|abcdefgh).*|pass(?:word|wd|phrase)?|secret|token|"
    r"none|null|\.+|x+|file:.*|env:.*|fd:.*|stdin|-.*|/.*|\w+\.(?:pem|key|crt|txt|conf))"
)


@dataclass(frozen=True, slots=True)
class Credential:
    """What it is, and where. Redact the line before it is shown."""

    what: str
    line: int
    value: str


def credentials(text: str, language: Language) -> Iterator[Credential]:
    """Yield the credentials that stand in a script with a fixed value."""
    in_code = language is not Language.SHELL
    for marks, pattern, what in _COMMANDS:
        if any(mark in text for mark in marks):
            for hit in hits(text, language, pattern):
                is_quoted = not in_code or re.search(r"[\"'`]", hit.line[: hit.start]) is not None
                if is_quoted and not _PLACEHOLDER.fullmatch(hit.match["value"]):
                    yield Credential(what, hit.number, hit.match["value"])
    if "uthorization" in text:
        yield from _headers(text, language)
    for marks, pattern, what in _TOKENS:
        if any(mark in text for mark in marks):
            for hit in hits(text, language, pattern):
                if not _PLACEHOLDER.fullmatch(hit.match[0]):
                    yield Credential(what, hit.number, hit.match[0])


def _headers(text: str, language: Language) -> Iterator[Credential]:
    for hit in hits(text, language, _BASIC):
        if _decodes_to_pair(hit.match["value"]) and re.search(r"[\"']", hit.line[: hit.start + 15]):
            yield Credential("a fixed user and password in a header", hit.number, hit.match["value"])
    for hit in hits(text, language, _BEARER):
        if re.search(r"\d", hit.match["value"]) and not _PLACEHOLDER.fullmatch(hit.match["value"]):
            yield Credential("a fixed token in a header", hit.number, hit.match["value"])


def _decodes_to_pair(value: str) -> bool:
    """Whether it is base64 of ``user:password``."""
    try:
        text = base64.b64decode(value, validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return False
    return re.fullmatch(r"[\x20-\x7e]+:[\x20-\x7e]+", text) is not None


def hidden(line: str, value: str) -> str:
    """Return a line with the credential taken out."""
    return line.replace(value, "[hidden]")
