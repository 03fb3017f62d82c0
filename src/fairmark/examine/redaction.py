"""Take secrets out of a line before it is quoted: what is quoted ends up in reports that travel."""

import re

HIDDEN = "[hidden]"
_LIMIT = 200

_RULES = (
    # user:password@ in an address
    (re.compile(r"(?P<keep>\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s/:@'\"]*:)[^\s/@'\"]+(?=@)"), r"\g<keep>" + HIDDEN),
    # the password field of passwd, shadow and the like
    (re.compile(r"(?P<keep>^[\w.-]+:)(?!//)[^:\s]{10,}(?=:|$)"), r"\g<keep>" + HIDDEN),
    # crypt hashes and other dollar-separated hashes
    (re.compile(r"\$(?:1|2[abxy]|5|6|y|gy|7|sha1|apr1|argon2\w*|scrypt|pbkdf2\w*)\$[^\s:'\"]+"), HIDDEN),
    # name = value, name: value, --name value, where the name says it is secret
    (
        re.compile(
            r"(?P<keep>(?<![\w.-])(?i:(?=[\w.-]*?(?:pass|pwd|secret|token|psk|api_?key|access_?key|"
            r"private_?key|credential|auth_?key|wpa_?key|wep_?key))[\w.-]++)"
            r"['\"]?(?:\s*(?:=>|:=|=|:)\s*|\s+))(?P<value>\"[^\"]*\"|'[^']*'|[^\s;,&|]+)"
        ),
        r"\g<keep>" + HIDDEN,
    ),
    # cloud key ids and long runs of letters and digits that are no words
    (re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"), HIDDEN),
    (re.compile(r"(?<![\w/.])(?=[A-Za-z0-9+/_-]*[0-9])(?=[A-Za-z0-9+/_-]*[A-Za-z])[A-Za-z0-9+/_-]{32,}={0,2}"), HIDDEN),
)


def redacted(line: str) -> str:
    """Return the line without what may be a secret, at most 200 characters long."""
    text = line.strip()[:2000]
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text if len(text) <= _LIMIT else text[: _LIMIT - 1] + "…"
