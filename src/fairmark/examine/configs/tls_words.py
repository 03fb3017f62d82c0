"""Which words of TLS settings stand for versions and ciphers that no longer protect (RFC 7465, 7568, 8996, 9155)."""

import re

_MOST = 8000  # characters of one setting
_VERSION = re.compile(r"\+?(sslv2|sslv3|tlsv1(?:\.0|\.1)?|1\.0|1\.1)")
_CIPHER = re.compile(
    r"(?:^|[-_])(?:RC4|RC2|3DES|DES|NULL|EXP(?:ORT)?\d*|MD5|CBC3|IDEA|SEED)(?:$|[-_\d])|^(?:[ae]NULL|LOW|EXPORT\d*|ADH|AECDH|COMPLEMENTOFALL)$"
)


def old_versions(text: str) -> list[str]:
    """Return the outdated versions that a list of versions asks for; a minus or an exclamation mark takes one away.

    >>> old_versions("TLSv1 TLSv1.2 -SSLv3")
    ['TLSv1']
    """
    words = [word.strip("\"'") for word in re.split(r"[\s,:;|]+", text[:_MOST])]
    return [word.lstrip("+") for word in words if _VERSION.fullmatch(word.lower())]


def weak_ciphers(text: str) -> list[str]:
    """Return the broken ciphers that an OpenSSL cipher list asks for and does not rule out again.

    >>> weak_ciphers("ECDHE+AESGCM:RC4-SHA:!MD5"), weak_ciphers("HIGH:!aNULL:!RC4")
    (['RC4-SHA'], [])
    """
    words = [word.strip() for word in re.split(r"[:,\s]+", text[:_MOST]) if word.strip()]
    barred = [word[1:] for word in words if word.startswith("!")]
    asked = [word.lstrip("+") for word in words if not word.startswith(("!", "-", "@"))]
    return [
        word for word in dict.fromkeys(asked) if _CIPHER.search(word) and not any(one and one in word for one in barred)
    ]
