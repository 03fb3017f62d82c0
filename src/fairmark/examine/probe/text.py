"""Words out of answers, so that they can be stored and shown: short, printable, without secrets."""

import re
from collections.abc import Iterable

from fairmark.examine.redaction import redacted

MOST_TEXTS = 64
_LONGEST = 200
# a name with a version behind it (lighttpd/1.4.69, vsFTPd 3.0.3, ProFTPD 1.3.5), or a version with three parts alone
_VERSION = re.compile(r"[A-Za-z][\w.+-]{1,40}[ /_-]v?\d{1,4}\.\d[\w.-]{0,40}|\bv?\d{1,4}\.\d{1,4}\.\d[\w.-]{0,40}")
# an address is no version
_ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b(?:HTTP|RTSP|SIP|SSH|RFB|UPnP|IMAP4?rev|SNMP)[ /-]?v?\d[\d.]*")


def shown(data: bytes | str, longest: int = _LONGEST) -> str:
    """Return a text on one line that may be stored: control characters gone, secrets hidden, cut."""
    text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
    plain = "".join(c if c.isprintable() else " " for c in text[: 4 * _LONGEST])
    return redacted(" ".join(plain.split()))[:longest]


def first_line(data: bytes) -> str:
    """Return the first line with something in it."""
    for raw in data[:4096].splitlines()[:20]:
        if text := shown(raw):
            return text
    return ""


def version_in(text: str) -> str:
    """Return the part of a text that names a version of software, or ''.

    >>> version_in("lighttpd/1.4.69"), version_in("HTTP/1.1"), version_in("10.0.0.1")
    ('lighttpd/1.4.69', '', '')
    """
    found = _VERSION.search(_ADDRESS.sub(" ", text[:500]))
    return found[0].strip() if found else ""


def once_each(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the texts that say something, each once, sorted, not too many."""
    return tuple(sorted({text for text in texts if text})[:MOST_TEXTS])
