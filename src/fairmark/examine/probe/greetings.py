"""Servers that speak first: which protocol a greeting belongs to, and how a line protocol answers.

Sources: RFC 959 (FTP), RFC 5321 (SMTP), RFC 1939 (POP3), RFC 9051 (IMAP), RFC 6143 (VNC, 7.1), RFC 4253 (SSH), the
greeting of MySQL in version 10 of its protocol.
"""

import re

from fairmark.examine.probe import ssh, telnet

_CODE = re.compile(rb"(?m)^(\d{3})(?: [^\r\n]{0,400})?\r?\n")
_SMTP = re.compile(rb"(?i)\b(?:e?smtp|mail|postfix|exim|sendmail)\b")
_VNC = re.compile(rb"RFB \d{3}\.\d{3}\n")
_MYSQL = re.compile(rb"(?s)...\0\x0a(\d{1,2}\.\d[\w.-]{1,60})\0")
CLEAR_PROTOCOLS = frozenset({"telnet", "ftp", "rlogin"})
VNC_VERSION = b"RFB 003.008\n"


def recognise(data: bytes) -> str:
    """Return the protocol of a greeting, or ''."""
    if ssh.read_banner(data):
        return "ssh"
    if telnet.negotiates(data) or telnet.prompt(telnet.read(data)[1]) is not telnet.Prompt.NOTHING:
        return "telnet"
    if code := line_code(data):
        mail = _SMTP.search(data[:400])
        return ("smtp" if mail else "ftp") if code in (220, 421, 530, 554) else ""
    begins = {b"+OK": "pop3", b"* OK": "imap", b"* BYE": "imap", b"* PREAUTH": "imap"}
    found = next((name for begin, name in begins.items() if data.startswith(begin)), "")
    if not found and _VNC.match(data):
        found = "vnc"
    return "mysql" if not found and _MYSQL.match(data) else found


def line_code(data: bytes) -> int:
    """Return the code of the first whole answer of a line protocol, or 0; lines that go on ("220-") are passed over."""
    found = _CODE.search(data[:8192]) if re.match(rb"\d{3}[ \r\n-]", data[:4]) else None
    return int(found[1]) if found else 0


def has_code(data: bytes) -> bool:
    """Whether a whole answer of a line protocol is there."""
    return line_code(data) > 0


def mysql_version(data: bytes) -> str:
    """Return the version in a greeting of MySQL."""
    found = _MYSQL.match(data)
    return found[1].decode("ascii", "replace") if found else ""


def vnc_types(data: bytes) -> tuple[int, ...]:
    """Return the kinds of security that a VNC server offers; 1 is none at all."""
    return tuple(data[1 : 1 + data[0]]) if data and 0 < data[0] < len(data) else ()
