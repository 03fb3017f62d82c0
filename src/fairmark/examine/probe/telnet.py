"""Telnet: refuse every option, and tell a login from a shell (RFC 854, RFC 855)."""

import re
from enum import StrEnum

_IAC, _DONT, _DO, _WONT, _WILL, _SB, _SE = 255, 254, 253, 252, 251, 250, 240
_MOST_OPTIONS = 64
_LOGIN = re.compile(rb"(?i)(?:login|user ?name|user|account)\s{0,4}:\s{0,8}\Z")
_PASSWORD = re.compile(rb"(?i)pass(?:word|code)?[^\r\n:]{0,40}:\s{0,8}\Z")
_SHELL = re.compile(rb"(?:^|[\r\n])[^\r\n]{0,80}[#$>%]\s{0,4}\Z")
_REFUSED = re.compile(rb"(?i)incorrect|invalid|failed|denied|wrong|bad password|not allowed|try again|error")
_LOCKED = re.compile(rb"(?i)locked|too many|try (?:again )?later|wait \d+|temporar")


class Prompt(StrEnum):
    """What the last words of the other side ask for."""

    LOGIN = "login"
    PASSWORD = "password"  # noqa: S105 - a kind of prompt
    SHELL = "shell"
    NOTHING = "nothing"


def read(data: bytes) -> tuple[bytes, bytes]:
    """Part what was heard into the answer to its negotiation and the text."""
    answer, text = bytearray(), bytearray()
    at, options = 0, 0
    while at < len(data):
        if data[at] != _IAC:
            end = data.find(_IAC, at)
            end = len(data) if end < 0 else end
            text += data[at:end]
            at = end
            continue
        command = data[at + 1] if at + 1 < len(data) else 0
        if command == _SB:
            end = data.find(bytes([_IAC, _SE]), at)
            at = len(data) if end < 0 else end + 2
        elif command in (_DO, _DONT, _WILL, _WONT):
            if at + 2 < len(data) and options < _MOST_OPTIONS and command in (_DO, _WILL):
                answer += bytes([_IAC, _WONT if command == _DO else _DONT, data[at + 2]])
                options += 1
            at += 3
        else:
            at += 2
    return bytes(answer), bytes(text)


def negotiates(data: bytes) -> bool:
    """Whether it begins as telnet does."""
    return len(data) >= 3 and data[0] == _IAC and data[1] in (_DO, _DONT, _WILL, _WONT)


def prompt(text: bytes) -> Prompt:
    """Tell what the end of a text asks for."""
    last = text[-200:].replace(b"\0", b"")
    if _PASSWORD.search(last):
        return Prompt.PASSWORD
    if _LOGIN.search(last):
        return Prompt.LOGIN
    return Prompt.SHELL if _SHELL.search(last) else Prompt.NOTHING


def refuses(text: bytes) -> bool:
    """Whether a text says that a login failed."""
    return bool(_REFUSED.search(text[:4096]))


def locks(text: bytes) -> bool:
    """Whether a text says that there were too many tries."""
    return bool(_LOCKED.search(text[:4096]))
